"""What moved, side by side: as a frame, as tables in the terminal, as HTML."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from html import escape
from typing import TYPE_CHECKING

import pyarrow as pa

from demand.contract import INSTANT

if TYPE_CHECKING:
    from rich.table import Table

    from pipelines.proof.commutation import Finding

_SCHEMA = pa.schema(
    [
        ("source", pa.string()),
        ("kind", pa.string()),
        ("moment", INSTANT),
        ("id", pa.string()),
        ("column", pa.string()),
        ("then", pa.string()),
        ("now", pa.string()),
        ("comes_from", pa.string()),
        ("known_at", pa.string()),
    ]
)


def moved_rows(findings: Iterable[Finding]) -> pa.Table:
    """Some rows of every finding, one row a value.

    Returns
    -------
    source, kind, moment, id, column, then, now, comes_from (raw table and columns), known_at (as declared for them)
    """
    rows = [
        {
            "source": f.source,
            "kind": f.difference.kind,
            "moment": f.first,
            "id": m.id,
            "column": m.column,
            "then": m.then,
            "now": m.now,
            "comes_from": _origin(f),
            "known_at": f.culprit.at if f.culprit else None,
        }
        for f in findings
        for m in f.difference.moved
    ]
    return pa.Table.from_pylist(rows, schema=_SCHEMA)


def as_tables(findings: Iterable[Finding]) -> Iterator[Table]:
    """A small table for each finding: the row, the column, what was seen then, what is said now."""
    from rich.markup import escape as plain
    from rich.table import Table

    for f in findings:
        if not f.difference.moved:
            continue
        table = Table(title=plain(_title(f)), caption=plain(_caption(f)), title_justify="left", caption_justify="left")
        for column in ("row", "column", *_sides(f)):
            table.add_column(plain(column), overflow="fold")
        for m in f.difference.moved:
            table.add_row(*map(plain, (m.id, m.column, m.then, m.now)))
        yield table


def as_html(findings: Iterable[Finding]) -> str:
    """The same for a notebook; nothing where nothing moved."""
    parts = []
    for f in findings:
        if not f.difference.moved:
            continue
        head = "".join(f"<th>{escape(c)}</th>" for c in ("row", "column", *_sides(f)))
        body = "".join(
            "<tr>" + "".join(f"<td>{escape(v)}</td>" for v in (m.id, m.column, m.then, m.now)) + "</tr>"
            for m in f.difference.moved
        )
        parts.append(f"<h5>{escape(_title(f))}</h5><table><tr>{head}</tr>{body}</table><p>{escape(_caption(f))}</p>")
    return "".join(parts)


def _title(f: Finding) -> str:
    return f"{f.source}: {f.found.removeprefix('looks ahead: ')}, {f.rows:,} rows, at {f.moments} of {f.tried} moments"


def _caption(f: Finding) -> str:
    if f.culprit is None:
        return f"mend {f.file}: {f.remedy}"
    return f"{f.file} uses {f.culprit}.\nIs that moment right? Then mend the SQL. Is it wrong? Then mend `known`."


def _sides(f: Finding) -> tuple[str, str]:
    return f"as seen at {_minute(f.first)}", "as the whole table says"


def _minute(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _origin(f: Finding) -> str | None:
    if f.culprit is None:
        return None
    return ", ".join(f"{f.culprit.table}.{c}" for c in f.culprit.columns) or f"later rows of {f.culprit.table}"
