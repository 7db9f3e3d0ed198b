"""What is known when, column by column: as the workspace declares it, and how often a value is not there yet."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from demand.contract.database import session
from pipelines.config import NEVER
from pipelines.proof.kinds import WORDS, is_evidence, moment_kind
from pipelines.result import Result
from pipelines.sources import Prepared
from pipelines.workspace import Workspace

if TYPE_CHECKING:
    from rich.table import Table

_SCHEMA = pa.schema(
    [
        ("part", pa.string()),
        ("name", pa.string()),
        ("column", pa.string()),
        ("known_at", pa.string()),
        ("kind", pa.string()),
        ("side", pa.string()),
        ("null_before", pa.float64()),
        ("null_after", pa.float64()),
        ("days_later", pa.float64()),
    ]
)

_LATE = """
SELECT avg(({at} IS NULL OR {at} > {start})::INT) AS before, median(epoch({at}) - epoch({start})) AS seconds
FROM rows WHERE {start} IS NOT NULL
"""


def known(ws: Workspace) -> Result:
    """Every column of every raw table and source, and when it is known.

    Returns
    -------
    Result
        `table` has part (`table` or `source`), name, column, known_at (as declared), kind (recorded moment, derived,
        assumed, never), side (of a source's column: before, contact or after the request), null_before (share of rows
        in which the column is not known yet when its row begins), null_after (share of values missing even then),
        days_later (median, from the row's beginning, or between a source's two clocks).

    Raises
    ------
    ConfigError, ContractError
        If the sources cannot be mapped.
    """
    rows = [row for name in ws.config.tables for row in _of_table(ws, name)]
    rows += [row for name in ws.mapped.sources for row in _of_source(ws, name)]
    table = pa.Table.from_pylist(rows, schema=_SCHEMA)
    hidden = sum(row["known_at"] == NEVER for row in rows)
    later = sum(row["part"] == "table" and (row["null_before"] or 0) > 0 and row["known_at"] != NEVER for row in rows)
    summary = {
        "tables": f"{len(ws.config.tables)} with {sum(r['part'] == 'table' for r in rows)} columns",
        "known later than their row": later,
        "never visible": hidden,
        "assumed": sum(r["kind"] == WORDS["assumed"] for r in rows),
        "sources": f"{len(ws.mapped.sources)} with {sum(r['part'] == 'source' for r in rows)} columns",
    }
    return Result("check --known", summary, table)


def as_tables(result: Result) -> Iterator[Table]:
    """The rows for the terminal, a table for each raw table and source."""
    from rich.table import Table

    rows = result.table.to_pylist() if result.table is not None else []
    for part, name in dict.fromkeys((r["part"], r["name"]) for r in rows):
        shown = Table(title=f"{part} {name}", title_justify="left")
        for title in ("column", "known at", "kind", "side" if part == "source" else "null before", "null", "later"):
            shown.add_column(title, overflow="fold")
        for r in (r for r in rows if (r["part"], r["name"]) == (part, name)):
            third = r["side"] if part == "source" else _share(r["null_before"])
            values = (r["column"], r["known_at"], r["kind"], third, _share(r["null_after"]), _days(r["days_later"]))
            shown.add_row(*(str(v or "").replace("[", r"\[") for v in values))
        yield shown


def _of_table(ws: Workspace, name: str) -> Iterator[dict[str, Any]]:
    prepared = ws.raw.prepared(name)
    kinds = [WORDS[moment_kind(entry.at, prepared.settings)] for entry in prepared.settings.known]
    with session() as db:
        db.register("rows", prepared.table)
        start = f'"{Prepared.at(0)}"'
        late: dict[int, dict[str, Any]] = {}
        for i, entry in enumerate(prepared.settings.known):
            late[i] = {"before": 1.0, "seconds": None}
            if entry.at != NEVER:
                sql = _LATE.format(at=f'"{Prepared.at(i)}"', start=start)
                late[i] = db.sql(sql).to_arrow_table().to_pylist()[0]
    for column, i in prepared.moments.items():
        values = prepared.table[column]
        yield {
            "part": "table",
            "name": name,
            "column": column,
            "known_at": prepared.settings.known[i].at,
            "kind": kinds[i],
            "null_before": late[i]["before"],
            "null_after": values.null_count / len(values) if len(values) else None,
            "days_later": None if late[i]["seconds"] is None else late[i]["seconds"] / 86_400,
        }


def _of_source(ws: Workspace, name: str) -> Iterator[dict[str, Any]]:
    settings, table = ws.config.sources[name], ws.mapped.sources[name].table
    guess = not is_evidence(name, ws.raw)
    if settings.delay is not None:
        declared = f"occurred_at + {_duration(settings.delay)}"
    else:
        declared = settings.known_at.column or "known_at"
        declared = declared if settings.read is not None else f"{declared} of {settings.path}"
    with session() as db:
        db.register("rows", table)
        gap = db.sql("SELECT median(epoch(known_at) - epoch(occurred_at)) AS seconds FROM rows").to_arrow_table()
    seconds = gap["seconds"][0].as_py()
    kind = "assumed" if guess else "recorded" if ws.raw.reads_directly(name) else "derived"
    for column, (side, _) in settings.columns.items():
        yield {
            "part": "source",
            "name": name,
            "column": column,
            "known_at": declared,
            "kind": WORDS[kind],  # type: ignore[index]
            "side": side,
            "null_after": table[column].null_count / len(table) if len(table) else None,
            "days_later": None if seconds is None else seconds / 86_400,
        }


def _duration(delay: timedelta) -> str:
    return f"{delay.days}d" if delay.days and not delay.seconds else f"{delay.total_seconds() / 3600:g}h"


def _share(share: float | None) -> str:
    return "" if share is None else f"{share:.1%}"


def _days(days: float | None) -> str:
    return "" if not days else f"{days:,.1f} d"
