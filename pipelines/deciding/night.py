"""A scored night as it is decided: what was scored, what was planned so far, under which limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from demand.contract import TABLES, StateError
from demand.decisions import LIMITS_TABLE, Limits, OrderWords, Plan, message
from pipelines.ledger import Transaction
from pipelines.store import Store
from pipelines.workspace import Workspace

_EMPTY = {"candidates": TABLES["candidates"].empty_table(), "limits": LIMITS_TABLE.empty_table()}


@dataclass(frozen=True)
class Night:
    """A scored moment, and the name under which it is decided."""

    store: Store
    moment: datetime
    policy: str
    scores: pa.Table
    axes: pa.Table

    @classmethod
    def read(cls, ws: Workspace, moment: datetime, policy: str, tables: Mapping[str, pa.Table] | None) -> Night:
        """From the store, or from the tables of a result that was not written."""
        store = Store(ws.state / "store")
        if tables is not None:
            return cls(store, moment, policy, tables["scores"], tables["score_axes"])
        if not store.has("scores", moment):
            raise StateError(
                found=f"{ws.shown(moment)} was not scored",
                expected="scores to decide on",
                remedy=f"run `{ws.command('score', as_of=moment)}`, then decide",
            )
        scores, axes = (store.read(t, as_of=moment) for t in ("scores", "score_axes"))
        return cls(store, moment, policy, scores, axes)

    @property
    def industries(self) -> list[str]:
        """Those that were scored."""
        names: list[str] = self.axes["industry"].to_pylist()
        return names

    def stored(self, table: str, step: Transaction) -> pa.Table:
        """A table of this night's plan; empty if there is none yet."""
        waiting = step.unpublished(self.moment)
        if table in waiting:
            return waiting[table]
        if not self.store.has(table, self.moment):
            return _EMPTY[table]
        return self.store.read(table, as_of=self.moment).drop_columns(["as_of"])


def with_others(
    night: Night, step: Transaction, new: pa.Table, missing: Sequence[str], decided: frozenset[str]
) -> pa.Table:
    """The night's candidates: the new ones, and those of industries and decisions that stay."""
    before = night.stored("candidates", step)
    if not before.num_rows:
        return new
    stays = pc.is_in(before["subject_id"], pa.array(sorted(decided), pa.string()))
    others = pc.invert(pc.is_in(before["industry"], pa.array(missing, pa.string())))
    kept = before.filter(pc.or_(stays, others))
    new = new.filter(pc.invert(pc.is_in(new["subject_id"], kept["subject_id"].combine_chunks())))
    both = pa.concat_tables([kept.select(new.column_names), new])
    return both.sort_by([("subject_id", "ascending"), ("intervention", "ascending")])


def messages(ws: Workspace, night: Night, plan: Plan) -> dict[str, dict[str, Any]]:
    """Decision -> what its channel gets, for every decision to treat."""
    treated = plan.decisions.filter(pc.equal(plan.decisions["arm"], "treat"))
    about = night.scores.filter(pc.is_in(night.scores["subject_id"], treated["subject_id"].combine_chunks()))
    orders = {r["subject_id"]: OrderWords(r.get("store_id"), r["due_at"]) for r in about.to_pylist()}
    return {d["decision_id"]: message(d, ws.catalog, orders[d["subject_id"]], ws.zone) for d in treated.to_pylist()}


def limits_of(ws: Workspace) -> Limits:
    """What a night may spend."""
    limits = ws.config.limits
    return Limits(
        fund_cents=limits.fund_cents_per_night,
        capacities=limits.capacities,
        messages_per_day=limits.messages_per_user.day,
        messages_per_week=limits.messages_per_user.week,
    )


def longest_cooldown(ws: Workspace) -> timedelta:
    """Of any intervention."""
    return max((i.cooldown for i in ws.catalog.interventions), default=timedelta(0))


def local_day(ws: Workspace, moment: datetime) -> tuple[datetime, datetime]:
    """Start and end of the local day of a moment."""
    local = moment.astimezone(ws.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return local.astimezone(UTC), (local + timedelta(days=1)).astimezone(UTC)
