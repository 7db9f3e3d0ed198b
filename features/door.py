"""What comes through `compute`'s door: tables as the contract has them, checked once; inside, types are trusted.

The order of rows, duplicates, null keys and null amounts are no errors: what they mean is defined (docs/features.md).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime

import pyarrow as pa
import pyarrow.compute as pc

from demand.contract import INSTANT, ColumnType, ContractError, Problem, SourceFiles, SourceTable
from features.engine.encode import is_text, value_type
from features.plan import ROW_COLUMNS, Fold, Plan

_FIRST, _LAST = datetime(1, 1, 1, tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
_UNITS = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
_SPINE = "the spine"
_OPERATIONS = ("insert", "correct", "delete")


class _Rows:
    """A table, or files whose columns are looked at batch by batch, one after the other."""

    def __init__(self, rows: pa.Table | SourceFiles) -> None:
        self._rows, self.schema = rows, rows.schema if isinstance(rows, pa.Table) else rows.dataset.schema

    def chunks(self, column: str) -> Iterable[pa.Array]:
        if isinstance(self._rows, pa.Table):
            return self._rows[column].chunks
        return (batch.column(0) for batch in self._rows.batches([column]))


def check_tables(spine: pa.Table, sources: Mapping[str, SourceTable | SourceFiles], plan: Plan) -> None:
    """Refuse tables that an engine cannot read, or would read in a way of its own.

    Parameters
    ----------
    spine : as `compute` takes it
    sources : by name
    plan : says which of their columns are read

    Raises
    ------
    ContractError
        With every problem: a column that is missing or of another type than declared, a null id or clock, a moment
        outside the years 1 to 9999, an unknown operation.
    """
    problems = list(_of_spine(_Rows(spine), plan))
    for name, folds in _folds_of(plan).items():
        source = sources[name]
        rows = source.table if isinstance(source, SourceTable) else source
        problems += _of_source(name, _Rows(rows), folds)
    if problems:
        raise ContractError(problems=list(dict.fromkeys(problems)))


def asked_of(spine: pa.Table) -> pa.Table:
    """What a spine says about moments and keys; an engine reads nothing else of it."""
    moments = {n: spine[n].cast(INSTANT) for n in ("cutoff", "opened_at", "due_at") if n in spine.column_names}
    keys = {n: spine[n] for n in spine.column_names if n.endswith("_id")}
    keys |= {n: c.cast(pa.string()) for n, c in keys.items() if pa.types.is_large_string(c.type)}
    return pa.table({n: moments.get(n, keys.get(n)) for n in spine.column_names if n in moments or n in keys})


def _of_spine(spine: _Rows, plan: Plan) -> Iterator[Problem]:
    yield from _text(_SPINE, spine, "subject_id", needed=True)
    yield from _moments(_SPINE, spine, "cutoff", needed=True)
    for name in ("opened_at", "due_at"):
        if name in spine.schema.names:
            yield from _moments(_SPINE, spine, name)
    for key in dict.fromkeys(key for base in plan.folds() for key in base.keys):
        yield from _text(_SPINE, spine, key)


def _of_source(name: str, table: _Rows, folds: list[Fold]) -> Iterator[Problem]:
    keys = [key for fold in folds for key in (*fold.base.keys, fold.base.owner) if key is not None]
    tests = {t.column: t.type for fold in folds for t in (*fold.tests, *fold.share)}
    values = {fold.column: fold.type for fold in folds if fold.column is not None and fold.type is not None}
    needed = ROW_COLUMNS
    twice = [c for c in dict.fromkeys(table.schema.names) if table.schema.names.count(c) > 1]
    if twice:
        yield Problem(f"{name} has {', '.join(twice)} more than once", "", "keep one column of each name")
        return
    missing = [c for c in dict.fromkeys((*needed, *keys, *tests, *values)) if c not in table.schema.names]
    if missing:
        yield Problem(
            f"{name} lacks {', '.join(missing)}",
            "",
            "map the source with these columns",
            f"columns {', '.join(needed)}",
        )
        return
    yield from _text(name, table, "id", needed=True)
    for clock in ("occurred_at", "known_at"):
        yield from _moments(name, table, clock, needed=True)
    for key in dict.fromkeys(keys):
        yield from _text(name, table, key)
    for column, type_ in (tests | values).items():
        if column in keys:
            continue
        if not _FITS[type_](value_type(table.schema.field(column).type)):
            yield _wrong_type(name, column, table.schema.field(column).type, f"what `{type_}` is in Arrow")
        elif type_ == "time":
            yield from _moments(name, table, column)
        elif type_ == "date":
            yield from _days(name, table, column)
    found = dict.fromkeys(op for chunk in table.chunks("op") for op in pc.unique(chunk).to_pylist())
    unknown = [op for op in found if op not in _OPERATIONS]
    if unknown:
        yield Problem(f"{name}.op is {unknown[0]!r}", "", "map it", f"one of {', '.join(_OPERATIONS)}")


def _folds_of(plan: Plan) -> dict[str, list[Fold]]:
    found: dict[str, list[Fold]] = {}
    for base, folds in plan.folds().items():
        found.setdefault(base.source, []).extend(folds)
        for since in (fold.since for fold in folds):
            if since is not None and since.event is not None:
                event = Fold(since.event, since.tests, "count", None, None, (), None)
                found.setdefault(since.event.source, []).append(event)
    return found


def _text(place: str, table: _Rows, column: str, *, needed: bool = False) -> Iterator[Problem]:
    type_ = table.schema.field(column).type
    if not is_text(value_type(type_)):
        yield _wrong_type(place, column, type_, "a string: identifiers are strings")
    elif needed and (nulls := sum(chunk.null_count for chunk in table.chunks(column))):
        yield _null(place, column, nulls)


def _moments(place: str, table: _Rows, column: str, *, needed: bool = False) -> Iterator[Problem]:
    type_ = table.schema.field(column).type
    if not pa.types.is_timestamp(type_) or type_.tz is None:
        yield _wrong_type(place, column, type_, "an instant: a timestamp with a time zone")
        return
    unit = _UNITS[type_.unit]
    first, last = (int(moment.timestamp()) * unit for moment in (_FIRST, _LAST))
    nulls = outside = finer = 0
    for chunk in table.chunks(column):
        nulls += chunk.null_count
        numbers = chunk.cast(pa.int64())
        outside += _beyond(numbers, first, last + unit - 1)
        if unit > _UNITS["us"]:
            whole = pc.multiply(pc.divide(numbers, unit // _UNITS["us"]), unit // _UNITS["us"])
            finer += pc.sum(pc.not_equal(numbers, whole)).as_py() or 0
    if needed and nulls:
        yield _null(place, column, nulls)
    if outside:
        yield _outside(place, column, outside, "moments")
    if finer:
        remedy = f"round {column} up: what is known a moment later must not count before"
        yield Problem(f"{place}.{column}: {finer:,} moments finer than a microsecond", "", remedy, "whole microseconds")


def _days(place: str, table: _Rows, column: str) -> Iterator[Problem]:
    first, last = ((moment.date() - date(1970, 1, 1)).days for moment in (_FIRST, _LAST))
    outside = sum(_beyond(chunk.cast(pa.int32()), first, last) for chunk in table.chunks(column))
    if outside:
        yield _outside(place, column, outside, "days")


def _beyond(numbers: pa.Array, first: int, last: int) -> int:
    """How many are below the first or above the last; bounds that int64 does not hold bound nothing."""
    ends = pc.min_max(numbers).as_py()
    if ends["min"] is None or first <= ends["min"] <= ends["max"] <= last:
        return 0
    low, high = (max(min(bound, 2**63 - 1), -(2**63)) for bound in (first, last))
    found: int = pc.sum(pc.or_(pc.less(numbers, low), pc.greater(numbers, high))).as_py()
    return found


def _outside(place: str, column: str, count: int, what: str) -> Problem:
    return Problem(
        f"{place}.{column}: {count:,} {what} outside the years 1 to 9999",
        "",
        "leave these rows out, or write the last day of the year 9999 for never",
        f"{what} that a calendar has",
    )


def _null(place: str, column: str, count: int) -> Problem:
    return Problem(
        f"{place}.{column} is null in {count:,} rows", "", "leave these rows out, or say what they are", "no null"
    )


def _wrong_type(place: str, column: str, found: pa.DataType, expected: str) -> Problem:
    return Problem(f"{place}.{column} is of type {found}", "", f"cast {column}", expected)


_FITS: dict[ColumnType, Callable[[pa.DataType], bool]] = {
    "int": pa.types.is_integer,
    "number": lambda t: pa.types.is_floating(t) or pa.types.is_integer(t),
    "cents": pa.types.is_integer,
    "bool": pa.types.is_boolean,
    "category": is_text,
    "text": is_text,
    "date": pa.types.is_date32,
    "time": pa.types.is_timestamp,
}
