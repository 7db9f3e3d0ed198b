"""What is so of cities, agencies and workers whoever orders: who is at work, who asks for more, who breaks things."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from demand.simulator.cleaning_rows import CREWS, EXTRAS
from demand.simulator.clock import HOUR, holiday, instant, lunar_new_year, weekend
from demand.simulator.dice import Floats, Ints
from demand.simulator.geography import CITIES, WEIGHTS, city_of, in_known_storm
from demand.simulator.places import Moods

if TYPE_CHECKING:
    from demand.simulator.home_cleaning import HomeCleaning

CREW = 8  # workers of an agency
_CITIES = np.arange(len(CITIES))
_AHEAD = 3  # days that a report on crews looks ahead
_NEW_DAYS = 60
STORM_STRAIN = 1.6
"""How much harder it is to find a worker under the typhoon, on the log scale."""


def away(day: ArrayLike) -> Floats:
    """Share of the workers who are at home in the countryside: from a week before the lunar new year to one after."""
    days = np.asarray(day)
    return np.asarray(1.1 * np.mean([lunar_new_year(days + shift) for shift in range(-7, 9)], axis=0), np.float64)


class Crews:
    """Cities short of hands, agencies that charge more at the door, workers old and new.

    Attributes
    ----------
    city : by agency
    greed : of agencies that ask for more once they are inside (log scale)
    reliable, clumsy : by worker; `clumsy` on the log scale of damage
    """

    def __init__(self, industry: HomeCleaning) -> None:
        self._industry, self._dice = industry, industry.dice
        agencies, workers = np.arange(industry.stores), np.arange(CREW * industry.stores)
        self.city = city_of(self._dice, agencies)
        self.greed = Moods(self._dice, "greed", industry.stores, level=0.9, wave=0.3)
        self._short = Moods(self._dice, "city.short", len(CITIES), level=0.25, wave=0.2)
        self.reliable = self._dice.normal("reliable", workers)
        self.clumsy = 0.7 * self._dice.normal("clumsy", workers)
        self._stays = 200 + (500 * self._dice.uniform("stays", workers)).astype(np.int64)
        self._hired = (self._stays * self._dice.uniform("hired", workers)).astype(np.int64)
        self.damages = self._dice.poisson(0.5 * np.exp(self.clumsy), "damages", workers)

    def is_new(self, worker: Ints, day: Ints) -> NDArray[np.bool_]:
        """Whether these began less than two months ago; every place in a crew is taken by somebody new at times."""
        return np.asarray((day - self._hired[worker]) % self._stays[worker] < _NEW_DAYS, bool)

    def strain(self, city: Ints, day: Ints, at: Ints) -> Floats:
        """How hard it is to find a worker, on the log scale; 0 is an ordinary working day.

        Parameters
        ----------
        at : when that is looked at (instants): the typhoon counts from its alert on
        """
        calendar = 0.35 * weekend(day) + 0.4 * holiday(day) + 1.9 * away(day)
        return np.asarray(
            self._short.at(city, day) + calendar + STORM_STRAIN * in_known_storm(city, day, at), np.float64
        )

    def record(self, days: Ints) -> None:
        """Facts of these days: crews by city, extras by agency."""
        self._count_crews(days)
        self._add_up_extras(days)

    def _count_crews(self, days: Ints) -> None:
        """Every evening: who will work in the next three days, and how many jobs have nobody yet."""
        city, day = (a.ravel() for a in np.meshgrid(_CITIES, days, indexing="ij"))
        at = instant(day, 20)
        strain = np.mean([self.strain(city, day + ahead, at) for ahead in range(1, _AHEAD + 1)], axis=0)
        staff = 24 + 400 * WEIGHTS[city]
        absent = away(day + 2) + 0.03 * self._dice.uniform("crew.absent", city, day)
        workers = np.rint(staff * (1 - absent).clip(0.2)).astype(np.int64)
        pace = 1.9 * np.exp(0.35 * strain + 0.08 * self._dice.normal("crew.pace", city, day))
        jobs = np.rint(workers * pace * _AHEAD).astype(np.int64)
        idle = (0.05 * np.exp(0.9 * strain)).clip(max=0.8)
        rows = self._industry.outbox.put(
            CREWS,
            {"ident": city},
            seq=day,
            occurred=at,
            known=self._industry.later("crew", at, city, day),
            workers=workers,
            on_leave=np.rint(staff).astype(np.int64) - workers,
            jobs_ahead=jobs,
            unassigned=np.minimum(self._dice.poisson(jobs * idle, "crew.unassigned", city, day), jobs),
            jobs_per_worker=pace.round(2),
        )
        wrong = rows[self._dice.chance(0.01, "crew.wrong", city, day)]
        right = (wrong["on_leave"] - 1).clip(min=0)
        self._industry.outbox.repeat(CREWS, wrong, op="correct", known=wrong["known"] + 12 * HOUR, on_leave=right)

    def _add_up_extras(self, days: Ints) -> None:
        """Every evening: what an agency charged at the door beyond the price of the order."""
        agency, day = (a.ravel() for a in np.meshgrid(np.arange(self._industry.stores), days, indexing="ij"))
        jobs = self._dice.poisson(14.0, "extras.jobs", agency, day)
        asked = jobs * (0.05 * np.exp(0.9 * self.greed.at(agency, day))).clip(max=0.7)
        add_ons = np.minimum(self._dice.poisson(asked, "extras", agency, day), jobs)
        each = 4000 + 9000 * self._dice.uniform("extras.each", agency, day)
        at = instant(day, 22)
        self._industry.outbox.put(
            EXTRAS,
            {"ident": agency},
            seq=day,
            occurred=at,
            known=self._industry.later("extras.known", at, agency, day),
            jobs=jobs,
            add_ons=add_ons,
            add_on_cents=(add_ons * each).astype(np.int64),
        )
