"""Beauty: claims beyond the licence, selling on the couch, skin that does not take it, appointments refused."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from demand.simulator.absences import ABSENCES, Reopening
from demand.simulator.aftermath import refund_wait
from demand.simulator.beauty_rows import (
    BEAUTY_LAYOUTS,
    BEAUTY_MESSAGES,
    BEAUTY_PAGE_VIEWS,
    BEAUTY_PAGES,
    BEAUTY_SCENARIOS,
    BEAUTY_SEARCHES,
    VISIT_LOG,
    VISIT_STATUS,
    VISITS,
)
from demand.simulator.clock import DAY, HOUR, day_of, holiday, instant, lunar_new_year, weekend
from demand.simulator.dice import Floats, Ints
from demand.simulator.industry import Industry, table
from demand.simulator.places import Moods
from demand.simulator.rhythm import REQUESTS
from demand.simulator.rows import NEVER
from demand.simulator.salon_facts import Salons
from demand.simulator.signs import Keys, browse, chat, search

_CLAIM, _UPSELL, _ALLERGY, _REFUSED, _FAKE, _SLOW, _OTHER = range(len(BEAUTY_SCENARIOS))
_BOOKED, _CONFIRMED, _TESTED, _MOVED, _DONE, _CANCELLED, _REFUNDED = range(len(VISIT_STATUS))
_VISIT_PAGE, _LICENCE_PAGE, _RULES_PAGE = range(len(BEAUTY_PAGES))
_FACIAL, _INJECTION = 2, 3  # services from here on touch the skin, from here on need a medical licence
_AFTER_REFUSAL = np.array([1.0, 0.4, 0.15])  # requests by days since the salon cancelled
_REFUSAL = 9.0
_RESULTS_DAYS = 10  # how long one waits for a promised result


class Beauty(Industry):
    """Salons have a hidden sales pressure, a hidden roughness and are more or less crowded; creators boast.

    Traits: `boast` (of whoever praised the treatment), `pressure`, `rough`, `crowded` (of the salon at the visit),
    `skin` (how easily the user's reacts); all on the log scale.
    """

    name, prefix, scenarios, horizon_days = "beauty", "treatment", BEAUTY_SCENARIOS, 14
    layouts = BEAUTY_LAYOUTS
    agreed = "starts"
    hidden = ("boast", "pressure", "rough", "crowded", "skin", "response")
    due_table, due_first = table(
        misleading_claim=[(-_RESULTS_DAYS, 0.3), (-5, 0.7), (-1, 1.0), (0, 0.7), (1, 0.05), (60, 0.0)],
        upsell_on_site=[(-2, 0.1), (-1, 0.35), (0, 1.0), (1, 0.0)],
        allergy_injury=[(-6, 0.1), (-2, 0.6), (-1, 1.0), (0, 0.8), (1, 0.0)],
        booking_refused=[(0, 1.0), (1, 0.8), (3, 0.35), (7, 0.12), (60, 0.0)],
        fake_content=[(-5, 0.2), (-1, 0.6), (0, 1.0), (1, 0.04), (60, 0.0)],
        refund_slow=[(-60, 1.0), (60, 1.0)],
        other=[(-_RESULTS_DAYS, 0.6), (0, 1.0), (60, 1.0)],
    )
    age_table = np.ones((1, len(BEAUTY_SCENARIOS)))

    def __init__(self, seed: int, *, orders: float, users: int, start: int) -> None:
        super().__init__(seed, orders=orders, users=users, start=start)
        self.stores = max(8, round(orders / 150))
        self.creators = max(10, round(orders / 180))
        self.pressures = Moods(self.dice, "pressures", self.stores, level=0.9, wave=0.5)
        self.roughness = Moods(self.dice, "roughness", self.stores, level=0.8, wave=0.5)
        self.crowds = Moods(self.dice, "crowds", self.stores, level=0.8, wave=0.6)
        self._all = np.arange(self.stores)
        self.reopening = Reopening(self.dice, ABSENCES[self.name], start, self.stores)
        self.salons = Salons(self)

    def season(self, day: Ints) -> Floats:
        """Everybody wants to look well for the new year and for the holidays; then nobody comes."""
        soon = np.max([lunar_new_year(day + ahead) for ahead in range(6, 22, 3)], axis=0)
        before = np.max([holiday(day + ahead) for ahead in range(3, 10, 3)], axis=0)
        return np.asarray(
            0.92 * (1 + 0.5 * soon + 0.2 * before + 0.25 * weekend(day) - 0.35 * holiday(day)), np.float64
        )

    def plan(self, ident: Ints, day: Ints) -> dict[str, NDArray[Any]]:
        dice = self.dice
        t: dict[str, NDArray[Any]] = {"open_day": day, "user": self.pick_user(ident)}
        t["store"] = dice.pick(0.4 + dice.exponential("fame", self._all), "store", ident)
        t["service"] = dice.pick([0.3, 0.2, 0.24, 0.14, 0.12], "service", ident)
        medical = t["medical"] = t["service"] >= _INJECTION
        wait = 0.6 + np.where(medical, 9.0, 6.0) * dice.exponential("lead", ident)
        slot = self._slot(ident, day + 1 + wait.clip(max=40).astype(np.int64))
        t["due_day"] = self.reopening.first_day(t["store"], slot)
        t["opened"] = instant(day, self.order_hours(ident))
        t["known"] = np.minimum(self.later("opened", t["opened"], ident), instant(day + 1, 2))
        t["channel"] = dice.pick([0.5, 0.17, 0.33], "channel", ident)
        shown = t["channel"] == 2
        t["creator"] = np.where(shown, self.salons.creator_of(ident), -1)
        t["boast"] = np.where(shown, self.salons.boast[t["creator"].clip(0)] + 0.5, -0.4)
        t["fits"] = ~medical | self.salons.licensed[t["store"]]
        at = (t["store"], t["due_day"])
        t["pressure"] = self.pressures.at(*at) + 0.35 * dice.normal("pressed", ident)
        t["rough"] = self.roughness.at(*at) + 0.3 * dice.normal("hand", ident)
        busy = 0.5 * weekend(t["due_day"]) + 0.7 * holiday(t["due_day"])
        t["crowded"] = self.crowds.at(*at) + busy + 0.4 * dice.normal("jam", ident)
        t["skin"] = self.everyone.normal("skin", t["user"])
        self._price(ident, t)
        self._course(ident, t)
        untested = (t["service"] >= _FACIAL) & (t["tested"] == NEVER)
        moved = t["moved"] < NEVER
        scores = {
            _CLAIM: -7.0 + 1.1 * t["boast"] + 1.3 * ~t["fits"] + 0.5 * medical,
            _UPSELL: -5.2 + 1.15 * t["pressure"] + 1.5 * (t["discount"] - 0.3),
            _ALLERGY: np.where(t["service"] >= _FACIAL, -7.0, -10.0)
            + 0.8 * t["rough"] + 0.8 * t["skin"] + 0.9 * untested + 0.5 * medical,
            _REFUSED: -7.0 + 0.8 * t["crowded"] + 1.5 * moved + 0.3 * shown,
            _FAKE: -6.2 + 0.8 * t["boast"],
            _SLOW: np.full(len(ident), -3.9),
            _OTHER: np.full(len(ident), -8.4),
        }  # fmt: skip
        t["base"] = self.base_rates(scores, t["user"], most=0.5)
        self._record(ident, t)
        return t

    def _slot(self, ident: Ints, wish: Ints) -> Ints:
        """Some who could come on a weekday wait for the Saturday after it."""
        saturday = wish + (5 - (wish + 3) % 7)
        waits = (weekend(wish) == 0) & (saturday > wish) & self.dice.chance(0.3, "saturday", ident)
        return np.where(waits, saturday, wish)

    def _price(self, ident: Ints, t: dict[str, NDArray[Any]]) -> None:
        """Who means to sell more on the couch draws people in with deep discounts."""
        dice = self.dice
        luck = 0.1 * dice.normal("discounted", ident)
        discount = 0.18 + 0.1 * t["pressure"] + 0.1 * (t["channel"] == 2) + luck
        t["discount"] = discount.clip(0, 0.85).round(3)
        usual = np.array([16000, 11000, 28000, 160000, 120000])[t["service"]] * (0.6 + dice.uniform("tier", t["store"]))
        t["price"] = (usual * (1 - t["discount"])).round(-2).astype(np.int64)
        t["noted"] = dice.chance(1 / (1 + np.exp(2.6 - 1.4 * t["skin"])), "noted", ident)

    def _course(self, ident: Ints, t: dict[str, NDArray[Any]]) -> None:
        """When the visit is confirmed, the skin tested, the hour moved, the visit made or called off: or NEVER."""
        dice, opened = self.dice, t["opened"]
        t["starts"] = starts = instant(t["due_day"], 10 + np.floor(18 * dice.uniform("starts", ident)) / 2)
        quits = dice.chance(0.06, "quits", ident)
        left = opened + (dice.uniform("quits.at", ident) ** 0.6 * (starts - opened)).astype(np.int64)
        refuses = dice.chance(0.6 / (1 + np.exp(4.5 - 1.1 * t["crowded"])), "refuses", ident)
        at_last = np.maximum(
            starts - ((3 + 50 * dice.uniform("refuses.at", ident)) * HOUR).astype(np.int64), opened + HOUR
        )
        left, at_last = np.where(quits, left, NEVER), np.where(refuses, at_last, NEVER)
        cancelled = np.minimum(left, at_last)
        t["cancelled"] = np.where(cancelled < starts - HOUR, cancelled, NEVER)
        gone = t["cancelled"] < NEVER
        t["cancel_day"] = np.where(gone, day_of(np.where(gone, t["cancelled"], 0)), NEVER)
        t["told_day"] = np.where(gone & (at_last < left), t["cancel_day"], NEVER)
        until = np.minimum(starts, t["cancelled"])
        confirmed = opened + (np.exp(0.6 + 1.0 * dice.normal("prompt", ident) + 0.5 * t["crowded"]) * HOUR).astype(
            np.int64
        )
        t["confirmed"] = np.where(confirmed < until, confirmed, NEVER)
        careful = dice.chance(1 / (1 + np.exp(-1.5 + 1.2 * t["rough"])), "careful", ident) & (t["service"] >= _FACIAL)
        tested = starts - ((20 + 40 * dice.uniform("tested", ident)) * HOUR).astype(np.int64)
        t["tested"] = np.where(careful & (tested > opened) & (tested < until), tested, NEVER)
        moves = dice.chance(0.8 / (1 + np.exp(2.6 - 1.3 * t["crowded"])), "moves", ident)
        moved = starts - ((3 + 70 * dice.uniform("moves.at", ident)) * HOUR).astype(np.int64)
        t["moved"] = np.where(moves & (moved > opened + HOUR) & (moved < until), moved, NEVER)
        t["done"] = np.where(gone, NEVER, starts + HOUR)
        wait = refund_wait(self, ident, t["store"])
        t["refunded"] = np.where(gone, t["cancelled"] + (wait * DAY).astype(np.int64) + HOUR, NEVER)
        back = t["cancel_day"] + np.maximum(np.ceil(wait).astype(np.int64) + 1, len(_AFTER_REFUSAL))
        t["end_day"] = np.where(gone, back, t["due_day"] + _RESULTS_DAYS)

    def _record(self, ident: Ints, t: dict[str, NDArray[Any]]) -> None:
        dice, known = self.dice, t["known"]
        keys: Keys = {"ident": ident, "user_id": t["user"], "store_id": t["store"], "creator_id": t["creator"]}
        rows = self.outbox.put(
            VISITS,
            keys,
            occurred=t["opened"],
            known=known,
            visits_on=t["due_day"],
            service=t["service"],
            medical=t["medical"],
            licence_fits=t["fits"],
            allergy_noted=t["noted"],
            price_cents=t["price"],
            discount=t["discount"],
            channel=t["channel"],
        )
        mended = rows[dice.chance(0.012, "mended", ident)]
        later = mended["known"] + (20 * HOUR * dice.uniform("mended.at", mended["ident"])).astype(np.int64)
        self.outbox.repeat(VISITS, mended, op="correct", known=later, allergy_noted=~mended["allergy_noted"])
        self.outbox.put(VISIT_LOG, keys, planned=True, seq=_BOOKED, occurred=t["opened"], known=known, status=_BOOKED)
        courses = {
            _CONFIRMED: "confirmed",
            _TESTED: "tested",
            _MOVED: "moved",
            _DONE: "done",
            _CANCELLED: "cancelled",
            _REFUNDED: "refunded",
        }
        self.tell(VISIT_LOG, keys, t, courses, settles=(_DONE, _REFUNDED))
        self._show(keys, t)

    def _show(self, keys: Keys, t: dict[str, NDArray[Any]]) -> None:
        """Questions stay open and slots are sought in vain at crowded salons; doubters look up the licence."""
        dice, ident, until = self.dice, keys["ident"], np.minimum(t["starts"], t["cancelled"])
        answered = 1 / (1 + np.exp(-1.6 + 0.8 * t["crowded"]))
        rate = 0.07 * np.exp(0.4 * t["crowded"] + 0.3 * t["skin"]).clip(max=6)
        chat(self, BEAUTY_MESSAGES, keys, known=t["known"], rate=rate, answered=answered, first=t["opened"], last=until)
        doubt = (0.02 * np.exp(0.6 * t["boast"] + 0.8 * ~t["fits"])).clip(max=0.4)
        pages = {_VISIT_PAGE: np.full(len(ident), 0.05), _LICENCE_PAGE: doubt, _RULES_PAGE: np.full(len(ident), 0.02)}
        browse(self, BEAUTY_PAGE_VIEWS, keys, known=t["known"], rates=pages, first=t["opened"], last=until)
        vain = dice.poisson(np.exp(-0.8 + 0.7 * t["crowded"]).clip(max=5), "tries", ident)
        search(self, BEAUTY_SEARCHES, keys, vain=vain, opened=t["opened"], known=t["known"])

    def facts(self, days: Ints) -> None:
        self.salons.record(days)

    def rates(self, subjects: Ints, days: Ints) -> Floats:
        """After a cancellation only that and the refund are left to ask about."""
        rates = super().rates(subjects, days)
        p, day = self.population, days[:, None]
        gone = p["cancel_day"][subjects] < day
        since = day - p["told_day"][subjects]
        told = (since >= 0) & (since < len(_AFTER_REFUSAL))
        refusal = np.where(told, _REFUSAL * _AFTER_REFUSAL[since.clip(0, len(_AFTER_REFUSAL) - 1)], 0.0)
        rates[:, :, :_REFUSED] *= ~gone[:, :, None]
        rates[:, :, _REFUSED] *= ~gone + refusal
        rates[:, :, _FAKE] *= ~gone
        rates[:, :, _SLOW] *= gone
        return rates

    def contact_hours(self, subjects: Ints, scenario: Ints, u: Floats, day: int) -> Floats:
        """On the day of the visit at its hour or after it; refused: at the door, or from the notice on."""
        p = self.population
        told = (p["told_day"][subjects] == day) & (scenario == _REFUSED)
        moment = (np.where(told, p["cancelled"][subjects], p["starts"][subjects]) - instant(day)) / HOUR
        today = (p["due_day"][subjects] == day) & (p["done"][subjects] < NEVER)
        after = np.isin(scenario, (_CLAIM, _UPSELL, _ALLERGY, _FAKE))
        hours = np.where(today & after, moment + 0.4 + (23.2 - moment) * u**2, REQUESTS.hours(u))
        hours = np.where(today & (scenario == _REFUSED), moment - 2 * u, hours)
        return np.where(told, moment + (23.8 - moment) * u**2, hours)

    def react(self, subjects: Ints, scenario: Ints, at: Ints, known: Ints, day: int) -> None:
        """Misled, or refused: often the visit ends there, refunded by an agent."""
        p = self.population
        wants = np.where(np.isin(scenario, (_CLAIM, _REFUSED)), 0.5, 0.0)
        ends = self.dice.chance(wants, "ends", subjects, day)
        ends &= np.minimum(p["refunded"][subjects], p["done"][subjects]) > at + HOUR
        who, moment = subjects[ends], at[ends] + HOUR // 2
        self.refund_by_agent(
            VISIT_LOG, who, moment, known[ends], day, seq=len(VISIT_STATUS), status=_REFUNDED, cents=p["price"][who]
        )
