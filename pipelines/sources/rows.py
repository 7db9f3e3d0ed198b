"""The rows of one source under the contract's names and types, the unusable ones apart."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import pyarrow as pa

from demand.contract import INSTANT, ColumnType, Problem
from pipelines.config import FILE, SourceConfig, SqlUse, did_you_mean
from pipelines.config.checks_sources import check_expression
from pipelines.sources.casts import always_fits, identifier_sql, missing_sql, value_sql
from pipelines.sources.clocks import instant_sql
from pipelines.sources.oddities import empty_columns, odd_clocks
from pipelines.sources.quoting import quoted

RELATION = "rows of source"
_EXACT = 2**53  # beyond it a DOUBLE no longer tells neighbouring whole numbers apart

_JUDGED = """
WITH delivered AS (
    SELECT {raw} FROM "rows of source" {where}
), typed AS (
    SELECT *, {typed} FROM delivered
)
SELECT {names}, CASE {reasons} END AS why FROM typed
"""

_ORDER = "ORDER BY occurred_at, known_at, id"

_TWICE = """
SELECT count(*) > count(DISTINCT id) AND EXISTS (
    SELECT 1 FROM judged WHERE why IS NULL GROUP BY id, known_at HAVING count(*) > 1) AS twice
FROM judged WHERE why IS NULL
"""

_REPEATED_ASIDE = """
SELECT * REPLACE (CASE WHEN why IS NULL AND row_number() OVER (
    PARTITION BY id, known_at, why IS NULL ORDER BY {order}) > 1
    THEN struct_pack(reason := 'repeated id and known_at', "column" := 'id', example := id) ELSE why END AS why)
FROM judged ORDER BY occurred_at, known_at, id
"""

_USABLE = "SELECT * EXCLUDE (why) FROM judged WHERE why IS NULL ORDER BY occurred_at, known_at, id"

_REASONS = """
SELECT why.reason AS reason, why."column" AS "column", count(*) AS rows, min(why.example) AS example
FROM judged WHERE why IS NOT NULL GROUP BY ALL ORDER BY rows DESC, reason, "column"
"""

_NEGATIVE = 'SELECT count(*) AS rows, min(id) AS example FROM judged WHERE why IS NULL AND "{column}" < 0'


@dataclass(frozen=True)
class SourceRows:
    """What a source gave: usable rows in contract form, why others are not, how many there were."""

    table: pa.Table
    reasons: pa.Table
    total: int
    warnings: list[Problem]


@dataclass(frozen=True)
class Judged:
    """SQL of the contract's columns and `why`: null, or the reason for which a row cannot be used.

    Each row follows from the one of `delivered` that it is made of: `known_at`, and all that the declaration uses.
    """

    sql: str
    columns: tuple[str, ...]
    delivered: str


_NOTHING = Judged("", (), "")


def contract_rows(
    db: duckdb.DuckDBPyConnection, source: SourceConfig, *, zone: str, owns_subjects: bool
) -> tuple[SourceRows | None, list[Problem]]:
    """Bring the relation `rows of source` of a connection into contract form.

    Parameters
    ----------
    db : holds the relation
    source : the declaration
    zone : in which dates and naive times are meant
    owns_subjects : whether a row without a subject is unusable

    Returns
    -------
    the rows (None where columns are wrong) and every problem with the columns
    """
    judged, problems = judged_sql(db, source, zone=zone, owns_subjects=owns_subjects)
    if problems:
        return None, problems
    try:
        rows = _instants(db.sql(f"{judged.sql} {_ORDER}").to_arrow_table())
    except duckdb.Error as error:
        return None, [_failed(error, source)]
    db.register("judged", rows)
    if db.sql(_TWICE).to_arrow_table()["twice"][0].as_py():
        rows = _repeated_aside(db, judged.columns)
    usable = rows.drop_columns("why")
    if rows["why"].null_count < rows.num_rows:
        usable = _instants(db.sql(_USABLE).to_arrow_table())
    warnings = [*odd_clocks(usable, source), *empty_columns(usable, source), *_negative(db, source)]
    return SourceRows(usable, db.sql(_REASONS).to_arrow_table(), rows.num_rows, warnings), []


def judged_sql(
    db: duckdb.DuckDBPyConnection, source: SourceConfig, *, zone: str, owns_subjects: bool
) -> tuple[Judged, list[Problem]]:
    """As `contract_rows`, but only the SQL: nothing is computed, rows that repeat another are not set aside."""
    columns = db.sql(f'SELECT * FROM "{RELATION}"').columns
    wanted = _wanted(source, columns)
    problems: list[Problem] = []
    sql: dict[str, str] = {}
    for name, (text, part) in wanted.items():
        expression, problem = _expression(text, columns, f"{FILE}: sources.{source.name}{part}")
        problems += [problem] if problem else []
        sql[name] = expression
    where = source.where or ""
    if where:
        condition, problem = _expression(where, columns, f"{FILE}: sources.{source.name}.where")
        problems += [problem] if problem else []
        where = f"WHERE ({condition})"
    if problems:
        return _NOTHING, [_listing(p, source, columns) for p in problems]
    raw = ", ".join(f'{expression} AS "raw {name}"' for name, expression in sql.items())
    try:
        delivered = db.sql(f'SELECT {raw} FROM "{RELATION}" {where}')
        types = dict(zip(sql, map(str, delivered.types), strict=True))
        typed, reasons, problems = _columns(source, types, zone, owns_subjects)
        if problems:
            return _NOTHING, problems
    except duckdb.Error as error:
        return _NOTHING, [_failed(error, source)]
    judged = _JUDGED.format(
        raw=raw,
        where=where,
        typed=", ".join(f'{expression} AS "{name}"' for name, expression in typed.items()),
        names=", ".join(f'"{name}"' for name in typed),
        reasons=" ".join(reasons),
    )
    clocks = f'SELECT *, {typed["occurred_at"]} AS occurred_at FROM (SELECT {raw} FROM "{RELATION}" {where})'
    return Judged(judged, tuple(typed), f"SELECT *, {typed['known_at']} AS known_at FROM ({clocks})"), []


def _failed(error: duckdb.Error, source: SourceConfig) -> Problem:
    place = source.path or f"{FILE}: sources.{source.name}"
    message = " ".join(str(error).split("\n")[0].split("You might need")[0].split())
    return Problem(message, place, "mend the expression")


def _wanted(source: SourceConfig, columns: list[str]) -> dict[str, tuple[str, str]]:
    """Contract column -> the user's text for it, and where that stands in the file."""
    wanted = {"id": (source.id, ".id"), "occurred_at": (source.occurred_at, ".occurred_at")}
    if source.known_at.column is not None:
        wanted["known_at"] = (source.known_at.column, ".known_at")
    if source.op is not None or "op" in (c.lower() for c in columns):
        wanted["op"] = (source.op or "op", ".op")
    for key in source.key_names:
        wanted[f"{key}_id"] = (str(source.keys[key]), f".keys.{key}")
    for column, (side, settings) in source.columns.items():
        wanted[column] = (settings.source or column, f".{side}.{column}")
    return wanted


def _expression(text: str, columns: list[str], where: str) -> tuple[str, Problem | None]:
    """A text is a column if one has that name, row-wise SQL otherwise."""
    by_lower = {c.lower(): c for c in columns}
    if text.lower() in by_lower:
        return quoted(by_lower[text.lower()]), None
    used: list[SqlUse] = []
    for problem in check_expression(text, where, found=used):
        return text, problem
    for names in (c for use in used for c in use.columns):
        if names[0].lower() not in by_lower:
            return text, Problem(f"no column `{'.'.join(names)}`", where, did_you_mean(names[0], columns))
    return f"({text}\n)", None


def _listing(problem: Problem, source: SourceConfig, columns: list[str]) -> Problem:
    if not problem.found.startswith("no column"):
        return problem
    origin = source.path or source.read or "the frame"
    return Problem(
        problem.found, problem.where, problem.remedy, f"one of the columns of {origin}: {', '.join(columns)}"
    )


def _columns(
    source: SourceConfig, types: dict[str, str], zone: str, owns_subjects: bool
) -> tuple[dict[str, str], list[str], list[Problem]]:
    """SQL of every contract column, the reasons to set a row aside, and columns of an impossible type."""
    typed: dict[str, str] = {}
    reasons: list[str] = []
    problems: list[Problem] = []

    def aside(condition: str, reason: str, column: str, example: str) -> None:
        why = f"struct_pack(reason := '{reason}', \"column\" := '{column}', example := ({example})::VARCHAR)"
        reasons.append(f"WHEN {condition} THEN {why}")

    typed["id"] = identifier_sql('"raw id"', types["id"])
    if types["id"] in ("FLOAT", "DOUBLE"):
        aside(f'abs("raw id") > {_EXACT}', "id too large for a number with a fraction", "id", '"raw id"')
    aside("id IS NULL", "null id", "id", "'occurred_at ' || coalesce(\"raw occurred_at\"::VARCHAR, 'null')")
    for clock in ("occurred_at", "known_at"):
        if clock not in types:
            delay = int(source.delay.total_seconds() * 1_000_000) if source.delay else 0
            typed[clock] = f"occurred_at + to_microseconds({delay})"
            continue
        raw = f'"raw {clock}"'
        instant = instant_sql(raw, types[clock], zone)
        if instant is None:
            problems.append(_wrong_type(source, clock, types[clock], "a date or a timestamp"))
            continue
        typed[clock] = instant
        aside(f"{clock} IS NULL AND {missing_sql(raw, types[clock])}", f"null {clock}", clock, "id")
        aside(f"{clock} IS NULL", "not a moment", clock, raw)
    typed["op"] = "'insert'"
    if "op" in types:
        typed["op"] = "coalesce(lower(trim(\"raw op\"::VARCHAR)), 'insert')"
        aside("op NOT IN ('insert', 'correct', 'delete')", "unknown op", "op", "op")
    for key in source.key_names:
        column = f"{key}_id"
        typed[column] = identifier_sql(f'"raw {column}"', types[column])
        if types[column] in ("FLOAT", "DOUBLE"):
            aside(
                f'abs("raw {column}") > {_EXACT}',
                "id too large for a number with a fraction",
                column,
                f'"raw {column}"',
            )
    if owns_subjects:
        aside("subject_id IS NULL", "no subject", "subject_id", "id")
    for column, (_, settings) in source.columns.items():
        raw, wanted = f'"raw {column}"', settings.type
        if not _possible(types[column], wanted):
            problems.append(_wrong_type(source, column, types[column], f"values of type {wanted}"))
            continue
        typed[column] = value_sql(raw, types[column], wanted, zone)
        if not always_fits(types[column], wanted):
            aside(f'"{column}" IS NULL AND NOT {missing_sql(raw, types[column])}', f"not of type {wanted}", column, raw)
    return typed, reasons, problems


def _possible(type_name: str, wanted: ColumnType) -> bool:
    """Whether values of a DuckDB type can be of a column type at all."""
    base = type_name.split("(")[0]
    if base in ("VARCHAR", '"NULL"'):
        return True
    timed = base == "DATE" or base.startswith("TIMESTAMP")
    if wanted in ("date", "time"):
        return timed
    return wanted in ("category", "text") or not (
        timed or base.startswith(("STRUCT", "MAP", "BLOB")) or base.endswith("]")
    )


def _wrong_type(source: SourceConfig, column: str, type_name: str, expected: str) -> Problem:
    remedy = "cast it in the source's SQL, or declare its type"
    return Problem(f"column is of type {type_name}", "", remedy, expected, table=source.name, column=column)


def _repeated_aside(db: duckdb.DuckDBPyConnection, columns: tuple[str, ...]) -> pa.Table:
    """Two rows with one id and one known_at have no order: a deletion stays, otherwise the first by content."""
    content = [f'"{column}" NULLS FIRST' for column in columns if column not in ("id", "known_at")]
    order = ", ".join(["op <> 'delete'", *content])
    rows = _instants(db.sql(_REPEATED_ASIDE.format(order=order)).to_arrow_table())
    db.register("judged", rows)
    return rows


def _negative(db: duckdb.DuckDBPyConnection, source: SourceConfig) -> list[Problem]:
    warnings = []
    for column, (_, settings) in source.columns.items():
        if settings.type != "cents":
            continue
        row = db.sql(_NEGATIVE.format(column=column)).to_arrow_table().to_pylist()[0]
        if row["rows"]:
            found, example = "negative amounts (kept)", f"id {row['example']}"
            remedy = "refunds usually stand in a source of their own"
            warnings.append(Problem(found, "", remedy, "", source.name, column, row["rows"], example, "warning"))
    return warnings


def _instants(table: pa.Table) -> pa.Table:
    """Instants in UTC, whatever zone the connection speaks."""
    fields = [pa.field(f.name, INSTANT if pa.types.is_timestamp(f.type) else f.type) for f in table.schema]
    return table.cast(pa.schema(fields))
