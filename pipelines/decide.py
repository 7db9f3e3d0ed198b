"""What will be done tonight: scores in, a committed plan and its messages out.

    scores -> candidates -> holdout -> allocation -> ledger (one transaction) -> the store's projection

A committed night is final: deciding again returns it, even after late data. `replan` takes back what is not on its
way yet and plans again, in the same transaction. What was considered commits with the plan too, and reaches the store
from there, so that the two never tell of different plans.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from demand.contract import StateError
from demand.decisions import Holdout, Plan, live_subjects, make_plan
from pipelines.asked import asked_industries
from pipelines.deciding.named import require_names
from pipelines.deciding.night import Night, limits_of, local_day, longest_cooldown, messages, with_others
from pipelines.ledger import Ledger, Transaction, project
from pipelines.lock import hold
from pipelines.result import Result
from pipelines.runs import quarantined_when_scored, record
from pipelines.store import Store
from pipelines.workspace import Workspace

POLICY = "default-v1"

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Decided(Result):
    """The outcome of `decide`: a `Result` that can also say why something is not done."""

    plan: Plan | None = None

    def why_not(self, subject_id: str, language: str = "en") -> str:
        """Every intervention that was considered for a subject, and what became of it, in words."""
        if self.plan is None:
            raise StateError("there is no plan", "a decided night", "run `decide`")
        return self.plan.why_not(subject_id, language)


def decide(
    ws: Workspace,
    scored: Result | None = None,
    *,
    as_of: str | datetime | None = None,
    industries: Sequence[str] | None = None,
    policy: str | None = None,
    dry_run: bool = False,
    replan: bool = False,
    progress: Progress | None = None,
) -> Decided:
    """Decide one night: at most one intervention per subject, under money, capacities and caps, into the outbox.

    Parameters
    ----------
    ws : an open workspace whose night is scored
    scored : a result of `score`: decide its moment
    as_of : the night; by default the newest one that was scored
    industries : only these; others may be decided later, within what is left
    policy : the name under which the plan is final
    dry_run : plan and show, commit nothing
    replan : plan again what is not on its way yet

    Returns
    -------
    Decided
        `table` holds the decisions that stand, `plan` candidates, limits and shadow prices.

    Raises
    ------
    StateError
        If the night was not scored.
    BusyError
        If another process works on the workspace.
    """
    with nullcontext() if dry_run else hold(ws.state, what="decide"):
        return _decide(ws, scored, as_of, industries, policy or POLICY, dry_run, replan, progress)


def _decide(
    ws: Workspace,
    scored: Result | None,
    as_of: str | datetime | None,
    industries: Sequence[str] | None,
    policy: str,
    dry_run: bool,
    replan: bool,
    progress: Progress | None,
) -> Decided:
    say = progress or (lambda line: None)
    require_names(ws)
    store = Store(ws.state / "store")
    moment, asked = _moment(ws, store, scored, as_of), asked_industries(ws, industries)
    night = Night.read(ws, moment, policy, scored.extra if scored is not None and dry_run else None)
    with Ledger.open(ws.state) as ledger:
        if dry_run:
            with ledger.trying() as step:
                return _result(ws, _plan(ws, step, night, asked, replan=replan, run_id=None, say=say), dry=True)
        with record(ws, "decide", moment) as run:
            with ledger.writing() as step:
                _plan(ws, step, night, asked, replan=replan, run_id=run.run_id, say=say)
            project(ledger, store, [moment], run_id=run.run_id)
            with ledger.reading() as step:
                plan = _committed(ws, step, night, asked)
            run.counts.update(plan.counts())
            run.quarantined = quarantined_when_scored(ws, moment)
    return _result(ws, plan, dry=False)


def is_committed(
    ws: Workspace, as_of: datetime, *, industries: Sequence[str] | None = None, policy: str | None = None
) -> bool:
    """Whether the plan of this night is final for these industries; for all that were scored, where none is named."""
    if not Ledger.exists(ws.state):
        return False
    with Ledger.open(ws.state) as ledger, ledger.reading() as step:
        done = step.committed(as_of, policy or POLICY)
    wanted = set(industries or ())
    store = Store(ws.state / "store")
    if industries is None and store.has("score_axes", as_of):
        wanted = set(store.read("score_axes", as_of=as_of)["industry"].to_pylist())
    return bool(done) and wanted <= done


def _moment(ws: Workspace, store: Store, scored: Result | None, as_of: str | datetime | None) -> datetime:
    if as_of is not None:
        return ws.parse_as_of(as_of)
    if scored is not None and scored.extra["scores"].num_rows:
        moment: datetime = scored.extra["scores"]["cutoff"][0].as_py()
        return moment
    nights = store.moments("scores")
    if not nights:
        raise StateError("no night was scored yet", "scores to decide on", f"run `{ws.command('score')}`, then decide")
    return nights[-1]


def _plan(
    ws: Workspace,
    step: Transaction,
    night: Night,
    asked: Sequence[str],
    *,
    replan: bool,
    run_id: str | None,
    say: Progress,
) -> Plan:
    """The plan of what is asked and not final yet; committed under `run_id`, if there is one."""
    done = step.committed(night.moment, night.policy)
    missing = [i for i in asked if i in night.industries and (replan or i not in done)]
    if not missing:
        say("the night is committed: nothing to decide")
        return _committed(ws, step, night, asked)
    if replan:
        say(f"{step.void(night.moment, night.policy, missing):,} decisions taken back")
    history = step.history(night.moment, cooldown=longest_cooldown(ws), day=local_day(ws, night.moment))
    plan = make_plan(
        [
            live_subjects(
                night.scores,
                night.axes,
                i,
                night.moment,
                catalog_industry=ws.config.industries[i].catalog_industry,
                by_consent=ws.config.industries[i].subjects.reach.consent,
            )
            for i in missing
        ],
        ws.catalog,
        as_of=night.moment,
        policy=night.policy,
        limits=limits_of(ws),
        holdout=Holdout(**ws.config.holdout.model_dump()),
        history=history,
        zone=ws.zone,
    )
    say(", ".join(f"{n:,} {arm}" for arm, n in plan.counts().items()))
    if run_id is not None:
        candidates = with_others(night, step, plan.candidates, missing, history.decided)
        step.commit(plan, missing, messages(ws, night, plan), run_id)
        step.publish(night.moment, {"candidates": candidates, "limits": plan.limits}, run_id)
    return plan


def _committed(ws: Workspace, step: Transaction, night: Night, asked: Sequence[str]) -> Plan:
    """The plan that stands, from the ledger and the store."""
    candidates, limits = night.stored("candidates", step), night.stored("limits", step)
    return Plan(
        as_of=night.moment,
        policy=night.policy,
        decisions=step.decisions(night.moment, industries=asked),
        candidates=candidates.filter(pc.is_in(candidates["industry"], pa.array(asked, pa.string()))),
        limits=limits,
        gap=step.gap(night.moment, night.policy),
        interventions={i.id: i.text for i in ws.catalog.interventions},
    )


def _result(ws: Workspace, plan: Plan, *, dry: bool) -> Decided:
    fund = next((row for row in plan.limits.to_pylist() if row["resource"] == "fund"), None)
    pending = plan.decisions["approval"].to_pylist().count("pending")
    summary: dict[str, Any] = {
        "night": ws.shown(plan.as_of),
        "policy": f"{plan.policy} (dry run, nothing committed)" if dry else plan.policy,
        **plan.counts(),
    }
    if pending:
        summary["waiting for approval"] = pending
    if fund is not None:
        limit = "no limit" if fund["available"] is None else f"{fund['available'] / 100:,.2f}"
        summary["fund"] = f"{fund['used'] / 100:,.2f} of {limit}"
    summary["gap to the best plan"] = f"at most {plan.gap:.3%}"
    summary["quarantined"] = quarantined_when_scored(ws, plan.as_of)
    return Decided("decide", summary, plan.decisions, plan=plan)
