"""The shows of the venues: who gives them, when they are sold and played, how many want to come, what stops them."""

from __future__ import annotations

from dataclasses import dataclass, fields
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
_SLOTS = 32  # shows of every venue that are drawn at once
_RUSH = 0.3  # log of the people per ticket from which tickets are given out in a rush
_POURS = 0.07
_WEEKDAYS = np.array([0.03, 0.04, 0.06, 0.08, 0.22, 0.34, 0.23])  # from Monday
_INDOORS, _OUTDOORS = np.array([0.3, 0.4, 0.2, 0.1, 0.0]), np.array([0.4, 0.0, 0.0, 0.35, 0.25])


@dataclass(frozen=True)
class Programme:
    """Shows, as arrays of equal shape; moments are instants or NEVER.

    Attributes
    ----------
    day, hour : when it is planned; the hours are of the curtain
    organiser, category : who gives it, and the code of `CATEGORIES`
    crowd : log of how many want a ticket, for every ticket there is
    rushed : whether tickets are given out at one moment, to those who have registered and are quick
    sale_on, tickets : the day they are sold from, and how many there are
    wet, storm : whether it pours on the day, with an alert for the city or without; whether a typhoon passes
    suspended, resumed : the sale stops for a while, whatever comes after
    told, moved : when it is said that the show is off, and whether it is only postponed
    played_on : the day on which it is played if it is
    sold_until : from when nobody can buy a ticket any more
    """

    day: Ints
    hour: Floats
    organiser: Ints
    category: Ints
    crowd: Floats
    rushed: NDArray[np.bool_]
    sale_on: Ints
    tickets: Ints
    wet: NDArray[np.bool_]
    storm: NDArray[np.bool_]
    suspended: Ints
    resumed: Ints
    told: Ints
    moved: NDArray[np.bool_]
    played_on: Ints
    sold_until: Ints


class Shows:
    """What is so of shows whoever goes: a table by venue and slot that grows as it is looked at.

    Organisers are hidden to be unreliable and their sales to be glitchy, gates of venues to be troubled, blocks of
    seats to be blocked; shows are hidden to be wanted.
    """

    def __init__(self, industry: Performances) -> None:
        self._dice, self._start = industry.dice, industry.start
        dice = self._dice
        self._venues = np.arange(industry.stores)
        self.organisers = max(4, round(0.4 * industry.stores))
        self.unreliable = Moods(dice, "unreliable", self.organisers, level=1.1, wave=0.5)
        self.glitches = Moods(dice, "glitches", self.organisers, level=0.7, wave=0.4)
        self.gates = Moods(dice, "gates", industry.stores, level=0.9, wave=0.4)
        self.fees = FeeTiers(dice, self.organisers, self._start)
        self.open_air = dice.chance(0.28, "open_air", self._venues)
        self.city = city_of(dice, self._venues)
        self._fame = dice.normal("fame", self._venues)
        self._popular = 0.4 + np.exp(0.5 * self._fame)
        self._organises = 0.4 + dice.exponential("organiser.size", np.arange(self.organisers))
        self._sky = Sky(dice)
        self._table = self._draw(self._numbers(0))

    def pick_venue(self, ident: Ints, glance: int) -> Ints:
        return self._dice.pick(self._popular, "venue", ident, glance)

    def venue(self, show: Ints) -> Ints:
        return show // PER_VENUE

    def next_show(self, venue: Ints, day: Ints) -> Ints:
        """The number of the first show of a venue that is planned for a day after `day`."""
        show = venue * PER_VENUE + (day - self._start) // SLOT
        self._reach(show)
        return np.where(self._table.day[venue, show % PER_VENUE] > day, show, show + 1)

    def take(self, show: Ints) -> Programme:
        """What is so of the shows with these numbers."""
        self._reach(show)
        at = show // PER_VENUE, show % PER_VENUE
        return Programme(*(getattr(self._table, field.name)[at] for field in fields(Programme)))

    def blocked(self, block: Ints) -> Floats:
        """How badly one sees from a block of seats (log scale); at the side worse than in the middle."""
        return np.asarray(1.0 * self._dice.normal("block", block) + 0.7 * (block % len(ZONES) == 2), np.float64)

    def _reach(self, show: Ints) -> None:
        """Draw further shows of every venue; the draws do not depend on when."""
        while (have := self._table.day.shape[1]) <= (show % PER_VENUE).max(initial=0):
            more = self._draw(self._numbers(have))
            names = [field.name for field in fields(Programme)]
            parts = [[getattr(table, name) for table in (self._table, more)] for name in names]
            self._table = Programme(*(np.concatenate(part, axis=1) for part in parts))

    def _numbers(self, first: int) -> Ints:
        return np.asarray(self._venues[:, None] * PER_VENUE + np.arange(first, min(first + _SLOTS, PER_VENUE)))

    def _draw(self, shows: Ints) -> Programme:
        """Shows of shape (venues, slots): a weekend evening most likely, a holiday if there is one."""
        dice, show = self._dice, shows.ravel()
        venue, slot = show // PER_VENUE, show % PER_VENUE
        days = (self._start + SLOT * slot)[:, None] + np.arange(SLOT)
        day = days[:, 0] + dice.pick(_WEEKDAYS[(days + 3) % 7] * (1 + 1.5 * holiday(days)), "show.day", show)
        matinee = dice.chance(0.15, "show.matinee", show)
        hour = np.where(matinee, 14.5, 19 + 0.5 * dice.chance(0.6, "show.hour", show))
        organiser = dice.pick(self._organises, "show.organiser", show)
        outdoors = self.open_air[venue]
        category = dice.pick(np.where(outdoors[:, None], _OUTDOORS, _INDOORS), "show.category", show)
        own = 0.65 * dice.normal("show.crowd", show)
        crowd = 0.05 + 0.45 * self._fame[venue] + own + 0.4 * holiday(day)
        rushed = crowd > _RUSH
        ahead = 27 + (14 * dice.uniform("show.sale", show)).astype(np.int64)
        sale_on = day - np.where(rushed, ahead, ANNOUNCED - 2)
        size = np.exp(0.5 * dice.normal("show.size", show) + 0.9 * outdoors)
        tickets = (2400 * size).round(-1).astype(np.int64)
        storm = (in_storm(self.city[venue], day) > 0) & (day > STORM_ALERT)
        wet = self._sky.bad(self.city[venue], day) | dice.chance(_POURS, "show.pours", show)
        fate = self._fate(show, day, organiser, crowd, storm, wet & outdoors)
        drawn = (day, hour, organiser, category, crowd, rushed, sale_on, tickets, wet, storm, *fate)
        return Programme(*(np.reshape(column, shows.shape) for column in drawn))

    def _fate(
        self, show: Ints, day: Ints, organiser: Ints, crowd: Floats, storm: NDArray[np.bool_], soaked: NDArray[np.bool_]
    ) -> tuple[NDArray[np.generic], ...]:
        """`suspended` and what follows it in a `Programme`: organisers give up days ahead, the sky on the eve."""
        dice = self._dice
        doubt = self.unreliable.at(organiser, day)
        quits = dice.chance(1 / (1 + np.exp(3.9 - 1.4 * doubt + 0.4 * crowd)), "show.off", show)
        early = 2 + (17 * dice.uniform("show.told", show) ** 1.3).astype(np.int64)
        hour = 10 + 8 * dice.uniform("show.told.hour", show)
        weather = storm | (soaked & dice.chance(0.5, "show.rain", show))
        eve = np.where(storm, np.minimum(STORM_ALERT, day - 1), day - 1)
        given_up = np.where(quits, instant(day - early, hour), NEVER)
        told = np.where(weather, np.minimum(given_up, instant(eve, hour)), given_up)
        moved = (told < NEVER) & dice.chance(0.4, "show.moved", show)
        later = day + SLOT + ((FAREWELL - SLOT) * dice.uniform("show.moved.to", show)).astype(np.int64)
        warned = quits & dice.chance(0.92, "show.warned", show)
        alarm = dice.chance(0.025 * np.exp(0.4 * doubt), "show.alarm", show) & ~quits  # whatever the sky will do
        ahead = (DAY * (4 + 8 * dice.uniform("show.suspended", show))).astype(np.int64)
        suspended = np.where(warned, np.where(warned, given_up, 0) - ahead, NEVER)
        suspended = np.where(alarm, instant(day - early - 5, hour), suspended)
        resumed = np.where(alarm, suspended + ahead // 2, NEVER)
        stops = np.minimum(np.where(alarm, NEVER, suspended), told)
        suspended, resumed = (np.where(at < told, at, NEVER) for at in (suspended, resumed))
        sold_until = np.minimum(stops, instant(day, 18)) - HOUR
        return suspended, resumed, told, moved, np.where(moved, later, day), sold_until
