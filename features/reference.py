"""The obvious engine: every row of the spine, every feature, every row of the source, straight from the definitions.

Far too slow for real work and meant to be: it is what the tests hold the fast engine against.

A row is seen at cutoff t if it is the newest version of its id with `known_at < t`, is not deleted, and has
`occurred_at < t`. The state of an owner is its last seen row in the order (occurred_at, known_at, id).
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from demand.contract import SourceTable, end_of_day
from features.holidays import HolidayPart, notices
from features.measures import CalendarPart, Span
from features.plan import Base, Expression, Fold, Plan, Quotient, Since, Smoothed, Test

Row = dict[str, Any]
_DAY = timedelta(days=1)
_MOMENTS = {"opened": "opened_at", "due": "due_at", "cutoff": "cutoff"}


class ReferenceEngine:
    """Computes a plan row by row; see `features.engine.Engine`."""

    def run(self, spine: pa.Table, sources: Mapping[str, SourceTable], plan: Plan, zone: ZoneInfo) -> pa.Table:
        """Compute every column of the plan at every row of the spine, in the order of both."""
        rows = {name: source.table.to_pylist() for name, source in sources.items()}
        asked = spine.to_pylist()
        columns = {}
        for column in plan.columns:
            values = [value_of(column.expression, subject, rows, zone) for subject in asked]
            type_ = pa.string() if column.kind == "category" else pa.float64()
            columns[column.name] = pa.array(
                [v if v is None or column.kind == "category" else float(v) for v in values], type_
            )
        return pa.table(columns)


def value_of(expression: Expression, subject: Row, sources: Mapping[str, list[Row]], zone: ZoneInfo) -> Any:
    """An expression at one row of the spine: a number, a category, or None.

    Parameters
    ----------
    subject : a row of the spine
    sources : every row version of the sources that the expression reads
    zone : business time
    """
    match expression:
        case Quotient(above, below, factor):
            a, b = (value_of(e, subject, sources, zone) for e in (above, below))
            return None if a is None or not b else factor * a / b
        case Smoothed(share, size, prior, strength):
            rate, n, everybody = (value_of(fold, subject, sources, zone) for fold in (share, size, prior))
            if n is None or everybody is None:
                return None
            return ((n * rate if n else 0) + strength * everybody) / (n + strength)
        case Span(start, end):
            a, b = subject.get(_MOMENTS[start]), subject.get(_MOMENTS[end])
            return None if a is None or b is None else (b - a) / _DAY
        case CalendarPart(part, moment):
            at = subject.get(_MOMENTS[moment])
            if at is None:
                return None
            day = at.astimezone(zone).date()
            match part:
                case "month":
                    return day.month
                case "weekday":
                    return day.isoweekday()
                case "weekend":
                    return day.isoweekday() >= 6
                case announced:
                    return _announced(announced, day, subject["cutoff"], zone)
        case Fold():
            return _fold(expression, subject, sources, zone)


def _announced(part: HolidayPart, day: date, cutoff: datetime, zone: ZoneInfo) -> int | None:
    known = [notice for notice in notices() if end_of_day(notice.announced, zone) < cutoff]
    if not any(notice.first <= day <= notice.last for notice in known):
        return None
    holidays = [off for notice in known for off in notice.off]
    match part:
        case "holiday":
            return day in holidays
        case "makeup_workday":
            return any(day in notice.work for notice in known)
        case "days_to_holiday":
            return min(((off - day).days for off in holidays if off >= day), default=None)
        case "days_since_holiday":
            return min(((day - off).days for off in holidays if off <= day), default=None)


def _fold(fold: Fold, subject: Row, sources: Mapping[str, list[Row]], zone: ZoneInfo) -> Any:
    cutoff = subject["cutoff"]
    if any(subject[key] is None for key in fold.base.keys):
        return None
    if fold.since is not None and _beginning(fold.since, subject, sources, zone) is None:
        return None
    rows = rows_of(fold, subject, sources, zone)
    times = [row["occurred_at"] for row in rows]
    match fold.function:
        case "count":
            return len(rows)
        case "since_first":
            return (cutoff - times[0]) / _DAY if rows else None
        case "since_last":
            return (cutoff - times[-1]) / _DAY if rows else None
        case "mean_gap":
            return (times[-1] - times[0]) / _DAY / (len(rows) - 1) if len(rows) > 1 else None
        case "streak":
            failing = [place for place, row in enumerate(rows) if not all(_passes(t, row) for t in fold.share)]
            return len(rows) - 1 - max(failing, default=-1)
        case "share":
            return sum(all(_passes(t, row) for t in fold.share) for row in rows) / len(rows) if rows else None
    values = [_measured(row[fold.column or ""], fold, cutoff, zone) for row in rows]
    known = [v for v in values if v is not None]
    match fold.function:
        case "first":
            return values[0] if values else None
        case "last":
            return values[-1] if values else None
        case "distinct":
            return len(set(known))
        case "sum":
            return math.fsum(known)
        case "mean":
            return math.fsum(known) / len(known) if known else None
        case "min":
            return min(known, default=None)
        case "max":
            return max(known, default=None)
        case "std":
            return statistics.stdev(known) if len(known) > 1 else None


def rows_of(fold: Fold, subject: Row, sources: Mapping[str, list[Row]], zone: ZoneInfo) -> list[Row]:
    """The rows of a source that a fold is made of, in the total order; none where the subject lacks a key.

    Parameters
    ----------
    subject : a row of the spine
    sources : every row version of the sources that the fold reads
    zone : business time
    """
    cutoff = subject["cutoff"]
    rows = _rows(fold.base, fold.tests, subject, sources)
    if fold.since is not None:
        after = _beginning(fold.since, subject, sources, zone)
        rows = [row for row in rows if after is not None and row["occurred_at"] > after]
    if fold.window_us is not None:
        rows = [row for row in rows if cutoff - row["occurred_at"] <= timedelta(microseconds=fold.window_us)]
    return sorted(rows, key=_order)


def _rows(base: Base, tests: tuple[Test, ...], subject: Row, sources: Mapping[str, list[Row]]) -> list[Row]:
    rows = _seen(sources[base.source], subject["cutoff"])
    if base.owner is not None:
        rows = _states(rows, base.owner)
    rows = [row for row in rows if all(None is not subject[key] == row[key] for key in base.keys)]
    return [row for row in rows if all(_passes(test, row) for test in tests)]


def _beginning(since: Since, subject: Row, sources: Mapping[str, list[Row]], zone: ZoneInfo) -> datetime | None:
    """After which moment rows count; the cutoff where the day is none of a holiday."""
    cutoff = subject["cutoff"]
    if since.event is not None:
        return max((row["occurred_at"] for row in _rows(since.event, since.tests, subject, sources)), default=None)
    day = cutoff.astimezone(zone).date()
    holiday = _announced("holiday", day, cutoff, zone)
    if not holiday:
        return None if holiday is None else cutoff
    while _announced("holiday", day - timedelta(days=1), cutoff, zone):
        day -= timedelta(days=1)
    return end_of_day(day - timedelta(days=1), zone)


def _order(row: Row) -> tuple[datetime, datetime, str]:
    return row["occurred_at"], row["known_at"], row["id"]


def _version(row: Row) -> tuple[datetime, datetime, bool]:
    """Of equal ones the one further down in the table is the newer."""
    return row["known_at"], row["occurred_at"], row["op"] == "delete"


def _seen(source: list[Row], cutoff: datetime) -> list[Row]:
    newest: dict[str, Row] = {}
    for row in source:
        if row["known_at"] < cutoff:
            other = newest.get(row["id"])
            if other is None or _version(row) >= _version(other):
                newest[row["id"]] = row
    return [row for row in newest.values() if row["op"] != "delete" and row["occurred_at"] < cutoff]


def _states(rows: list[Row], owner: str) -> list[Row]:
    last: dict[str, Row] = {}
    for row in sorted(rows, key=_order):
        if row[owner] is not None:
            last[row[owner]] = row
    return list(last.values())


def _passes(test: Test, row: Row) -> bool:
    value = _known(row[test.column])
    if value is None:
        return test.or_null
    match test.operator:
        case "in":
            return value in test.values
        case "over":
            return value > test.values[0]
        case "at_least":
            return value >= test.values[0]
        case "under":
            return value < test.values[0]
        case "at_most":
            return value <= test.values[0]
        case "other_than":
            return value != test.values[0]


def _measured(value: Any, fold: Fold, cutoff: datetime, zone: ZoneInfo) -> Any:
    """A value as it is counted: numbers as they are, dates and times as days from the cutoff."""
    value = _known(value)
    if value is None or fold.function == "distinct" or fold.type == "category":
        return value
    if isinstance(value, datetime):
        return (value - cutoff) / _DAY
    if isinstance(value, date):
        return (value - cutoff.astimezone(zone).date()).days
    return float(value)


def _known(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value
