"""What belongs to no single industry: users, merchants and their stores, creators, weather, rules, the service desk.

    Marketwide(industries) -> rows by layout and day, in the same form as those of an industry

Everything is drawn once; nothing here depends on what is done.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from demand.simulator.clock import FIRST_CONTACT_HOUR, HOUR, day_number, instant, month
from demand.simulator.dice import Dice, Ints
from demand.simulator.geography import CITIES, NAMES, WEIGHTS, city_of, rains
from demand.simulator.industry import Industry
from demand.simulator.places import CREATORS, boast_of, in_escrow, onboarded
from demand.simulator.rhythm import REQUESTS
from demand.simulator.rows import Column, Layout, Outbox, Rows
from demand.simulator.trends import (
    RULE,
    RULE_ANNOUNCED,
    RULE_IN_FORCE,
    STORM_ALERT,
    STORM_ENDS,
    STORM_LANDS,
    STORM_PROVINCE,
)

TENURES = ("new", "settled", "old")
LABELS = ("none", "peace_of_mind")
GROUPS = ("front_line", "expert", "emergency")
SHIFTS = ("day", "late", "night")
CLAIMS = ("plain", "discount", "last_chance", "medical")
ALERTS = ("typhoon_warning", "typhoon_lands", "all_clear", "rainstorm", "heat")
WARM = (6, 7, 8, 9)  # months in which heat is warned of
_YEAR = 366
_DESK = 36  # people on the roster

_CITY = Column("city", "category", NAMES)
USERS = Layout(
    *("users", "user_id", "user", "p"),
    (
        _CITY,
        Column("tenure", "category", TENURES),
        Column("phone_known", "bool"),
        Column("needs_care", "bool"),
    ),
)
ALERT_ROWS = Layout(
    *("weather_alerts", "alert_id", "alert", ""),
    (
        Column("city_id", "key", ("city",)),  # the same place, where people live and where they travel
        Column("destination_id", "key", ("destination",)),
        _CITY,
        Column("alert", "category", ALERTS),
    ),
)
ROSTER = Layout(
    *("agent_roster", "agent_id", "desk", "d"),
    (
        Column("desk", "category", GROUPS),
        Column("shift", "category", SHIFTS),
        Column("handling_minutes", "number"),
        Column("english", "bool"),
    ),
)


def _rules(industries: tuple[str, ...]) -> Layout:
    columns = (Column("rule", "category", (RULE,)), Column("in_force_on", "date"))
    return Layout("policy_changes", "rule_id", "rule", "", (*columns, Column("industry", "category", industries)))


def _merchants(prefix: str) -> Layout:
    columns = (
        Column("merchant_id", "key", (f"{prefix}_merchant",)),
        _CITY,
        Column("licence_until", "date"),
        Column("label", "category", LABELS),
        Column("deposit_cents", "cents"),
        Column("escrow", "bool"),
        Column("capacity", "int"),
        Column("opens_at_hour", "int"),
    )
    return Layout("stores", "store_id", prefix, "s", columns)


def _content(prefix: str) -> Layout:
    columns = (
        Column("creator_id", "key", ("creator",)),
        Column("claim", "category", CLAIMS),
        Column("price_shown_cents", "cents"),
        Column("viewers", "int"),
    )
    return Layout("content", "store_id", prefix, "c", columns)


class Marketwide:
    """The shared part of the marketplace.

    Parameters
    ----------
    seed : of the world
    users : how many
    start : first day
    industries : whose stores are described
    """

    def __init__(self, seed: int, *, users: int, start: int, industries: Sequence[Industry]) -> None:
        self.dice, self.start = Dice(seed, "market."), start
        rules = _rules(tuple(i.name for i in industries))
        self._stores = {i.name: _merchants(i.store_column.words[0]) for i in industries}
        self._content = {i.name: _content(i.store_column.words[0]) for i in industries}
        layouts = [USERS, ALERT_ROWS, rules, ROSTER, *self._stores.values(), *self._content.values()]
        self.outbox = Outbox(layouts)
        self._describe_users(np.arange(users))
        for number, industry in enumerate(industries):
            self._describe_stores(industry, number)
        self._forecast_weather()
        self._hire()
        card = next((n for n, i in enumerate(industries) if i.name == "prepaid_card"), -1)
        announced = instant(np.array([RULE_ANNOUNCED]), 9.0)
        self.outbox.put(
            rules,
            {"ident": np.array([1])},
            occurred=announced,
            known=np.maximum(announced + HOUR, instant(start)),  # what is older was loaded when records began
            rule=0,
            in_force_on=RULE_IN_FORCE,
            industry=card,
        )

    def release(self, day: int) -> Mapping[Layout, Rows]:
        """The rows that become known on `day`."""
        return self.outbox.release(day, np.zeros(0, np.int64))

    def _describe_users(self, user: Ints) -> None:
        """Who signed up when and where; some move: a later row; some phone numbers are corrected."""
        dice = self.dice
        day = self.start - 1 - (900 * dice.uniform("signup", user) ** 1.5).astype(np.int64)
        signed = instant(day, REQUESTS.hours(dice.uniform("signup.hour", user)))
        loaded = np.full(len(user), int(instant(self.start)))  # the table was loaded when records began
        age = (self.start - 1) * 24 * HOUR - signed
        rows = self.outbox.put(
            USERS,
            {"ident": user},
            occurred=signed,
            known=loaded,
            city=city_of(Dice(dice.seed, "user."), user),
            tenure=np.select([age < 90 * 24 * HOUR, age < 365 * 24 * HOUR], [0, 1], 2),
            phone_known=dice.chance(0.93, "phone", user),
            needs_care=dice.chance(0.04, "care", user),
        )
        moves = rows[dice.chance(0.06, "moves", user)]
        who = moves["ident"]
        at = instant(self.start + (_YEAR * dice.uniform("moves.at", who)).astype(np.int64), 20 * dice.uniform("m", who))
        self._again(USERS, moves, seq=1, occurred=at, city=dice.pick(WEIGHTS, "moves.to", who))
        mistyped = rows[dice.chance(0.01, "mistyped", user)]
        known = mistyped["known"] + 40 * 24 * HOUR
        self.outbox.repeat(USERS, mistyped, op="correct", known=known, phone_known=~mistyped["phone_known"])

    def _again(self, layout: Layout, rows: Rows, *, seq: int, occurred: Ints, **changed: object) -> None:
        """A further row of the same owner: what is so from then on."""
        later = rows.copy()
        later["seq"], later["occurred"] = seq, occurred
        for name, values in changed.items():
            later[name] = values
        self.outbox.repeat(layout, later, op="insert", known=occurred + HOUR // 6)

    def _describe_stores(self, industry: Industry, number: int) -> None:
        """Merchants with one to four stores; labels are given and taken away; creators show some of them."""
        dice, stores = self.dice, np.arange(industry.stores)
        place, key = industry.dice, number
        rows = self.outbox.put(
            self._stores[industry.name],
            {"ident": stores, "merchant_id": stores // 3},
            occurred=onboarded(dice, self.start, key, stores),
            known=np.full(len(stores), int(instant(self.start))),
            city=city_of(place, stores),
            licence_until=self.start + (1400 * dice.uniform("licence", key, stores)).astype(np.int64),
            label=dice.chance(0.35, "label", key, stores).astype(np.int64),
            deposit_cents=(dice.exponential("deposit", key, stores) * 2_000_000).astype(np.int64).round(-4),
            escrow=in_escrow(place, stores),
            capacity=industry.capacity(10 + (190 * dice.uniform("capacity", key, stores) ** 2).astype(np.int64)),
            opens_at_hour=6 + (5 * dice.uniform("hours", key, stores)).astype(np.int64),
        )
        loses = rows[dice.chance(0.08, "label.lost", key, stores)]
        when = instant(self.start + 60 + (300 * dice.uniform("label.at", key, loses["ident"])).astype(np.int64), 11.0)
        self._again(self._stores[industry.name], loses, seq=1, occurred=when, label=0)
        shown = dice.poisson(np.full(len(stores), 4.0), "shows", key, stores)
        store = np.repeat(stores, shown)
        show = np.arange(len(store))
        day = self.start + (_YEAR * dice.uniform("show.at", key, show)).astype(np.int64)
        selling = ~industry.is_shut(store, day)
        if industry.opens_on is not None:  # nobody shows what is not sold yet
            selling &= day >= day_number(industry.opens_on)
        store, show, day = store[selling], show[selling], day[selling]
        at = instant(day, 19 + 3.5 * (show % 2))
        creator = (CREATORS * dice.uniform("creator", key, show)).astype(np.int64)
        bold = np.exp(0.8 * boast_of(dice.seed, creator))
        claims = np.column_stack([np.full(len(show), 0.5), np.full(len(show), 0.3), 0.15 * bold, 0.05 * bold])
        self.outbox.put(
            self._content[industry.name],
            {"ident": store, "creator_id": creator},
            seq=show,
            occurred=at,
            known=at + HOUR // 2,
            claim=dice.pick(claims, "claim", key, show),
            price_shown_cents=(3000 + 40000 * dice.uniform("shown", key, show)).astype(np.int64).round(-2),
            viewers=(np.exp(6 + 1.4 * dice.normal("viewers", key, show))).astype(np.int64),
        )

    def _forecast_weather(self) -> None:
        """The typhoon's warning and its end in its province; ordinary alerts everywhere."""
        struck = np.array([n for n, city in enumerate(CITIES) if city.province == STORM_PROVINCE])
        rows = []
        for alert, day in ((0, STORM_ALERT), (1, STORM_LANDS), (2, STORM_ENDS + 1)):
            rows += [(int(city), alert, day, float(FIRST_CONTACT_HOUR)) for city in struck]
        days = np.arange(self.start, self.start + _YEAR)
        for city in range(len(CITIES)):
            wet = days[rains(self.dice, np.array([city]), days)]
            hot = (wet % 366 % 5 == 0) & np.isin(month(wet), WARM)
            rows += [(city, 3 + int(heat), int(day), 7.0) for day, heat in zip(wet, hot, strict=True)]
        table = np.array(rows)
        at, place = instant(table[:, 2].astype(np.int64), table[:, 3]), table[:, 0].astype(np.int64)
        self.outbox.put(
            ALERT_ROWS,
            {"ident": np.arange(len(table)), "city_id": place, "destination_id": place},
            occurred=at,
            known=at + HOUR // 60,
            city=place,
            alert=table[:, 1].astype(np.int64),
        )

    def _hire(self) -> None:
        """The service desk: who works in which group; a third changes shift once."""
        desk = np.arange(_DESK)
        rows = self.outbox.put(
            ROSTER,
            {"ident": desk},
            occurred=np.full(_DESK, int(instant(self.start - 20, 9.0))),
            known=np.full(_DESK, int(instant(self.start))),
            desk=np.select([desk < 24, desk < 32], [0, 1], 2),
            shift=desk % len(SHIFTS),
            handling_minutes=(6 + 5 * self.dice.uniform("minutes", desk)).round(1),
            english=self.dice.chance(0.3, "english", desk),
        )
        changes = rows[self.dice.chance(0.33, "shift", desk)]
        when = instant(self.start + (_YEAR * self.dice.uniform("shift.at", changes["ident"])).astype(np.int64), 9.0)
        self._again(ROSTER, changes, seq=1, occurred=when, shift=(changes["shift"] + 1) % len(SHIFTS))
