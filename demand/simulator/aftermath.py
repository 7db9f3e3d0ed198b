"""What orders of every industry leave behind: coupons used, refunds, reviews.

A refund that takes long is a sign of the complaint about it, and over once it is paid; stars tell of a store's hidden
troubles before its next customers do.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from demand.simulator.clock import DAY, HOUR, day_of, instant
from demand.simulator.dice import Ints
from demand.simulator.rows import NEVER, Column, Layout
from demand.simulator.texts import ABOUT, remarks_of

if TYPE_CHECKING:
    from demand.simulator.industry import Industry

REFUND_STEPS = ("requested", "computed", "paid")
INITIATORS = ("user", "merchant", "agent", "system")
_USER, _MERCHANT, _AGENT, _SYSTEM = range(len(INITIATORS))
REFUND_REASONS = ("plans_changed", "not_satisfied", "merchant_cannot", "called_off", "complaint")
_CHANGED, _DISLIKED, _CANNOT, _CALLED_OFF, _COMPLAINT = range(len(REFUND_REASONS))
COUPONS = ("issued", "used", "lapsed")
_LASTS = 30  # days of a coupon for the next order
_FEES = {
    "hotel": ((7, 0.0), (3, 0.2), (1, 0.5), (0, 0.8)),
    "travel": ((15, 0.05), (7, 0.2), (3, 0.4), (1, 0.6), (0, 0.8)),
    "home_cleaning": ((2, 0.0), (1, 0.1), (0, 0.3)),
    "beauty": ((1, 0.0), (0, 0.2)),
}
"""What is kept of the price by the days left when an order is cancelled; elsewhere a voucher comes back whole."""
WRITES = np.array([0.75, 0.6, 0.4, 0.3, 0.4])
"""Chance that a review has a text, by its stars."""

_ORDER = ABOUT.index("order")
_ORDINARY = -3.2  # log rate of an order that gets four stars


def layouts(prefix: str, store: Column) -> tuple[Layout, ...]:
    """How an industry writes refunds, reviews and coupons."""
    user = Column("user_id", "key", ("user",))
    by = (Column("initiator", "category", INITIATORS), Column("reason", "category", REFUND_REASONS))
    refund = (Column("step", "category", REFUND_STEPS), *by)
    money = (Column("amount_cents", "cents"),)
    review = (Column("stars", "int"), Column("text", "text", wording=remarks_of(prefix)))
    return (
        Layout("refunds", "subject_id", prefix, "f", (user, store, *refund, *money)),
        Layout("reviews", "subject_id", prefix, "w", (user, store, *review)),
        Layout("coupons", "subject_id", prefix, "k", (user, store, Column("step", "category", COUPONS), *money)),
    )


def leave_behind(industry: Industry, ident: Ints, t: dict[str, NDArray[Any]]) -> None:
    """Write the rows of these orders; adds the trait `paid_day`, on which a refund is no longer missed.

    Parameters
    ----------
    industry : whose outbox takes the rows
    ident, t : the orders and their traits, as `Industry.plan` returns them, and `served`; `cancelled` where orders may
        end so, `refund_cents` where a rule says what is then paid back
    """
    keys = {"ident": ident, "user_id": t["user"], "store_id": t["store"]}
    _refund(industry, keys, t)
    _review(industry, keys, t)
    _redeem_coupons(industry, keys, t)


def refund_wait(industry: Industry, ident: Ints, store: Ints) -> NDArray[np.float64]:
    """Days from the cancellation of these orders to their refund; some stores are slow."""
    sloth = np.exp(0.6 * industry.dice.normal("refund.sloth", store))
    return np.asarray(0.5 + 2.2 * sloth * industry.dice.exponential("refund.wait", ident), np.float64)


def computed_at(asked: Ints, wait: NDArray[np.float64]) -> Ints:
    """When the amount of refunds is told that were asked for then and take so many days."""
    return asked + ((0.1 + 0.4 * wait) * DAY).astype(np.int64)


def _refund(industry: Industry, keys: dict[str, Ints], t: dict[str, NDArray[Any]]) -> None:
    t["paid_day"] = np.full(len(keys["ident"]), NEVER)
    if "cancelled" not in t:
        return
    dice, gone = industry.dice, np.flatnonzero(t["cancelled"] < NEVER)
    who, store = keys["ident"][gone], keys["store_id"][gone]
    wait = refund_wait(industry, who, store)
    asked = t["cancelled"][gone]
    computed = computed_at(asked, wait)
    paid = asked + (wait * DAY).astype(np.int64) + HOUR
    t["paid_day"][gone] = day_of(paid)
    if "refund_slow" in industry.scenarios:
        t["base"][gone, industry.scenarios.index("refund_slow")] *= (0.3 + 0.3 * wait).clip(max=3.0)
    system = np.zeros(len(gone), bool) if industry.broken_off is None else t[industry.broken_off][gone] <= asked
    by = np.where(system, _SYSTEM, np.where(dice.chance(0.1, "refund.by", who), _MERCHANT, _USER))
    disliked = dice.chance(0.35, "refund.reason", who)
    reason = np.choose(by, [np.where(disliked, _DISLIKED, _CHANGED), _CANNOT, _COMPLAINT, _CALLED_OFF])
    money: dict[str, NDArray[Any]] = {
        name: t[name][gone] for name in ("price", "due_day", "refund_cents", "fair_cents") if name in t
    }
    amounts = _amounts(industry, money, who, asked, by)
    own = {name: values[gone] for name, values in keys.items()}
    seen = np.maximum(industry.later("refund", asked, who), t["known"][gone])
    columns = {"initiator": by, "reason": reason}
    for step, (at, amount) in enumerate(zip((asked, computed, paid), amounts, strict=True)):
        known, layout = np.maximum(at + HOUR // 30, seen), industry.layout("refunds")
        columns["amount_cents"] = amount
        industry.outbox.put(layout, own, planned=True, seq=step, occurred=at, known=known, step=step, **columns)


def _amounts(
    industry: Industry, t: dict[str, NDArray[Any]], who: Ints, asked: Ints, by: Ints
) -> tuple[Ints, Ints, Ints]:
    """What is expected, what the rules give and what is paid: fees are kept, and a few merchants hold some back."""
    dice, price = industry.dice, t["price"]
    if "refund_cents" in t:
        computed, wanted = t["refund_cents"], t.get("fair_cents", price)
    else:
        days = t["due_day"] - day_of(asked)
        kept = np.zeros(len(who))
        for least, share in reversed(_FEES.get(industry.name, ())):
            kept = np.where(days >= least, share, kept)
        some = dice.chance(0.15, "refund.part", who)  # one of two, or what had not been used
        part = np.where(some, 0.3 + 0.5 * dice.uniform("refund.share", who), 1.0)
        whole = by != _USER  # whom the merchant or the platform left standing pays no fee
        wanted = np.where(whole, price, price * part).astype(np.int64)
        computed = np.where(whole, price, price * part * (1 - kept)).astype(np.int64)
    resigned = dice.chance(0.5, "refund.resigned", who)
    held = dice.chance(0.04, "refund.held", who) & (by == _USER) & ("refund_cents" not in t)
    paid = np.where(held, computed * (0.6 + 0.35 * dice.uniform("refund.held.part", who)), computed).astype(np.int64)
    return np.where(resigned, computed, np.maximum(wanted, computed)), computed, paid


def refund_by_agent(industry: Industry, keys: Mapping[str, Ints], at: Ints, known: Ints, cents: Ints) -> None:
    """Write the refunds that agents grant at these instants: computed at once, paid within days."""
    ident, layout = keys["ident"], industry.layout("refunds")
    paid = at + (HOUR * (2 + 20 * industry.dice.exponential("refund.agent", ident).clip(max=5))).astype(np.int64)
    for step, moment in enumerate((at, at + HOUR // 60, paid)):
        seen = np.maximum(moment + HOUR // 30, known)
        columns: dict[str, Any] = {"step": step, "initiator": _AGENT, "reason": _COMPLAINT, "amount_cents": cents}
        industry.outbox.put(layout, keys, seq=len(REFUND_STEPS) + step, occurred=moment, known=seen, **columns)


def _review(industry: Industry, keys: dict[str, Ints], t: dict[str, NDArray[Any]]) -> None:
    """A fifth of those who were served write one within days of the end; trouble costs stars; a few are taken back.

    Whoever is angry has more to say.
    """
    dice, ident = industry.dice, keys["ident"]
    writes = np.flatnonzero(dice.chance(0.2, "review", ident) & t["served"])
    who = ident[writes]
    trouble = np.log(t["base"][writes].sum(axis=1).clip(min=1e-9)) - _ORDINARY
    stars = (4.2 - 0.6 * trouble + 0.9 * dice.normal("stars", who)).round().clip(1, 5).astype(np.int64)
    at = instant(t.get("moved_to", t["due_day"])[writes] + 1, 24 * 4 * dice.uniform("review.at", who))
    there = day_of(at) < t["shut_day"][writes] if "shut_day" in t else ~industry.is_shut(t["store"][writes], day_of(at))
    who, at, writes, stars = who[there], at[there], writes[there], stars[there]
    own = {name: values[writes] for name, values in keys.items()}
    known = np.maximum(industry.later("review", at, who), t["known"][writes])
    layout = industry.layout("reviews")
    spoken, u = industry.english(keys["user_id"][writes]), dice.uniform("review.words", who)
    says = dice.chance(WRITES[stars - 1], "review.says", who)
    text = np.where(says, remarks_of(industry.prefix).index(_ORDER, stars, spoken, u), -1)
    rows = industry.outbox.put(layout, own, planned=True, seq=0, occurred=at, known=known, stars=stars, text=text)
    back = rows[dice.chance(0.02, "review.back", who)]
    industry.outbox.repeat(layout, back, op="delete", known=back["known"] + 30 * HOUR)


def _redeem_coupons(industry: Industry, keys: dict[str, Ints], t: dict[str, NDArray[Any]]) -> None:
    """A sixth of the orders are bought with a coupon that was issued in the month before."""
    dice, ident = industry.dice, keys["ident"]
    uses = np.flatnonzero(dice.chance(0.16, "coupon", ident))
    who, used = ident[uses], t["opened"][uses]
    issued = used - (30 * DAY * dice.uniform("coupon.issued", who)).astype(np.int64) - HOUR
    amount = (t["price"][uses] * (0.03 + 0.12 * dice.uniform("coupon.worth", who))).round(-2).astype(np.int64)
    own = {name: values[uses] for name, values in keys.items()}
    for step, at in enumerate((issued, used)):
        known = np.maximum(at, t["known"][uses])  # a coupon is told of with the order it was used for
        industry.outbox.put(
            industry.layout("coupons"), own, seq=step, occurred=at, known=known, step=step, amount_cents=amount
        )
    _let_lapse(industry, keys, t)


def _let_lapse(industry: Industry, keys: dict[str, Ints], t: dict[str, NDArray[Any]]) -> None:
    """One order in twelve comes with a coupon for the next one that is forgotten."""
    dice, ident = industry.dice, keys["ident"]
    gets = np.flatnonzero(dice.chance(0.085, "coupon.next", ident))
    who, issued = ident[gets], t["opened"][gets] + HOUR // 60
    amount = (t["price"][gets] * (0.03 + 0.12 * dice.uniform("coupon.next.worth", who))).round(-2).astype(np.int64)
    own = {name: values[gets] for name, values in keys.items()}
    for seq, (step, at) in enumerate(((0, issued), (2, issued + _LASTS * DAY)), start=len(COUPONS)):
        known = np.maximum(at, t["known"][gets])
        industry.outbox.put(
            industry.layout("coupons"), own, seq=seq, occurred=at, known=known, step=step, amount_cents=amount
        )
