"""Rows as they were seen at a moment against the same rows today: what differs, and how."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import pyarrow as pa

from demand.contract.database import session

SHOWN, WIDTH = 5, 4
ABSENT = "not there"

Kind = Literal["changed", "hindsight", "vanished", "broken"]

_MOVED = """
CREATE TEMP TABLE {name} AS
SELECT *, row_number() OVER (PARTITION BY id ORDER BY known_at) AS "version"
FROM (SELECT * FROM {left} WHERE known_at < $moment EXCEPT ALL SELECT * FROM {right} WHERE known_at < $moment)
"""

_PAIRS = """
SELECT coalesce(n.id, t.id) AS id, n.id IS NOT NULL AS is_now, t.id IS NOT NULL AS was_then,
       [c FOR c IN [{differing}] IF c IS NOT NULL] AS columns, {values}
FROM now_only n FULL JOIN then_only t ON n.id = t.id AND n."version" = t."version"
"""

_SUMMARY = """
SELECT CASE WHEN is_now AND was_then THEN 'changed' WHEN is_now THEN 'hindsight' ELSE 'vanished' END AS kind,
       count(*) AS rows, list_sort(list_distinct(flatten(list(columns)))) AS columns,
       arg_min(pairs, pairs.id, {shown}) AS examples
FROM ({pairs}) pairs
GROUP BY kind ORDER BY kind
"""


@dataclass(frozen=True)
class Moved:
    """One value of one row, then and now; of a row that is only on one side, the row in short."""

    id: str
    column: str
    then: str
    now: str


@dataclass(frozen=True)
class Difference:
    """One way in which rows differ.

    Parameters
    ----------
    kind : `changed` (the row says something else), `hindsight` (said to be known then, but not seen then),
        `vanished` (seen then, gone today), `broken` (could not be mapped then)
    rows : how many
    columns : of changed rows, what differs
    example : one row before and after
    moved : some of the rows: id, column, what was seen then, what is said now, as text
    """

    kind: Kind
    rows: int
    columns: tuple[str, ...]
    example: str
    moved: tuple[Moved, ...] = ()


def compare_rows(now: pa.Table, then: pa.Table, moment: datetime) -> list[Difference]:
    """Compare whole rows with known_at before a moment, both ways.

    Parameters
    ----------
    now, then : the same source from the whole tables and from tables truncated at the moment, with equal columns

    Returns
    -------
    nothing where they are equal
    """
    columns = [c for c in now.column_names if c != "id"]
    with session() as db:
        db.register("rows_now", now)
        db.register("rows_then", then.select(now.column_names))
        sides = (("now_only", "rows_now", "rows_then"), ("then_only", "rows_then", "rows_now"))
        for name, left, right in sides:
            db.execute(_MOVED.format(name=name, left=left, right=right), {"moment": moment})
        differing = ", ".join(
            f'CASE WHEN n.id IS NOT NULL AND t.id IS NOT NULL AND n."{c}" IS DISTINCT FROM t."{c}" THEN \'{c}\' END'
            for c in columns
        )
        values = ", ".join(f'n."{c}" AS "now {c}", t."{c}" AS "then {c}"' for c in columns)
        pairs = _PAIRS.format(differing=differing, values=values)
        summary = db.sql(_SUMMARY.format(pairs=pairs, shown=SHOWN)).to_arrow_table().to_pylist()
    return [_difference(s, columns) for s in summary]


def _difference(summary: dict[str, Any], columns: list[str]) -> Difference:
    moved = tuple(m for row in summary["examples"] for m in _moved(summary["kind"], row, columns))
    return Difference(
        summary["kind"], summary["rows"], tuple(summary["columns"] or ()), _example(summary["kind"], moved), moved
    )


def _moved(kind: str, row: dict[str, Any], columns: list[str]) -> list[Moved]:
    if kind == "changed":
        return [Moved(row["id"], c, shown(row[f"then {c}"]), shown(row[f"now {c}"])) for c in row["columns"]]
    side = "now" if kind == "hindsight" else "then"
    told = [c for c in columns if c not in ("occurred_at", "op") and row[f"{side} {c}"] is not None]
    text = ", ".join(f"{c} {shown(row[f'{side} {c}'])}" for c in told[:WIDTH])
    return [Moved(row["id"], "the row", *((ABSENT, text) if side == "now" else (text, ABSENT)))]


def _example(kind: str, moved: tuple[Moved, ...]) -> str:
    """The row of the smallest id: of a changed one the columns that moved, of another the clocks."""
    first = [m for m in moved if m.id == moved[0].id]
    if kind != "changed":
        text = next(t for t in (first[0].then, first[0].now) if t != ABSENT)
        return f"row {first[0].id} {text.split(',')[0].replace('known_at', 'known at')}"
    return f"row {first[0].id}: " + ", ".join(f"{m.column} {m.then} -> {m.now}" for m in first)


def shown(value: Any) -> str:
    """A value as it is told: instants to the second, texts in quotes."""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S} UTC"
    return "null" if value is None else repr(value) if isinstance(value, str) else str(value)
