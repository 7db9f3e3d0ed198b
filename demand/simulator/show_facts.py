"""The shows of the venues: who presents them, when they are sold and played, how many want to come, what stops them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from demand.simulator.clock import DAY, HOUR, holiday, instant
from demand.simulator.dice import Floats, Ints
from demand.simulator.fee_tiers import FeeTiers
from demand.simulator.geography import city_of, in_storm
from demand.simulator.performances_rows import ZONES
from demand.simulator.places import Moods
from demand.simulator.rows import NEVER
from demand.simulator.tour_facts import Sky
from demand.simulator.trends import STORM_ALERT

if TYPE_CHECKING:
    from demand.simulator.performances import Performances

SLOT = 14  # days in which a venue gives one show
PER_VENUE = 512  # shows of one venue have numbers below this
ANNOUNCED, FAREWELL = 75, 45  # days ahead of a show that it is announced; days by which it is moved at most
SALE_HOUR = 12
_RUSH = 0.3  # log of the people per ticket from which tickets are given out in a rush
_POURS = 0.07
_WEEKDAYS = np.array([0.03, 0.04, 0.06, 0.08, 0.22, 0.34, 0.23])  # from Monday
_INDOORS, _OUTDOORS = np.array([0.3, 0.4, 0.2, 0.1, 0.0]), np.array([0.4, 0.0, 0.0, 0.35, 0.25])


@dataclass(frozen=True)
class Course:
    """What becomes of shows, as instants or NEVER; all alike for everybody who has a ticket.

    Attributes
    ----------
    suspended, resumed : the sale stops for a while, whatever comes after
    told : when it is said that the show does not take place as planned
    moved : of those told of: whether it is only postponed
    weather : of those told of: whether the sky is the reason
    played_on : the day it is played at last
    """

    suspended: Ints
    resumed: Ints
    told: Ints
    moved: NDArray[np.bool_]
    weather: NDArray[np.bool_]
    played_on: Ints


class Shows:
    """What is so of shows whoever goes.

    Organisers are hidden to be unreliable and their sales to be glitchy, gates of venues to be troubled, blocks of
    seats to be blocked; shows are hidden to be wanted.
    """

    def __init__(self, industry: Performances) -> None:
        self._industry, self._dice, self._start = industry, industry.dice, industry.start
        dice, venue = self._dice, np.arange(industry.stores)
        self.organisers = max(4, round(0.4 * industry.stores))
        organiser = np.arange(self.organisers)
        self.unreliable = Moods(dice, "unreliable", self.organisers, level=1.1, wave=0.5)
        self.glitches = Moods(dice, "glitches", self.organisers, level=0.7, wave=0.4)
        self.gates = Moods(dice, "gates", industry.stores, level=0.9, wave=0.4)
        self.fees = FeeTiers(dice, self.organisers, self._start)
        self.open_air = dice.chance(0.28, "open_air", venue)
        self.city = city_of(dice, venue)
        self._fame = dice.normal("fame", venue)
        self._size = 0.4 + dice.exponential("organiser.size", organiser)
        self.sky = Sky(dice)

    def pick_venue(self, ident: Ints, glance: int) -> Ints:
        return self._dice.pick(0.4 + np.exp(0.5 * self._fame), "venue", ident, glance)

    def next_show(self, venue: Ints, day: Ints) -> Ints:
        """The number of the first show of a venue that is played after `day`."""
        show = venue * PER_VENUE + (day - self._start) // SLOT
        return np.where(self.day(show) > day, show, show + 1)

    def venue(self, show: Ints) -> Ints:
        return show // PER_VENUE

    def day(self, show: Ints) -> Ints:
        """The day a show is planned for: a weekend evening most likely, a holiday if there is one."""
        days = (self._start + SLOT * (show % PER_VENUE))[:, None] + np.arange(SLOT)
        return days[:, 0] + self._dice.pick(_WEEKDAYS[(days + 3) % 7] * (1 + 1.5 * holiday(days)), "show.day", show)

    def hour(self, show: Ints) -> Floats:
        """When the curtain rises."""
        matinee = self._dice.chance(0.15, "show.matinee", show)
        return np.where(matinee, 14.5, 19 + 0.5 * self._dice.chance(0.6, "show.hour", show))

    def organiser(self, show: Ints) -> Ints:
        return self._dice.pick(self._size, "show.organiser", show)

    def category(self, show: Ints) -> Ints:
        weights = np.where(self.open_air[self.venue(show)][:, None], _OUTDOORS, _INDOORS)
        return self._dice.pick(weights, "show.category", show)

    def crowd(self, show: Ints) -> Floats:
        """Log of how many want a ticket, for every ticket there is."""
        own = 0.65 * self._dice.normal("show.crowd", show)
        return np.asarray(0.05 + 0.45 * self._fame[self.venue(show)] + own + 0.4 * holiday(self.day(show)), np.float64)

    def rushed(self, show: Ints) -> NDArray[np.bool_]:
        """Whether tickets are given out at one moment, to those who have registered and are quick."""
        return self.crowd(show) > _RUSH

    def sale_on(self, show: Ints) -> Ints:
        """The day its tickets are sold from."""
        weeks = 27 + (14 * self._dice.uniform("show.sale", show)).astype(np.int64)
        return self.day(show) - np.where(self.rushed(show), weeks, ANNOUNCED - 2)

    def tickets(self, show: Ints) -> Ints:
        """How many there are."""
        size = np.exp(0.5 * self._dice.normal("show.size", show) + 0.9 * self.open_air[self.venue(show)])
        return np.asarray((2400 * size).round(-1), np.int64)

    def blocked(self, block: Ints) -> Floats:
        """How badly one sees from a block of seats (log scale); at the side worse than in the middle."""
        return np.asarray(1.0 * self._dice.normal("block", block) + 0.7 * (block % len(ZONES) == 2), np.float64)

    def wet(self, show: Ints) -> NDArray[np.bool_]:
        """Whether it pours on the day: with an alert for the whole city, or without one."""
        day = self.day(show)
        return self.sky.bad(self.city[self.venue(show)], day) | self._dice.chance(_POURS, "show.pours", show)

    def course(self, show: Ints) -> Course:
        """What becomes of these shows."""
        dice, day, venue = self._dice, self.day(show), self.venue(show)
        doubt = self.unreliable.at(self.organiser(show), day)
        odds = 1 / (1 + np.exp(3.6 - 1.2 * doubt + 0.4 * self.crowd(show)))
        quits = dice.chance(odds, "show.off", show)
        early = 2 + (17 * dice.uniform("show.told", show) ** 1.3).astype(np.int64)
        hour = 10 + 8 * dice.uniform("show.told.hour", show)
        storm = (in_storm(self.city[venue], day) > 0) & (day > STORM_ALERT)
        rain = self.open_air[venue] & self.wet(show) & dice.chance(0.5, "show.rain", show)
        weather = storm | rain
        eve = np.where(storm, np.minimum(STORM_ALERT, day - 1), day - 1)
        told = np.where(weather, instant(eve, hour), NEVER)
        told = np.where(quits, np.minimum(told, instant(day - early, hour)), told)
        moved = (told < NEVER) & dice.chance(0.4, "show.moved", show)
        later = day + 14 + ((FAREWELL - 14) * dice.uniform("show.moved.to", show)).astype(np.int64)
        warned = quits & dice.chance(0.85, "show.warned", show)
        alarm = dice.chance(0.04 * np.exp(0.4 * doubt), "show.alarm", show) & (told == NEVER)
        ahead = (DAY * (2 + 7 * dice.uniform("show.suspended", show))).astype(np.int64)
        suspended = np.where(warned, np.where(warned, told, 0) - ahead, NEVER)
        suspended = np.where(alarm, instant(day - early - 4, hour), suspended)
        resumed = np.where(alarm, suspended + ahead // 2, NEVER)
        return Course(suspended, resumed, told, moved, weather & ~quits, np.where(moved, later, day))

    def sold_until(self, show: Ints) -> Ints:
        """The instant from which nobody can buy a ticket any more."""
        course = self.course(show)
        stops = np.where(course.resumed < NEVER, NEVER, course.suspended)
        return np.minimum(np.minimum(stops, course.told), instant(self.day(show), 18)) - HOUR
