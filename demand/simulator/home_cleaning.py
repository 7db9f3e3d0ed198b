"""Home cleaning: slots one to ten days ahead, workers assigned late where hands are short, prices that grow inside."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from demand.simulator.aftermath import refund_wait
from demand.simulator.cleaning_facts import CREW, STORM_STRAIN, Crews
from demand.simulator.cleaning_jobs import tell_of_jobs
from demand.simulator.cleaning_rows import (
    CLEANING_LAYOUTS,
    CLEANING_MESSAGES,
    CLEANING_ORDERS,
    CLEANING_PAGE_VIEWS,
    CLEANING_PAGES,
    CLEANING_SCENARIOS,
    CLEANING_SEARCHES,
    JOB_STATUS,
    JOBS,
    QUOTES,
)
from demand.simulator.clock import DAY, HOUR, day_of, instant, lunar_new_year, weekend
from demand.simulator.dice import Floats, Ints
from demand.simulator.industry import Industry, table
from demand.simulator.places import Moods
from demand.simulator.rhythm import REQUESTS
from demand.simulator.rows import NEVER
from demand.simulator.signs import Keys, browse, chat, search
from demand.simulator.surprise import caught, surprise
from demand.simulator.trends import STORM_ALERT, STORM_KNOWN

_NO_SHOW, _LATE, _CANCEL, _DAMAGE, _ADD_ON, _SLOW, _OTHER = range(len(CLEANING_SCENARIOS))
_REFUNDED = JOB_STATUS.index("refunded")
_ORDER_PAGE, _PRICE_PAGE = range(len(CLEANING_PAGES))
_FIRST_HOUR = 8
_SLOTS = (0.8, 1.9, 1.8, 1.0, 0.5, 0.7, 1.6, 1.4, 0.8, 0.5, 0.3)  # how many want each hour from 8 on
_PEAK = 1.4
_SHORT = 2.8  # how much likelier nobody comes where nobody is free, on the log scale
_AFTER_NOTICE = np.array([1.0, 0.3, 0.1])  # requests by days since the platform cancelled


class HomeCleaning(Industry):
    """Agencies and cities have a hidden load, workers a hidden reliability, agencies a hidden greed.

    Traits: `load` (of agency and city at the slot, log scale), `short` (nobody is free until the last day), `reliable`
    (of whoever comes in the end), `slip` (how late the route will run, log scale), `greed` (of the agency, log scale).
    """

    name, prefix, scenarios, horizon_days = "home_cleaning", "cleaning", CLEANING_SCENARIOS, 7
    layouts = CLEANING_LAYOUTS
    graded_every = 3
    agreed = "slot"
    broken_off = "dropped"
    hidden = ("load", "short", "reliable", "slip", "greed", "response")
    due_table, due_first = table(
        worker_no_show=[(0, 1.0), (1, 0.12), (2, 0.03), (10, 0.0)],
        worker_late=[(0, 1.0), (1, 0.02), (2, 0.0)],
        platform_cancel=[(-3, 1.0), (10, 1.0)],
        damage=[(-3, 0.3), (-1, 0.9), (0, 0.6), (1, 0.0)],
        price_add_on=[(-2, 0.2), (-1, 0.5), (0, 1.0), (1, 0.03), (4, 0.0)],
        refund_slow=[(-5, 1.0), (10, 1.0)],
        other=[(-5, 1.0), (10, 1.0)],
    )
    age_table = np.ones((1, len(CLEANING_SCENARIOS)))

    def __init__(self, seed: int, *, orders: float, users: int, start: int) -> None:
        super().__init__(seed, orders=orders, users=users, start=start)
        self.stores = max(6, round(orders / 350))
        self.loaded = Moods(self.dice, "loaded", self.stores, level=0.8, wave=0.6)
        self._all = np.arange(self.stores)
        self.crews = Crews(self)

    def season(self, day: Ints) -> Floats:
        before = np.max([lunar_new_year(day + ahead) for ahead in range(4, 16, 3)], axis=0)
        return np.asarray(0.97 * (1 + 0.6 * before + 0.15 * weekend(day) - 0.3 * lunar_new_year(day)), np.float64)

    def plan(self, ident: Ints, day: Ints) -> dict[str, NDArray[Any]]:
        dice = self.dice
        t: dict[str, NDArray[Any]] = {"open_day": day, "user": self.pick_user(ident)}
        t["store"] = dice.pick(0.4 + dice.exponential("fame", self._all), "store", ident)
        due = t["due_day"] = day + 1 + (10 * dice.uniform("lead", ident) ** 1.4).astype(np.int64)
        t["opened"] = instant(day, self.order_hours(ident))
        t["known"] = np.minimum(self.later("opened", t["opened"], ident), t["opened"] + 4 * HOUR)
        t["hour"] = _FIRST_HOUR + dice.pick(_SLOTS, "slot", ident)
        t["slot"] = instant(due, t["hour"])
        t["service"] = dice.pick([0.55, 0.25, 0.12, 0.08], "service", ident)
        peak = np.array(_SLOTS)[t["hour"] - _FIRST_HOUR] >= _PEAK
        here = self.loaded.at(t["store"], due) + self.crews.strain(self.crews.city[t["store"]], due, t["opened"])
        t["load"] = here + 0.3 * peak + 0.7 * dice.normal("luck", ident)
        self._price(ident, t)
        self._course(ident, t)
        t["stranded"] = np.zeros(len(ident))
        struck = caught(self.crews.city[t["store"]], due, t)
        expected = surprise(t, struck, lambda rows, some: self._strike(ident[rows], some))
        known = expected | {"slip": t["slip"], "dropped": t["dropped"]}  # both tell from the alert on only
        t["base"] = self.base_rates(self._scores(ident, known), t["user"], most=0.5)
        self._record(ident, t, expected)
        return t

    def _price(self, ident: Ints, t: dict[str, NDArray[Any]]) -> None:
        """Who means to ask for more at the door quotes vaguely; who books too few hours is an occasion for it."""
        dice, deep = self.dice, t["service"] == 1
        t["sqm"] = (90 * np.exp(0.4 * dice.normal("sqm", ident))).clip(30, 260).astype(np.int64)
        usual = (1.2 + t["sqm"] / 50) * (1 + 0.3 * deep)
        booked = usual * np.exp(0.28 * dice.normal("hours", ident))
        t["hours"] = (np.rint(2 * booked) / 2).clip(2, 8)
        t["tight"] = np.log(usual / t["hours"])
        t["price"] = (t["hours"] * 4500 * (1 + 0.5 * deep)).round(-2).astype(np.int64)
        t["greed"] = self.crews.greed.at(t["store"], t["due_day"]) + 0.3 * dice.normal("greedy", ident)
        lures = 1 / (1 + np.exp(0.8 - 1.0 * t["greed"]))
        weights = np.column_stack([1 - lures, np.full(len(ident), 0.3), lures])
        t["quote"] = dice.pick(weights, "quote", ident)

    def _course(self, ident: Ints, t: dict[str, NDArray[Any]]) -> None:
        """Who is assigned when, whether somebody else has to step in, whether user or platform cancel; or NEVER."""
        dice, opened, slot = self.dice, t["opened"], t["slot"]
        t["short"] = self._short(ident, t["load"])
        quits = dice.chance(0.04, "quits", ident)
        left = np.where(quits, opened + (dice.uniform("quits.at", ident) * (slot - opened)).astype(np.int64), NEVER)
        drops = t["short"] & self._drops(ident, t["load"])
        eve = t["due_day"] - dice.pick([0.15, 0.55, 0.3], "drops.days", ident)
        dropped = instant(eve, 8 + 11 * dice.uniform("drops.hour", ident))
        dropped = np.where(drops & (dropped > opened + HOUR) & (dropped < slot - HOUR), dropped, NEVER)
        self._end(ident, t, left, dropped)

    def _short(self, ident: Ints, load: Floats) -> NDArray[np.bool_]:
        return self.dice.chance(1 / (1 + np.exp(2.8 - 2.2 * load)), "short", ident)

    def _drops(self, ident: Ints, load: Floats) -> NDArray[np.bool_]:
        return self.dice.chance(1 / (1 + np.exp(1.0 - 0.5 * load)), "drops", ident)

    def _strike(self, ident: Ints, t: dict[str, NDArray[Any]]) -> None:
        """A typhoon is announced that nobody reckoned with: workers will not come, jobs are given up."""
        load = t["load"] + STORM_STRAIN
        short = self._short(ident, load)
        t["stranded"] = 0.5 * STORM_STRAIN + _SHORT * (short & ~t["short"])
        notice = STORM_KNOWN + (12 * HOUR * self.dice.uniform("struck", ident)).astype(np.int64)
        gives_up = short & self._drops(ident, load) & (t["dropped"] == NEVER)
        self._end(ident, t, t["left"], np.where(gives_up, notice, t["dropped"]))
        t["slip"] = t["slip"] + 0.5 * STORM_STRAIN

    def _end(self, ident: Ints, t: dict[str, NDArray[Any]], left: Ints, dropped: Ints) -> None:
        """What follows when the user leaves or the platform drops the job at these instants."""
        slot = t["slot"]
        t["cancelled"] = np.minimum(left, dropped)
        gone = t["cancelled"] < NEVER
        t["left"] = np.where(left < dropped, left, NEVER)
        t["dropped"] = np.where(dropped <= left, dropped, NEVER)
        t["cancel_day"] = np.where(gone, day_of(np.where(gone, t["cancelled"], 0)), NEVER)
        t["told_day"] = np.where(t["dropped"] < NEVER, t["cancel_day"], NEVER)
        t["done"] = np.where(gone, NEVER, slot + (t["hours"] * HOUR).astype(np.int64))
        self._assign(ident, t)
        wait = refund_wait(self, ident, t["store"])
        t["refunded"] = np.where(gone, t["cancelled"] + (wait * DAY).astype(np.int64) + HOUR, NEVER)
        back = t["cancel_day"] + np.maximum(np.ceil(wait).astype(np.int64) + 1, len(_AFTER_NOTICE))
        t["end_day"] = np.where(gone, back, t["due_day"] + 4)

    def _assign(self, ident: Ints, t: dict[str, NDArray[Any]]) -> None:
        dice, opened, slot = self.dice, t["opened"], t["slot"]
        until = np.minimum(slot - HOUR, t["cancelled"])
        soon = opened + (np.exp(0.7 + 0.8 * dice.normal("soon", ident)) * HOUR).astype(np.int64)
        at_last = slot - ((2 + 22 * dice.uniform("at_last", ident)) * HOUR).astype(np.int64)
        assigned = np.where(t["short"], np.maximum(at_last, opened + HOUR), soon)
        t["assigned"] = np.where(assigned < until, assigned, NEVER)
        swapped = slot - ((3 + 50 * dice.uniform("swapped", ident)) * HOUR).astype(np.int64)
        swaps = dice.chance(0.9 / (1 + np.exp(1.0 - 0.5 * t["load"])), "swaps", ident) & (swapped < until)
        swaps &= (t["assigned"] < NEVER) & (swapped > np.where(t["assigned"] < NEVER, t["assigned"], 0) + HOUR)
        t["swapped"] = np.where(swaps, swapped, NEVER)
        t["first"] = CREW * t["store"] + (CREW * dice.uniform("first", ident)).astype(np.int64)
        second = CREW * t["store"] + (CREW * dice.uniform("second", ident)).astype(np.int64)
        t["worker"] = np.where(swaps, second, t["first"])
        t["reliable"] = self.crews.reliable[t["worker"]] - 0.3 * swaps
        t["slip"] = 0.5 * t["load"] - 1.3 * t["reliable"] + 0.4 * dice.normal("route", ident)

    def _scores(self, ident: Ints, t: dict[str, NDArray[Any]]) -> dict[int, Floats]:
        ordinary, service, worker = np.zeros(len(ident)), t["service"], t["worker"]
        hands = self.crews.clumsy[worker] + 0.9 * self.crews.is_new(worker, t["due_day"]) - 0.4 * t["reliable"]
        vague = t["quote"] == QUOTES.index("from_price")
        return {
            _NO_SHOW: -6.9 + 0.5 * t["load"] + _SHORT * t["short"] - 1.1 * t["reliable"],
            _LATE: -5.4 + 1.1 * t["slip"],
            _CANCEL: np.where(t["dropped"] < NEVER, -1.0, -30.0),
            _DAMAGE: -6.4 + hands + np.array([0.0, 1.1, 0.7, 2.2])[service],
            _ADD_ON: -5.8 + 1.0 * t["greed"] + 2.4 * t["tight"] + 1.3 * vague + 0.4 * (service == 3),
            _SLOW: ordinary - 3.6,
            _OTHER: ordinary - 8.0,
        }

    def _record(self, ident: Ints, t: dict[str, NDArray[Any]], expected: dict[str, NDArray[Any]]) -> None:
        dice, known = self.dice, t["known"]
        keys: Keys = {"ident": ident, "user_id": t["user"], "store_id": t["store"]}
        rows = self.outbox.put(
            CLEANING_ORDERS,
            keys,
            occurred=t["opened"],
            known=known,
            city_id=self.crews.city[t["store"]],
            slot_start=t["slot"],
            slot_hour=t["hour"],
            hours=t["hours"],
            home_sqm=t["sqm"],
            price_cents=t["price"],
            quote=t["quote"],
            recurring=dice.chance(0.3, "recurring", ident),
            service=t["service"],
        )
        mended = rows[dice.chance(0.01, "mended", ident)]
        later, right = mended["known"] + 5 * HOUR, mended["price_cents"] + 1500
        self.outbox.repeat(CLEANING_ORDERS, mended, op="correct", known=later, price_cents=right)
        tell_of_jobs(self, keys, t, expected)
        self._show(keys, expected, over=t["cancelled"])

    def _show(self, keys: Keys, t: dict[str, NDArray[Any]], over: Ints) -> None:
        """Questions to an overloaded agency stay open; searches there fail; who fears extras reads the price list."""
        answered = 1 / (1 + np.exp(-1.5 + 0.9 * t["load"]))
        rate = 0.09 * np.exp(0.5 * t["load"]).clip(max=6)
        last = np.minimum(t["slot"], t["cancelled"])
        chat(
            self,
            CLEANING_MESSAGES,
            keys,
            known=t["known"],
            rate=rate,
            answered=answered,
            first=t["opened"],
            last=last,
            over=over,
        )
        worried = (0.05 * np.exp(0.5 * t["greed"] + 0.8 * t["tight"])).clip(max=0.6)
        pages = {_ORDER_PAGE: np.full(len(worried), 0.06), _PRICE_PAGE: worried}
        browse(self, CLEANING_PAGE_VIEWS, keys, known=t["known"], rates=pages, first=t["opened"], last=last, over=over)
        vain = self.dice.poisson(np.exp(-0.6 + 0.6 * t["load"]).clip(max=5), "tries", keys["ident"])
        search(self, CLEANING_SEARCHES, keys, vain=vain, opened=t["opened"], known=t["known"])

    def facts(self, days: Ints) -> None:
        self.crews.record(days)

    def rates(self, subjects: Ints, days: Ints) -> Floats:
        """After a cancellation only that and the refund are left to ask about; before it, neither."""
        rates = super().rates(subjects, days)
        p, day = self.population, days[:, None]
        since = day - p["told_day"][subjects]
        told = (since >= 0) & (since < len(_AFTER_NOTICE))
        gone = p["cancel_day"][subjects] <= day
        rates *= ~gone[:, :, None] | np.isin(np.arange(len(self.scenarios)), (_CANCEL, _SLOW, _OTHER))
        rates[:, :, _NO_SHOW] *= np.where(day >= STORM_ALERT, np.exp(p["stranded"][subjects]), 1.0)
        rates[:, :, _CANCEL] *= np.where(told, _AFTER_NOTICE[since.clip(0, len(_AFTER_NOTICE) - 1)], 0.0)
        rates[:, :, _SLOW] *= p["cancel_day"][subjects] < day
        return rates

    def contact_hours(self, subjects: Ints, scenario: Ints, u: Floats, day: int) -> Floats:
        """On the day itself: missed or late, then extras, then damage; cancelled by the platform: from then on."""
        p = self.population
        slot, hours = (p["slot"][subjects] - instant(day)) / HOUR, p["hours"][subjects]
        on_the_day = np.select(
            [scenario == _DAMAGE, scenario == _ADD_ON],
            [np.minimum(slot + hours + 2 * u, 23.5), slot + 0.3 + (hours + 1) * u],
            slot + 0.25 + 1.5 * u,
        )
        today = (p["due_day"][subjects] == day) & np.isin(scenario, (_NO_SHOW, _LATE, _DAMAGE, _ADD_ON))
        told = (p["told_day"][subjects] == day) & (scenario == _CANCEL)
        notice = (np.where(told, p["dropped"][subjects], 0) - instant(day)) / HOUR
        usual = np.where(today, on_the_day.clip(max=23.8), REQUESTS.hours(u))
        return np.where(told, notice + (23.8 - notice) * u**2, usual)

    def react(self, subjects: Ints, scenario: Ints, at: Ints, known: Ints, day: int) -> None:
        """Nobody came, or the platform gave up: mostly the order ends there, refunded by an agent."""
        p = self.population
        wants = np.select([scenario == _CANCEL, scenario == _NO_SHOW], [0.8, 0.7], 0.0)
        ends = self.dice.chance(wants, "ends", subjects, day)
        ends &= np.minimum(p["done"][subjects], p["refunded"][subjects]) > at + HOUR // 6
        who, moment = subjects[ends], at[ends] + HOUR // 6
        self.refund_by_agent(
            JOBS,
            who,
            moment,
            known[ends],
            day,
            seq=len(JOB_STATUS),
            status=_REFUNDED,
            cents=p["price"][who],
            worker_id=-1,
            worker_score=np.nan,
        )
