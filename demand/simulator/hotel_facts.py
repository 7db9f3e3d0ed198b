"""What is so of hotels and nights whoever books them: rooms left, rooms oversold, types that run out, weather."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from demand.simulator.clock import HOUR, holiday, instant, weekend
from demand.simulator.dice import Dice, Floats, Ints
from demand.simulator.geography import CITIES, alerted, city_of, storm_alerted
from demand.simulator.hotel_rows import NIGHTS, ROOM_TYPES, ROOMS, TYPES_LEFT
from demand.simulator.places import Moods

if TYPE_CHECKING:
    from demand.simulator.hotel import Hotel

_LOOKS = (14, 6, 2)  # days ahead at which a night is reported
_PER_HOTEL = 1024  # nights of one hotel have numbers below this
_TYPES_EVERY = 3
_CITIES = np.arange(len(CITIES))


class Rooms:
    """Nights that fill up, hotels that sell more rooms than they have, and the rows that tell of them.

    Attributes
    ----------
    city : by hotel
    oversells : of hotels (log scale)
    scarce : of room types, numbered by `room`
    """

    def __init__(self, industry: Hotel) -> None:
        self._industry, self._dice = industry, industry.dice
        self._market = Dice(industry.dice.seed, "market.")
        self._all = np.arange(industry.stores)
        self.city = city_of(self._dice, self._all)
        self.oversells = Moods(self._dice, "oversells", industry.stores, level=0.8, wave=0.7)
        self.scarce = Moods(self._dice, "scarce", industry.stores * len(ROOM_TYPES), level=0.7, wave=0.5)

    def night(self, store: Ints, day: Ints) -> Ints:
        """The number of a night at a hotel."""
        return store * _PER_HOTEL + (day - self._industry.start) % _PER_HOTEL

    def room(self, store: Ints, kind: Ints) -> Ints:
        """The number of a room type at a hotel."""
        return store * len(ROOM_TYPES) + kind

    def tight(self, store: Ints, day: Ints) -> Floats:
        """How many more want to sleep there than can, on the log scale; 0 is an ordinary night."""
        pressure = holiday(day) + 0.3 * weekend(day)
        own = 0.55 * self._dice.normal("night", store, day)
        return np.asarray(self.oversells.at(store, day) + pressure + own, np.float64)

    def tier(self, store: Ints) -> Floats:
        """Price of an ordinary night in cents."""
        return np.asarray(18000 + 30000 * self._dice.uniform("tier", store), np.float64)

    def worry(self, days: Ints) -> Floats:
        """How much readier guests of a city are to cancel and to argue about the fee, of shape (days, cities)."""
        day, city = days[:, None], _CITIES[None, :]
        return np.asarray(1 + 5 * storm_alerted(city, day) + 2 * alerted(self._market, city, day), np.float64)

    def record(self, days: Ints) -> None:
        """Facts of these days: the evening's rooms, nights ahead, room types."""
        self._count_rooms(days)
        self._look_ahead(days)
        self._count_types(days)

    def _fill(self, store: Ints, day: Ints) -> Floats:
        """Rooms sold as a share of the rooms there are; above 1 some guests have to go."""
        return np.asarray(0.74 + 0.11 * self.tight(store, day), np.float64)

    def size(self, store: Ints) -> Ints:
        return (40 + 160 * self._dice.uniform("rooms", store)).astype(np.int64)

    def _count_rooms(self, days: Ints) -> None:
        """Rooms and what is left of them, each hotel each evening; guests who were sent elsewhere."""
        store, day = np.tile(self._all, len(days)), np.repeat(days, len(self._all))
        rooms, fill = self.size(store), self._fill(store, day)
        away = (0.25 * np.exp(1.1 * self.tight(store, day))).clip(max=6)
        sold = (rooms * (fill + 0.03 * self._dice.normal("fill", store, day)).clip(0.1, 1.25)).astype(np.int64)
        rows = self._industry.outbox.put(
            ROOMS,
            {"ident": store},
            seq=day,
            occurred=instant(day, 22),
            known=self._industry.later("rooms.seen", instant(day, 23), store, day),
            rooms=rooms,
            free=rooms - sold,
            occupancy=(sold / rooms).round(3),
            turned_away=self._dice.poisson(away, "away", store, day),
            price_cents=(self.tier(store) * (1 + 0.4 * fill)).astype(np.int64),
        )
        wrong = rows[self._dice.chance(0.01, "rooms.wrong", store, day)]
        self._industry.outbox.repeat(
            ROOMS, wrong, op="correct", known=wrong["known"] + 10 * HOUR, turned_away=wrong["turned_away"] + 1
        )

    def _look_ahead(self, days: Ints) -> None:
        """Two weeks, six and two days before a night: its rooms against its bookings, what is expected, the price."""
        look, store, day = (a.ravel() for a in np.meshgrid(np.array(_LOOKS), self._all, days, indexing="ij"))
        due, rooms, tier = day + look, self.size(store), self.tier(store)
        fill = self._fill(store, due) + (0.02 + 0.003 * look) * self._dice.normal("ahead", store, due, look)
        booked = np.rint(rooms * fill.clip(0.1, 1.4) * np.exp(-look / 60.0)).astype(np.int64)
        guess = self._fill(store, due) + (0.03 + 0.004 * look) * self._dice.normal("forecast", store, due, look)
        expected = np.maximum(booked, np.rint(rooms * guess.clip(0.1, 1.4)).astype(np.int64))
        rise = 1 + 0.9 * (fill - 0.74).clip(-0.3) * np.exp(-look / 6.0)
        at = instant(day, 21)
        self._industry.outbox.put(
            NIGHTS,
            {"ident": self.night(store, due)},
            seq=look,
            occurred=at,
            known=self._industry.later("ahead.seen", at, store, due, look),
            rooms=rooms,
            booked=booked,
            rooms_left=(rooms - booked).clip(min=0),
            expected=expected,
            price_cents=(tier * rise).round(-2).astype(np.int64),
        )

    def _count_types(self, days: Ints) -> None:
        """Every third evening: how many rooms of each type can still be given out in the coming days."""
        on = days[days % _TYPES_EVERY == 0]
        kinds = len(self._all) * len(ROOM_TYPES)
        room, day = np.tile(np.arange(kinds), len(on)), np.repeat(on, kinds)
        mean = 6 * np.exp(-0.9 * self.scarce.at(room, day + 3))
        left = self._dice.poisson(mean.clip(max=40), "type.left", room, day)
        at = instant(day, 21.5)
        self._industry.outbox.put(
            TYPES_LEFT,
            {"ident": room},
            seq=day,
            occurred=at,
            known=self._industry.later("type.seen", at, room, day),
            left=left,
            nearly_out=left <= 2,
        )
