"""Catering: vouchers and tables, and the visit that goes wrong: a queue, a locked door, a dish that is sold out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from demand.simulator.aftermath import refund_wait
from demand.simulator.catering_rows import CATERING_LAYOUTS, CATERING_SCENARIOS, MEAL_CHANNELS, MEAL_LOG, MEAL_STATUS
from demand.simulator.clock import DAY, HOUR, day_of, holiday, instant, weekend
from demand.simulator.dice import Floats, Ints
from demand.simulator.geography import in_surprising_storm
from demand.simulator.industry import Industry, table
from demand.simulator.meals import record
from demand.simulator.places import CREATORS, boast_of
from demand.simulator.restaurants import DISHES_PER_STORE, Restaurants
from demand.simulator.rhythm import REQUESTS
from demand.simulator.rows import NEVER
from demand.simulator.surprise import surprise
from demand.simulator.trends import PRIVACY_FROM, STORM_ALERT
from demand.simulator.turning import around

(*(_QUEUE, _FULL, _CLOSED, _STOCK, _REJECTED, _EXTRA, _FAKE, _EXPIRING, _TWICE, _PRIVACY, _SLOW, _OTHER),) = range(
    len(CATERING_SCENARIOS)
)
_REFUNDED = MEAL_STATUS.index("refunded")
_VIDEO, _LIVESTREAM = MEAL_CHANNELS.index("video"), MEAL_CHANNELS.index("livestream")
_VALID_DAYS = np.array([7, 15, 30, 60, 90])
_NOBODY = -30.0  # log rate of what does not happen
_LOCKED, _HARDLY, _FADES = -2.5, -8.0, 2.0  # log rates about a locked door, and about one that may be
_AT_TABLE = np.array([_QUEUE, _STOCK, _REJECTED, _EXTRA, _PRIVACY])  # what nobody asks about who was not let in
_ALWAYS = [(-200, 1.0)]


class Catering(Industry):
    """Restaurants are hidden to be crowded, full, careless, about to shut; creators boast.

    Traits: `wait` (of the queue at the visit, log scale), `fullness` (no table to be had, log scale), `careless` (of
    the restaurant at the visit), `boast` (of the content bought from), `turn_day` (of the visit).
    """

    name, prefix, scenarios, horizon_days = "catering", "meal", CATERING_SCENARIOS, 7
    moment = "turn_day"
    layouts = CATERING_LAYOUTS
    hidden = ("wait", "fullness", "careless", "boast", "turn_day", "response")
    due_table, due_first = table(
        **dict.fromkeys(CATERING_SCENARIOS, _ALWAYS)
        | {
            "reservation_unavailable": [(-200, 1.5), (5, 1.0)],
            "voucher_expiring": [(-2, 0.5), (0, 1.0), (2, 0.6), (4, 0.25), (8, 0.03), (15, 0.0)],
        }
    )
    age_table, _ = table(
        **{name: [(1, 1.0)] for name in CATERING_SCENARIOS}
        | {"duplicate_pay": [(1, 1.0), (2, 0.5), (4, 0.15), (8, 0.02)]}
    )
    turn_table, turn_first = table(
        **dict.fromkeys(CATERING_SCENARIOS, _ALWAYS)
        | {
            "queue_too_long": [(-1, 0.15), (0, 1.0), (1, 0.0)],
            "reservation_unavailable": [(-2, 0.1), (0, 0.6), (1, 1.0), (4, 0.3), (9, 0.0)],
            "store_closed": [(-6, 0.1), (-2, 0.35), (0, 1.0), (1, 0.2), (4, 0.03), (10, 0.0)],
            "out_of_stock": [(-2, 0.15), (0, 1.0), (1, 0.0)],
            "voucher_rejected": [(-6, 0.12), (-2, 0.4), (0, 1.0), (1, 0.0)],
            "extra_charge": [(-3, 0.2), (-1, 0.5), (0, 1.0), (1, 0.0)],
            "fake_content": [(-4, 0.3), (-1, 0.7), (0, 1.0), (1, 0.05), (8, 0.0)],
            "privacy": [(-3, 0.4), (0, 1.0), (1, 0.0)],
        }
    )

    def __init__(self, seed: int, *, orders: float, users: int, start: int) -> None:
        super().__init__(seed, orders=orders, users=users, start=start)
        self.stores = max(8, round(orders / 200))
        self.restaurants = Restaurants(self.dice, self.stores, start)
        self._fame = 0.4 + self.dice.exponential("fame", np.arange(self.stores))

    def season(self, day: Ints) -> Floats:
        return np.asarray(0.92 * (1 + 0.3 * weekend(day) + 0.25 * holiday(day)), np.float64)

    def plan(self, ident: Ints, day: Ints) -> dict[str, NDArray[Any]]:
        dice, places = self.dice, self.restaurants
        t: dict[str, NDArray[Any]] = {"open_day": day, "user": self.pick_user(ident)}
        first, second = dice.pick(self._fame, "store", ident), dice.pick(self._fame, "store.else", ident)
        t["store"] = np.where(places.shut_for(first, day) > 4, second, first)  # by then it is no longer offered
        t["dish"] = DISHES_PER_STORE * t["store"] + (DISHES_PER_STORE * dice.uniform("dish", ident)).astype(np.int64)
        t["channel"] = dice.pick([0.4, 0.25, 0.2, 0.15], "channel", ident)
        t["table"] = dice.chance(0.3, "table", ident)
        shown = t["channel"] >= _VIDEO
        t["creator"] = np.where(shown, (CREATORS * dice.uniform("creator", ident)).astype(np.int64), -1)
        t["boast"] = np.where(shown, boast_of(dice.seed, t["creator"].clip(0)), 0.0)
        t["claim"] = np.where(shown, dice.pick([0.5, 0.2, 0.15, 0.15], "claim", ident), -1)
        t["opened"] = instant(day, self.order_hours(ident))
        t["known"] = self.later("opened", t["opened"], ident)
        t["people"] = 1 + dice.poisson(1.6, "people", ident)
        t["discount"] = (0.1 + 0.3 * dice.uniform("discount", ident) + 0.15 * (t["channel"] == _LIVESTREAM)).round(3)
        menu = 4500 + 9000 * dice.uniform("tier", t["store"])
        t["price"] = (t["people"] * menu * (1 - t["discount"])).round(-2).astype(np.int64)
        self._go(ident, t)
        self._fare(ident, t, self.restaurants.expected_closed(t["opened"]))
        t["base"] = self.base_rates(self._scores(ident, t), t["user"], most=0.5)
        t["locked"] = np.ones(len(ident))
        expected = surprise(t, self._struck(t), lambda rows, some: self._strike(ident[rows], some))
        record(self, ident, t, expected)
        return t

    def _struck(self, t: dict[str, NDArray[Any]]) -> Ints:
        """Who would come, or come again, under a typhoon that nobody reckoned with."""
        city = self.restaurants.city[t["store"]]
        on = (in_surprising_storm(city, day, t["opened"]) for day in (t["turn_day"], t["again"]))
        return np.flatnonzero(t["comes"] & np.logical_or(*on))

    def _strike(self, ident: Ints, t: dict[str, NDArray[Any]]) -> None:
        """The door will be locked; what is asked about the visit changes from the alert on."""
        before = t["shut"]
        self._fare(ident, t, self.restaurants.closed)
        shut = t["shut"] & ~before
        fading = self.restaurants.fading(t["store"], t["turn_day"])
        t["locked"] = np.where(shut, np.exp(_LOCKED - _HARDLY - _FADES * fading), 1.0)

    def _go(self, ident: Ints, t: dict[str, NDArray[Any]]) -> None:
        """Until when it is good, and on which day the guest comes: rather at a weekend; some never come, some quit."""
        dice, day, seated = self.dice, t["open_day"], t["table"]
        valid = _VALID_DAYS[dice.pick([0.12, 0.2, 0.38, 0.2, 0.1], "valid", ident)]
        u = dice.uniform("lead", ident)
        lead = np.where(seated, 1 + 11 * u**1.7, 1 - (2.5 + 0.11 * valid) * np.log(u)).astype(np.int64)
        saturday = (5 - (day + lead + 3)) % 7 + dice.chance(0.5, "sunday", ident)
        waits = dice.chance(0.2, "weekend", ident) & (seated | (lead + saturday <= valid))
        turn = day + lead + np.where(waits, saturday, 0)
        t["due_day"] = np.where(seated, turn, day + valid)
        comes = turn <= t["due_day"]
        quits = dice.chance(0.08, "quits", ident)
        until = np.minimum(instant(turn, 8), instant(t["due_day"], 12))
        gone = t["opened"] + (dice.uniform("quits.at", ident) * (until - t["opened"])).astype(np.int64)
        t["cancelled"] = np.where(quits & (gone > t["opened"]), gone, NEVER)
        quits = t["cancelled"] < NEVER
        paid_back = gone + (refund_wait(self, ident, t["store"]) * DAY).astype(np.int64) + HOUR
        t["paid_back"] = np.where(quits, paid_back, NEVER)
        t["cancel_day"] = np.where(quits, day_of(gone), NEVER)
        t["comes"] = comes & ~quits
        t["turn_day"] = np.where(t["comes"], turn, t["due_day"] + 60)
        meal = dice.uniform("meal", ident)
        t["hour"] = np.where(meal < 0.4, 11.2 + 5 * meal, 17.2 + 4.2 * (meal - 0.4))

    def _fare(self, ident: Ints, t: dict[str, NDArray[Any]], closed: Callable[[Ints, Ints], NDArray[np.bool_]]) -> None:
        """How the visit goes, and whether the guest tries once more; `closed` tells of stores and days."""
        dice, places = self.dice, self.restaurants
        store, turn, comes = t["store"], t["turn_day"], t["comes"]
        t["wait"] = places.wait(store, turn) + 0.25 * (t["hour"] > 17) + 0.35 * dice.normal("queue", ident)
        t["fullness"] = places.fullness(store, turn) + 0.35 * dice.normal("peak", ident) - 0.3 * t["table"]
        t["careless"] = places.careless(store, turn)
        t["left"] = places.left(t["dish"], turn)
        t["shut"] = comes & closed(store, turn)
        t["turned_away"] = comes & ~t["shut"] & dice.chance(1 / (1 + np.exp(3.9 - 1.4 * t["fullness"])), "away", ident)
        inside = comes & ~t["shut"] & ~t["turned_away"]
        t["queues"] = inside & dice.chance(1 / (1 + np.exp(0.6 - 0.9 * t["wait"])), "queues", ident)
        t["gives_up"] = t["queues"] & dice.chance(1 / (1 + np.exp(3.8 - 1.2 * t["wait"])), "gives_up", ident)
        inside = inside & ~t["gives_up"]
        t["sold_out"] = inside & (t["left"] <= 0) & dice.chance(0.8, "sold_out", ident)
        lured = t["channel"] == _LIVESTREAM
        refuses = 1 / (1 + np.exp(4.0 - 1.2 * t["careless"] - 0.6 * lured))
        t["rejected"] = inside & ~t["sold_out"] & ~t["table"] & dice.chance(refuses, "rejected", ident)
        t["served"] = inside & ~t["sold_out"] & ~t["rejected"]
        t["again"] = again = turn + 2 + (7 * dice.uniform("again", ident)).astype(np.int64)
        retries = comes & ~t["served"] & ~t["table"] & (again <= t["due_day"]) & dice.chance(0.6, "retries", ident)
        retries &= ~closed(store, again)
        last = np.where(retries, again, turn)
        eats = t["served"] | retries
        wait = np.where(t["queues"], 0.3 * np.exp(0.6 * t["wait"]).clip(max=6), 0.0)
        t["redeemed"] = np.where(eats, instant(last, t["hour"] + wait), NEVER)
        t["redeemed_day"] = np.where(eats, last, NEVER)
        quits = t["cancelled"] < NEVER
        ends = np.where(eats, last + 4, t["due_day"] + 2)
        t["end_day"] = np.where(quits, np.where(quits, t["cancel_day"], 0) + 14, ends)

    def _scores(self, ident: Ints, t: dict[str, NDArray[Any]]) -> dict[int, Floats]:
        comes, inside = t["comes"], t["queues"] | t["served"] | t["sold_out"] | t["rejected"]
        fading = self.restaurants.fading(t["store"], t["turn_day"])
        lured = 0.5 * (t["channel"] == _LIVESTREAM)
        loud = (t["claim"] > 0) * (1.0 + 0.5 * (t["channel"] == _LIVESTREAM))
        asked = inside & (t["turn_day"] >= PRIVACY_FROM) & self.restaurants.asks_phone[t["store"]]
        scores = {
            _QUEUE: np.where(inside, lured - 5.3 + 1.0 * t["wait"] + 1.4 * t["gives_up"], _NOBODY),
            _FULL: np.where(comes, lured - 6.7 + 0.8 * t["fullness"] + 2.0 * t["turned_away"], _NOBODY),
            _CLOSED: np.where(comes, np.where(t["shut"], _LOCKED, _HARDLY + _FADES * fading), _NOBODY),
            _STOCK: np.where(
                inside, lured - 6.9 + 0.4 * t["careless"] + 3.7 * t["sold_out"] + 1.2 * (t["left"] < 0.2), _NOBODY
            ),
            _REJECTED: np.where(inside & ~t["table"], lured - 6.7 + 0.8 * t["careless"] + 3.2 * t["rejected"], _NOBODY),
            _EXTRA: np.where(t["served"], lured - 6.2 + 1.0 * t["careless"] + 2.5 * t["discount"], _NOBODY),
            _FAKE: np.where(comes & (t["creator"] >= 0), -7.0 + 1.0 * t["boast"] + 1.8 * loud, _NOBODY),
            _EXPIRING: np.where(t["table"], _NOBODY, -4.9 + 0.5 * ~comes),
            _TWICE: np.where(self.paid_twice(ident), -1.8, _NOBODY),
            _PRIVACY: np.where(asked, -4.8, _NOBODY),
            _SLOW: np.where(t["cancelled"] < NEVER, -4.0, _NOBODY),
            _OTHER: np.full(len(ident), -8.5),
        }
        return scores

    def paid_twice(self, ident: Ints) -> NDArray[np.bool_]:
        """Whose payment went through two times."""
        return self.dice.chance(0.012, "paid_twice", ident)

    def rates(self, subjects: Ints, days: Ints) -> Floats:
        """Trouble belongs to the visit; money is waited for after the cancellation, nothing else is asked then."""
        p = self.population
        rates = super().rates(subjects, days) * around(self.turn_table, self.turn_first, p["turn_day"][subjects], days)
        gone = p["cancel_day"][subjects] < days[:, None]
        if days[-1] >= STORM_ALERT and (locked := p["locked"][subjects]).max(initial=1) > 1:
            told = days >= STORM_ALERT
            rates[told, :, _CLOSED] *= locked
            rates[np.ix_(told, locked > 1, _AT_TABLE)] = 0.0
        turn, redeemed = p["turn_day"][subjects], p["redeemed_day"][subjects]
        rates[:, :, _REJECTED] *= (days[:, None] < redeemed) | ((days[:, None] == redeemed) & (redeemed == turn))
        rates[:, :, _SLOW] *= gone
        rates[:, :, :_TWICE] *= ~gone[:, :, None]
        return rates

    def contact_hours(self, subjects: Ints, scenario: Ints, u: Floats, day: int) -> Floats:
        """At the door or at the table on the day of the visit; else whenever people have time."""
        p = self.population
        here = (p["turn_day"][subjects] == day) & ((scenario <= _FAKE) | (scenario == _PRIVACY)) & (scenario != _FULL)
        at_table = np.isin(scenario, (_EXTRA, _FAKE, _PRIVACY))
        accepted = (scenario == _REJECTED) & (p["redeemed"][subjects] < instant(day + 1))  # in the end: asked before
        after = np.where(accepted, -0.05 - 0.3 * u, at_table + 0.1 + 0.9 * u)
        return np.where(here, (p["hour"][subjects] + after).clip(max=23.7), REQUESTS.hours(u))

    def react(self, subjects: Ints, scenario: Ints, at: Ints, known: Ints, day: int) -> None:
        """No meal: more often than not an agent gives the money back within the hour, and the order ends."""
        p = self.population
        wants = np.where(np.isin(scenario, (_FULL, _CLOSED, _STOCK, _REJECTED)), 0.6, 0.0)
        ends = self.dice.chance(wants, "ends", subjects, day)
        ends &= np.minimum(p["redeemed"][subjects], p["cancelled"][subjects]) > at + HOUR
        who, moment = subjects[ends], at[ends] + HOUR // 2
        self.refund_by_agent(
            MEAL_LOG, who, moment, known[ends], day, seq=len(MEAL_STATUS), status=_REFUNDED, cents=p["price"][who]
        )

    def served(self, t: Mapping[str, NDArray[Any]]) -> NDArray[np.bool_]:
        return np.asarray(t["comes"], np.bool_)

    def shutdowns(self) -> tuple[Floats, Floats]:
        return self.restaurants.shutdowns()

    def facts(self, days: Ints) -> None:
        self.restaurants.report(self.outbox, days)
