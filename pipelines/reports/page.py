"""From tonight's tables to what the page says."""

from __future__ import annotations

import pyarrow as pa

from pipelines.reports.decided import outcomes
from pipelines.reports.expected import expected_requests, expected_within
from pipelines.reports.facts import data_facts
from pipelines.reports.inputs import Inputs
from pipelines.reports.model import Elsewhere, Expected, Headline, Page, Plan
from pipelines.reports.plan import night_plan
from pipelines.reports.quality import model_quality, not_measured
from pipelines.reports.risks import top_risks

CASES = 200


def build_page(inputs: Inputs, *, cases: int = CASES) -> Page:
    """Turn tonight's tables into what the page says.

    Parameters
    ----------
    inputs : tables of one moment, with the words around them
    cases : how many orders the list of risks may hold, riskiest first
    """
    decided = outcomes(inputs)
    expected = expected_requests(inputs)
    plan = night_plan(inputs, decided)
    return Page(
        headline=_headline(inputs, expected, plan, decided),
        expected=expected,
        risks=top_risks(inputs, decided, cases=cases),
        plan=plan,
        quality=model_quality(inputs),
        not_measured=not_measured(inputs),
        data=data_facts(inputs),
    )


def _headline(inputs: Inputs, expected: tuple[Expected, ...], plan: Plan, decided: pa.Table) -> Headline:
    horizons = [e.horizon_days for e in expected] or [h.total_seconds() / 86400 for h in inputs.horizons.values()]
    shortest = min(horizons, default=0.0)
    return Headline(
        workspace=inputs.workspace,
        as_of=inputs.as_of,
        zone=inputs.zone,
        live=decided.num_rows,
        expected=expected_within(inputs, shortest),
        horizon_days=shortest,
        several_horizons=max(horizons, default=0.0) > shortest,
        scored=inputs.scored,
        decided=inputs.decided,
        actions=sum(a.count for a in plan.activities),
        sent=plan.sent,
        planned_cents=sum(a.cost_cents for a in plan.activities),
        fund=next((limit for limit in plan.limits if limit.money), None),
        kinds=len(plan.activities),
        held_out=plan.held_out,
        elsewhere=tuple(
            Elsewhere(inputs.names.industry(name), moment, page)
            for name, (moment, page) in sorted(inputs.elsewhere.items(), key=lambda item: (item[1], item[0]))
        ),
    )
