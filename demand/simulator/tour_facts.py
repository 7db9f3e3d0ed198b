"""The tours of travel operators: when they depart, whether their groups fill, what the sky does, what is published."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from demand.simulator.clock import DAY, HOUR, holiday, instant
from demand.simulator.dice import Dice, Floats, Ints
from demand.simulator.geography import CITIES, in_storm, rains
from demand.simulator.travel_rows import FORECASTS, GROUPS, TOUR_PAGES, TRIP_INSPECTIONS
from demand.simulator.trends import STORM_ALERT

if TYPE_CHECKING:
    from demand.simulator.travel import Travel

PER_OPERATOR = 2
_EVERY = 7  # days between two departures of a tour, unless it is private
_LOOKS = (21, 12, 7, 3)  # days ahead at which sign-ups are reported
_PER_TOUR = 256  # groups of one tour have numbers below this
_FALSE_ALARM = 0.012
_CITIES = np.arange(len(CITIES))


class Sky:
    """Rain by city and day, the same as the marketplace's alerts tell of; two days before, forecasts say so."""

    def __init__(self, dice: Dice) -> None:
        self._market, self._dice = Dice(dice.seed, "market."), dice

    def bad(self, city: Ints, day: Ints) -> NDArray[np.bool_]:
        """Whether nothing can go as planned."""
        return (in_storm(city, day) > 0) | rains(self._market, city, day)

    def cancels(self, city: Ints, due: Ints, days: Ints, tour: Ints) -> tuple[NDArray[np.bool_], Ints]:
        """Whether the weather calls off departures (all of a tour alike), and when that is told (instants)."""
        off, told = np.zeros(len(due), bool), np.full(len(due), np.iinfo(np.int64).max)
        hour = 9 + 9 * self._dice.uniform("sky.hour", tour, due)
        for ahead in range(3):
            day = due + ahead
            storm = (in_storm(city, day) > 0) & (due > STORM_ALERT)  # who is on the way already comes through
            rain = self.bad(city, day) & (in_storm(city, day) == 0) & (ahead < 2)
            rain &= self._dice.chance(0.25 - 0.1 * ahead, "sky.off", tour, due, ahead)
            here = (storm | rain) & (ahead < days)
            eve = np.where(storm, np.minimum(STORM_ALERT, due - 1), due - 1)
            at = instant(eve, hour)
            told = np.where(here & ~off, at, told)
            off |= here
        return off, told


class Tours:
    """What is so of tours and departures whoever books them.

    Attributes
    ----------
    store, kind, length : by tour: its operator, its kind (group, private, day trip), its days
    """

    def __init__(self, industry: Travel) -> None:
        self._industry, self._dice = industry, industry.dice
        self.weather = Sky(industry.dice)
        self._tour = tour = np.arange(PER_OPERATOR * industry.stores)
        self.store = tour // PER_OPERATOR
        self.kind = self._dice.pick([0.62, 0.14, 0.24], "tour.kind", tour)
        longer = 2 + (6 * self._dice.uniform("tour.days", tour)).astype(np.int64)
        self.length = np.where(self.kind == 2, 1, longer)
        self._fame = 0.4 + self._dice.exponential("tour.fame", tour)
        self._minimum = 8 + (10 * self._dice.uniform("tour.minimum", tour)).astype(np.int64)
        self._appeal = 0.25 * self._dice.normal("tour.appeal", tour)
        self._every = np.where(self.kind == 1, 1, _EVERY)
        weekday = (_EVERY * self._dice.uniform("tour.phase", tour)).astype(np.int64)
        self._phase = np.where(self.kind == 2, 2 + weekday % 2, weekday)  # day trips: Saturdays or Sundays

    def pick(self, ident: Ints) -> Ints:
        return self._dice.pick(self._fame, "tour", ident)

    def next_departure(self, tour: Ints, day: Ints) -> Ints:
        """The first day from `day` on that the tour departs."""
        return day + (self._phase[tour] - day) % self._every[tour]

    def group(self, tour: Ints, due: Ints) -> Ints:
        """The number of a departure."""
        return tour * _PER_TOUR + (due - self._industry.start) // self._every[tour] % _PER_TOUR

    def wanted(self, tour: Ints, due: Ints) -> Floats:
        """How many would sign up in the end, whoever sells the seats."""
        noise = 0.34 * self._dice.normal("group.wanted", tour, due)
        return np.asarray(
            self._minimum[tour] * np.exp(0.62 + self._appeal[tour] + noise + 0.4 * holiday(due)), np.float64
        )

    def called_off(self, tour: Ints, due: Ints) -> tuple[NDArray[np.bool_], Ints]:
        """Whether too few signed up, and when people are told: up to a week ahead."""
        chaos = self._industry.disorder.at(self.store[tour], due)
        early = 1 + 6 / (1 + np.exp(chaos + self._dice.normal("group.told", tour, due)))
        at = instant(due - early.astype(np.int64), 10 + 8 * self._dice.uniform("group.hour", tour, due))
        return (self.wanted(tour, due) < self._minimum[tour]) & (self.kind[tour] != 1), at

    def record(self, days: Ints) -> None:
        """Facts of these days: sign-ups, forecasts, tour pages, inspections."""
        self._sign_ups(days)
        self._forecast(days)
        self._publish(days)

    def _sign_ups(self, days: Ints) -> None:
        tour = self._tour[self.kind != 1]
        look, due_tour, day = (a.ravel() for a in np.meshgrid(np.array(_LOOKS), tour, days, indexing="ij"))
        due = day + look
        runs = (due - self._phase[due_tour]) % self._every[due_tour] == 0
        look, tour, day, due = look[runs], due_tour[runs], day[runs], due[runs]
        noise = np.exp(0.12 * self._dice.normal("group.pace", tour, due, look))
        wanted = self.wanted(tour, due) * noise
        signed, expected = np.rint([wanted * np.exp(-look / 22.0), wanted]).astype(np.int64)
        minimum = self._minimum[tour]
        at = instant(day, 21)
        self._industry.outbox.put(
            GROUPS,
            {"ident": self.group(tour, due)},
            seq=look,
            occurred=at,
            known=self._industry.later("group.seen", at, tour, due, look),
            signed_up=signed,
            minimum=minimum,
            missing=(minimum - expected).clip(min=0),
        )

    def _forecast(self, days: Ints) -> None:
        """Two days ahead, of what will come and of some that will not; the typhoon from its alert on."""
        city, day = (a.ravel() for a in np.meshgrid(_CITIES, days, indexing="ij"))
        on = day + 2
        storm = in_storm(city, on) > 0
        told = self.weather.bad(city, on) | self._dice.chance(_FALSE_ALARM, "sky.false", city, on)
        city, day, on, storm = city[told], day[told], on[told], storm[told]
        at = instant(day, 8)
        self._industry.outbox.put(
            FORECASTS,
            {"ident": city},
            seq=on,
            occurred=at,
            known=at + HOUR // 6,
            weather=storm.astype(np.int64),
            on_day=on,
        )

    def _publish(self, days: Ints) -> None:
        """A page every ten days or so; those who earn in shops promise bargains; inspectors look in every quarter."""
        operator, day = (a.ravel() for a in np.meshgrid(np.arange(self._industry.stores), days, indexing="ij"))
        shown = self._dice.chance(0.1, "page", operator, day)
        seen = self._dice.chance(0.012, "inspected", operator, day)
        store, on = operator[shown], day[shown]
        push = self._industry.pushes.at(store, on)
        lures = 1 / (1 + np.exp(0.9 - 1.1 * push))
        bargain = np.column_stack([1 - lures, 0.25 * np.ones(len(store)), 0.7 * lures, 0.4 * lures])
        at = instant(on, 9 + 12 * self._dice.uniform("page.hour", store, on))
        self._industry.outbox.put(
            TOUR_PAGES,
            {"ident": store},
            seq=on,
            occurred=at,
            known=at + HOUR // 4,
            claim=self._dice.pick(bargain, "page.claim", store, on),
            shopping_words=self._dice.poisson(np.exp(-0.2 + 0.7 * push).clip(max=8), "page.words", store, on),
        )
        store, on = operator[seen], day[seen]
        fault = 0.6 * self._industry.pushes.at(store, on) + 0.6 * self._industry.disorder.at(store, on)
        score = 84 - 7 * fault + 5 * self._dice.normal("inspected.score", store, on)
        at = instant(on, 15)
        self._industry.outbox.put(
            TRIP_INSPECTIONS,
            {"ident": store},
            seq=on,
            occurred=at,
            known=at + 2 * DAY,  # the report takes days
            score=score.clip(0, 100).round(1),
            passed=score >= 75,
        )
