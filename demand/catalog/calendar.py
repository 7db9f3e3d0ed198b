"""Public holidays and make-up workdays of mainland China, with the day on which each was announced.

Source: the yearly notices of the General Office of the State Council on the arrangement of public holidays, for 2023
to 2026 (`calendar_cn.csv`). A feature may look at a day's entry only from the day after its announcement on;
before, nobody knows whether the day will be a holiday.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Literal


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """A day that is not what its weekday says, or part of a holiday.

    Parameters
    ----------
    day : local
    announced : the local day of the notice
    kind : `off`, or `work` where a weekend is worked to make up for a holiday
    holiday : new_year, spring_festival, tomb_sweeping, labour_day, dragon_boat, mid_autumn or national_day
    """

    day: date
    announced: date
    kind: Literal["off", "work"]
    holiday: str


@cache
def calendar_days() -> tuple[CalendarDay, ...]:
    """Every entry, by day."""
    text = (files("demand.catalog") / "calendar_cn.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return tuple(
        CalendarDay(
            date.fromisoformat(row["day"]),
            date.fromisoformat(row["announced"]),
            "off" if row["kind"] == "off" else "work",
            row["holiday"],
        )
        for row in rows
    )
