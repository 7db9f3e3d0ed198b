"""Restaurants: crowded or careless, shut for weeks, dishes that run out; and what they report every evening."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from demand.simulator.catering_rows import DISHES, RESTAURANT_DAYS
from demand.simulator.clock import holiday, instant, weekend
from demand.simulator.dice import Dice, Floats, Ints
from demand.simulator.geography import city_of, in_known_storm, in_storm
from demand.simulator.kernels import passed, plain
from demand.simulator.places import Moods
from demand.simulator.rows import Outbox

DISHES_PER_STORE = 2
_LIVES = 12


class Restaurants:
    """The hidden side of all restaurants.

    Parameters
    ----------
    dice : of the industry
    stores : how many
    start : first day
    """

    def __init__(self, dice: Dice, stores: int, start: int) -> None:
        self.dice, self.stores = dice, stores
        store, life = np.arange(stores)[:, None], np.arange(_LIVES)[None, :]
        self.city = city_of(dice, np.arange(stores))
        self.run_badly = Moods(dice, "run_badly", stores, level=0.9, wave=0.5)
        self.crowded = Moods(dice, "crowded", stores, level=0.6, wave=0.4)
        self.full = Moods(dice, "full", stores, level=0.6, wave=0.4)
        self.sloppy = Moods(dice, "sloppy", stores, level=0.5, wave=0.3)
        self.scarce = Moods(dice, "scarce", stores * DISHES_PER_STORE, level=0.8, wave=0.6)
        self.asks_phone = dice.chance(0.35, "asks_phone", np.arange(stores))
        healthy = 60 + 330 * dice.exponential("shop.healthy", store, life)
        healthy[:, 0] = 420 * dice.uniform("shop.first", np.arange(stores))
        shut = 8 + 22 * dice.exponential("shop.shut", store, life)
        self._closes = start + np.cumsum(healthy, axis=1) + np.cumsum(shut, axis=1) - shut
        self._reopens = self._closes + shut
        self._fades = 5 + 10 * dice.uniform("shop.fades", store, life)

    def shut_for(self, store: Ints, day: Ints) -> Floats:
        """Days since these stores shut, negative while they are still open."""
        return self._since(store, day)[0]

    def fading(self, store: Ints, day: Ints) -> Floats:
        """0 while all is well, rising to 1 in the last week or two before a store shuts."""
        since, fades = self._since(store, day)
        return np.asarray((1 + since / fades).clip(0, 1), np.float64)

    def closed(self, store: Ints, day: Ints) -> NDArray[np.bool_]:
        """Whether a guest finds the door locked: shut, or under the typhoon."""
        return (self.shut_for(store, day) >= 0) | (in_storm(self.city[store], day) > 0)

    def expected_closed(self, opened: Ints) -> Callable[[Ints, Ints], NDArray[np.bool_]]:
        """The same as far as it was known when orders were opened, at these instants."""
        return lambda store, day: (self.shut_for(store, day) >= 0) | (in_known_storm(self.city[store], day, opened) > 0)

    def _since(self, store: Ints, day: Ints) -> tuple[Floats, Floats]:
        life = passed(self._reopens, plain(store, np.int64), plain(day, np.int64))
        return day - self._closes[store, life], self._fades[store, life]

    def shutdowns(self) -> tuple[Floats, Floats]:
        """(stores, lives) the days from which each is shut, and from which it is open again."""
        return self._closes, self._reopens

    def wait(self, store: Ints, day: Ints) -> Floats:
        """How long the queues are, on the log scale; 0 is ordinary."""
        return (
            self.crowded.at(store, day) + 0.5 * self.run_badly.at(store, day) + 0.5 * weekend(day) + 0.8 * holiday(day)
        )

    def fullness(self, store: Ints, day: Ints) -> Floats:
        """How hard it is to get a table, on the log scale."""
        return self.full.at(store, day) + 0.5 * self.run_badly.at(store, day) + 0.6 * weekend(day) + 0.9 * holiday(day)

    def careless(self, store: Ints, day: Ints) -> Floats:
        """How the staff treat guests who bought a deal, on the log scale; high is bad."""
        return self.sloppy.at(store, day) + 0.8 * self.run_badly.at(store, day)

    def most_careless(self, store: Ints) -> Floats:
        """What `careless` never exceeds there."""
        return self.sloppy.worst(store) + 0.8 * self.run_badly.worst(store)

    def left(self, dish: Ints, day: Ints) -> Floats:
        """Stock of a dish as a share of a full one: runs down until it is filled up again; 0 is sold out."""
        period = 6 + 10 * self.dice.uniform("dish.period", dish)
        turn = (day / period + self.dice.uniform("dish.phase", dish)) % 1.0
        speed = np.exp(0.4 * self.scarce.at(dish, day) - 0.3 + 0.1 * weekend(day))
        return np.asarray((1 - turn * speed).clip(min=0.0), np.float64)

    def report(self, outbox: Outbox, days: Ints) -> None:
        """Every evening: what each restaurant saw, and what is left of each dish."""
        store, day = np.tile(np.arange(self.stores), len(days)), np.repeat(days, self.stores)
        since, fading = self.shut_for(store, day), self.fading(store, day)
        closed = (since >= 0) | (in_storm(self.city[store], day) > 0)
        minutes = 18 * np.exp(0.6 * self.wait(store, day) + 0.25 * self.dice.normal("day.wait", store, day))
        usual = 2 + 14 * self.dice.uniform("shop.size", store)
        calls = np.where(closed, 6.0, 0.5 * np.exp(0.7 * self.careless(store, day)).clip(max=8) + 2.0 * fading)
        missing = np.where(closed, 1.2 * np.exp(-since.clip(0) / 8), 0.02 + 0.3 * fading)
        outbox.put(
            RESTAURANT_DAYS,
            {"ident": store},
            seq=day,
            occurred=instant(day, 22.5),
            known=instant(day, 23.5),
            guests=self.dice.poisson(
                usual * ~closed * (1 - 0.6 * fading) * (1 + 0.3 * weekend(day)), "day.n", store, day
            ),
            unanswered_calls=self.dice.poisson(calls, "day.calls", store, day),
            closed_reports=self.dice.poisson(missing, "day.reports", store, day),
            long_wait_minutes=np.where(closed, 0, minutes).astype(np.int64),
            abandoned_share=np.where(closed, 0.0, (0.04 * minutes / 18).clip(max=0.6)).round(3),
        )
        dishes = self.stores * DISHES_PER_STORE
        dish, on = np.tile(np.arange(dishes), len(days)), np.repeat(days, dishes)
        left = self.left(dish, on)
        outbox.put(
            DISHES,
            {"ident": dish, "store_id": dish // DISHES_PER_STORE},
            seq=on,
            occurred=instant(on, 22),
            known=instant(on, 23),
            stock=np.ceil(60 * left).astype(np.int64),
            stock_share=left.round(3),
            sold_out=left <= 0,
        )
