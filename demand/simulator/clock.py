"""Days and instants of the embedded marketplace, and its calendar.

A day is a whole number, days since 1970-01-01 in local time; an instant is microseconds since then in UTC. The
marketplace lives in Asia/Shanghai, eight hours ahead of UTC all year round.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
from numpy.typing import ArrayLike, NDArray

ZONE = "Asia/Shanghai"
HOUR = 3_600_000_000
DAY = 24 * HOUR
CUTOFF_HOUR = 2
FIRST_CONTACT_HOUR = 8
_OFFSET = 8 * HOUR
_EPOCH = date(1970, 1, 1)

# Public holidays when people travel and workers go home: first and last day. The lunar new year is listed because
# no arithmetic gives it.
_HOLIDAYS = (
    *(("2023-01-21", "2023-01-27"), ("2024-02-09", "2024-02-17"), ("2025-01-28", "2025-02-04")),
    *(("2026-02-15", "2026-02-23"), ("2027-02-05", "2027-02-13"), ("2028-01-25", "2028-02-02")),
    *((f"{year}-05-01", f"{year}-05-05") for year in range(2023, 2029)),
    *((f"{year}-10-01", f"{year}-10-07") for year in range(2023, 2029)),
)
_LUNAR = tuple(span for span in _HOLIDAYS if span[0][5:7] in ("01", "02"))


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


def weekend(day: ArrayLike) -> NDArray[np.float64]:
    """1 on Saturdays and Sundays."""
    return ((np.asarray(day) + 3) % 7 >= 5).astype(np.float64)


def _within(day: ArrayLike, spans: tuple[tuple[str, str], ...]) -> NDArray[np.float64]:
    days = np.asarray(day)
    inside = np.zeros(days.shape, bool)
    for first, last in spans:
        start, end = day_number(date.fromisoformat(first)), day_number(date.fromisoformat(last))
        inside |= (days >= start) & (days <= end)
    return inside.astype(np.float64)


def holiday(day: ArrayLike) -> NDArray[np.float64]:
    """1 during the lunar new year, Labour Day and the National Day week."""
    return _within(day, _HOLIDAYS)


def lunar_new_year(day: ArrayLike) -> NDArray[np.float64]:
    """1 during the lunar new year."""
    return _within(day, _LUNAR)
