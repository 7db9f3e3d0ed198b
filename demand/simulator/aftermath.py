"""What orders of every industry leave behind: coupons used, refunds, reviews.

A refund that takes long is a sign of the complaint about it, and over once it is paid; stars tell of a store's hidden
troubles before its next customers do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from demand.simulator.clock import DAY, HOUR, day_of, instant
from demand.simulator.dice import Ints
from demand.simulator.rows import NEVER, Column, Layout

if TYPE_CHECKING:
    from demand.simulator.industry import Industry

REFUND_STEPS = ("requested", "computed", "paid")
INITIATORS = ("user", "merchant")
COUPONS = ("issued", "used")
_ORDINARY = -3.2  # log rate of an order that gets four stars


def layouts(prefix: str, store: Column) -> tuple[Layout, ...]:
    """How an industry writes refunds, reviews and coupons."""
    user = Column("user_id", "key", ("user",))
    refund = (Column("step", "category", REFUND_STEPS), Column("initiator", "category", INITIATORS))
    money = (Column("amount_cents", "cents"),)
    return (
        Layout("refunds", "subject_id", prefix, "f", (user, store, *refund, *money)),
        Layout("reviews", "subject_id", prefix, "w", (user, store, Column("stars", "int"))),
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
    if "refund_cents" in t:
        amount = t["refund_cents"][gone]
    else:
        amount = (t["price"][gone] * (0.6 + 0.4 * dice.uniform("refund.share", who))).astype(np.int64)
    own = {name: values[gone] for name, values in keys.items()}
    seen = np.maximum(industry.later("refund", asked, who), t["known"][gone])
    columns = {"initiator": dice.chance(0.1, "refund.by", who), "amount_cents": amount}
    for step, at in enumerate((asked, computed, paid)):
        known, layout = np.maximum(at + HOUR // 30, seen), industry.layout("refunds")
        industry.outbox.put(layout, own, planned=True, seq=step, occurred=at, known=known, step=step, **columns)


def _review(industry: Industry, keys: dict[str, Ints], t: dict[str, NDArray[Any]]) -> None:
    """A fifth of those who were served write one within days of the end; trouble costs stars; a few are taken back."""
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
    rows = industry.outbox.put(layout, own, planned=True, seq=0, occurred=at, known=known, stars=stars)
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
