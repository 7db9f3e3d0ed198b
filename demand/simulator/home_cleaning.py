"""Home cleaning: slots one to ten days ahead, workers assigned late where an agency is overloaded."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from demand.simulator.clock import HOUR, day_of, holiday, instant, lunar_new_year, weekend
from demand.simulator.dice import Floats, Ints
from demand.simulator.industry import Industry, table
from demand.simulator.places import Moods
from demand.simulator.rows import NEVER
from demand.simulator.signs import Keys, chat, of, search
from demand.simulator.sources import (
    CLEANING_LAYOUTS,
    CLEANING_MESSAGES,
    CLEANING_ORDERS,
    CLEANING_SCENARIOS,
    CLEANING_SEARCHES,
    JOB_STATUS,
    JOBS,
)

_NO_SHOW, _LATE, _CANCEL, _DAMAGE, _SLOW, _OTHER = range(len(CLEANING_SCENARIOS))
_PLACED, _ASSIGNED, _REASSIGNED, _DONE, _CANCELLED = range(len(JOB_STATUS))
_CITIES, _CREW = 4, 8


class HomeCleaning(Industry):
    """Agencies have a hidden load, workers a hidden reliability.

    Traits: `load` (of the agency at the slot, log scale), `short` (nobody is free until the last day), `reliable` (of
    whoever comes in the end).
    """

    name, prefix, scenarios, horizon_days = "home_cleaning", "cleaning", CLEANING_SCENARIOS, 7
    layouts = CLEANING_LAYOUTS
    graded_every = 3
    hidden = ("load", "short", "reliable", "response")
    due_table, due_first = table(
        worker_no_show=[(0, 1.0), (1, 0.12), (2, 0.03), (10, 0.0)],
        worker_late=[(0, 1.0), (1, 0.02), (2, 0.0)],
        platform_cancel=[(0, 0.6), (1, 1.0), (3, 0.4), (5, 0.1), (10, 0.0)],
        damage=[(-3, 0.3), (-1, 0.9), (0, 0.6), (1, 0.0)],
        refund_slow=[(-5, 1.0), (0, 0.1), (10, 0.0)],
        other=[(-5, 1.0), (10, 1.0)],
    )
    age_table = np.ones((1, len(CLEANING_SCENARIOS)))

    def __init__(self, seed: int, *, orders: float, users: int, start: int) -> None:
        super().__init__(seed, orders=orders, users=users, start=start)
        self.stores = max(6, round(orders / 350))
        self.loaded = Moods(self.dice, "loaded", self.stores, level=0.8, wave=0.6)
        self._all = np.arange(self.stores)

    def season(self, day: Ints) -> Floats:
        before = np.max([lunar_new_year(day + ahead) for ahead in range(4, 16, 3)], axis=0)
        return np.asarray(0.97 * (1 + 0.6 * before + 0.15 * weekend(day) - 0.3 * lunar_new_year(day)), np.float64)

    def plan(self, ident: Ints, day: Ints) -> dict[str, NDArray[Any]]:
        dice = self.dice
        t: dict[str, NDArray[Any]] = {"open_day": day, "user": self.pick_user(ident)}
        t["store"] = dice.pick(0.4 + dice.exponential("fame", self._all), "store", ident)
        due = t["due_day"] = day + 1 + (10 * dice.uniform("lead", ident) ** 1.4).astype(np.int64)
        t["opened"] = instant(day, 7 + 15 * dice.uniform("opened", ident))
        t["known"] = np.minimum(self.later("opened", t["opened"], ident), t["opened"] + 4 * HOUR)
        t["slot"] = instant(due, 8 + np.floor(11 * dice.uniform("slot", ident)))
        t["hours"] = 2 + np.floor(4 * dice.uniform("hours", ident)) / 2
        t["service"] = dice.pick([0.55, 0.25, 0.12, 0.08], "service", ident)
        deep, moving = t["service"] == 1, t["service"] == 3
        t["price"] = (t["hours"] * 4500 * (1 + 0.5 * deep)).round(-2).astype(np.int64)
        busy = 0.45 * weekend(due) + 1.3 * lunar_new_year(due) + 0.4 * holiday(due)
        t["load"] = self.loaded.at(t["store"], due) + busy + 0.9 * dice.normal("luck", ident)
        self._course(ident, t)
        shaky = -t["reliable"]
        scores = {
            _NO_SHOW: -5.7 + 0.7 * t["load"] + 1.2 * t["short"] + 0.9 * shaky,
            _LATE: -4.6 + 0.5 * t["load"] + 0.9 * shaky,
            _CANCEL: -6.3 + 0.8 * t["load"] + 1.9 * t["short"],
            _DAMAGE: -5.4 + 0.6 * shaky + 0.8 * deep + 1.0 * moving,
            _SLOW: np.full(len(ident), -8.0),
            _OTHER: np.full(len(ident), -8.0),
        }
        t["base"] = self.base_rates(scores, t["user"], most=0.5)
        self._record(ident, t)
        return t

    def _course(self, ident: Ints, t: dict[str, NDArray[Any]]) -> None:
        """Who is assigned when, whether somebody else has to step in, whether the user cancels: instants, or NEVER."""
        dice, opened, slot = self.dice, t["opened"], t["slot"]
        quits = dice.chance(0.04, "quits", ident)
        waits = dice.uniform("quits.at", ident)
        t["cancelled"] = np.where(quits, opened + (waits * (slot - opened)).astype(np.int64), NEVER)
        t["done"] = np.where(quits, NEVER, slot + (t["hours"] * HOUR).astype(np.int64))
        until = np.minimum(slot - HOUR, t["cancelled"])
        t["short"] = dice.chance(1 / (1 + np.exp(2.0 - 2.2 * t["load"])), "short", ident)
        soon = opened + (np.exp(0.7 + 0.8 * dice.normal("soon", ident)) * HOUR).astype(np.int64)
        at_last = slot - ((2 + 22 * dice.uniform("at_last", ident)) * HOUR).astype(np.int64)
        assigned = np.where(t["short"], np.maximum(at_last, opened + HOUR), soon)
        t["assigned"] = np.where(assigned < until, assigned, NEVER)
        swapped = slot - ((3 + 50 * dice.uniform("swapped", ident)) * HOUR).astype(np.int64)
        swaps = dice.chance(0.9 / (1 + np.exp(2.4 - 0.9 * t["load"])), "swaps", ident) & (swapped < until)
        swaps &= (t["assigned"] < NEVER) & (swapped > np.where(t["assigned"] < NEVER, t["assigned"], 0) + HOUR)
        t["swapped"] = np.where(swaps, swapped, NEVER)
        t["first"] = _CREW * t["store"] + (_CREW * dice.uniform("first", ident)).astype(np.int64)
        second = _CREW * t["store"] + (_CREW * dice.uniform("second", ident)).astype(np.int64)
        t["worker"] = np.where(swaps, second, t["first"])
        t["reliable"] = dice.normal("reliable", t["worker"]) - 0.3 * swaps
        t["end_day"] = np.where(quits, day_of(np.where(quits, t["cancelled"], 0)), t["due_day"] + 4)

    def _record(self, ident: Ints, t: dict[str, NDArray[Any]]) -> None:
        dice, known = self.dice, t["known"]
        keys: Keys = {"ident": ident, "user_id": t["user"], "store_id": t["store"]}
        rows = self.outbox.put(
            CLEANING_ORDERS,
            keys,
            occurred=t["opened"],
            known=known,
            city_id=t["store"] % _CITIES,
            slot_start=t["slot"],
            hours=t["hours"],
            price_cents=t["price"],
            recurring=dice.chance(0.3, "recurring", ident),
            service=t["service"],
        )
        mended = rows[dice.chance(0.01, "mended", ident)]
        later, right = mended["known"] + 5 * HOUR, mended["price_cents"] + 1500
        self.outbox.repeat(CLEANING_ORDERS, mended, op="correct", known=later, price_cents=right)
        placed: dict[str, Any] = {"occurred": t["opened"], "known": known, "worker_id": -1, "worker_score": np.nan}
        self.outbox.put(JOBS, keys, planned=True, seq=_PLACED, status=_PLACED, **placed)
        t["settled_at"] = np.full(len(ident), NEVER)
        for status, course, worker in (
            (_ASSIGNED, "assigned", t["first"]),
            (_REASSIGNED, "swapped", t["worker"]),
            (_DONE, "done", t["worker"]),
            (_CANCELLED, "cancelled", np.full(len(ident), -1)),
        ):
            happens = np.flatnonzero(t[course] < NEVER)
            who, at = worker[happens], t[course][happens]
            seen = np.maximum(self.later(course, at, ident[happens]), known[happens])
            if status in (_DONE, _CANCELLED):
                t["settled_at"][happens] = seen
            busy = np.exp(0.3 + 0.6 * t["load"][happens]).clip(max=8)
            rating = 4.6 + 0.15 * dice.normal("reliable", who) + 0.05 * dice.normal("rated", who, ident[happens])
            self.outbox.put(
                JOBS,
                of(keys, happens),
                planned=True,
                seq=status,
                occurred=at,
                known=seen,
                worker_id=who,
                status=status,
                worker_jobs=np.where(who < 0, 0, 1 + dice.poisson(busy, "jobs", ident[happens], status)),
                worker_score=np.where(who < 0, np.nan, rating.clip(3, 5).round(2)),
            )
        self._show(keys, t)

    def _show(self, keys: Keys, t: dict[str, NDArray[Any]]) -> None:
        """Questions to an overloaded agency stay open; before the order, searches for a slot there fail."""
        answered = 1 / (1 + np.exp(-1.5 + 0.9 * t["load"]))
        rate = 0.09 * np.exp(0.5 * t["load"]).clip(max=6)
        last = np.minimum(t["slot"], t["cancelled"])
        chat(self, CLEANING_MESSAGES, keys, rate=rate, answered=answered, first=t["opened"], last=last)
        vain = self.dice.poisson(np.exp(-0.6 + 0.6 * t["load"]).clip(max=5), "tries", keys["ident"])
        search(self, CLEANING_SEARCHES, keys, vain=vain, opened=t["opened"], known=t["known"])

    def contact_hours(self, subjects: Ints, scenario: Ints, u: Floats, day: int) -> Floats:
        """On the day itself: cancelled before the slot, missed or late soon after its start, damage after it."""
        p = self.population
        slot = (p["slot"][subjects] - instant(day)) / HOUR
        on_the_day = np.select(
            [scenario == _CANCEL, scenario == _DAMAGE],
            [6 + (slot - 6.5) * u, np.minimum(slot + p["hours"][subjects] + 2 * u, 23.5)],
            slot + 0.25 + 1.5 * u,
        )
        today = (p["due_day"][subjects] == day) & np.isin(scenario, (_NO_SHOW, _LATE, _CANCEL, _DAMAGE))
        return np.where(today, on_the_day, 8 + 14 * u)

    def react(self, subjects: Ints, scenario: Ints, at: Ints, known: Ints, day: int) -> None:
        """Nobody came, or the platform gave up: mostly the order ends there, refunded by an agent."""
        p = self.population
        wants = np.select([scenario == _CANCEL, scenario == _NO_SHOW], [0.9, 0.7], 0.0)
        ends = self.dice.chance(wants, "ends", subjects, day)
        ends &= np.minimum(p["done"][subjects], p["cancelled"][subjects]) > at + HOUR // 6
        who, moment = subjects[ends], at[ends] + HOUR // 6
        self.refund_by_agent(
            JOBS,
            who,
            moment,
            known[ends],
            day,
            seq=len(JOB_STATUS),
            status=_CANCELLED,
            cents=p["price"][who],
            worker_id=-1,
            worker_score=np.nan,
        )
