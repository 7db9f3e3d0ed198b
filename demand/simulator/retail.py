"""Retail: parcels to pick up or to be delivered, and what is found when they are opened."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from demand.simulator.aftermath import refund_wait
from demand.simulator.clock import DAY, HOUR, day_number, day_of, instant, weekend
from demand.simulator.dice import Floats, Ints
from demand.simulator.geography import city_of, in_known_storm
from demand.simulator.industry import Industry, table
from demand.simulator.parcels import record
from demand.simulator.places import Moods
from demand.simulator.retail_rows import (
    PARCEL_CHANNELS,
    PARCEL_LOG,
    PARCEL_STATUS,
    RETAIL_LAYOUTS,
    RETAIL_SCENARIOS,
    SHOP_DAYS,
)
from demand.simulator.rhythm import REQUESTS
from demand.simulator.rows import NEVER
from demand.simulator.surprise import caught, surprise
from demand.simulator.trends import STORM_ALERT, STORM_KNOWN
from demand.simulator.turning import around

_NOT_AS, _EXPIRED, _NOT_READY, _WRONG, _FAKE, _SLOW, _OTHER = range(len(RETAIL_SCENARIOS))
_REFUNDED = PARCEL_STATUS.index("refunded")
_VIDEO = PARCEL_CHANNELS.index("video")
_RETURN_DAYS = 7  # after the promised day; due dates below count from there
_SHELF = np.array([12, 150, 500, 900])  # days, by kind of goods
_PER_SHOP, _CREATORS = 6, 40
_NOBODY = -30.0  # log rate of what does not happen
_ALWAYS = [(-200, 1.0)]


def campaign(day: Ints) -> Floats:
    """1 while the whole country shops: mid-June, 11 November, 12 December."""
    since = (day.astype("datetime64[D]") - day.astype("datetime64[D]").astype("datetime64[Y]")).astype(np.int64)
    sales = ((since >= 166) & (since <= 170)) | ((since >= 313) & (since <= 316)) | ((since >= 345) & (since <= 347))
    return np.asarray(sales, np.float64)


class Retail(Industry):
    """Shops are hidden to be slow, muddled or stale, goods to be poor; creators boast.

    Traits: `backlog` (of the shop on the promised day, log scale), `late` (not ready as promised), `poor` (the
    goods), `stale` (of the shop's shelves), `boast` (of the content bought from).
    """

    name, prefix, scenarios, horizon_days = "retail", "parcel", RETAIL_SCENARIOS, 7
    moment = "turn_day"
    layouts = RETAIL_LAYOUTS
    hidden = ("backlog", "late", "poor", "stale", "boast", "response")
    opens_on = date(2024, 4, 1)
    due_table, due_first = table(
        **dict.fromkeys(RETAIL_SCENARIOS, _ALWAYS)
        | {"pickup_not_ready": [(2, 0.1), (4, 0.5), (6, 0.8), (7, 1.0), (8, 0.12), (9, 0.0)]}
    )
    age_table = np.ones((1, len(RETAIL_SCENARIOS)))
    turn_table, turn_first = table(
        **dict.fromkeys(RETAIL_SCENARIOS, _ALWAYS)
        | {
            "not_as_described": [(-7, 0.15), (-2, 0.6), (0, 1.0), (1, 0.0)],
            "expired_goods": [(-7, 0.3), (-2, 0.8), (0, 1.0), (1, 0.0)],
            "wrong_store": [(-1, 0.3), (0, 1.0), (1, 0.2), (2, 0.0)],
            "fake_content": [(-7, 0.2), (-2, 0.6), (0, 1.0), (1, 0.05), (4, 0.0)],
        }
    )

    def __init__(self, seed: int, *, orders: float, users: int, start: int) -> None:
        super().__init__(seed, orders=orders, users=users, start=start)
        self.stores = max(6, round(orders / 250))
        self.run_badly = Moods(self.dice, "run_badly", self.stores, level=1.1, wave=0.4)
        self.slow = Moods(self.dice, "slow", self.stores, level=0.5, wave=0.4)
        self.muddled = Moods(self.dice, "muddled", self.stores, level=0.5, wave=0.3)
        self.shelves = Moods(self.dice, "shelves", self.stores, level=0.6, wave=0.4)
        self.city = city_of(self.dice, np.arange(self.stores))
        self._fame = 0.4 + self.dice.exponential("fame", np.arange(self.stores))

    def _mess(self, mood: Moods, store: Ints, day: Ints) -> Floats:
        """A weakness of a shop, on top of how badly it is run altogether."""
        return mood.at(store, day) + 0.7 * self.run_badly.at(store, day)

    def season(self, day: Ints) -> Floats:
        return np.asarray(0.92 * (1 + 0.12 * weekend(day) + 1.1 * campaign(day)), np.float64)

    def plan(self, ident: Ints, day: Ints) -> dict[str, NDArray[Any]]:
        dice = self.dice
        t: dict[str, NDArray[Any]] = {"open_day": day, "user": self.pick_user(ident)}
        t["store"] = dice.pick(self._fame, "store", ident)
        t["product"] = _PER_SHOP * t["store"] + (_PER_SHOP * dice.uniform("goods", ident) ** 1.5).astype(np.int64)
        t["goods"] = dice.pick([0.3, 0.25, 0.2, 0.25], "goods.kind", t["product"])
        t["channel"] = dice.pick([0.4, 0.2, 0.2, 0.2], "channel", ident)
        t["pickup"] = dice.chance(0.4, "pickup", ident)
        shown = t["channel"] >= _VIDEO
        t["creator"] = np.where(shown, (_CREATORS * dice.uniform("creator", ident)).astype(np.int64), -1)
        t["boast"] = np.where(shown, dice.normal("boast", t["creator"].clip(0)), 0.0)
        t["claim"] = np.where(shown, dice.pick([0.5, 0.2, 0.15, 0.15], "claim", ident), -1)
        t["opened"] = instant(day, self.order_hours(ident))
        t["known"] = self.later("opened", t["opened"], ident)
        u = dice.uniform("lead", ident)
        t["promised"] = day + 1 + (np.where(t["pickup"], 2.0, 4.0) * u + ~t["pickup"]).astype(np.int64)
        t["due_day"] = t["promised"] + _RETURN_DAYS
        tier = np.exp(8.4 + 0.6 * dice.normal("tier", t["product"]))
        t["price"] = ((1 + dice.poisson(0.5, "pieces", ident)) * tier).round(-2).astype(np.int64) + 100
        t["poor"] = dice.normal("poor", t["product"])
        t["stale"] = self._mess(self.shelves, t["store"], day)
        fresh = dice.uniform("shelf", ident) ** np.exp(0.5 * t["stale"])
        t["shelf_days"] = (_SHELF[t["goods"]] * (0.1 + 0.9 * fresh)).astype(np.int64)
        city = self.city[t["store"]]
        self._course(ident, t, in_known_storm(city, t["promised"], t["opened"]))
        struck = caught(city, t["promised"], t)

        def replan(rows: Ints, some: dict[str, NDArray[Any]]) -> None:
            some["opened"] = np.full(len(rows), STORM_KNOWN)
            self._course(ident[rows], some, np.ones(len(rows)))
            some["opened"] = t["opened"][rows]

        expected = surprise(t, struck, replan)
        t["expected_turn"] = expected["turn_day"]
        t["base"] = self.base_rates(self._scores(ident, t), t["user"], most=0.5)
        record(self, ident, t, expected)
        return t

    def _course(self, ident: Ints, t: dict[str, NDArray[Any]], storm: Floats) -> None:
        """When it is ready and received, whether it is given up before, or sent back after; 1 in the typhoon."""
        dice, promised, store = self.dice, t["promised"], t["store"]
        busy = 0.3 * weekend(promised) + 0.9 * campaign(promised) + 2.0 * storm
        t["backlog"] = self._mess(self.slow, store, promised) + busy + 0.5 * dice.normal("rush", ident)
        t["late"] = dice.chance(1 / (1 + np.exp(3.0 - 1.3 * t["backlog"])), "late", ident)
        delay = np.where(
            t["late"], 0.4 + 1.3 * dice.exponential("delay", ident), -0.15 - 0.35 * dice.uniform("prompt", ident)
        )
        ready = instant(promised, 9) + (delay.clip(max=5) * DAY).astype(np.int64)
        t["ready"] = np.maximum(ready, t["opened"] + HOUR // 2)
        fetched = day_of(np.maximum(t["ready"], instant(promised))) + t["late"] + dice.chance(0.3, "next_day", ident)
        t["hour"] = 10 + 10 * dice.uniform("hour_of_day", ident)
        t["turn_day"] = fetched
        received = instant(fetched, t["hour"])
        quits = dice.chance(0.04 + 0.05 * t["late"], "quits", ident)
        odds = 1 / (1 + np.exp(2.9 - 1.0 * t["poor"] - 0.4 * t["boast"]))
        t["sent_back"] = ~quits & dice.chance(odds, "sent_back", ident)
        before = t["opened"] + (dice.uniform("quits.at", ident) * (t["ready"] - t["opened"])).astype(np.int64)
        after = received + ((0.2 + 5 * dice.uniform("sent_back.at", ident)) * DAY).astype(np.int64)
        gone = np.where(quits, before, after)
        t["cancelled"] = np.where(quits | t["sent_back"], gone, NEVER)
        back = gone + (refund_wait(self, ident, store) * DAY).astype(np.int64) + HOUR
        t["paid_back"] = np.where(t["cancelled"] < NEVER, back, NEVER)
        t["cancel_day"] = np.where(t["cancelled"] < NEVER, day_of(gone), NEVER)
        t["received"] = np.where(quits, NEVER, received)
        t["ready"] = np.where(quits, NEVER, t["ready"])
        t["end_day"] = np.where(t["cancelled"] < NEVER, day_of(gone) + 14, np.maximum(t["due_day"], fetched + 7))

    def _scores(self, ident: Ints, t: dict[str, NDArray[Any]]) -> dict[int, Floats]:
        eaten, muddled = t["goods"] <= 1, self._mess(self.muddled, t["store"], t["promised"])
        short = t["shelf_days"] < 0.25 * _SHELF[t["goods"]]
        loud = (t["claim"] > 0) * 1.8
        return {
            _NOT_AS: -5.6 + 1.0 * t["poor"] + 0.3 * t["boast"] + 0.5 * (t["channel"] >= _VIDEO),
            _EXPIRED: np.where(eaten, -6.4 + 0.8 * t["stale"] + 1.7 * short, _NOBODY),
            _NOT_READY: np.where(t["pickup"], -5.8 + 0.6 * t["backlog"] + 2.7 * t["late"], _NOBODY),
            _WRONG: -6.0 + 1.0 * muddled + 0.6 * t["pickup"],
            _FAKE: np.where(t["creator"] >= 0, -6.4 + 0.9 * t["boast"] + loud, _NOBODY),
            _SLOW: np.where(t["cancelled"] < NEVER, -3.9, _NOBODY),
            _OTHER: np.full(len(ident), -7.7),
        }

    def rates(self, subjects: Ints, days: Ints) -> Floats:
        """Not ready until it is received; once it is given back or given up, only the money is asked about."""
        p = self.population
        turn = p["turn_day"][subjects]
        if days[0] < STORM_ALERT:
            turn = np.where(days[:, None] < STORM_ALERT, p["expected_turn"][subjects], turn)
        rates = super().rates(subjects, days) * around(self.turn_table, self.turn_first, turn, days)
        gone = p["cancel_day"][subjects] < days[:, None]
        rates[:, :, _SLOW] *= gone
        rates[:, :, _NOT_READY] *= days[:, None] <= turn
        rates[:, :, :_SLOW] *= ~gone[:, :, None]
        return rates

    def contact_hours(self, subjects: Ints, scenario: Ints, u: Floats, day: int) -> Floats:
        """At the counter, or once the parcel has been opened; else whenever people have time."""
        p = self.population
        here = (p["turn_day"][subjects] == day) & (scenario <= _FAKE) & (scenario != _NOT_READY)
        return np.where(here, (p["hour"][subjects] + 0.1 + 3 * u).clip(max=23.7), REQUESTS.hours(u))

    def react(self, subjects: Ints, scenario: Ints, at: Ints, known: Ints, day: int) -> None:
        """Goods of no use are often paid back by an agent, and the order ends."""
        p = self.population
        wants = np.select([np.isin(scenario, (_NOT_AS, _EXPIRED, _WRONG)), scenario == _NOT_READY], [0.5, 0.3], 0.0)
        ends = self.dice.chance(wants, "ends", subjects, day) & (p["cancelled"][subjects] > at + HOUR)
        who, moment = subjects[ends], at[ends] + HOUR // 2
        self.refund_by_agent(
            PARCEL_LOG, who, moment, known[ends], day, seq=len(PARCEL_STATUS), status=_REFUNDED, cents=p["price"][who]
        )

    def served(self, t: Mapping[str, NDArray[Any]]) -> NDArray[np.bool_]:
        return np.asarray(t["received"] < NEVER, np.bool_)

    def facts(self, days: Ints) -> None:
        """Every evening since the industry opened: what waits in each shop, and how old its shelves are."""
        days = days[days >= day_number(self.opens_on)]
        store, day = np.tile(np.arange(self.stores), len(days)), np.repeat(days, self.stores)
        backlog = self._mess(self.slow, store, day) + 0.3 * weekend(day) + 0.9 * campaign(day)
        noise = self.dice.normal("day.noise", store, day)
        self.outbox.put(
            SHOP_DAYS,
            {"ident": store},
            seq=day,
            occurred=instant(day, 22),
            known=instant(day, 23),
            waiting=(6 * np.exp(0.6 * backlog + 0.3 * noise)).astype(np.int64),
            late_share=(1 / (1 + np.exp(3.0 - 1.1 * backlog - 0.4 * noise))).round(3),
            near_expiry_share=(0.06 * np.exp(0.8 * self._mess(self.shelves, store, day) + 0.2 * noise))
            .clip(max=0.8)
            .round(3),
            wrong_branch=self.dice.poisson(
                0.8 * np.exp(self._mess(self.muddled, store, day)).clip(max=20), "day.wrong", store, day
            ),
        )
