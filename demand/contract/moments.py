"""Moments and durations: every time inside is an instant in UTC, and a date is the end of its local day.

A DATE counts from the last *microsecond* of that local day: known during the day, it may be used from the next
midnight on. (The next midnight itself, with a strict `<`, would lose yesterday at a 00:00 cutoff.)
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from demand.contract.errors import ContractError

MICROSECOND = timedelta(microseconds=1)

_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_DURATION = re.compile(r"(\d+)([mhdw])")


def parse_duration(text: str | timedelta) -> timedelta:
    """`"30m"`, `"6h"`, `"14d"`, `"2w"`, or several in a row as in `"1d12h"`.

    Raises
    ------
    ContractError
        If the text is anything else.
    """
    if isinstance(text, timedelta):
        return text
    parts = _DURATION.findall(str(text))
    if not parts or "".join(n + u for n, u in parts) != str(text):
        raise ContractError(
            found=f"{text!r} is not a duration",
            expected="whole minutes, hours, days or weeks",
            remedy="write for example 30m, 6h, 14d or 2w",
        )
    try:
        return sum((timedelta(**{_UNITS[u]: int(n)}) for n, u in parts), timedelta())
    except OverflowError:
        raise ContractError(
            found=f"{text!r} is longer than time itself", expected="at most some years", remedy="write for example 14d"
        ) from None


def format_duration(duration: timedelta) -> str:
    """The shortest text that `parse_duration` reads back: `timedelta(days=14)` is `14d`."""
    minutes = duration // timedelta(minutes=1)
    for size, unit in ((1440, "d"), (60, "h"), (1, "m")):
        if minutes % size == 0:
            return f"{minutes // size}{unit}"
    raise AssertionError("unreachable")


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The last microsecond of a local day, in UTC: the moment from which a DATE counts.

    Where that is no moment of the calendar's (the last day of the year 9999, the first of the year 1) it is the
    nearest one that is: such dates stand for "never" and "always".
    """
    try:
        midnight = datetime.combine(day + timedelta(days=1), time(), zone)
        return midnight.astimezone(UTC) - MICROSECOND
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC) if day.year > 1 else datetime.min.replace(tzinfo=UTC)


def night_of(day: date, cutoff: time, zone: ZoneInfo) -> datetime:
    """The night's cutoff of the morning of `day`, in UTC.

    Raises
    ------
    ContractError
        If UTC has no such moment: a day at the very end or beginning of the calendar.
    """
    return _utc(datetime.combine(day, cutoff, zone))


def format_moment(moment: datetime, *, cutoff: time, zone: ZoneInfo) -> str:
    """The shortest text that `parse_as_of` reads back: the date of a night's cutoff, else the instant in `zone`."""
    local = moment.astimezone(zone)
    return local.date().isoformat() if night_of(local.date(), cutoff, zone) == moment else local.isoformat()


def _read(text: str) -> date | datetime:
    """Whatever names a day and no time of day is a date, in the basic format as well: 20170701."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return datetime.fromisoformat(text)


def parse_as_of(value: str | date | datetime, *, cutoff: time, zone: ZoneInfo) -> datetime:
    """The moment we ask: a date means the night's cutoff of that morning, an instant is taken as it is.

    An instant without an offset is local to `zone`.

    Raises
    ------
    ContractError
        If the value is neither.
    """
    if isinstance(value, str):
        try:
            value = _read(value)
        except ValueError:
            raise ContractError(
                found=f"as-of {value!r} is neither a date nor an instant",
                expected="ISO 8601",
                remedy="write for example 2017-07-01 or 2017-07-01T14:30:00+01:00",
            ) from None
    if isinstance(value, datetime):
        return _utc(value if value.tzinfo else value.replace(tzinfo=zone))
    return night_of(value, cutoff, zone)


def _utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ContractError(
            found=f"{moment.isoformat()} is no moment in UTC",
            expected="a moment in the years 1 to 9999",
            remedy="write for example 2017-07-01",
        ) from None
