"""Performances: tickets gained or lost in a rush, shows that are called off, fees, names that do not fit, pillars."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from demand.simulator.clock import HOUR, day_of, holiday, instant
from demand.simulator.dice import Floats, Ints
from demand.simulator.industry import Industry, table
from demand.simulator.performances_rows import SHOW_LAYOUTS, SHOW_SCENARIOS, TICKET_LOG, TICKET_STATUS
from demand.simulator.rhythm import REQUESTS
from demand.simulator.rows import NEVER
from demand.simulator.show_facts import SALE_HOUR, Shows
from demand.simulator.show_records import ShowRecords
from demand.simulator.ticket_choice import buy, choose
from demand.simulator.ticket_course import follow
from demand.simulator.tickets import record
from demand.simulator.turning import around

_RUSH, _OFF, _FEE, _NAME, _ETICKET, _VIEW, _TWICE, _SLOW, _OTHER = range(len(SHOW_SCENARIOS))
_REFUNDED = TICKET_STATUS.index("refunded")
_AFTER_NOTICE = np.array([1.0, 0.7, 0.45, 0.3, 0.2, 0.1])  # requests by days since a show was called off
_AFTER_RETURN = np.array([0.4, 1.0, 0.7, 0.4, 0.2])  # and since a ticket was returned for a fee
_KEPT = 60.0  # how much more a fee is disputed once it was kept, for the whole price
_NOBODY = -30.0  # log rate of what does not happen
_ALWAYS = [(-200, 1.0)]


class Performances(Industry):
    """Organisers are hidden to be unreliable, sales to be glitchy, gates to be troubled, blocks to be blocked.

    Traits: `crowd` (people per ticket, log scale), `glitch` (of the sale, log scale), `doubt` (of the organiser's
    dates, log scale), `wavering` (whether the user will come, log scale), `mismatch` (a name does not fit), `shaky`
    (the gate and the phone, log scale), `blocked` (the seat, log scale), `twice` (paid two times).
    """

    name, prefix, scenarios, horizon_days = "performances", "ticket", SHOW_SCENARIOS, 14
    layouts = SHOW_LAYOUTS
    broken_off = "called_off"
    hidden = ("crowd", "glitch", "doubt", "wavering", "mismatch", "shaky", "blocked", "twice", "response")
    due_table, due_first = table(
        **dict.fromkeys(SHOW_SCENARIOS, _ALWAYS)
        | {
            "real_name_mismatch": [(-2, 0.05), (0, 1.0), (1, 0.35), (2, 0.12), (5, 0.04), (15, 0.01)],
            "eticket_failed": [(-1, 0.05), (0, 1.0), (1, 0.12), (3, 0.02), (8, 0.0)],
            "obstructed_view": [(-3, 0.1), (-1, 0.5), (0, 1.0), (1, 0.01), (8, 0.003)],
        }
    )
    age_table = np.ones((1, len(SHOW_SCENARIOS)))
    turn_table, turn_first = table(
        **dict.fromkeys(SHOW_SCENARIOS, _ALWAYS)
        | {
            "ticket_rush_fail": [(-9, 0.08), (-4, 0.25), (-1, 0.6), (0, 1.0), (1, 0.015), (3, 0.0)],
            "duplicate_pay": [(-12, 0.03), (-4, 0.3), (-1, 0.8), (0, 1.0), (1, 0.0)],
        }
    )

    def __init__(self, seed: int, *, orders: float, users: int, start: int) -> None:
        super().__init__(seed, orders=orders, users=users, start=start)
        self.stores = max(8, round(orders / 160))
        self.shows = Shows(self)
        self._records = ShowRecords(self)

    def season(self, day: Ints) -> Floats:
        """Tickets are bought for holidays weeks ahead, and from Thursday on for the weekend."""
        soon = np.mean([holiday(day + ahead) for ahead in range(3, 40, 3)], axis=0)
        eve = np.isin((day + 3) % 7, (3, 4, 5))
        return np.asarray(0.86 * (1 + 1.2 * soon + 0.15 * eve), np.float64)

    def plan(self, ident: Ints, day: Ints) -> dict[str, NDArray[Any]]:
        t: dict[str, NDArray[Any]] = {"open_day": day, "user": self.pick_user(ident)}
        choose(self, ident, t)
        buy(self, ident, t)
        follow(self, ident, t)
        ahead = t["planned"] - np.minimum(day_of(np.minimum(t["returned"], instant(t["planned"]))), t["planned"])
        kept = np.where(t["returned"] < t["told"], self.shows.fees.share(t["scheme"], ahead), 0.0)
        t["refund_cents"] = (t["price"] * (1 - kept)).astype(np.int64)
        t["base"] = self.base_rates(self._scores(t), t["user"], most=0.6)
        record(self, ident, t)
        return t

    def _scores(self, t: dict[str, NDArray[Any]]) -> dict[int, Floats]:
        has, told, gone = (t[course] < NEVER for course in ("issued", "told", "cancelled"))
        rush = np.where(t["no_ticket"] < NEVER, -2.1, np.where(t["waitlisted"] < NEVER, -2.2, -3.3))
        short = t["planned"] - np.where(told, t["told_day"], 0) < 4
        return {
            _RUSH: np.where(t["registers"], rush + 0.5 * t["glitch"] + 0.8 * t["crowd"], _NOBODY),
            _OFF: np.where(told, -2.4 + 0.5 * short - 0.3 * (t["postponed"] < NEVER), _NOBODY),
            _FEE: np.where(has, -8.8 + 1.6 * t["wavering"], _NOBODY),
            _NAME: np.where(has, np.where(t["mismatch"], -2.3, -7.4) + 0.3 * t["shaky"], _NOBODY),
            _ETICKET: np.where(has, -5.7 + 1.2 * t["shaky"], _NOBODY),
            _VIEW: np.where(has, -5.6 + 1.3 * t["blocked"], _NOBODY),
            _TWICE: np.where(t["twice"], -1.5, _NOBODY),
            _SLOW: np.where(gone, -4.0, _NOBODY),
            _OTHER: np.full(len(has), -7.9),
        }

    def served(self, t: Mapping[str, NDArray[Any]]) -> NDArray[np.bool_]:
        return np.asarray(t["entered"] < NEVER, np.bool_)

    def facts(self, days: Ints) -> None:
        self._records.record(days)

    def open(self, day: int) -> None:
        super().open(day)
        self._learn(day)

    def live(self, day: int) -> Ints:
        self._learn(day)
        return super().live(day)

    def _learn(self, day: int) -> None:
        """From the night of this day on new days of shows are known that were told of before."""
        p = self.population
        new = p.first + np.flatnonzero(p["learned"].values <= day)
        p["due_day"][new] = p["moved_to"][new]

    def _by_day(self, subjects: Ints, days: Ints) -> Floats:
        """Rates by days to the show: to the planned day until a new one is told, whatever is known at the moment."""
        p = self.population
        rates = self.rates_if_due(subjects, days, "planned")
        who = np.flatnonzero(p["postponed"][subjects] < NEVER)
        if len(who):
            told = days[:, None] >= p["told_day"][subjects[who]]
            later = self.rates_if_due(subjects[who], days, "moved_to")
            rates[:, who] = np.where(told[:, :, None], later, rates[:, who])
        return rates

    def rates(self, subjects: Ints, days: Ints) -> Floats:
        """Once an order is over only that and the money are asked about; fees by tier, and just after one was kept."""
        p, day = self.population, days[:, None]
        rates = self._by_day(subjects, days) * around(self.turn_table, self.turn_first, p["turn_day"][subjects], days)
        over, early = p["gone_day"][subjects] < day, p["issued_day"][subjects] >= day
        told = p["told_day"][subjects]
        rates[:, :, _OFF] *= _since(told, day, _AFTER_NOTICE)
        rates[:, :, _RUSH] *= early & ((p["issued_day"][subjects] > day) | (p["turn_day"][subjects] == day))
        rates[:, :, _SLOW] *= over
        for scenario in (_NAME, _ETICKET, _VIEW):
            rates[:, :, scenario] *= ~(over | early)
        planned, scheme, kept = p["planned"][subjects], p["scheme"][subjects], p["paid_fee_day"][subjects]
        ahead = np.where(kept < NEVER, planned - np.minimum(kept, planned), 0)
        owed = _KEPT * self.shows.fees.share(scheme, ahead) ** 2 * _since(kept, day, _AFTER_RETURN)
        asked = self.shows.fees.heat(np.broadcast_to(scheme, over.shape), planned - day)
        rates[:, :, _FEE] *= np.where(over | early | (told <= day) | (day > planned), 0.0, asked) + owed
        return rates

    def contact_hours(self, subjects: Ints, scenario: Ints, u: Floats, day: int) -> Floats:
        """At noon of a rush, before it is gained; after a notice, at the gate, from the seat; else at any time."""
        p = self.population
        rush = p["registers"][subjects] & (p["turn_day"][subjects] == day) & np.isin(scenario, (_RUSH, _TWICE))
        gains = (p["issued_day"][subjects] == day) & (scenario == _RUSH)  # fails at first: nobody asks with the ticket
        issued = (np.where(gains, p["issued"][subjects], instant(day)) - instant(day)) / HOUR
        here = (p["moved_to"][subjects] == day) & (p["entered"][subjects] < NEVER)
        curtain = p["hour"][subjects]
        hours = np.where(rush, SALE_HOUR + 0.2 + 11.5 * u**2, REQUESTS.hours(u))
        hours = np.where(gains, SALE_HOUR + (0.1 + 0.8 * u) * (issued - SALE_HOUR), hours)
        hours = np.where(here & np.isin(scenario, (_NAME, _ETICKET)), curtain - 1.7 + 2 * u, hours)
        hours = np.where(here & (scenario == _VIEW), (curtain + 0.3 + 3.5 * u).clip(max=23.8), hours)
        for course, dated, asked in (("told", "told_day", _OFF), ("returned", "paid_fee_day", _FEE)):
            now = (p[dated][subjects] == day) & (scenario == asked)
            moment = (np.where(now, p[course][subjects], instant(day)) - instant(day)) / HOUR
            hours = np.where(now, moment + (23.9 - moment) * u**2, hours)
        return hours

    def react(self, subjects: Ints, scenario: Ints, at: Ints, known: Ints, day: int) -> None:
        """Called off, not let in, or angry about a fee: often an agent gives the money back at once."""
        p = self.population
        wants = np.select([scenario == _OFF, scenario == _FEE, scenario == _NAME], [0.5, 0.3, 0.2], 0.0)
        ends = self.dice.chance(wants, "ends", subjects, day)
        ends &= np.minimum(p["refunded"][subjects], p["entered"][subjects]) > at + HOUR
        ends &= p["transferred"][subjects] > at + HOUR
        who, moment = subjects[ends], at[ends] + HOUR // 2
        self.refund_by_agent(
            TICKET_LOG, who, moment, known[ends], day, seq=len(TICKET_STATUS), status=_REFUNDED, cents=p["price"][who]
        )


def _since(moment: Ints, day: Ints, fading: Floats) -> Floats:
    """`fading` by days since each subject's moment, of shape (days, subjects); 0 before and after."""
    since = day - np.minimum(moment, day.max() + 1)
    return np.where((since >= 0) & (since < len(fading)), fading[since.clip(0, len(fading) - 1)], 0.0)
