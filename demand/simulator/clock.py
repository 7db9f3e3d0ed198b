"""Days and instants of the embedded marketplace, and its calendar.

A day is a whole number, days since 1970-01-01 in local time; an instant is microseconds since then in UTC. The
marketplace lives in Asia/Shanghai, eight hours ahead of UTC all year round.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from demand.catalog import calendar_days

ZONE = "Asia/Shanghai"
HOUR = 3_600_000_000
DAY = 24 * HOUR
CUTOFF_HOUR = 2
FIRST_CONTACT_HOUR = 6
_OFFSET = 8 * HOUR
_EPOCH = date(1970, 1, 1)


def day_number(day: date) -> int:
    """2024-01-01 is 19723."""
    return (day - _EPOCH).days


def day_date(number: int) -> date:
    return _EPOCH + timedelta(days=int(number))


def instant(day: ArrayLike, hours: ArrayLike = 0.0) -> NDArray[np.int64]:
    """The instant `hours` after local midnight of `day`."""
    days, offsets = np.asarray(day, np.int64), np.asarray(hours, np.float64)
    return days * DAY - _OFFSET + np.rint(offsets * 3600).astype(np.int64) * 1_000_000


def day_of(instants: ArrayLike) -> NDArray[np.int64]:
    """The local day an instant falls on."""
    return (np.asarray(instants, np.int64) + _OFFSET) // DAY


def lived_on(instants: ArrayLike) -> NDArray[np.int64]:
    """The day an instant belongs to when days run from one night's cutoff to the next."""
    return day_of(np.asarray(instants, np.int64) - CUTOFF_HOUR * HOUR)


def first_night(known: ArrayLike) -> NDArray[np.int64]:
    """The day whose cutoff is the first after these instants."""
    return day_of(np.asarray(known, np.int64) + (24 - CUTOFF_HOUR) * HOUR)


def month(day: ArrayLike) -> NDArray[np.int64]:
    """1 to 12."""
    return np.asarray(day, "datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12 + 1


@cache
def _listed(kind: str, *holidays: str) -> NDArray[np.int64]:
    return np.array(
        [day_number(d.day) for d in calendar_days() if d.kind == kind and d.holiday in (holidays or (d.holiday,))]
    )


def weekend(day: ArrayLike) -> NDArray[np.float64]:
    """1 on Saturdays and Sundays, unless they are worked to make up for a holiday."""
    days = np.asarray(day)
    return (((days + 3) % 7 >= 5) & ~np.isin(days, _listed("work"))).astype(np.float64)


def holiday(day: ArrayLike) -> NDArray[np.float64]:
    """1 when people travel and workers go home: the lunar new year, Labour Day and the National Day week."""
    days = np.asarray(day)
    return np.isin(days, _listed("off", "spring_festival", "labour_day", "national_day")).astype(np.float64)


def lunar_new_year(day: ArrayLike) -> NDArray[np.float64]:
    """1 during the lunar new year."""
    return np.isin(np.asarray(day), _listed("off", "spring_festival")).astype(np.float64)
