"""Which raw column a difference comes from: the one that, if it is seen before its moment, makes the difference go.

A newcomer reads a refusal in terms of the mapped source; what has to be mended is a raw column's `known`, or its use.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pipelines.config import NEVER
from pipelines.proof.difference import compare_rows
from pipelines.proof.kinds import named_columns, sql_of
from pipelines.sources import RawTables, tables_of, try_map
from pipelines.workspace import Workspace


@dataclass(frozen=True)
class Culprit:
    """Columns of a raw table that a mapping uses before `at`; no column: rows that start at `at`."""

    table: str
    at: str
    columns: tuple[str, ...]

    def __str__(self) -> str:
        if not self.columns:
            return f"rows of {self.table} that start later (`known` at {self.at})"
        return f"{' and '.join(f'{self.table}.{c}' for c in self.columns)} before it is known (`known` at {self.at})"


def find_culprit(ws: Workspace, source: str, moment: datetime) -> Culprit | None:
    """Reveal one thing after another that is hidden at a moment, and see what makes the differences go.

    Parameters
    ----------
    source : one that differs at `moment`

    Returns
    -------
    the single column if there is one, else the columns of one moment together, or later rows; None where nothing alone
    explains it
    """
    raw, text = ws.raw.truncate(moment), sql_of(ws.config.sources[source], ws.raw)
    least, best = _differing(ws, source, raw, moment), None
    for table in tables_of(ws.config, ws.raw, source):
        prepared = ws.raw.prepared(table)
        for i, entry in enumerate(prepared.settings.known):
            if entry.at == NEVER or least == 0:
                continue
            columns = tuple(named_columns([c for c, m in prepared.moments.items() if m == i], text)) if i else None
            if columns == ():
                continue
            left = _differing(ws, source, raw.reveal(table, columns), moment)
            if left < least:
                least, best = left, Culprit(table, entry.at, columns or ())
    if best is None or len(best.columns) < 2:
        return best
    for column in best.columns:
        if _differing(ws, source, raw.reveal(best.table, [column]), moment) <= least:
            return Culprit(best.table, best.at, (column,))
    return best


def _differing(ws: Workspace, source: str, raw: RawTables, moment: datetime) -> float:
    """How many rows differ; infinitely many where nothing can be mapped."""
    then, _ = try_map(ws.config, raw, names=[source])
    if source not in then.sources:
        return float("inf")
    return sum(d.rows for d in compare_rows(ws.mapped.sources[source].table, then.sources[source].table, moment))
