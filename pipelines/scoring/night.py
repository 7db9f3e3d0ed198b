"""A night of three tables: stacked from its industries, ranked for people, replaced in the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from demand.contract import TABLES
from pipelines.scoring.industry import Scored
from pipelines.store import Store
from pipelines.workspace import Workspace

# The scores come last: whoever sees them finds the axes and the reasons that belong to them.
_TABLES = ("score_axes", "reasons", "scores")


def stacked(scored: Mapping[str, Scored]) -> dict[str, pa.Table]:
    """The rows of all industries: `score_axes`, `reasons`, `scores`."""
    parts = scored.values()
    return {
        "score_axes": _stack("score_axes", [p.axes for p in parts]),
        "reasons": _stack("reasons", [p.reasons for p in parts]),
        "scores": _stack("scores", [p.scores for p in parts]),
    }


def ranked(scored: Mapping[str, Scored], scores: pa.Table) -> pa.Table:
    """The list that people read: the riskiest first."""
    shown = scores.select(["subject_id", "industry", "p_request", "onset_p50", "due_at"])
    shown = shown.add_column(3, "scenario", pa.array([s for p in scored.values() for s in p.top_scenario], pa.string()))
    shown = shown.append_column("reasons", pa.array([w for p in scored.values() for w in p.words], pa.string()))
    return shown.sort_by([("p_request", "descending"), ("industry", "ascending"), ("subject_id", "ascending")])


def write_night(
    ws: Workspace, moment: datetime, asked: Sequence[str], tables: Mapping[str, pa.Table], run_id: str
) -> None:
    """Replace the night; of the industries that were not asked for, it keeps what it held."""
    store = Store(ws.state / "store")
    if set(asked) != set(ws.industries) and store.has("scores", moment):
        tables = _with_others(store, moment, asked, tables)
    for name in _TABLES:
        store.replace(name, as_of=moment, rows=tables[name], run_id=run_id)


def _with_others(
    store: Store, moment: datetime, asked: Sequence[str], tables: Mapping[str, pa.Table]
) -> dict[str, pa.Table]:
    before = {name: store.read(name, as_of=moment) for name in _TABLES}
    before = {name: t.drop_columns([c for c in t.column_names if c == "as_of"]) for name, t in before.items()}
    mine = pa.array(asked, pa.string())
    others = {
        name: before[name].filter(pc.invert(pc.is_in(before[name]["industry"], mine)))
        for name in ("score_axes", "scores")
    }
    subjects = others["scores"]["subject_id"].combine_chunks()
    others["reasons"] = before["reasons"].filter(pc.is_in(before["reasons"]["subject_id"], subjects))
    return {name: _stack(name, [others[name], tables[name]]) for name in _TABLES}


def _stack(name: str, parts: list[pa.Table]) -> pa.Table:
    return pa.concat_tables(parts, promote_options="default") if parts else TABLES[name].empty_table()
