"""What will be done tonight, what it uses of the limits, and why not more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from demand.contract.database import session
from pipelines.reports.decided import PENDING
from pipelines.reports.expected import axes_by_industry, incidence_of
from pipelines.reports.inputs import Inputs
from pipelines.reports.model import Activity, Limit, Plan, Refusal
from pipelines.reports.words import say

FUND = "fund"
"""The resource that is money."""

_ACTIVITIES = """
SELECT intervention, channel, count(*) AS orders, sum(cost_cents)::BIGINT AS cost_cents,
       sum(liability_cents)::BIGINT AS liability_cents, sum(p_addressed) AS expected,
       min(fire_at) AS first_fire, max(fire_at) AS last_fire
FROM decided JOIN addressed USING (subject_id)
WHERE outcome = 'act' AND status <> 'failed'
GROUP BY intervention, channel
ORDER BY orders DESC, intervention, channel
"""

_REFUSALS = """
SELECT reason_code, count(*) AS orders, sum(p_request) AS expected
FROM decided
WHERE outcome = 'none'
GROUP BY reason_code
ORDER BY orders DESC, reason_code
"""

_COUNTS = """
SELECT count(*) FILTER (outcome = 'held') AS held_out,
       count(*) FILTER (outcome = 'act' AND status = 'failed') AS failed,
       count(*) FILTER (outcome = 'act' AND status = 'dispatched') AS sent,
       count(*) FILTER (outcome = 'act' AND approval = $pending) AS waiting
FROM decided
"""


def night_plan(inputs: Inputs, decided: pa.Table) -> Plan:
    """The plan of the night.

    Parameters
    ----------
    decided : the outcome of every order, as `decided.outcomes` gives it
    """
    with session() as db:
        db.register("decided", decided)
        db.register("addressed", _addressed(inputs, decided))
        activities = db.sql(_ACTIVITIES).to_arrow_table().to_pylist()
        refusals = db.sql(_REFUSALS).to_arrow_table().to_pylist()
        (counts,) = db.sql(_COUNTS, params={"pending": PENDING}).to_arrow_table().to_pylist()
    return Plan(
        activities=tuple(_activity(inputs, row) for row in activities),
        refusals=tuple(
            Refusal(r["reason_code"], inputs.names.reason_code(r["reason_code"]), r["orders"], r["expected"])
            for r in refusals
            if inputs.decided
        ),
        limits=_limits(inputs),
        holdout_share=inputs.holdout_share,
        holdout_by=inputs.holdout_by,
        held_out=counts["held_out"],
        sent=counts["sent"],
        failed=counts["failed"],
        waiting=counts["waiting"],
    )


def _addressed(inputs: Inputs, decided: pa.Table) -> pa.Table:
    """subject -> the probability of the requests that its action covers, for the orders with an action."""
    actions = decided.filter(pc.field("outcome") == "act").select(["subject_id", "intervention"])
    action_of = dict(zip(actions["subject_id"].to_pylist(), actions["intervention"].to_pylist(), strict=True))
    catalogued = {i.id: i for i in inputs.catalog.interventions}
    scores = inputs.tables["scores"]
    scores = scores.filter(pc.is_in(scores["subject_id"], actions["subject_id"].cast(pa.string())))
    found: dict[str, float] = {}
    for industry, (scenarios, edges) in axes_by_industry(inputs).items():
        rows = scores.filter(pc.field("industry") == industry)
        by_scenario = incidence_of(rows, len(scenarios), len(edges) - 1).sum(axis=2)
        for subject, probabilities in zip(rows["subject_id"].to_pylist(), by_scenario, strict=True):
            action = catalogued.get(action_of[subject])
            covered = [action is None or action.covers(name) for name in scenarios]
            found[subject] = float(probabilities[covered].sum())
    return pa.table(
        {"subject_id": pa.array(found.keys(), pa.string()), "p_addressed": pa.array(found.values(), pa.float64())}
    )


def _activity(inputs: Inputs, row: Mapping[str, Any]) -> Activity:
    catalogued = next((i for i in inputs.catalog.interventions if i.id == row["intervention"]), None)
    effect = None if catalogued is None else catalogued.effect.reduction
    return Activity(
        name=inputs.names.intervention(row["intervention"]),
        channel=inputs.names.channel(row["channel"]),
        count=row["orders"],
        cost_cents=row["cost_cents"],
        liability_cents=row["liability_cents"],
        expected=row["expected"],
        effect=effect,
        avoided=None if effect is None else effect * row["expected"],
        first_fire=inputs.local(row["first_fire"]),
        last_fire=inputs.local(row["last_fire"]),
    )


def _limits(inputs: Inputs) -> tuple[Limit, ...]:
    """The money first, then the capacities, the fullest first; what has no limit is left out."""
    found = [
        Limit(
            words=say("money") if use.resource == FUND else inputs.names.pool(use.resource),
            used=use.used,
            limit=use.available,
            money=use.resource == FUND,
            price_cents=use.price_cents,
        )
        for use in inputs.limits
        if use.available is not None
    ]
    return tuple(sorted(found, key=lambda x: (not x.money, -x.used / x.limit if x.limit else 0.0, x.words.en)))
