"""A plan in the words of DuckDB: one fold, one condition, one expression at a time.

Instants are BIGINT microseconds and dates are INTEGER days since 1970, so that windows are plain subtraction.
In every aggregate `p` is the pair (key, cutoff) and `r` a visible row of that key. Sums of floats are taken in
row order: the same data give the same bits on any number of threads.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from demand.contract import ColumnType, end_of_day
from features.conditions import Scalar
from features.holidays import HOLIDAY_PARTS, notices
from features.measures import CalendarPart, Moment, Part, Span
from features.plan import Expression, Fold, Quotient, Since, Smoothed, Test

DAY_US = 86_400_000_000
_EPOCH_DAY = date(1970, 1, 1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_COMPARE = {"over": ">", "at_least": ">=", "under": "<", "at_most": "<=", "other_than": "<>"}
_COLUMN_OF: dict[Moment, str] = {"opened": "opened_at", "due": "due_at", "cutoff": "cutoff"}


def quote(name: str) -> str:
    """An identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: Scalar) -> str:
    """A value as its encoded column holds it."""
    match value:
        case bool():
            return str(int(value))
        case int():
            return str(value)
        case float():
            return f"{value!r}::DOUBLE"
        case datetime():
            return str((value - _EPOCH) // (datetime.resolution))
        case date():
            return str((value - _EPOCH_DAY).days)
    return "'" + value.replace("'", "''") + "'"


def encoded(column: str, type_: ColumnType) -> str:
    """A source's column as the joins take it; a float that is no finite number counts as missing."""
    name = quote(column)
    match type_:
        case "bool":
            return f"{name}::INTEGER"
        case "number":
            return f"CASE WHEN isfinite({name}) THEN {name} END"
        case "date":
            return f"({name} - DATE '1970-01-01')::BIGINT"
        case "time":
            return f"epoch_us({name})"
    return name


def value_column(column: str) -> str:
    """Where the rows of a base keep an encoded column."""
    return quote(f"v_{column}")


def condition(test: Test) -> str:
    """A test on a row; unknown is not true."""
    column = f"r.{value_column(test.column)}"
    if test.operator != "in":
        return f"{column} {_COMPARE[test.operator]} {literal(test.values[0])}"
    parts = [f"{column} IN ({', '.join(map(literal, test.values))})"] if test.values else []
    parts += [f"{column} IS NULL"] if test.or_null else []
    return f"({' OR '.join(parts)})"


def aggregate(fold: Fold, after: str | None = None) -> str:
    """A fold as an aggregate over the rows `r` of a pair `p`, which has the beginning of its window in `after`."""
    conditions = [condition(t) for t in fold.tests]
    if fold.window_us is not None:
        conditions.append(f"r.occurred >= p.cutoff - {fold.window_us}")
    if after is not None:
        conditions.append(f"r.occurred > p.{after}")
    chosen = _filter(conditions)
    value = _value(fold)
    exact = fold.type != "number"
    match fold.function:
        case "count":
            return f"count(*){chosen}"
        case "sum":
            return f"sum({value}{'' if exact else ' ORDER BY r.seq'}){chosen}"
        case "mean":
            total = f"(sum({value}{'' if exact else ' ORDER BY r.seq'}){chosen})::DOUBLE"
            return f"{total} / nullif(count({value}){chosen}, 0){_per_day(fold)}"
        case "min" | "max":
            return f"({fold.function}({value}){chosen})::DOUBLE{_per_day(fold)}"
        case "std":
            return f"stddev_samp({value}::DOUBLE{_per_day(fold)} ORDER BY r.seq){chosen}"
        case "first" | "last":
            pick = f"{'arg_min' if fold.function == 'first' else 'arg_max'}_null({value}, r.seq){chosen}"
            return pick if fold.type == "category" else f"({pick})::DOUBLE{_per_day(fold)}"
        case "distinct":
            return f"count(DISTINCT {value}){chosen}"
        case "since_first":
            return f"(p.cutoff - min(r.occurred){chosen})::DOUBLE / {DAY_US}"
        case "since_last":
            return f"(p.cutoff - max(r.occurred){chosen})::DOUBLE / {DAY_US}"
        case "mean_gap":
            span = f"(max(r.occurred){chosen} - min(r.occurred){chosen})::DOUBLE / {DAY_US}"
            return f"{span} / nullif(count(*){chosen} - 1, 0)"
        case "share":
            passing = _filter([*conditions, *(condition(t) for t in fold.share)])
            return f"(count(*){passing})::DOUBLE / nullif(count(*){chosen}, 0)"
        case "streak":
            passes = " AND ".join(condition(t) for t in fold.share)
            marks = f"string_agg(CASE WHEN {passes} THEN '1' ELSE '0' END, '' ORDER BY r.seq DESC){chosen}"
            return f"(length({marks}) - length(ltrim({marks}, '1')))"


def beginning(since: Since, rows: str | None, zone: str) -> str:
    """After which moment a window begins, for a pair `p`; `rows` holds those of the event. Null: it never does."""
    if since.event is not None:
        same = "".join(f" AND r.{quote(key)} = p.{quote(key)}" for key in since.event.keys)
        passing = "".join(f" AND {condition(test)}" for test in since.tests)
        return (
            f'(SELECT max(r.occurred) FROM "{rows}" r '
            f"WHERE r.seen_from < p.cutoff AND p.cutoff <= r.seen_to{same}{passing})"
        )
    known = "a.known < p.cutoff AND a.kind = 'off'"
    before = "(SELECT 1 FROM announced b WHERE b.known < p.cutoff AND b.kind = 'off' AND b.day = a.day - 1)"
    first = f"(SELECT max(a.day) FROM announced a WHERE {known} AND a.day <= p.cutoff_day AND NOT EXISTS {before})"
    midnight = f"epoch_us((DATE '1970-01-01' + {first}::INTEGER)::TIMESTAMP AT TIME ZONE {literal(zone)})"
    today = f"EXISTS (SELECT 1 FROM announced a WHERE {known} AND a.day = p.cutoff_day)"
    settled = "EXISTS (SELECT 1 FROM notices n WHERE n.known < p.cutoff AND p.cutoff_day BETWEEN n.first AND n.last)"
    return f"CASE WHEN {today} THEN {midnight} - 1 WHEN {settled} THEN p.cutoff END"


def without_rows(fold: Fold) -> str | None:
    """What a fold is where a key has no row at all; None is null."""
    return "0" if fold.function in ("count", "sum", "distinct", "streak") else None


def expression(expr: Expression, where: dict[Fold, str], columns: frozenset[str], zone: str) -> str:
    """A column of the matrix over the spine `s` and the folds, found at `where`; the spine has `columns`."""
    match expr:
        case Fold():
            return where[expr]
        case Quotient(above, below, factor):
            a, b = (expression(e, where, columns, zone) for e in (above, below))
            scale = "" if factor == 1 else f"{factor!r}::DOUBLE * "
            return f"{scale}({a})::DOUBLE / nullif(({b})::DOUBLE, 0)"
        case Smoothed(share, size, prior, strength):
            rate, n, everybody = (where[fold] for fold in (share, size, prior))
            hits = f"coalesce({n} * {rate}, 0) + {strength!r}::DOUBLE * {everybody}"
            return f"({hits}) / ({n} + {strength!r}::DOUBLE)"
        case Span(start, end):
            if not {_COLUMN_OF[start], _COLUMN_OF[end]} <= columns:
                return "NULL::DOUBLE"
            return f"(epoch_us(s.{_COLUMN_OF[end]}) - epoch_us(s.{_COLUMN_OF[start]}))::DOUBLE / {DAY_US}"
        case CalendarPart(part, moment):
            if _COLUMN_OF[moment] not in columns:
                return "NULL::DOUBLE"
            return _calendar(part, f"s.{_COLUMN_OF[moment]} AT TIME ZONE {literal(zone)}")


def holiday_tables(zone: ZoneInfo) -> tuple[str, str]:
    """Statements that make what the notices said: `notices` (first, last, known) and `announced` (day, kind, known).

    Days are numbers since 1970, `known` is in microseconds.
    """
    settled, days = [], []
    for notice in notices():
        known = literal(end_of_day(notice.announced, zone))
        settled.append(f"({literal(notice.first)}, {literal(notice.last)}, {known})")
        days += [f"({literal(day)}, 'off', {known})" for day in notice.off]
        days += [f"({literal(day)}, 'work', {known})" for day in notice.work]
    return (
        f"CREATE TEMP TABLE notices AS FROM (VALUES {', '.join(settled)}) v(first, last, known)",
        f"CREATE TEMP TABLE announced AS FROM (VALUES {', '.join(days)}) v(day, kind, known)",
    )


def _calendar(part: Part, local: str) -> str:
    day = f"(({local})::DATE - DATE '1970-01-01')"
    known = "FROM announced a WHERE a.known < s.cutoff_us AND a.kind"
    value = {
        "month": f"month({local})",
        "weekday": f"isodow({local})",
        "weekend": f"(isodow({local}) >= 6)::INTEGER",
        "holiday": f"(SELECT count(*) {known} = 'off' AND a.day = {day})",
        "makeup_workday": f"(SELECT count(*) {known} = 'work' AND a.day = {day})",
        "days_to_holiday": f"(SELECT min(a.day) {known} = 'off' AND a.day >= {day}) - {day}",
        "days_since_holiday": f"{day} - (SELECT max(a.day) {known} = 'off' AND a.day <= {day})",
    }[part]
    if part not in HOLIDAY_PARTS:
        return value
    settled = f"EXISTS (SELECT 1 FROM notices n WHERE n.known < s.cutoff_us AND {day} BETWEEN n.first AND n.last)"
    return f"CASE WHEN {settled} THEN {value} END"


def _value(fold: Fold) -> str:
    if fold.column is None:
        return ""
    value = f"r.{value_column(fold.column)}"
    if fold.function == "distinct":
        return value
    return {"date": f"({value} - p.cutoff_day)", "time": f"({value} - p.cutoff)"}.get(fold.type or "", value)


def _per_day(fold: Fold) -> str:
    return f" / {DAY_US}" if fold.type == "time" else ""


def _filter(conditions: list[str]) -> str:
    return f" FILTER ({' AND '.join(conditions)})" if conditions else ""
