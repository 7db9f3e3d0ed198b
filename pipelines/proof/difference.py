"""Rows as they were seen at a moment against the same rows today: what differs, and how."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import duckdb
import pyarrow as pa

Kind = Literal["changed", "hindsight", "vanished", "broken"]

_FINGERPRINT = """
SELECT count(*) AS rows, sum(hash({columns})::HUGEINT) AS total, bit_xor(hash({columns})) AS mixed
FROM {side} WHERE known_at < $moment
"""

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
       arg_min(pairs, pairs.id) AS example
FROM ({pairs}) pairs
GROUP BY kind ORDER BY kind
"""


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
    """

    kind: Kind
    rows: int
    columns: tuple[str, ...]
    example: str


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
    with duckdb.connect() as db:
        db.execute("SET TimeZone = 'UTC'")
        db.register("rows_now", now)
        db.register("rows_then", then.select(now.column_names))
        sides = (("now_only", "rows_now", "rows_then"), ("then_only", "rows_then", "rows_now"))
        everything = ", ".join(f'"{c}"' for c in now.column_names)
        if _fingerprint(db, "rows_now", everything, moment) == _fingerprint(db, "rows_then", everything, moment):
            return []
        for name, left, right in sides:
            db.execute(_MOVED.format(name=name, left=left, right=right), {"moment": moment})
        differing = ", ".join(
            f'CASE WHEN n.id IS NOT NULL AND t.id IS NOT NULL AND n."{c}" IS DISTINCT FROM t."{c}" THEN \'{c}\' END'
            for c in columns
        )
        values = ", ".join(f'n."{c}" AS "now {c}", t."{c}" AS "then {c}"' for c in columns)
        pairs = _PAIRS.format(differing=differing, values=values)
        summary = db.sql(_SUMMARY.format(pairs=pairs)).to_arrow_table().to_pylist()
    return [Difference(s["kind"], s["rows"], tuple(s["columns"] or ()), _example(s)) for s in summary]


def _fingerprint(db: duckdb.DuckDBPyConnection, side: str, columns: str, moment: datetime) -> dict[str, Any]:
    """The same for the same rows in any order; a difference that escapes both sums is one in 2^64."""
    sql = _FINGERPRINT.format(side=side, columns=columns)
    return db.sql(sql, params={"moment": moment}).to_arrow_table().to_pylist()[0]


def _example(summary: dict[str, Any]) -> str:
    """The row of the smallest id: of a changed one the columns that moved, of another the clocks."""
    row = summary["example"]
    if summary["kind"] != "changed":
        side = "now" if summary["kind"] == "hindsight" else "then"
        return f"row {row['id']} known at {_shown(row[f'{side} known_at'])}"
    moved = (f"{c} {_shown(row[f'then {c}'])} -> {_shown(row[f'now {c}'])}" for c in row["columns"])
    return f"row {row['id']}: {', '.join(moved)}"


def _shown(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S} UTC"
    return "null" if value is None else repr(value) if isinstance(value, str) else str(value)
