"""Holidays as the local engine reads them: for every row, what the notices known at its cutoff say of a day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from demand.contract import INSTANT, end_of_day
from features.engine.encode import Array, microseconds
from features.holidays import HolidayPart, notices

_EPOCH = date(1970, 1, 1).toordinal()


def holiday_values(part: HolidayPart, days: Array, cutoffs: Array, zone: ZoneInfo) -> Array:
    """A holiday part of every row.

    Parameters
    ----------
    days : float64 array of shape (n,), local days since 1970, NaN where there is none
    cutoffs : int64 array of shape (n,), microseconds since 1970
    zone : business time, in which a notice's day ends

    Returns
    -------
    float64 array of shape (n,)
        0 or 1, or a number of days; NaN where no notice known before the cutoff settles the day.
    """
    known = microseconds(pa.chunked_array([pa.array([end_of_day(n.announced, zone) for n in notices()], INSTANT)]))
    values = np.full(days.size, np.nan)
    so_far = np.searchsorted(known, cutoffs)  # a notice known at the cutoff itself is not known yet
    for count in np.unique(so_far[so_far > 0]):
        rows = np.flatnonzero(so_far == count)
        values[rows] = _as_known(part, days[rows], int(count))
    return values


def holiday_beginnings(days: Array, cutoffs: Array, zone: ZoneInfo, *, never: int) -> Array:
    """After which moment a row lies in the holiday so far, for every row of a spine.

    Parameters
    ----------
    days : int64 array of shape (n,), the local days of the cutoffs since 1970
    cutoffs, zone : as in `holiday_values`
    never : what stands where nobody knows yet whether the day is one of a holiday

    Returns
    -------
    int64 array of shape (n,), in microseconds
        The microsecond before the local midnight with which the days off began that the cutoff's day belongs to; the
        cutoff itself on any other day, so that there is no row.
    """
    known = holiday_values("holiday", days.astype(np.float64), cutoffs, zone)
    after = np.where(np.isnan(known), never, cutoffs)
    off = {d.toordinal() - _EPOCH for notice in notices() for d in notice.off}
    for day in np.unique(days[known == 1]):
        first = int(day)
        while first - 1 in off:
            first -= 1
        before = end_of_day(date.fromordinal(first - 1 + _EPOCH), zone)
        rows = (known == 1) & (days == day)
        after[rows] = microseconds(pa.chunked_array([pa.array([before], INSTANT)]))[0]
    return after


def _as_known(part: HolidayPart, days: Array, count: int) -> Array:
    """By the first `count` notices."""
    known = notices()[:count]
    off = _numbers(d for n in known for d in n.off)
    work = _numbers(d for n in known for d in n.work)
    settled = np.zeros(days.size, np.bool_)
    for notice in known:
        first, last = _numbers((notice.first, notice.last))
        settled |= (days >= first) & (days <= last)
    match part:
        case "holiday":
            found = np.isin(days, off).astype(np.float64)
        case "makeup_workday":
            found = np.isin(days, work).astype(np.float64)
        case "days_to_holiday":
            found = np.append(off, np.nan)[np.searchsorted(off, days)] - days
        case "days_since_holiday":
            found = days - np.append(np.nan, off)[np.searchsorted(off, days, side="right")]
    return np.where(settled, found, np.nan)


def _numbers(days: Iterable[date]) -> Array:
    return np.array([d.toordinal() - _EPOCH for d in days], np.float64)
