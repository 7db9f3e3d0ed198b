"""Travel: tours sold below their cost and paid for in shops, groups that do not fill, guides named late, weather."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from demand.simulator.aftermath import refund_wait
from demand.simulator.clock import DAY, HOUR, day_of, holiday, instant, weekend
from demand.simulator.dice import Floats, Ints
from demand.simulator.geography import city_of
from demand.simulator.industry import Industry, table
from demand.simulator.places import Moods
from demand.simulator.rhythm import REQUESTS
from demand.simulator.rows import NEVER
from demand.simulator.signs import Keys, browse, chat
from demand.simulator.tour_facts import Tours
from demand.simulator.travel_rows import (
    TRAVEL_LAYOUTS,
    TRAVEL_SCENARIOS,
    TRIP_LOG,
    TRIP_MESSAGES,
    TRIP_PAGE_VIEWS,
    TRIP_PAGES,
    TRIP_STATUS,
    TRIPS,
)

_FORCED, _FEE, _CHANGE, _WEATHER, _GROUP, _GUIDE, _SLOW, _OTHER = range(len(TRAVEL_SCENARIOS))
_BOOKED, _CONFIRMED, _GUIDED, _CHANGED, _DEPARTED, _CANCELLED, _REFUNDED = range(len(TRIP_STATUS))
_TRIP_PAGE, _ITINERARY_PAGE, _RULES_PAGE = range(len(TRIP_PAGES))
_AFTER_NOTICE = np.array([1.0, 0.5, 0.2, 0.1, 0.05])  # requests by days since a tour was called off


class Travel(Industry):
    """Operators have a hidden push to earn in shops and a hidden disorder; groups a hidden demand.

    Traits: `push` (earns in shops and with extras, log scale), `chaos` (of the operator at departure, log scale),
    `unguided` (the guide is named at the last moment), `fails` (the group does not fill).
    """

    name, prefix, scenarios, horizon_days = "travel", "trip", TRAVEL_SCENARIOS, 14
    layouts = TRAVEL_LAYOUTS
    broken_off = "told_day"
    hidden = ("push", "chaos", "unguided", "fails", "response")
    due_table, due_first = table(
        forced_purchase=[(-7, 0.5), (-1, 1.0), (0, 0.7), (1, 0.01), (90, 0.0)],
        hidden_fee=[(-7, 0.3), (-1, 0.8), (0, 1.0), (1, 0.12), (8, 0.03), (90, 0.0)],
        itinerary_change=[(-5, 0.4), (0, 1.0), (1, 0.6), (4, 0.2), (15, 0.03), (90, 0.0)],
        weather_cancel=[(-2, 1.0), (90, 1.0)],
        group_not_formed=[(0, 1.0), (90, 1.0)],
        guide_no_show=[(-1, 0.25), (0, 1.0), (1, 0.06), (3, 0.0)],
        refund_slow=[(-60, 1.0), (90, 1.0)],
        other=[(-7, 1.0), (15, 0.4), (90, 0.2)],
    )
    age_table = np.ones((1, len(TRAVEL_SCENARIOS)))

    def __init__(self, seed: int, *, orders: float, users: int, start: int) -> None:
        super().__init__(seed, orders=orders, users=users, start=start)
        self.stores = max(8, round(orders / 160))
        self.pushes = Moods(self.dice, "pushes", self.stores, level=0.8, wave=0.5)
        self.disorder = Moods(self.dice, "disorder", self.stores, level=0.8, wave=0.6)
        self._all = np.arange(self.stores)
        self.tours = Tours(self)

    def season(self, day: Ints) -> Floats:
        """People book for holidays and for July and August some weeks ahead."""
        soon = np.mean([holiday(day + ahead) for ahead in range(6, 32, 3)], axis=0)
        summer = np.exp(-(((day - self.start) % 366 - 190) ** 2) / (2 * 24.0**2))
        return np.asarray(0.84 * (1 + 1.1 * soon + 0.45 * summer + 0.2 * weekend(day)), np.float64)

    def plan(self, ident: Ints, day: Ints) -> dict[str, NDArray[Any]]:
        dice = self.dice
        t: dict[str, NDArray[Any]] = {"open_day": day, "user": self.pick_user(ident)}
        t["tour"] = self.tours.pick(ident)
        t["store"], t["kind"], length = self.tours.store[t["tour"]], self.tours.kind[t["tour"]], self.tours.length
        day_trip = t["kind"] == 2
        lead = 1 + np.where(day_trip, 6.0, 17.0) * dice.exponential("lead", ident)
        due = t["due_day"] = self.tours.next_departure(t["tour"], self._wish(ident, day, lead.clip(max=70)))
        t["days"] = length[t["tour"]]
        t["group"] = np.where(t["kind"] == 1, -1, self.tours.group(t["tour"], due))
        t["opened"] = instant(day, self.order_hours(ident))
        t["known"] = np.minimum(self.later("opened", t["opened"], ident), instant(day + 1, 2))
        t["channel"] = dice.pick([0.55, 0.25, 0.2], "channel", ident)
        own = 0.6 * dice.normal("tour.push", t["tour"])
        t["push"] = (
            self.pushes.at(t["store"], due) + own + 0.5 * (t["channel"] == 1) + 0.35 * dice.normal("luck", ident)
        )
        crowd = 0.6 * holiday(due)
        t["chaos"] = self.disorder.at(t["store"], due) + crowd + 0.3 * dice.normal("muddle", ident)
        self._price(ident, t)
        self._course(ident, t)
        ordinary = np.zeros(len(ident))
        trip = np.where(day_trip, -0.4, 0.0)
        scores = {
            _FORCED: -6.0 + trip + 1.2 * t["push"],
            _FEE: -6.1 + 0.9 * t["push"] + 0.3 * (t["channel"] == 2),
            _CHANGE: -6.4 + 0.7 * t["chaos"] + 1.9 * t["may_change"],
            _WEATHER: np.where(t["reason"] == _WEATHER, -0.7, -30.0),
            _GROUP: np.where(t["reason"] == _GROUP, -1.8 + 0.5 * (due - t["told_day"] < 4), -30.0),
            _GUIDE: np.where(t["unguided"], -3.5, -6.4) + 0.8 * t["chaos"],
            _SLOW: ordinary - 3.9,
            _OTHER: ordinary - 8.4,
        }
        t["base"] = self.base_rates(scores, t["user"], most=0.6)
        self._record(ident, t)
        return t

    def _wish(self, ident: Ints, day: Ints, lead: Floats) -> Ints:
        """When people would like to leave: most move a trip that is close to a holiday into it."""
        wish = day + lead.astype(np.int64)
        moves = self.dice.chance(0.65, "moves", ident) & (holiday(wish) == 0)
        for ahead in (-9, 9, -6, 6, -3, 3):
            there = moves & (wish + ahead > day) & (holiday(wish + ahead) > 0)
            wish, moves = np.where(there, wish + ahead, wish), moves & ~there
        return wish

    def _price(self, ident: Ints, t: dict[str, NDArray[Any]]) -> None:
        """What a tour costs less is earned in shops: the price against the usual cost, and stops for shopping."""
        dice = self.dice
        ratio = np.exp(0.22 - 0.2 * t["push"] + 0.1 * dice.normal("margin", ident) + 0.15 * holiday(t["due_day"]))
        t["ratio"] = ratio.clip(0.3, 2.5).round(3)
        t["travellers"] = 1 + dice.poisson(1.2, "travellers", ident)
        cost = (22000 + 26000 * dice.uniform("class", t["tour"])) * t["days"] * t["travellers"]
        t["price"] = (cost * t["ratio"]).round(-2).astype(np.int64)
        planned = np.exp(-0.3 + 0.55 * t["push"]).clip(max=4) * t["days"] / 4
        t["stops"] = dice.poisson(planned.clip(max=6), "stops", t["tour"])

    def _course(self, ident: Ints, t: dict[str, NDArray[Any]]) -> None:
        """When the trip is confirmed, gets a guide, is changed, departs or is called off: instants, or NEVER."""
        dice, opened, due = self.dice, t["opened"], t["due_day"]
        departs = instant(due, 6.5 + 3 * dice.uniform("departs", t["tour"]))
        short, called_off = self.tours.called_off(t["tour"], due)
        t["fails"] = short & (t["group"] >= 0)
        group = np.where(t["fails"], np.maximum(called_off, opened + HOUR), NEVER)
        rained, forecast = self.tours.weather.cancels(city_of(dice, t["store"]), due, t["days"], t["tour"])
        weather = np.where(rained, np.maximum(forecast, opened + HOUR), NEVER)
        quits = dice.chance(0.075, "quits", ident)
        left = opened + (dice.uniform("quits.at", ident) ** 0.6 * (departs - opened)).astype(np.int64)
        t["until"] = np.where(quits, left, departs)
        ends = np.stack([np.where(quits, left, NEVER), group, weather])
        ends[ends >= departs - HOUR] = NEVER
        t["cancelled"] = ends.min(axis=0)
        reason = np.array([_OTHER, _GROUP, _WEATHER])[ends.argmin(axis=0)]
        gone = t["cancelled"] < NEVER
        t["reason"] = np.where(gone, reason, _OTHER)
        t["cancel_day"] = np.where(gone, day_of(np.where(gone, t["cancelled"], 0)), NEVER)
        t["told_day"] = np.where(t["reason"] == _OTHER, NEVER, t["cancel_day"])
        self._prepare(ident, t, departs)
        wait = refund_wait(self, ident, t["store"])
        t["refunded"] = np.where(gone, t["cancelled"] + (wait * DAY).astype(np.int64) + HOUR, NEVER)
        t["departed"] = np.where(gone, NEVER, departs)
        until = t["cancel_day"] + np.ceil(wait).astype(np.int64) + 1
        t["end_day"] = np.where(gone, np.maximum(until, t["cancel_day"] + len(_AFTER_NOTICE)), due + t["days"])
        t["starts"] = departs

    def _prepare(self, ident: Ints, t: dict[str, NDArray[Any]], departs: Ints) -> None:
        """A guide is named days ahead, or at last where disorder reigns; then itineraries are changed too."""
        dice, opened, until = self.dice, t["opened"], np.minimum(departs, t["cancelled"])
        t["unguided"] = dice.chance(1 / (1 + np.exp(2.5 - 1.6 * t["chaos"])), "unguided", ident)
        early = departs - ((72 + 150 * dice.uniform("early", ident)) * HOUR).astype(np.int64)
        late = departs - ((1 + 26 * dice.uniform("late", ident) ** 1.5) * HOUR).astype(np.int64)
        named = np.maximum(np.where(t["unguided"], late, early), opened + HOUR)
        t["guided"] = np.where((named < until) & ~dice.chance(0.2 * t["unguided"], "never", ident), named, NEVER)
        prompt = np.exp(0.9 + 0.9 * dice.normal("prompt", ident) + 0.4 * t["chaos"])
        confirmed = opened + (prompt * HOUR).astype(np.int64)
        t["confirmed"] = np.where(confirmed < until, confirmed, NEVER)
        changes = dice.chance(0.7 / (1 + np.exp(2.6 - 1.0 * t["chaos"])), "changes", ident)
        changed = departs - ((4 + 200 * dice.uniform("changed", ident)) * HOUR).astype(np.int64)
        t["may_change"] = changes & (changed > opened + HOUR)
        t["changed"] = np.where(t["may_change"] & (changed < until), changed, NEVER)

    def _record(self, ident: Ints, t: dict[str, NDArray[Any]]) -> None:
        dice, known = self.dice, t["known"]
        keys: Keys = {"ident": ident, "user_id": t["user"], "store_id": t["store"], "group_id": t["group"]}
        rows = self.outbox.put(
            TRIPS,
            keys,
            occurred=t["opened"],
            known=known,
            destination_id=city_of(dice, t["store"]),
            departs=t["due_day"],
            returns=t["due_day"] + t["days"] - 1,
            kind=t["kind"],
            travellers=t["travellers"],
            price_cents=t["price"],
            price_to_cost=t["ratio"],
            shopping_stops=t["stops"],
            channel=t["channel"],
        )
        mended = rows[dice.chance(0.015, "mended", ident)]
        later = mended["known"] + (30 * HOUR * dice.uniform("mended.at", mended["ident"])).astype(np.int64)
        self.outbox.repeat(TRIPS, mended, op="correct", known=later, travellers=mended["travellers"] + 1)
        self.outbox.put(TRIP_LOG, keys, planned=True, seq=_BOOKED, occurred=t["opened"], known=known, status=_BOOKED)
        courses = {
            _CONFIRMED: "confirmed",
            _GUIDED: "guided",
            _CHANGED: "changed",
            _DEPARTED: "departed",
            _CANCELLED: "cancelled",
            _REFUNDED: "refunded",
        }
        self.tell(TRIP_LOG, keys, t, courses, settles=(_DEPARTED, _REFUNDED))
        until, over = t["until"], np.minimum(t["starts"], t["cancelled"])
        answered = 1 / (1 + np.exp(-1.5 + 0.9 * t["chaos"]))
        rate = 0.05 * np.exp(0.5 * t["chaos"] + 0.2 * t["push"]).clip(max=6)
        chat(
            self,
            TRIP_MESSAGES,
            keys,
            known=t["known"],
            rate=rate,
            answered=answered,
            first=t["opened"],
            last=until,
            over=over,
        )
        worried = (0.012 * np.exp(0.7 * t["push"])).clip(max=0.3)
        pages = {
            _TRIP_PAGE: np.full(len(ident), 0.05),
            _ITINERARY_PAGE: np.full(len(ident), 0.04),
            _RULES_PAGE: worried,
        }
        browse(self, TRIP_PAGE_VIEWS, keys, known=t["known"], rates=pages, first=t["opened"], last=until, over=over)

    def facts(self, days: Ints) -> None:
        self.tours.record(days)

    def rates(self, subjects: Ints, days: Ints) -> Floats:
        """Once the trip is called off, only that and the refund are left to ask about; before, they are not."""
        rates = super().rates(subjects, days)
        p, day = self.population, days[:, None]
        gone = p["cancel_day"][subjects] < day
        since = day - p["told_day"][subjects]
        told = (since >= 0) & (since < len(_AFTER_NOTICE))
        noticed = np.where(told, _AFTER_NOTICE[since.clip(0, len(_AFTER_NOTICE) - 1)], 0.0)
        for scenario in (_FORCED, _FEE, _CHANGE, _GUIDE):
            rates[:, :, scenario] *= ~gone
        rates[:, :, _SLOW] *= gone
        rates[:, :, _WEATHER] *= noticed
        rates[:, :, _GROUP] *= noticed
        return rates

    def contact_hours(self, subjects: Ints, scenario: Ints, u: Floats, day: int) -> Floats:
        """On the day of departure at the meeting point or on the bus; after a notice, from that moment on."""
        p = self.population
        notice = p["told_day"][subjects] == day
        moment = (np.where(notice, p["cancelled"][subjects], p["starts"][subjects]) - instant(day)) / HOUR
        today = (p["due_day"][subjects] == day) & (p["departed"][subjects] < NEVER)
        hours = np.where(today & (scenario == _GUIDE), moment + 0.2 + 1.3 * u, REQUESTS.hours(u))
        hours = np.where(today & np.isin(scenario, (_FORCED, _FEE)), moment + 1 + (22.5 - moment) * u**1.2, hours)
        return np.where(notice & np.isin(scenario, (_WEATHER, _GROUP)), moment + (23.8 - moment) * u**2, hours)

    def react(self, subjects: Ints, scenario: Ints, at: Ints, known: Ints, day: int) -> None:
        """Called off, or changed before departure: often an agent refunds the trip at once."""
        p = self.population
        wants = np.select([scenario == _GROUP, scenario == _WEATHER, scenario == _CHANGE], [0.5, 0.5, 0.3], 0.0)
        ends = self.dice.chance(wants, "ends", subjects, day)
        ends &= np.minimum(p["refunded"][subjects], p["departed"][subjects]) > at + HOUR
        who, moment = subjects[ends], at[ends] + HOUR // 2
        self.refund_by_agent(
            TRIP_LOG, who, moment, known[ends], day, seq=len(TRIP_STATUS), status=_REFUNDED, cents=p["price"][who]
        )
