"""The plan of a night: what is done for whom, what is not, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from demand.catalog import Catalog
from demand.contract import INSTANT, TABLES, StateError, Text, conform
from demand.decisions.eligibility import CONSIDERED, consider
from demand.decisions.identity import decision_ids, idempotency_key
from demand.decisions.limits import History, Holdout, Limits
from demand.decisions.live import Live
from demand.decisions.reasons import APPROVAL_REQUIRED, REASON_CODES
from demand.decisions.selection import Selection, select

LIMITS_TABLE = pa.schema(
    {"resource": pa.string(), "used": pa.int64(), "available": pa.int64(), "price_cents": pa.float64()}
)
ARMS = ("treat", "holdout", "blocked")
FURTHER = ("pool", "message", "reserved_cents")
"""Columns of decisions beside those of the contract."""


@dataclass(frozen=True)
class Plan:
    """Decisions of one moment; shows itself in a notebook.

    Parameters
    ----------
    decisions : one per subject that has an eligible candidate, in the schema `decisions` of the contract, then
        `pool`, `message`, `reserved_cents` (taken from the fund)
    candidates : every live subject with every intervention, in the schema `candidates`, then `probability`
    limits : resource (`fund` or a pool), used, available (null: no limit), price_cents (gain of one more unit)
    gap : how far the plan may be from the best possible, as a share of its gain
    """

    as_of: datetime
    policy: str
    decisions: pa.Table
    candidates: pa.Table
    limits: pa.Table
    gap: float
    interventions: Mapping[str, Text]

    @property
    def shadow_prices(self) -> dict[str, float]:
        """What one more cent in the fund, or one more action of a pool, would gain, in cents."""
        return dict(zip(self.limits["resource"].to_pylist(), self.limits["price_cents"].to_pylist(), strict=True))

    def counts(self) -> dict[str, int]:
        """Subjects by arm."""
        arms = self.decisions["arm"].to_pylist()
        return {arm: arms.count(arm) for arm in ARMS}

    def why_not(self, subject_id: str, language: str = "en") -> str:
        """Every intervention that was considered for a subject, and what became of it, in words.

        Raises
        ------
        StateError
            If nothing was considered: the subject is not live, or its industry has no intervention.
        """
        rows = self.candidates.filter(pc.equal(self.candidates["subject_id"], subject_id)).to_pylist()
        if not rows:
            raise StateError(
                found=f"nothing was considered for {subject_id} at {self.as_of.isoformat()}",
                expected="a subject that is live then, in an industry with interventions",
                remedy="look it up in the scores of this moment, and in the catalogue",
            )
        say = "worth {:.2f}, costs {:.2f}" if language == "en" else "价值 {:.2f}，成本 {:.2f}"
        lines = [subject_id]
        for row in sorted(rows, key=lambda r: (-r["eligible"], r["cost_cents"] - r["value_cents"], r["intervention"])):
            name, why = self.interventions[row["intervention"]][language], REASON_CODES[row["reason_code"]][language]
            lines.append(f"- {name}: {why} ({say.format(row['value_cents'] / 100, row['cost_cents'] / 100)})")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        counts = "".join(f"<td>{n:,} {escape(arm)}</td>" for arm, n in self.counts().items())
        head = f"<h4>{escape(self.policy)} at {self.as_of.isoformat()}</h4><table><tr>{counts}</tr></table>"
        limits = self.limits.to_pandas()._repr_html_()
        shown = self.decisions.select(["subject_id", "intervention", "arm", "reason_code", "fire_at"]).slice(0, 20)
        return head + limits + shown.to_pandas()._repr_html_()


def make_plan(
    lives: Sequence[Live],
    catalog: Catalog,
    *,
    as_of: datetime,
    policy: str,
    limits: Limits,
    holdout: Holdout,
    history: History,
    zone: ZoneInfo,
) -> Plan:
    """Plan one moment: candidates, holdout, allocation, decisions.

    Parameters
    ----------
    lives : the live subjects, by industry
    history : what was decided before and still stands
    zone : of local days and quiet hours

    Returns
    -------
    Plan
        The same input gives the same plan, whatever the order of its rows.
    """
    parts = [consider(live, catalog, limits, history, zone) for live in lives]
    considered = pa.concat_tables(parts) if parts else CONSIDERED.empty_table()
    considered = considered.sort_by([("subject_id", "ascending"), ("intervention", "ascending")]).combine_chunks()
    chosen = select(considered, limits, holdout, history)
    ids = decision_ids(considered["subject_id"].to_pylist(), considered["intervention"].to_pylist(), as_of, policy)
    base = considered.append_column("decision_id", pa.array(ids, pa.string()))
    base = base.append_column("cutoff", pa.repeat(pa.scalar(as_of, INSTANT), base.num_rows))
    base = base.set_column(
        base.schema.get_field_index("reason_code"), "reason_code", pa.array(chosen.codes, pa.string())
    )
    base = base.append_column("propensity", _propensity(base, chosen, holdout))
    return Plan(
        as_of=as_of,
        policy=policy,
        decisions=_decisions(base, chosen, policy),
        candidates=conform(base.select([*TABLES["candidates"].names, "probability"]), "candidates"),
        limits=_limits(base, chosen, limits, history),
        gap=max(0.0, 1 - chosen.gain / chosen.bound) if chosen.bound > 0 else 0.0,
        interventions={i.id: i.text for i in catalog.interventions},
    )


def _propensity(base: pa.Table, chosen: Selection, holdout: Holdout) -> pa.Array:
    """The probability of the arm that the draw gave; 0 for candidates that no decision is about."""
    contractual = base["contractual"].to_numpy()
    drawn = np.where(chosen.arms == "holdout", holdout.share, np.where(contractual, 1.0, 1.0 - holdout.share))
    return pa.array(np.where(chosen.arms == "", 0.0, drawn), pa.float64())


def _decisions(base: pa.Table, chosen: Selection, policy: str) -> pa.Table:
    rows = np.flatnonzero(chosen.arms != "")
    table = base.take(pa.array(rows))
    arms = chosen.arms[rows]
    treat = arms == "treat"
    keys = [idempotency_key(d) if t else None for d, t in zip(table["decision_id"].to_pylist(), treat, strict=True)]
    waits = table["reason_code"].to_numpy(zero_copy_only=False) == APPROVAL_REQUIRED
    table = table.rename_columns({"cutoff": "as_of"})
    added = {
        "policy": pa.repeat(policy, len(rows)),
        "arm": pa.array(arms, pa.string()),
        "approval": pa.array(np.where(waits, "pending", "none"), pa.string()),
        "status": pa.repeat("planned", len(rows)),
        "idempotency_key": pa.array(keys, pa.string()),
        "reserved_cents": pa.array(chosen.reserved[rows], pa.int64()),
    }
    for name, column in added.items():
        table = table.append_column(name, column)
    return conform(table.select([*TABLES["decisions"].names, *FURTHER]), "decisions")


def _limits(base: pa.Table, chosen: Selection, limits: Limits, history: History) -> pa.Table:
    used = dict(history.used)
    for pool, arm in zip(base["pool"].to_pylist(), chosen.arms, strict=True):
        if pool is not None and arm == "treat":
            used[pool] = used.get(pool, 0) + 1
    pools = sorted(set(used) | set(limits.capacities))
    reserved = history.reserved_cents + int(chosen.reserved.sum())
    return pa.table(
        {
            "resource": ["fund", *pools],
            "used": [reserved, *(used.get(p, 0) for p in pools)],
            "available": [limits.fund_cents, *(limits.capacities.get(p) for p in pools)],
            "price_cents": [chosen.fund_price, *(chosen.pool_prices.get(p, 0.0) for p in pools)],
        },
        LIMITS_TABLE,
    )
