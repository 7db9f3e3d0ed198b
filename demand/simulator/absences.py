"""Short absences of stores: days off at the new year, repairs, moves; drawn once for all who ask about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from demand.simulator.clock import lunar_new_year
from demand.simulator.dice import Dice, Ints

HOLIDAY, RENOVATION, REPAIR, MOVE, NONE = range(5)
YEARS, YEAR = 3, 366  # that are drawn
_LONGEST = {RENOVATION: 4, REPAIR: 0, MOVE: 1}  # days; for none: until the afternoon


@dataclass(frozen=True)
class Absences:
    """Shares of an industry's stores that are away in a year, for reasons that are no trouble for its orders."""

    holiday: float = 0.0
    renovation: float = 0.0
    repair: float = 0.0
    move: float = 0.03
    typhoon: bool = False
    mistaken: bool = True  # customers stand at its doors, and some report a locked one that was none


ABSENCES: Mapping[str, Absences] = {
    "hotel": Absences(repair=0.4, move=0.0),
    "prepaid_card": Absences(move=0.0),
    "home_cleaning": Absences(mistaken=False),
    "catering": Absences(move=0.0, typhoon=True),
    "travel": Absences(mistaken=False),
    "retail": Absences(holiday=0.25, renovation=0.08),
    "beauty": Absences(holiday=0.35, renovation=0.08),
    "performances": Absences(mistaken=False),
}


def away(dice: Dice, absences: Absences, start: int, year: int, store: Ints) -> tuple[Ints, Ints, Ints]:
    """The absence of these stores in one year, one at most, so that no two overlap: why, from when, for how many days.

    Parameters
    ----------
    dice : of the industry
    start : first day of the world
    """
    begins = start + year * YEAR
    edges = np.cumsum([absences.holiday, absences.renovation, absences.repair, absences.move])
    kind = np.searchsorted(edges, dice.uniform("status.away", store, year), side="right")
    first = begins + 20 + (320 * dice.uniform("status.away.at", store, year)).astype(np.int64)
    length = dice.uniform("status.away.days", store, year)
    days = np.zeros(len(store), np.int64)
    for number, longest in _LONGEST.items():
        days = np.where(kind == number, np.ceil(longest * length).astype(np.int64), days)
    new_year = np.flatnonzero(lunar_new_year(np.arange(begins, begins + YEAR)))
    if len(new_year):
        off = kind == HOLIDAY
        first, days = np.where(off, begins + new_year[0], first), np.where(off, 2 + (6 * length).astype(np.int64), days)
    else:
        kind = np.where(kind == HOLIDAY, NONE, kind)
    return np.asarray(kind, np.int64), np.asarray(first, np.int64), np.asarray(days, np.int64)


class Reopening:
    """When stores are there again for those who come while they are away.

    Parameters
    ----------
    dice, absences, start : as in `away`
    stores : how many
    """

    def __init__(self, dice: Dice, absences: Absences, start: int, stores: int) -> None:
        self._spells = [away(dice, absences, start, year, np.arange(stores)) for year in range(YEARS)]

    def first_day(self, store: Ints, day: Ints) -> Ints:
        """`day`, or the day on which the store is open again."""
        for kind, first, days in self._spells:
            gone = (kind[store] != NONE) & (day >= first[store]) & (day < (first + days)[store])
            day = np.where(gone, (first + days)[store], day)
        return day
