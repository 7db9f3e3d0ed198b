"""Hotels: rooms booked up to 120 days ahead, nights that are oversold, trouble around arrival, weather before it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from demand.simulator.clock import HOUR, day_of, holiday, instant, weekend
from demand.simulator.dice import Floats, Ints
from demand.simulator.geography import in_known_storm, in_storm
from demand.simulator.hotel_facts import Rooms
from demand.simulator.hotel_rows import (
    BOOKING_LOG,
    BOOKING_STATUS,
    BOOKINGS,
    HOTEL_LAYOUTS,
    HOTEL_MESSAGES,
    HOTEL_PAGE_VIEWS,
    HOTEL_PAGES,
    HOTEL_SCENARIOS,
)
from demand.simulator.industry import Industry, table
from demand.simulator.places import Moods
from demand.simulator.rhythm import REQUESTS
from demand.simulator.rows import NEVER
from demand.simulator.signs import Keys, browse, chat
from demand.simulator.trends import STORM_ALERT, STORM_KNOWN

_NO_ROOM, _CANCEL_FEE, _ROOM, _LATE, _REFUND, _OTHER = range(len(HOTEL_SCENARIOS))
_BOOKED, _CONFIRMED, _CHECKED_IN, _CANCELLED, _CLOSED = range(len(BOOKING_STATUS))
_ORDER_PAGE, _POLICY_PAGE = range(len(HOTEL_PAGES))
_REFUND_DAYS = 10
_MINDS_WEATHER = 5  # days before arrival from which an alert makes guests think of cancelling
_BLOCKED = 0.8  # trouble under the typhoon
_FULL = 1.2  # a night tighter than this is full


class Hotel(Industry):
    """Hotels have a hidden mood for overselling, one for quality, one for the front desk; agents may be careless.

    Traits: `trouble` (no room to be had, log scale), `held` (the hotel keeps the booking unconfirmed), `doubt` (the
    guest may not travel).
    """

    name, prefix, scenarios, horizon_days = "hotel", "booking", HOTEL_SCENARIOS, 14
    layouts = HOTEL_LAYOUTS
    hidden = ("trouble", "held", "doubt", "response")
    due_table, due_first = table(
        no_room=[(0, 1.0), (1, 0.6), (2, 0.3), (3, 0.15), (4, 0.06), (8, 0.015), (30, 0.004), (120, 0.0)],
        cancel_fee=[(0, 0.5), (3, 0.9), (15, 0.5), (31, 0.25), (61, 0.08), (120, 0.0)],
        room_mismatch=[(-2, 0.5), (-1, 0.9), (0, 1.0), (1, 0.08), (4, 0.0)],
        late_checkin=[(0, 1.0), (1, 0.03), (3, 0.0)],
        refund_slow=[(-120, 1.0), (120, 1.0)],
        other=[(-3, 1.0), (8, 0.5), (31, 0.2), (120, 0.0)],
    )
    age_table = np.ones((1, len(HOTEL_SCENARIOS)))

    def __init__(self, seed: int, *, orders: float, users: int, start: int) -> None:
        super().__init__(seed, orders=orders, users=users, start=start)
        self.stores = max(12, round(orders / 170))
        self.agents = max(6, round(orders / 280))
        self.shabby = Moods(self.dice, "shabby", self.stores, level=0.9, wave=0.3)
        self.slow_desk = Moods(self.dice, "slow_desk", self.stores, level=0.8, wave=0.4)
        self._all = np.arange(self.stores)
        self.rooms = Rooms(self)

    def season(self, day: Ints) -> Floats:
        soon = np.mean([holiday(day + ahead) for ahead in range(4, 26, 3)], axis=0)
        return np.asarray(0.94 * (1 + 0.8 * soon + 0.15 * weekend(day)), np.float64)

    def plan(self, ident: Ints, day: Ints) -> dict[str, NDArray[Any]]:
        dice = self.dice
        t: dict[str, NDArray[Any]] = {"open_day": day, "user": self.pick_user(ident)}
        t["store"] = dice.pick(0.4 + dice.exponential("fame", self._all), "store", ident)
        t["channel"] = dice.pick([0.55, 0.3, 0.15], "channel", ident)
        by_agent, by_livestream = t["channel"] == 1, t["channel"] == 2
        t["agent"] = np.where(by_agent, (self.agents * dice.uniform("agent", ident)).astype(np.int64), -1)
        careless = np.where(by_agent, 0.8 * dice.normal("careless", t["agent"].clip(0)), 0.3 * by_livestream)
        last_minute = dice.chance(0.12, "last_minute", ident)
        lead = np.where(last_minute, 2 * dice.uniform("lead", ident), 3 + 26 * dice.exponential("lead", ident))
        due = t["due_day"] = day + lead.clip(0, 120).astype(np.int64)
        t["opened"] = instant(day, self.order_hours(ident))
        t["known"] = self.later("opened", t["opened"], ident)
        t["nights"] = 1 + dice.poisson(1.1, "nights", ident)
        t["city"] = self.rooms.city[t["store"]]
        t["kind"] = dice.pick([0.45, 0.2, 0.25, 0.1], "room", ident)
        t["room"] = self.rooms.room(t["store"], t["kind"])
        t["trouble"] = self.rooms.tight(t["store"], due) + 0.7 * careless + 0.4 * dice.normal("luck", ident)
        t["blocked"] = in_storm(t["city"], due) > 0
        tense = t["trouble"] + _BLOCKED * in_known_storm(t["city"], due, t["opened"])
        full_before = self.rooms.tight(t["store"], due - 1) > _FULL
        t["held"] = dice.chance(1 / (1 + np.exp(2.2 - 2.2 * tense)), "held", ident)
        t["doubt"] = 0.5 * dice.normal("doubt", ident) + 2.2 * dice.chance(0.12 + 0.001 * (due - day), "wavers", ident)
        t["prepaid"] = dice.chance(0.6, "prepaid", ident)
        scores = {
            _NO_ROOM: -5.5 + 0.8 * t["trouble"] + 2.7 * t["held"],
            _CANCEL_FEE: -7.9 + 1.4 * t["doubt"] + 0.7 * t["prepaid"],
            _ROOM: -5.9 + 0.5 * careless + 0.5 * by_livestream + 1.3 * self.rooms.scarce.at(t["room"], due),
            _LATE: -5.7 + 0.5 * t["trouble"] + 0.9 * full_before,
            _REFUND: np.full(len(ident), -4.6) + self.slow_desk.at(t["store"], due),
            _OTHER: np.full(len(ident), -9.0),
        }
        t["base"] = self.base_rates(scores, t["user"], most=0.5)
        tier = self.rooms.tier(t["store"])
        t["price"] = (t["nights"] * (tier * (1 + 0.5 * holiday(due))).round(-2)).astype(np.int64)
        t["end_day"] = due + np.minimum(t["nights"], 2)
        self._course(ident, t)
        self._record(ident, t)
        return t

    def _course(self, ident: Ints, t: dict[str, NDArray[Any]]) -> None:
        """When the hotel confirms, when the guest arrives or quietly cancels: instants, or NEVER."""
        dice, opened = self.dice, t["opened"]
        walks_in = opened + ((0.2 + dice.uniform("walks_in", ident)) * HOUR).astype(np.int64)
        arrival = np.maximum(instant(t["due_day"], 14 + 7 * dice.uniform("arrives", ident)), walks_in)
        hours = np.exp(0.8 + 0.9 * dice.normal("prompt", ident) + 0.4 * t["trouble"])
        at_last = arrival - (48 * HOUR * dice.uniform("at_last", ident)).astype(np.int64)
        confirmed = np.where(t["held"], np.maximum(at_last, opened + HOUR), opened + (hours * HOUR).astype(np.int64))
        quits = dice.chance(0.6 / (1 + np.exp(2.0 - 0.8 * t["doubt"])), "quits", ident)
        quits &= t["due_day"] - t["open_day"] > 2
        waits = dice.uniform("quits.at", ident) ** 0.7
        left = np.where(quits, opened + (waits * (arrival - opened)).astype(np.int64), NEVER)
        flees = t["blocked"] & dice.chance(0.45, "flees", ident)
        since = np.maximum(opened, STORM_KNOWN + HOUR // 2)
        fled = np.where(flees, since + (waits * (arrival - since)).astype(np.int64), NEVER)
        t["until"], t["cancelled"] = np.minimum(left, arrival), np.minimum(left, fled)
        quits |= flees
        t["arrived"] = np.where(quits, NEVER, arrival)
        never = (t["held"] & dice.chance(0.35, "never", ident)) | (confirmed >= np.minimum(arrival, t["cancelled"]))
        t["confirmed"] = np.where(never, NEVER, confirmed)
        t["left"] = np.where(quits, NEVER, instant(t["due_day"] + t["nights"], 12))
        t["cancel_day"] = np.where(quits, day_of(np.where(quits, t["cancelled"], 0)), NEVER)
        t["end_day"] = np.where(quits, t["cancel_day"] + _REFUND_DAYS, t["end_day"])

    def _record(self, ident: Ints, t: dict[str, NDArray[Any]]) -> None:
        dice, opened, known = self.dice, t["opened"], t["known"]
        keys: Keys = {"ident": ident, "user_id": t["user"], "store_id": t["store"], "agent_id": t["agent"]}
        places = {
            "destination_id": t["city"],
            "night_id": self.rooms.night(t["store"], t["due_day"]),
            "room_id": t["room"],
        }
        rows = self.outbox.put(
            BOOKINGS,
            {**keys, **places},
            occurred=opened,
            known=known,
            arrival=t["due_day"],
            on_holiday=holiday(t["due_day"]) > 0,
            nights=t["nights"],
            guests=1 + dice.poisson(0.8, "guests", ident),
            price_cents=t["price"],
            prepaid=t["prepaid"],
            room_type=t["kind"],
            channel=t["channel"],
        )
        mended = rows[dice.chance(0.015, "mended", ident)]
        later = mended["known"] + (30 * HOUR * dice.uniform("mended.at", mended["ident"])).astype(np.int64)
        self.outbox.repeat(BOOKINGS, mended, op="correct", known=later, guests=mended["guests"] + 1)
        self.outbox.put(BOOKING_LOG, keys, planned=True, seq=_BOOKED, occurred=opened, known=known, status=_BOOKED)
        courses = {_CONFIRMED: "confirmed", _CHECKED_IN: "arrived", _CANCELLED: "cancelled", _CLOSED: "left"}
        self.tell(BOOKING_LOG, keys, t, courses, settles=(_CHECKED_IN, _CANCELLED))
        over = np.minimum(t["arrived"], t["cancelled"])
        answered = 1 / (1 + np.exp(-1.6 + 1.0 * self.shabby.at(t["store"], t["open_day"]) + 0.5 * t["trouble"]))
        rate = 0.03 * np.exp(0.6 * t["trouble"] + 0.2 * t["doubt"]).clip(max=6)
        chat(
            self,
            HOTEL_MESSAGES,
            keys,
            known=t["known"],
            rate=rate,
            answered=answered,
            first=opened,
            last=t["until"],
            over=over,
        )
        policy = (0.012 * np.exp(1.3 * t["doubt"])).clip(max=0.6)
        pages = {_ORDER_PAGE: np.full(len(ident), 0.08), _POLICY_PAGE: policy}
        browse(self, HOTEL_PAGE_VIEWS, keys, known=t["known"], rates=pages, first=opened, last=t["until"], over=over)

    def capacity(self, drawn: Ints) -> Ints:
        return self.rooms.size(self._all)

    def facts(self, days: Ints) -> None:
        self.rooms.record(days)

    def mood(self, day: int) -> Floats:
        shabby, desk = self.shabby.at(self._all, day), self.slow_desk.at(self._all, day)
        moods = np.ones((self.stores, len(self.scenarios)))
        moods[:, _ROOM], moods[:, _LATE] = np.exp(0.9 * shabby), np.exp(0.9 * desk)
        return moods

    def rates(self, subjects: Ints, days: Ints) -> Floats:
        """Once the guest has cancelled only the refund is left to ask about; before, bad weather makes fees matter.

        From its alert on those who are to arrive under the typhoon ask for their rooms.
        """
        rates, p = super().rates(subjects, days), self.population
        gone = p["cancel_day"][subjects] < days[:, None]
        until = p["due_day"][subjects] - days[:, None]
        soon = (until >= 0) & (until <= _MINDS_WEATHER)
        rates[:, :, _CANCEL_FEE] *= np.where(soon, self.rooms.worry(days)[:, p["city"][subjects]], 1.0)
        cut_off = p["blocked"][subjects] & (days[:, None] >= STORM_ALERT)
        rates[:, :, _NO_ROOM] *= np.where(cut_off, np.exp(0.8 * _BLOCKED), 1.0)
        rates[:, :, _LATE] *= np.where(cut_off, np.exp(0.5 * _BLOCKED), 1.0)
        rates[:, :, _REFUND] *= gone
        rates[:, :, :_REFUND] *= ~gone[:, :, None]
        return rates

    def contact_hours(self, subjects: Ints, scenario: Ints, u: Floats, day: int) -> Floats:
        """On the day of arrival at the front desk; without a room, just before the check-in that does not happen."""
        p = self.population
        here = (p["due_day"][subjects] == day) & (p["arrived"][subjects] < NEVER)
        desk = (np.where(here, p["arrived"][subjects], 0) - instant(day)) / HOUR
        hours = np.where(here & (scenario == _NO_ROOM), desk - 0.2, REQUESTS.hours(u))
        return np.where(here & np.isin(scenario, (_ROOM, _LATE)), desk + 2 * u, hours)

    def react(self, subjects: Ints, scenario: Ints, at: Ints, known: Ints, day: int) -> None:
        """No room, or a fee disputed: often the booking ends there, with a refund by an agent."""
        p = self.population
        ends = self.dice.chance(np.where(scenario <= _CANCEL_FEE, 0.6, 0.0), "ends", subjects, day)
        ends &= np.minimum(p["arrived"][subjects], p["cancelled"][subjects]) > at
        who, moment = subjects[ends], at[ends] + HOUR // 12
        cents = (p["price"][who] * self.dice.uniform("refund", who)).astype(np.int64)
        self.refund_by_agent(
            BOOKING_LOG,
            who,
            moment,
            known[ends],
            day,
            seq=len(BOOKING_STATUS),
            status=_CANCELLED,
            cents=cents,
            agent_id=p["agent"][who],
        )
