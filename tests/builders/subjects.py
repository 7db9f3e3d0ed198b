"""The smallest histories that show a point, random ones that show the rest, and the obvious way to read them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
from hypothesis import strategies as st

from demand.contract import ARROW, INSTANT, ColumnSpec, SourceSpec, SourceTable

MONDAY = datetime(2024, 9, 2, tzinfo=UTC)


def day(number: float) -> datetime:
    """So many days after a Monday's midnight."""
    return MONDAY + timedelta(days=number)


@dataclass(frozen=True)
class Row:
    """One version of one row of a source; `value` is its only column, `due` its only date."""

    id: str
    subject: str | None
    occurred: float
    known: float
    op: str = "insert"
    value: str | None = None
    due: int | None = None

    @property
    def order(self) -> tuple[float, float, str]:
        return (self.occurred, self.known, self.id)


def row(id: str, occurred: float, known: float | None = None, **rest: Any) -> Row:
    """A row known when it happened, about the subject of its own name, unless said otherwise."""
    return Row(id, rest.pop("subject", id), occurred, occurred if known is None else known, **rest)


def rows_table(rows: Sequence[Row]) -> pa.Table:
    return pa.table(
        {
            "id": pa.array([r.id for r in rows], pa.string()),
            "occurred_at": pa.array([day(r.occurred) for r in rows], INSTANT),
            "known_at": pa.array([day(r.known) for r in rows], INSTANT),
            "op": pa.array([r.op for r in rows], pa.string()),
            "subject_id": pa.array([r.subject for r in rows], pa.string()),
            "value": pa.array([r.value for r in rows], ARROW["category"]),
            "due": pa.array([None if r.due is None else day(r.due).date() for r in rows], ARROW["date"]),
        }
    )


def source(*rows: Row, name: str = "orders", kind: str = "events") -> SourceTable:
    columns = {"value": ColumnSpec("category", "before"), "due": ColumnSpec("date", "before")}
    return SourceTable(SourceSpec(name, kind, ("subject",), columns), rows_table(rows))  # type: ignore[arg-type]


def contacts(*rows: Row) -> pa.Table:
    """Contacts as `merge_into_episodes` takes them: `value` is the scenario."""
    return rows_table(rows).rename_columns({"id": "request_id", "value": "scenario"})


def known_before(rows: Iterable[Row], t: float) -> list[Row]:
    """The rows of tables truncated at t."""
    return [r for r in rows if r.known < t]


def visible(rows: Iterable[Row], t: float) -> list[Row]:
    """The obvious reading of the two clocks: per id the newest version known before t, if it counts and happened."""
    newest: dict[str, Row] = {}
    for r in known_before(rows, t):
        if r.id not in newest or (r.known, r.occurred) > (newest[r.id].known, newest[r.id].occurred):
            newest[r.id] = r
    return [r for r in newest.values() if r.op != "delete" and r.occurred < t]


def state(rows: Iterable[Row], t: float) -> dict[str, Row]:
    """The last visible row of each subject."""
    last: dict[str, Row] = {}
    for r in sorted(visible(rows, t), key=lambda r: r.order):
        if r.subject is not None:
            last[r.subject] = r
    return last


def histories(values: Sequence[str], *, max_size: int = 14) -> st.SearchStrategy[list[Row]]:
    """Random rows with late arrivals, corrections (also of the subject and of the moment) and deletions."""
    half_days = st.integers(0, 40).map(lambda n: n / 2)
    one = st.builds(
        Row,
        id=st.sampled_from("abcde"),
        subject=st.sampled_from(["s1", "s2", "s3", None]),
        occurred=half_days,
        known=half_days,
        op=st.sampled_from(["insert", "correct", "correct", "delete"]),
        value=st.sampled_from([*values, None]),
        due=st.one_of(st.none(), st.integers(0, 24)),
    )
    return st.lists(one, max_size=max_size, unique_by=lambda r: (r.id, r.known))


def table_rows(table: pa.Table, *names: str) -> list[tuple[Any, ...]]:
    """The rows of a table as tuples of these columns."""
    return list(zip(*(table[n].to_pylist() for n in names), strict=True))
