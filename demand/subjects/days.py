"""Local days as instants, and the one number that a rate table is built on: days to due, or age."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

from demand.contract import INSTANT, end_of_day, night_of

_DAY_US = 86_400_000_000
_LAST_DAY = date(9999, 12, 29)


def day_ends(days: Iterable[date], zone: ZoneInfo) -> pa.Table:
    """`day` and its last microsecond `moment`; the end of time (9999-12-31) stands for never."""
    known = sorted(set(days))
    moments = [end_of_day(d, zone) if d <= _LAST_DAY else datetime.max.replace(tzinfo=UTC) for d in known]
    return _calendar(known, moments)


def nights_before(days: Iterable[date], before: int, night: time, zone: ZoneInfo) -> pa.Table:
    """`day` and the night's cutoff `moment` of the morning `before` calendar days earlier."""
    known = sorted(d for d in set(days) if d <= _LAST_DAY)
    return _calendar(known, [night_of(d - timedelta(days=before), night, zone) for d in known])


def days_to_due_or_age(spine: pa.Table) -> pa.Array:
    """Days from the cutoff to due; where there is no due, days since the subject opened.

    A date is due at its last microsecond, so the whole part counts calendar days from a midnight cutoff.

    Parameters
    ----------
    spine : table with cutoff, opened_at, due_at

    Returns
    -------
    float64 array in spine order, in days
    """
    cutoff, opened, due = (
        spine[name].combine_chunks().cast(INSTANT).cast(pa.int64()) for name in ("cutoff", "opened_at", "due_at")
    )
    to_due = pc.subtract(due, cutoff)
    age = pc.subtract(cutoff, opened)
    return pc.divide(pc.coalesce(to_due, age).cast(pa.float64()), float(_DAY_US))


def _calendar(days: list[date], moments: list[datetime]) -> pa.Table:
    return pa.table({"day": pa.array(days, pa.date32()), "moment": pa.array(moments, INSTANT)})
