"""The rows of one order of tickets: tried for, paid, issued, sent, offered to others, returned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from demand.simulator.clock import DAY, HOUR, first_night, instant
from demand.simulator.fee_tiers import FEE, TIERS
from demand.simulator.performances_rows import (
    ATTEMPTS,
    DELIVERY,
    TICKET_ATTEMPTS,
    TICKET_DELIVERY,
    TICKET_FEES,
    TICKET_LOG,
    TICKET_MESSAGES,
    TICKET_PAGE_VIEWS,
    TICKET_PAGES,
    TICKET_STATUS,
    TICKET_TRANSFERS,
    TICKETS,
    TRANSFERS,
    ZONES,
)
from demand.simulator.rows import NEVER
from demand.simulator.signs import Keys, browse, chat, minutes_apart, numbered, of

if TYPE_CHECKING:
    from demand.simulator.performances import Performances

_QUEUED, _ERROR, _NO_STOCK, _PENDING, _PAID = range(len(ATTEMPTS))
_VERIFIED, _REJECTED, _SENT, _SHOWN, _NOT_LOADED = range(len(DELIVERY))
_OFFERED, _SOLD, _WITHDRAWN = range(len(TRANSFERS))
_SHOW_PAGE, _SEAT_PAGE, _FEE_PAGE, _NAME_PAGE = range(len(TICKET_PAGES))
_CODES = {name: code for code, name in enumerate(TICKET_STATUS)}
_COURSES = ("issued", "waitlisted", "postponed", "entered", "transferred", "no_ticket", "returned", "called_off")
_PER_KIND = 100  # rows of one kind about one order have numbers below this
Traits = dict[str, NDArray[Any]]


def record(industry: Performances, ident: NDArray[np.int64], t: Traits) -> None:
    """Put the rows of these orders; adds the trait `settled_at`."""
    keys: Keys = {
        "ident": ident,
        "user_id": t["user"],
        "store_id": t["store"],
        "show_id": t["show"],
        "organiser_id": t["organiser"],
        "block_id": t["block"],
    }
    _order(industry, keys, t)
    first = np.where(t["registers"], _CODES["registered"], _CODES["ordered"])
    at, known = t["opened"], t["known"]
    industry.outbox.put(TICKET_LOG, keys, planned=True, occurred=at, known=known, status=first)
    courses = {_CODES[name]: name for name in (*_COURSES, "refunded")}
    ends = tuple(_CODES[name] for name in ("entered", "transferred", "no_ticket", "refunded"))
    industry.tell(TICKET_LOG, keys, t, courses, settles=ends)
    _attempts(industry, keys, t)
    _deliver(industry, keys, t)
    _offer(industry, keys, t)
    _fees(industry, keys, t)
    _show(industry, keys, t)


def _order(industry: Performances, keys: Keys, t: Traits) -> None:
    """The order; mistyped numbers are corrected, and so is the day of a show that was postponed; adds `learned`."""
    ident = keys["ident"]
    rows = industry.outbox.put(
        TICKETS,
        keys,
        occurred=t["opened"],
        known=t["known"],
        show_on=t["planned"],
        sale_on=t["sale_on"],
        kind=t["kind"],
        category=t["category"],
        zone=t["block"] % len(ZONES),
        open_air=industry.shows.open_air[t["store"]],
        tickets=t["tickets"],
        names_given=t["names"],
        for_others=t["for_others"],
        passport=t["passport"],
        price_cents=t["price"],
        channel=t["channel"],
    )
    moved = np.flatnonzero(t["postponed"] < NEVER)
    told = np.maximum(t["postponed"][moved] + HOUR, t["known"][moved])
    industry.outbox.repeat(TICKETS, rows[moved], op="correct", known=told, show_on=t["moved_to"][moved])
    t["learned"] = np.full(len(ident), NEVER)
    seen = np.maximum(industry.later("postponed", t["postponed"][moved], ident[moved]), t["known"][moved])
    t["learned"][moved] = first_night(np.minimum(told, seen))
    mistyped = np.flatnonzero((t["postponed"] == NEVER) & industry.dice.chance(0.015, "mended", ident))
    mended = rows[mistyped]
    later = mended["known"] + (30 * HOUR * industry.dice.uniform("mended.at", mended["ident"])).astype(np.int64)
    industry.outbox.repeat(TICKETS, mended, op="correct", known=later, price_cents=mended["price_cents"] + 500)


def _attempts(industry: Performances, keys: Keys, t: Traits) -> None:
    """In the minutes of a rush, or before an ordinary purchase: queues, errors, payments that hang; paid at last?"""
    dice, ident = industry.dice, keys["ident"]
    crowd, glitch, rush = t["crowd"], t["glitch"], t["registers"]
    paid = t["paid"] < NEVER
    vain = dice.poisson(np.where(rush, np.exp(0.6 + 0.4 * crowd + 0.4 * glitch), 0.25 * np.exp(glitch)).clip(max=20),
                        "vain", ident)  # fmt: skip
    pending = t["twice"] | dice.chance(0.05 * np.exp(0.6 * glitch) * paid, "pending", ident)
    last = 1 + t["twice"]  # payments, or the message that there is nothing left
    row, number = numbered(vain + pending + last)
    at_end = number >= (vain + pending)[row]
    broken = dice.chance(1 / (1 + np.exp(0.7 - 0.8 * glitch[row])), "broken", ident[row], number)
    outcome = np.where(broken, _ERROR, np.where(rush[row], _QUEUED, _ERROR))
    outcome = np.where(pending[row] & (number == vain[row]), _PENDING, outcome)
    outcome = np.where(at_end, np.where(paid[row], _PAID, _NO_STOCK), outcome)
    begins = np.where(rush, t["sale"], t["opened"])
    step = number - np.where(rush, 0, vain + pending)[row]
    at = begins[row] + minutes_apart(industry, "attempt", ident, row, number, step)
    place = np.exp(6.5 + 1.1 * crowd + 0.9 * dice.normal("place", ident)).astype(np.int64)
    seen = np.maximum(industry.later("attempt", at, ident[row], number), t["known"][row])
    industry.outbox.put(
        TICKET_ATTEMPTS,
        of(keys, row),
        planned=True,
        seq=number,
        occurred=at,
        known=seen,
        outcome=outcome,
        queue_number=np.where(rush[row], place[row], 0),
    )


def _deliver(industry: Performances, keys: Keys, t: Traits) -> None:
    """Names are checked, e-tickets sent some days ahead, opened to have a look, and now and then do not load.

    Where the show was moved what was not done before that is done about its new day.
    """
    dice, ident, issued, until = industry.dice, keys["ident"], t["issued"], t["until"]
    planned, played = (instant(t[day], t["hour"]) for day in ("planned", "moved_to"))
    moved = t["postponed"]
    has = issued < NEVER
    begun = np.where(has, issued, 0)

    def put(event: int, happens: NDArray[np.bool_], at: NDArray[np.int64], number: int = 0) -> None:
        rows = np.flatnonzero(happens & (at < until))
        who, moment = ident[rows], at[rows]
        known = np.maximum(industry.later(f"delivery.{event}", moment, who, number), t["known"][rows])
        seq = _PER_KIND * event + number
        industry.outbox.put(
            TICKET_DELIVERY, of(keys, rows), planned=True, seq=seq, occurred=moment, known=known, event=event
        )

    checked = begun + (DAY * (0.05 + 3 * dice.exponential("checked", ident))).astype(np.int64)
    fits = np.where(t["mismatch"], 0.1, 0.9)
    verified = dice.chance(fits, "verified", ident)
    put(_VERIFIED, has & verified, checked)
    put(_REJECTED, has & ~verified & dice.chance(np.where(t["mismatch"], 0.75, 0.03), "rejected", ident), checked)
    ahead = ((3 + 5 * dice.uniform("sent", ident)) * DAY).astype(np.int64)
    soon = np.maximum(begun, planned - ahead)
    sent = np.where(soon < moved, soon, np.maximum(moved, played - ahead))
    put(_SENT, has, sent)
    for number in range(3):
        looks = has & dice.chance(0.45, "looks", ident, number)
        when = dice.uniform("looks.at", ident, number) ** 0.7
        soon = sent + (when * np.maximum(planned - sent, 0)).astype(np.int64)
        late = np.maximum(sent, np.minimum(moved, played))
        at = np.where(soon < moved, soon, late + (when * (played - late).clip(0)).astype(np.int64))
        fails = dice.chance(1 / (1 + np.exp(2.6 - 1.2 * t["shaky"])), "loads", ident, number)
        put(_NOT_LOADED, looks & fails, at, number)
        put(_SHOWN, looks & ~fails, at, number)


def _offer(industry: Performances, keys: Keys, t: Traits) -> None:
    """Some offer their tickets to others: sold, or withdrawn when nobody wants them."""
    dice, ident = industry.dice, keys["ident"]
    offers = np.flatnonzero(t["offered"] < t["until"])
    price = np.exp(0.5 * t["crowd"][offers] - 0.1 + 0.15 * dice.normal("asked", ident[offers])).round(2)
    sold = t["transferred"][offers] < NEVER
    gives_up = t["offered"][offers] + (DAY * (1 + 6 * dice.uniform("gives_up", ident[offers]))).astype(np.int64)
    ends = np.where(sold, t["transferred"][offers], np.minimum(gives_up, t["until"][offers]))
    for step, at in ((_OFFERED, t["offered"][offers]), (_SOLD, ends)):
        code = np.where(sold, _SOLD, _WITHDRAWN) if step == _SOLD else _OFFERED
        known = np.maximum(industry.later(f"offer.{step}", at, ident[offers]), t["known"][offers])
        industry.outbox.put(
            *(TICKET_TRANSFERS, of(keys, offers)),
            planned=True,
            seq=step,
            occurred=at,
            known=known,
            step=code,
            price_to_face=price,
        )


def _fees(industry: Performances, keys: Keys, t: Traits) -> None:
    """The tier in which a ticket is when it is issued, and every later one as it begins, with the one after that."""
    show_on, scheme = t["planned"], t["scheme"]
    for tier in range(TIERS):
        first, last = industry.shows.fees.spells(scheme, show_on, tier)
        at = np.maximum(instant(first), t["issued"])
        rows = np.flatnonzero((at < instant(last + 1)) & (at < np.minimum(t["until"], instant(show_on, 12))))
        own, following = of(keys, rows), min(tier + 1, TIERS - 1)
        industry.outbox.put(
            *(TICKET_FEES, own),
            planned=True,
            seq=tier,
            occurred=at[rows],
            known=np.maximum(at[rows] + HOUR // 60, t["known"][rows]),
            fee_share=FEE[scheme[rows], tier],
            next_fee_share=FEE[scheme[rows], following],
            next_on=np.minimum(last[rows] + 1, show_on[rows]),
        )


def _show(industry: Performances, keys: Keys, t: Traits) -> None:
    """Questions and page views while the order is on: who wavers reads about fees, who erred looks at the names."""
    first, last = t["opened"], np.minimum(t["own_end"], instant(t["planned"], 12))
    answered = 1 / (1 + np.exp(-1.5 + 0.8 * t["doubt"]))
    rate = (0.03 * np.exp(0.5 * t["doubt"] + 0.3 * t["shaky"])).clip(max=0.4)
    chat(
        industry,
        TICKET_MESSAGES,
        keys,
        known=t["known"],
        rate=rate,
        answered=answered,
        first=first,
        last=last,
        over=t["until"],
    )
    pages = {
        _SHOW_PAGE: (0.06 * np.exp(0.3 * t["crowd"])).clip(max=0.4),
        _SEAT_PAGE: np.where(t["registers"], 0.05, 0.02),
        _FEE_PAGE: (0.02 * np.exp(1.5 * t["wavering"])).clip(max=0.8),
        _NAME_PAGE: 0.012 + 0.05 * t["mismatch"],
    }
    browse(industry, TICKET_PAGE_VIEWS, keys, known=t["known"], rates=pages, first=first, last=last, over=t["until"])
