"""The rows of one parcel: sold, ready or shipped, received, sent back, asked about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from demand.simulator.clock import HOUR, instant
from demand.simulator.retail_rows import (
    PARCEL_CONTENT,
    PARCEL_LOG,
    PARCEL_MESSAGES,
    PARCEL_PAGE_VIEWS,
    PARCEL_PAGES,
    PARCEL_STATUS,
    PARCELS,
    RETURNS,
)
from demand.simulator.rows import NEVER
from demand.simulator.signs import Keys, browse, chat, of, seen_before

if TYPE_CHECKING:
    from demand.simulator.retail import Retail

_ORDERED, _READY, _SHIPPED, _RECEIVED, _ASKED, _REFUNDED = range(len(PARCEL_STATUS))
_PARCEL_PAGE, _RETURN_PAGE, _MAP_PAGE = range(len(PARCEL_PAGES))
Traits = dict[str, NDArray[Any]]


def record(industry: Retail, ident: NDArray[np.int64], t: Traits, expected: Traits) -> None:
    """Put the rows of these orders; adds the trait `settled_at`; `expected` is without what nobody could foresee."""
    dice, known, put = industry.dice, t["known"], industry.outbox.put
    keys: Keys = {
        "ident": ident,
        "user_id": t["user"],
        "store_id": t["store"],
        "product_id": t["product"],
        "creator_id": t["creator"],
    }
    rows = put(
        PARCELS,
        keys,
        occurred=t["opened"],
        known=known,
        promised=t["promised"],
        return_by=t["due_day"],
        kind=t["pickup"],
        goods=t["goods"],
        shelf_days=t["shelf_days"],
        price_cents=t["price"],
        city=industry.city[t["store"]],
        channel=t["channel"],
    )
    mended = rows[dice.chance(0.012, "mended", ident)]
    right = mended["price_cents"] + 500
    industry.outbox.repeat(PARCELS, mended, op="correct", known=mended["known"] + 7 * HOUR, price_cents=right)
    shown = np.flatnonzero(t["creator"] >= 0)
    before = seen_before(industry, ident[shown], t["opened"][shown])
    put(PARCEL_CONTENT, of(keys, shown), occurred=before, known=known[shown], claim=t["claim"][shown])
    t["settled_at"] = np.full(len(ident), NEVER)
    put(PARCEL_LOG, keys, planned=True, seq=_ORDERED, occurred=t["opened"], known=known, status=_ORDERED)
    ready = np.where(t["pickup"], _READY, _SHIPPED)
    for status, course in ((_READY, "ready"), (_RECEIVED, "received"), (_ASKED, "cancelled"), (_REFUNDED, "paid_back")):
        happens = np.flatnonzero(t[course] < NEVER)
        at, own = t[course][happens], of(keys, happens)
        seen = np.maximum(industry.later(course, at, ident[happens]), known[happens])
        word = ready[happens] if status == _READY else status
        put(PARCEL_LOG, own, planned=True, seq=status, occurred=at, known=seen, status=word)
        if status == _REFUNDED:
            t["settled_at"][happens] = seen
    back = np.flatnonzero(t["sent_back"])
    at = t["cancelled"][back] + 2 * HOUR
    seen = np.maximum(industry.later("sent_back", at, ident[back]), known[back])
    mostly = np.exp(np.column_stack([np.zeros(len(back)), 0.8 * t["poor"][back], np.full(len(back), -0.7)]))
    reason = dice.pick(np.column_stack([mostly, 0.1 * (t["goods"][back] <= 1)]), "reason", ident[back])
    put(RETURNS, of(keys, back), planned=True, occurred=at, known=seen, reason=reason)
    _show(industry, keys, expected, over=t["cancelled"])


def _show(industry: Retail, keys: Keys, t: Traits, over: NDArray[np.int64]) -> None:
    """Questions while it is late or poor; looks at the page, at how to send things back, at the way to the counter."""
    until = np.minimum(np.minimum(t["cancelled"], t["received"]), instant(t["due_day"] + 1))
    answered = 1 / (1 + np.exp(-1.7 + 0.7 * t["backlog"]))
    rate = 0.06 * np.exp(0.4 * t["backlog"] + 0.6 * t["late"]).clip(max=6)
    chat(
        industry,
        PARCEL_MESSAGES,
        keys,
        known=t["known"],
        rate=rate,
        answered=answered,
        first=t["opened"],
        last=until,
        over=over,
    )
    pages = {
        _PARCEL_PAGE: 0.1 * np.exp(0.3 * t["backlog"]).clip(max=4),
        _RETURN_PAGE: 0.02 * np.exp(0.5 * t["poor"] + 0.2 * t["boast"]),
        _MAP_PAGE: np.where(t["pickup"], 0.15, 0.0),
    }
    last = np.minimum(t["cancelled"], instant(t["due_day"] + 1))
    browse(industry, PARCEL_PAGE_VIEWS, keys, known=t["known"], rates=pages, first=t["opened"], last=last, over=over)
