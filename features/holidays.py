"""What the notices about public holidays said by a cutoff, and about which days they did not speak yet.

Each autumn one notice settles the holidays of the coming year (`demand.catalog.calendar_days`). A notice counts, like
any date, from the last microsecond of the local day on which it was announced. It settles the days from 29 December of
the year before, where the New Year holiday and the workday that makes up for it may begin, to 28 December. A day that
no notice known by then settles is unknown, not an ordinary day.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Literal, get_args

from demand.catalog import calendar_days

HolidayPart = Literal["holiday", "makeup_workday", "days_to_holiday", "days_since_holiday"]
HOLIDAY_PARTS: tuple[HolidayPart, ...] = get_args(HolidayPart)


@dataclass(frozen=True, slots=True)
class Notice:
    """One yearly notice.

    Parameters
    ----------
    announced : the local day of the notice
    first, last : the days that it settles, both included
    off, work : days of rest, and weekends that are worked to make up for them, ascending
    """

    announced: date
    first: date
    last: date
    off: tuple[date, ...]
    work: tuple[date, ...]


@cache
def notices() -> tuple[Notice, ...]:
    """The notices of mainland China, in the order of their years, which is that of their announcement."""
    made = []
    for announced in sorted({entry.announced for entry in calendar_days()}):
        entries = [entry for entry in calendar_days() if entry.announced == announced]
        year = Counter(entry.day.year for entry in entries).most_common(1)[0][0]
        made.append(
            Notice(
                announced,
                date(year - 1, 12, 29),
                date(year, 12, 28),
                tuple(entry.day for entry in entries if entry.kind == "off"),
                tuple(entry.day for entry in entries if entry.kind == "work"),
            )
        )
    return tuple(made)
