"""The rows of one meal: sold, paid, looked at, queued for, redeemed or not, given back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from demand.simulator.catering_rows import (
    MEAL_CONTENT,
    MEAL_LOG,
    MEAL_MESSAGES,
    MEAL_PAGE_VIEWS,
    MEAL_PAGES,
    MEAL_REDEMPTIONS,
    MEAL_SEARCHES,
    MEAL_STATUS,
    MEALS,
    PAYMENTS,
    QUEUE,
    QUEUE_EVENTS,
)
from demand.simulator.clock import HOUR, instant
from demand.simulator.dice import Floats, Ints
from demand.simulator.rows import NEVER
from demand.simulator.signs import Keys, browse, chat, numbered, of, seen_before
from demand.simulator.trends import PRIVACY_FROM

if TYPE_CHECKING:
    from demand.simulator.catering import Catering

_PAID, _REDEEMED, _ASKED, _REFUNDED = range(len(MEAL_STATUS))
_JOINED, _SEATED, _ABANDONED = range(len(QUEUE_EVENTS))
_MEAL_PAGE, _VALIDITY_PAGE, _NAVIGATION = range(len(MEAL_PAGES))
_NAVIGATION_FROM = 100_000  # numbers of page views on the way to the restaurant begin here
Traits = dict[str, NDArray[Any]]


def record(industry: Catering, ident: Ints, t: Traits, expected: Traits) -> None:
    """Put the rows of these orders; adds the trait `settled_at`; `expected` is without what nobody could foresee."""
    keys = {"ident": ident, "user_id": t["user"], "store_id": t["store"], "creator_id": t["creator"]}
    _sell(industry, keys | {"product_id": t["dish"]}, t)
    _log(industry, keys, t)
    _queue(industry, keys, t)
    _show(industry, keys, expected)


def _sell(industry: Catering, keys: Keys, t: Traits) -> None:
    """The order, its payment (two, minutes apart, for a few), and the video or livestream it was bought from."""
    dice, ident, known = industry.dice, keys["ident"], t["known"]
    rows = industry.outbox.put(
        MEALS,
        keys,
        occurred=t["opened"],
        known=known,
        use_by=t["due_day"],
        kind=t["table"],
        people=t["people"],
        price_cents=t["price"],
        discount=t["discount"],
        city=industry.restaurants.city[t["store"]],
        channel=t["channel"],
    )
    mended = rows[dice.chance(0.012, "mended", ident)]
    industry.outbox.repeat(MEALS, mended, op="correct", known=mended["known"] + 9 * HOUR, people=mended["people"] + 1)
    industry.outbox.put(PAYMENTS, keys, occurred=t["opened"], known=known, amount_cents=t["price"])
    twice = np.flatnonzero(industry.paid_twice(ident))
    at = t["opened"][twice] + HOUR // 60 + (HOUR // 8 * dice.uniform("again_paid", ident[twice])).astype(np.int64)
    seen = np.maximum(at, known[twice])
    industry.outbox.put(PAYMENTS, of(keys, twice), seq=1, occurred=at, known=seen, amount_cents=t["price"][twice])
    shown = np.flatnonzero(t["creator"] >= 0)
    before = seen_before(industry, ident[shown], t["opened"][shown])
    own = of(keys, shown)
    industry.outbox.put(MEAL_CONTENT, own, occurred=before, known=known[shown], claim=t["claim"][shown])


def _log(industry: Catering, keys: Keys, t: Traits) -> None:
    """What the order's status becomes when, and every attempt to redeem it."""
    ident, known = keys["ident"], t["known"]
    t["settled_at"] = np.full(len(ident), NEVER)
    put = industry.outbox.put
    put(MEAL_LOG, keys, planned=True, seq=_PAID, occurred=t["opened"], known=known, status=_PAID)
    for status, course in ((_REDEEMED, "redeemed"), (_ASKED, "cancelled"), (_REFUNDED, "paid_back")):
        happens = np.flatnonzero(t[course] < NEVER)
        at, own = t[course][happens], of(keys, happens)
        seen = np.maximum(industry.later(course, at, ident[happens]), known[happens])
        put(MEAL_LOG, own, planned=True, seq=status, occurred=at, known=seen, status=status)
        if status != _ASKED:
            t["settled_at"][happens] = seen
        if status == _REDEEMED:
            put(MEAL_REDEMPTIONS, own, planned=True, seq=9, occurred=at, known=seen, accepted=True)
    refused = np.flatnonzero(t["rejected"])
    row, number = numbered(1 + industry.dice.poisson(0.7, "attempts", ident[refused]).clip(max=5))
    at = instant(t["turn_day"][refused], t["hour"][refused])[row] + number * (HOUR // 30)
    seen = np.maximum(at, known[refused][row])
    put(MEAL_REDEMPTIONS, of(keys, refused[row]), planned=True, seq=number, occurred=at, known=seen, accepted=False)


def _queue(industry: Catering, keys: Keys, t: Traits) -> None:
    """A ticket is drawn, and called or given up; the estimate is friendlier than the wait."""
    dice, who = industry.dice, np.flatnonzero(t["queues"])
    ident, wait = keys["ident"][who], t["wait"][who]
    joined = instant(t["turn_day"][who], t["hour"][who])
    waited = (18 * np.exp(0.6 * wait)).clip(max=360).astype(np.int64)
    estimate = (16 * np.exp(0.45 * wait + 0.3 * dice.normal("estimate", ident))).clip(max=240).astype(np.int64)
    known = np.maximum(industry.later("queue", joined, ident), t["known"][who])
    asks = industry.restaurants.asks_phone[t["store"][who]] & (t["turn_day"][who] >= PRIVACY_FROM)
    common: dict[str, Any] = {"planned": True, "estimate_minutes": estimate, "phone_asked": asks}
    own = of(keys, who)
    industry.outbox.put(QUEUE, own, seq=0, occurred=joined, known=known, event=_JOINED, **common)
    at = joined + waited * (HOUR // 60)
    event = np.where(t["gives_up"][who], _ABANDONED, _SEATED)
    seen = np.maximum(at, known)
    industry.outbox.put(QUEUE, own, seq=1, occurred=at, known=seen, event=event, waited_minutes=waited, **common)


def _show(industry: Catering, keys: Keys, t: Traits) -> None:
    """Questions, looks at the validity, failed searches for a table in the days before, the way to the door."""
    dice, ident = industry.dice, keys["ident"]
    last = np.minimum(np.minimum(t["redeemed"], t["cancelled"]), instant(t["due_day"] + 1))
    places, store = industry.restaurants, t["store"]
    most = places.most_careless(store)

    def answered(row: Ints, day: Ints) -> Floats:
        ails = np.maximum(places.fading(store[row], day), places.closed(store[row], day))
        return np.asarray(1 / (1 + np.exp(-1.7 + 0.8 * places.careless(store[row], day) + 2.5 * ails)), np.float64)

    def asks(row: Ints, day: Ints) -> Floats:
        shut = places.closed(store[row], day)
        return np.asarray(np.exp(0.4 * (places.careless(store[row], day) - most[row]) - 0.8 * ~shut), np.float64)

    rate = 0.05 * np.exp(0.4 * most + 0.8)
    chat(
        industry,
        MEAL_MESSAGES,
        keys,
        known=t["known"],
        rate=rate,
        answered=answered,
        first=t["opened"],
        last=last,
        asks=asks,
    )
    pages = {
        _MEAL_PAGE: np.full(len(ident), 0.05),
        _VALIDITY_PAGE: np.where(t["table"], 0.0, 0.008 + 0.012 * ~t["comes"]),
    }
    browse(industry, MEAL_PAGE_VIEWS, keys, known=t["known"], rates=pages, first=t["opened"], last=last)
    goes = np.flatnonzero(t["comes"] & dice.chance(0.7, "navigates", ident))
    at = instant(t["turn_day"][goes], t["hour"][goes] - 0.7)
    seen = np.maximum(at + HOUR // 60, t["known"][goes])
    own = of(keys, goes)
    industry.outbox.put(
        MEAL_PAGE_VIEWS, own, planned=True, seq=_NAVIGATION_FROM, occurred=at, known=seen, page=_NAVIGATION
    )
    comes = np.flatnonzero(t["comes"])
    vain = dice.poisson(
        np.exp(-1.5 + 0.8 * t["fullness"] + 1.3 * t["turned_away"])[comes].clip(max=8), "tries", ident[comes]
    )
    row, number = numbered(vain + dice.chance(0.8, "finds", ident[comes]))
    who = comes[row]
    ahead = instant(t["turn_day"][who], t["hour"][who]) - t["opened"][who]
    span = np.minimum(ahead, 4 * 24 * HOUR)
    at = (
        t["opened"][who]
        + ahead
        - (span * (0.05 + 0.95 * dice.uniform("searched", ident[who], number))).astype(np.int64)
    )
    seen = np.maximum(at + HOUR // 60, t["known"][who])
    found = number == vain[row]
    industry.outbox.put(MEAL_SEARCHES, of(keys, who), planned=True, seq=number, occurred=at, known=seen, found=found)
