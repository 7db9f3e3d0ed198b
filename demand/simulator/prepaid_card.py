"""Prepaid multi-session cards: valid for months, used visit by visit, at studios that may shut down."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from demand.simulator.aftermath import computed_at, refund_wait
from demand.simulator.card_rows import (
    CARD_LAYOUTS,
    CARD_LOG,
    CARD_MESSAGES,
    CARD_PAGE_VIEWS,
    CARD_PAGES,
    CARD_SCENARIOS,
    CARD_SEARCHES,
    CARD_STATUS,
    REDEMPTIONS,
    SALES,
)
from demand.simulator.clock import DAY, HOUR, day_of, holiday, instant, weekend
from demand.simulator.dice import Floats, Ints
from demand.simulator.industry import Industry, table
from demand.simulator.places import Moods
from demand.simulator.rhythm import REQUESTS
from demand.simulator.rows import NEVER
from demand.simulator.signs import Keys, browse, chat, numbered, of
from demand.simulator.studio_facts import Studios
from demand.simulator.trends import RULE_IN_FORCE

_LOSS, _RUNAWAY, _FULL, _COACH, _SLOW, _OTHER = range(len(CARD_SCENARIOS))
_ACTIVE, _USED_UP, _ASKED_BACK, _REFUNDED = range(len(CARD_STATUS))
_CARD_PAGE, _CALCULATOR_PAGE = range(len(CARD_PAGES))
_SESSIONS, _VALID_DAYS = np.array([5, 10, 20, 30]), np.array([90, 120, 240, 360])
_VISITS = np.arange(30)[None, :]
_GIVES_UP = 30  # days after which nobody asks a studio any more that is shut
_COOLING_OFF = 7  # days in which the new rule gives the whole price back
_AFTER_SUM = np.array([1.0, 0.6, 0.3, 0.15])  # disputes by days since the amount of a refund was told


class PrepaidCard(Industry):
    """A studio's life runs from health over decline to shutdown; some are always crowded.

    Used sessions are charged at list price when a card is given back: the dearer the list against the price paid, and
    the more is used, the less comes back. Cards sold since the rule of `trends.RULE_IN_FORCE` are paid back whole
    within seven days, unless their owner had the same service before.

    Traits: `regret` (the user would rather have the money back), `peak_hours` (wants the slots that everybody wants),
    both on the log scale; `uses_a_day` (sessions).
    """

    name, prefix, scenarios, horizon_days = "prepaid_card", "card", CARD_SCENARIOS, 28
    layouts, runs_away = CARD_LAYOUTS, True
    hidden = ("regret", "peak_hours", "uses_a_day", "response")
    due_table, due_first = table(
        refund_loss=[(0, 1.8), (31, 1.0), (360, 1.0)],
        merchant_runaway=[(0, 1.0), (360, 1.0)],
        booking_full=[(0, 1.6), (46, 1.0), (360, 1.0)],
        coach_change=[(0, 1.0), (360, 1.0)],
        refund_slow=[(0, 1.0), (360, 1.0)],
        other=[(0, 1.0), (360, 1.0)],
    )
    age_table, _ = table(
        refund_loss=[(1, 1.6), (8, 1.0)],
        merchant_runaway=[(1, 1.0)],
        booking_full=[(1, 0.4), (6, 1.0)],
        coach_change=[(1, 1.0)],
        refund_slow=[(1, 1.0)],
        other=[(1, 1.0)],
    )

    def __init__(self, seed: int, *, orders: float, users: int, start: int) -> None:
        super().__init__(seed, orders=orders, users=users, start=start)
        self.stores = max(12, round(orders / 70))
        self.crowded = Moods(self.dice, "crowded", self.stores, level=0.9, wave=0.5)
        self._all = np.arange(self.stores)
        self.studios = Studios(self)

    def season(self, day: Ints) -> Floats:
        return 0.95 + 0.25 * weekend(day) - 0.3 * holiday(day)

    def plan(self, ident: Ints, day: Ints) -> dict[str, NDArray[Any]]:
        dice = self.dice
        t: dict[str, NDArray[Any]] = {"open_day": day, "user": self.pick_user(ident)}
        t["store"] = self._pick_store(ident, day)
        kind = dice.pick([0.3, 0.4, 0.2, 0.1], "kind", ident)
        t["sessions"], t["due_day"] = _SESSIONS[kind], day + _VALID_DAYS[kind]
        t["opened"] = instant(day, self.order_hours(ident))
        t["known"] = self.later("opened", t["opened"], ident)
        t["shut_day"] = self.studios.lives.shut_after(t["store"], day)  # its new owner owes nothing
        t["coach"] = self.studios.coach_of(ident, t["store"])
        t["regret"] = 0.5 * dice.normal("regret", ident) + 2.2 * dice.chance(0.16, "regrets", ident)
        t["peak_hours"] = 0.9 * dice.normal("peak_hours", ident)
        scores = {
            _LOSS: -10.0 + 1.9 * t["regret"],
            _RUNAWAY: np.full(len(ident), -4.2),
            _FULL: -9.6 + 1.6 * t["peak_hours"],
            _COACH: np.full(len(ident), -9.2),
            _SLOW: np.full(len(ident), -3.6),
            _OTHER: np.full(len(ident), -10.3),
        }
        t["base"] = self.base_rates(scores, t["user"], most=0.13)
        keys: Keys = {"ident": ident, "user_id": t["user"], "store_id": t["store"], "coach_id": t["coach"]}
        self._sell(keys, t)
        self._give_back(ident, t)
        self._visit(keys, t)
        self._settle(keys, t)
        self._show(keys, t)
        return t

    def _pick_store(self, ident: Ints, day: Ints) -> Ints:
        """By fame; more to those that sell cheaply in their decline, none to those that are shut."""
        days, back = np.unique(day, return_inverse=True)
        stores = np.tile(self._all, len(days))
        stage = self.studios.lives.stage(stores, np.repeat(days, self.stores)).reshape(len(days), self.stores)
        fame = 0.4 + self.dice.exponential("fame", self._all)
        weights = np.where(stage >= 0.95, 1e-9, fame * (1 + 1.8 * stage))
        # the days' wheels one after the other, so that one search serves all draws
        wheel = np.cumsum(weights / weights.sum(axis=1, keepdims=True), axis=1) + np.arange(len(days))[:, None]
        wheel[:, -1] = np.arange(1, len(days) + 1)
        spot = np.searchsorted(wheel.ravel(), back + self.dice.uniform("store", ident), side="right")
        return np.asarray(spot - back * self.stores, np.int64)

    def _sell(self, keys: Keys, t: dict[str, NDArray[Any]]) -> None:
        dice, ident = self.dice, keys["ident"]
        channel = dice.pick([0.45, 0.35, 0.2], "channel", ident)
        stage = self.studios.lives.stage(t["store"], t["open_day"]).clip(0, 1)
        discount = (0.1 + 0.12 * dice.uniform("discount", ident) + 0.1 * (channel == 2) + 0.3 * stage).round(3)
        list_price = t["sessions"] * (6000 + 9000 * dice.uniform("tier", t["store"])).round(-2)
        t["price"], t["list"], t["discount"] = (list_price * (1 - discount)).astype(np.int64), list_price, discount
        t["had_before"] = dice.chance(0.3, "had_before", ident)
        t["protected"] = (t["open_day"] >= RULE_IN_FORCE) & ~t["had_before"]
        rows = self.outbox.put(
            SALES,
            keys,
            occurred=t["opened"],
            known=t["known"],
            valid_until=t["due_day"],
            sessions=t["sessions"],
            price_cents=t["price"],
            list_price_cents=list_price,
            discount=discount,
            had_before=t["had_before"],
            course=(4 * dice.uniform("course", t["store"])).astype(np.int64),
            channel=channel,
        )
        mended = rows[dice.chance(0.01, "mended", ident)]
        later = mended["known"] + (40 * HOUR * dice.uniform("mended.at", mended["ident"])).astype(np.int64)
        right = mended["list_price_cents"] + 10000
        self.outbox.repeat(SALES, mended, op="correct", known=later, list_price_cents=right)

    def _give_back(self, ident: Ints, t: dict[str, NDArray[Any]]) -> None:
        """When the user asks for the money back: soon where the rule gives all of it back, some day where regretted."""
        dice, opened = self.dice, t["opened"]
        soon = np.where(t["protected"], 0.14, 0.02) / (1 + np.exp(1.0 - t["regret"]))
        soon = dice.chance(soon, "back.soon", ident)
        within = ((2 + 24 * (_COOLING_OFF - 1) * dice.uniform("back.hours", ident)) * HOUR).astype(np.int64)
        some_day = dice.chance(0.16 / (1 + np.exp(2.2 - 1.3 * t["regret"])), "back", ident)
        validity = t["due_day"] - t["open_day"] - _COOLING_OFF - 1
        day = t["open_day"] + _COOLING_OFF + 1 + (validity * dice.uniform("back.at", ident) ** 1.3).astype(np.int64)
        day = instant(day, 9 + 12 * dice.uniform("back.hour", ident))
        back = np.where(soon, opened + within, np.where(some_day, day, NEVER))
        when = day_of(np.where(back < NEVER, back, opened))
        t["cancelled"] = np.where(when < t["shut_day"], back, NEVER)

    def _visit(self, keys: Keys, t: dict[str, NDArray[Any]]) -> None:
        """Visits as the user plans them; fewer are kept by those with regrets and at studios in decline."""
        dice, ident, sessions = self.dice, keys["ident"], t["sessions"]
        validity = t["due_day"] - t["open_day"]
        pace = validity / sessions * (0.35 + 0.5 * dice.uniform("pace", ident)) * np.exp(0.15 * t["regret"])
        gaps = pace[:, None] * (0.3 + 0.7 * dice.exponential("gap", ident[:, None], _VISITS))
        day = t["open_day"][:, None] + np.cumsum(gaps, axis=1).astype(np.int64) + 1
        stage = self.studios.lives.stage(np.repeat(t["store"], _VISITS.size), day.ravel()).reshape(day.shape)
        keeps = (0.97 - 0.75 * stage.clip(0, 1)) / (1 + np.exp(-2.6 + t["regret"]))[:, None]
        kept = dice.chance(keeps, "keeps", ident[:, None], _VISITS) & (day <= t["due_day"][:, None])
        kept &= day < t["shut_day"][:, None]
        kept &= (np.cumsum(kept, axis=1) <= sessions[:, None]) & (instant(day, 21) < t["cancelled"][:, None])
        owner, column = np.nonzero(kept)
        at = instant(day[owner, column], 9 + 11 * dice.uniform("visit", ident[owner], column))
        known = np.maximum(self.later("visit", at, ident[owner], column), t["known"][owner])
        done = np.cumsum(kept, axis=1)[owner, column]
        own = of(keys, owner)
        self.outbox.put(REDEMPTIONS, own, planned=True, seq=column, occurred=at, known=known, session=done)
        last = done == sessions[owner]
        t["used"] = kept.sum(axis=1)
        t["used_up"], t["settled_at"] = np.full(len(ident), NEVER), np.full(len(ident), NEVER)
        t["used_up"][owner[last]], t["settled_at"][owner[last]] = at[last], known[last] + HOUR // 60
        t["cancelled"] = np.where(t["used_up"] < NEVER, NEVER, t["cancelled"])
        t["end_day"] = np.minimum(t["due_day"], day_of(np.minimum(t["used_up"], instant(t["due_day"] + 1))))
        until = np.minimum(t["end_day"], day_of(np.minimum(t["cancelled"], instant(t["due_day"] + 1))))
        t["uses_a_day"] = t["used"] / (until - t["open_day"]).clip(min=7)
        wanted = (sessions[:, None] > _VISITS) & (day <= until[:, None])
        wanted &= day < t["shut_day"][:, None] + _GIVES_UP
        self._search(keys, t, day, wanted)

    def _settle(self, keys: Keys, t: dict[str, NDArray[Any]]) -> None:
        """The card's change log; given back, the price comes back less the used sessions at their list price."""
        ident, gone = keys["ident"], t["cancelled"] < NEVER
        asked = np.where(gone, t["cancelled"], t["opened"])
        whole = t["protected"] & (asked <= t["opened"] + _COOLING_OFF * DAY)
        used_at_list = (t["used"] * t["list"] / t["sessions"]).astype(np.int64)
        t["refund_cents"] = np.where(whole, t["price"], (t["price"] - used_at_list).clip(min=0))
        fair = t["price"] * (1 - t["used"] / t["sessions"])
        t["fair_cents"] = fair.astype(np.int64)
        t["short_paid"] = np.where(gone, (fair - t["refund_cents"]).clip(min=0) / t["price"], 0.0)
        wait = refund_wait(self, ident, t["store"])
        t["cancel_day"] = np.where(gone, day_of(asked), NEVER)
        t["sum_day"] = np.where(gone, day_of(computed_at(asked, wait)), NEVER)
        t["refunded"] = np.where(gone, asked + (wait * DAY).astype(np.int64) + HOUR, NEVER)
        back = day_of(np.where(gone, t["refunded"], asked)) + len(_AFTER_SUM)
        t["end_day"] = np.where(gone, back, t["end_day"])
        t["began"], used_up = t["opened"], t["settled_at"]
        courses = {_ACTIVE: "began", _USED_UP: "used_up", _ASKED_BACK: "cancelled", _REFUNDED: "refunded"}
        self.tell(CARD_LOG, keys, t, courses, settles=(_REFUNDED,))
        t["settled_at"] = np.minimum(t["settled_at"], used_up)

    def _search(self, keys: Keys, t: dict[str, NDArray[Any]], day: Ints, wanted: NDArray[np.bool_]) -> None:
        """Before a visit one looks for a slot; at crowded studios, and at peak hours, often in vain."""
        dice, (visitor, visit) = self.dice, np.nonzero(wanted)
        ident, on = keys["ident"][visitor], day[visitor, visit]
        fails = 1 / (1 + np.exp(1.6 - 1.2 * (self.crowded.at(t["store"][visitor], on) + t["peak_hours"][visitor])))
        row, number = numbered(1 + dice.poisson(1.6 * fails, "tries", ident, visit))
        before = 2 + 40 * dice.uniform("searched", ident[row], visit[row], number)
        at = np.maximum(instant(on[row], 9 - before), t["opened"][visitor[row]])
        seen = self.later("searched", at, ident[row], visit[row], number)
        self.outbox.put(
            CARD_SEARCHES,
            of(keys, visitor[row]),
            planned=True,
            seq=100 * visit[row] + number,
            occurred=at,
            known=np.maximum(seen, t["known"][visitor[row]]),
            found=~dice.chance(fails[row], "found", ident[row], visit[row], number)
            & (day_of(at) < t["shut_day"][visitor[row]]),
        )

    def _show(self, keys: Keys, t: dict[str, NDArray[Any]]) -> None:
        """Questions that a studio in decline leaves open; looks at the refund calculator by those with regrets."""
        studios, over = self.studios, np.minimum(t["used_up"], t["cancelled"])
        first, last = t["opened"], np.minimum(over, instant(t["due_day"] + 1))

        def stage(row: Ints, day: Ints) -> Floats:
            return studios.lives.stage(t["store"][row], day).clip(0, 1)

        def answered(row: Ints, day: Ints) -> Floats:
            unsteady = studios.unsteady.at(t["store"][row], day)
            share = 1 / (1 + np.exp(-1.8 + 2.5 * stage(row, day) + 0.5 * unsteady))
            return np.asarray(share * (day + 1 < t["shut_day"][row]), np.float64)

        def asks(row: Ints, day: Ints) -> Floats:
            return (1 + 2 * stage(row, day)) / 3

        rate = 0.036 * np.exp(0.3 * t["regret"])
        chat(
            self,
            CARD_MESSAGES,
            keys,
            known=t["known"],
            rate=rate,
            answered=answered,
            first=first,
            last=last,
            asks=asks,
            over=instant(t["shut_day"] + _GIVES_UP),
        )
        calculator = (0.005 * np.exp(1.5 * t["regret"])).clip(max=0.3)
        pages = {_CARD_PAGE: np.full(len(calculator), 0.03), _CALCULATOR_PAGE: calculator}
        browse(self, CARD_PAGE_VIEWS, keys, known=t["known"], rates=pages, first=first, last=last)

    def served(self, t: Mapping[str, NDArray[Any]]) -> NDArray[np.bool_]:
        return np.asarray(t["used"] > 0, np.bool_)

    def shutdowns(self) -> tuple[Floats, Floats]:
        return self.studios.lives.shutdowns()

    def facts(self, days: Ints) -> None:
        self.studios.record(days)

    def mood(self, day: int) -> Floats:
        stage = self.studios.lives.stage(self._all, day)
        moods = np.ones((self.stores, len(self.scenarios)))
        moods[:, _LOSS] = 1 + 0.8 * stage.clip(0, 1)
        decline = 0.35 * ((stage - 0.25) / 0.75).clip(0, 1) ** 2
        runs = np.where(stage <= 1, decline, np.exp(-(stage - 1).clip(0) * 2.5))
        moods[:, _RUNAWAY] = runs * np.where(self.studios.escrow, 0.6, 1.25)
        moods[:, _FULL] = np.exp(self.crowded.at(self._all, day)) * (stage < 1)
        return moods

    def rates(self, subjects: Ints, days: Ints) -> Floats:
        """A loss grows with what is used; the new rule spares it early on; who asks for the money back waits for it."""
        rates = super().rates(subjects, days)
        p, day = self.population, days[:, None]
        age = day - p["open_day"][subjects]
        used = np.minimum(p["uses_a_day"][subjects] * age / p["sessions"][subjects], 1.0)
        loss = 0.45 + 5.0 * p["discount"][subjects] * used
        loss *= np.where(p["protected"][subjects] & (age <= _COOLING_OFF), 0.1, 1.0)
        since = day - p["sum_day"][subjects] - 1
        told = (since >= 0) & (since < len(_AFTER_SUM))
        dispute = np.where(told, 250 * _AFTER_SUM[since.clip(0, len(_AFTER_SUM) - 1)], 0.0) * p["short_paid"][subjects]
        gone = p["cancel_day"][subjects] < day
        rates[:, :, _LOSS] *= np.where(gone, dispute, loss)
        here = ~gone & (day < p["shut_day"][subjects])
        rates[:, :, _FULL] *= here
        rates[:, :, _COACH] *= self.studios.unrest(days)[:, p["coach"][subjects]] * here
        rates[:, :, _SLOW] *= gone
        return rates

    def contact_hours(self, subjects: Ints, scenario: Ints, u: Floats, day: int) -> Floats:
        return REQUESTS.hours(u)

    def react(self, subjects: Ints, scenario: Ints, at: Ints, known: Ints, day: int) -> None:
        """A loss on refund, or a shop that ran away: often an agent refunds within hours what has not been used."""
        p = self.population
        wants = np.select([scenario == _LOSS, scenario == _RUNAWAY], [0.7, 0.5], 0.0)
        ends = self.dice.chance(wants, "ends", subjects, day)
        ends &= np.minimum(p["used_up"][subjects], p["refunded"][subjects]) > at + HOUR
        who, moment = subjects[ends], at[ends] + HOUR
        used = np.minimum(p["uses_a_day"][who] * (day - p["open_day"][who]) / p["sessions"][who], 1.0)
        cents = (p["price"][who] * (1 - used)).astype(np.int64)
        self.refund_by_agent(CARD_LOG, who, moment, known[ends], day, seq=_REFUNDED, status=_REFUNDED, cents=cents)
