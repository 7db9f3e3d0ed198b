"""The money of prevention, in double entry: reserved, committed, paid, released, recovered from the merchant.

    deliver -> FundLedger.book       what draws on a fund is reserved; what does not get through is released at once
    requests -> FundLedger.claim     a guarantee pays only where its problem occurs
    every day -> FundLedger.expire   and is released where it did not

Every entry is two rows of the same amount, a debit and a credit, known at the same moment. `idempotency_key` is one
action: it is paid at most once, however often it is asked for. Nothing here changes how orders go.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from demand.catalog import Catalog, Intervention
from demand.simulator.action import ACTED, REPEATED, Done
from demand.simulator.clock import HOUR, day_of, instant
from demand.simulator.dice import Floats, Ints
from demand.simulator.industry import Industry
from demand.simulator.rows import Column, Layout, Outbox, Rows

LEDGER = "fund_ledger"
ENTRIES = ("reserve", "commit", "pay", "release", "recover")
_RESERVE, _COMMIT, _PAY, _RELEASE, _RECOVER = range(len(ENTRIES))
ACCOUNTS = ("fund", "reserved", "committed", "paid_out", "merchant")
_FUND, _RESERVED, _COMMITTED, _PAID_OUT, _MERCHANT = range(len(ACCOUNTS))
SIDES = ("debit", "credit")
APPROVERS = ("rule", "team_lead", "finance")
OPERATIONS = "operations"
"""The fund of what is put right without a fund of its own."""
DESK = "service_desk"
"""The fund of what the service desk grants to those who asked."""

_DEBITED = {_RESERVE: _RESERVED, _COMMIT: _COMMITTED, _PAY: _PAID_OUT, _RELEASE: _FUND, _RECOVER: _FUND}
_CREDITED = {_RESERVE: _FUND, _COMMIT: _RESERVED, _PAY: _COMMITTED, _RECOVER: _MERCHANT}
_RECOVERED = {
    "guarantee": 0.6,
    "advance_compensation": 0.3,
    "in_process": 0.25,
    "desk": 0.3,
}  # share that merchants pay back
_MINUTE = HOUR // 60
_PER_ITEM = 10_000_000  # minutes since the start have numbers below this
_PER_SUBJECT = 1_000 * _PER_ITEM
_ROWS = 16  # of one payment
_DESK_GRANTS = 20_000  # cents that need no approval
_VALID_DAYS = 7  # that a guarantee lasts after the moment of its order


def fund_of(intervention: Intervention) -> str | None:
    """The fund an intervention draws on; None where it costs nothing but a message or somebody's time."""
    return intervention.fund or (OPERATIONS if intervention.kind == "in_process" else None)


def at_stake(intervention: Intervention) -> int:
    """Cents that are reserved for it."""
    return intervention.liability_cents if intervention.kind == "guarantee" else intervention.cost_cents


def split(cents: Ints, needed: Floats, returned: Floats) -> tuple[Ints, Ints, Ints]:
    """What of reserved cents is paid, released and got back from the merchant.

    Parameters
    ----------
    needed : share of the reserved money that is needed, in (0, 1]
    returned : share of the payment that the merchant returns, in [0, 1]

    Returns
    -------
    paid and released cents, which add up to what was reserved, and recovered cents, at most what was paid
    """
    paid = np.minimum(np.ceil(cents * needed).astype(np.int64), cents)
    return paid, cents - paid, np.minimum(np.floor(paid * returned).astype(np.int64), paid)


def layout(industry: Industry, funds: tuple[str, ...], interventions: tuple[str, ...]) -> Layout:
    """The ledger's rows about subjects of this industry."""
    columns = (
        Column("entry", "category", ENTRIES),
        Column("side", "category", SIDES),
        Column("account", "category", ACCOUNTS),
        Column("fund", "category", funds),
        Column("cap_id", "key", ("night_cap",)),
        Column("idempotency_key", "key", (f"{industry.prefix}_payment",)),
        Column("intervention", "category", interventions),
        Column("approver", "category", APPROVERS),
        Column("amount_cents", "cents"),
    )
    user = Column("user_id", "key", ("user",))
    return Layout(LEDGER, "subject_id", industry.prefix, "g", (user, industry.store_column, *columns))


@dataclass(frozen=True)
class _Payments:
    """Payments of one industry, each of shape (payments,); `code` tells those of one subject apart."""

    ident: Ints
    user: Ints
    store: Ints
    known: Ints
    item: Ints
    code: Ints
    cents: Ints
    night: Ints

    def only(self, which: NDArray[Any]) -> _Payments:
        return replace(self, **{name: values[which] for name, values in vars(self).items()})


class FundLedger:
    """Books what actions cost.

    Parameters
    ----------
    industries, catalog : whose subjects, and what may be done to them
    start : first day of the world
    """

    def __init__(self, industries: Sequence[Industry], catalog: Catalog, start: int) -> None:
        self._items = tuple(each for each in catalog.interventions if fund_of(each) and at_stake(each))
        self._number = {each.id: number for number, each in enumerate(self._items)}
        names = [*(fund_of(each) or "" for each in self._items), DESK]  # the last is no intervention
        funds = tuple(dict.fromkeys(names))
        self._fund = np.array([funds.index(name) for name in names], np.int64)
        self._most = np.array([*(each.approval_above_cents or np.inf for each in self._items), _DESK_GRANTS])
        self._returns = np.array([*(_RECOVERED.get(each.kind, 0.0) for each in self._items), _RECOVERED["desk"]])
        ids = tuple(each.id for each in self._items)
        self._layouts = {each.name: layout(each, funds, ids) for each in industries}
        self.outbox, self._start = Outbox(self._layouts.values()), int(instant(start))
        self._promised: dict[tuple[str, int], list[tuple[int, _Payments]]] = defaultdict(list)

    def book(self, done: Sequence[Done]) -> None:
        """Reserve what these actions draw on a fund; pay or release it, as it became of them."""
        by_industry: dict[Industry, list[Done]] = defaultdict(list)
        for each in done:
            if each.outcome != REPEATED and each.action.intervention.id in self._number:
                by_industry[each.action.industry].append(each)
        for industry, of in by_industry.items():
            self._book(industry, of)

    def _book(self, industry: Industry, done: Sequence[Done]) -> None:
        ident = np.array([each.action.ident for each in done])
        at = np.array([each.action.moment for each in done])
        item = np.array([self._number[each.action.intervention.id] for each in done])
        acted = np.array([each.outcome == ACTED for each in done])
        kinds = np.array([each.action.intervention.kind for each in done])
        p = industry.population
        payments = _Payments(
            ident=ident,
            user=p["user"][ident],
            store=p["store"][ident],
            known=p["known"][ident],
            item=item,
            code=item * _PER_ITEM + (at - self._start) // _MINUTE,
            cents=np.array([at_stake(each.action.intervention) for each in done]),
            night=_written(day_of(at)),
        )
        self._post(industry, payments, _RESERVE, at, payments.cents)
        failed = payments.only(~acted)
        self._post(industry, failed, _RELEASE, at[~acted] + _MINUTE, failed.cents, credited=_RESERVED)
        whole = kinds == "advance_compensation"
        at_once = acted & (kinds != "guarantee")
        self._settle(industry, payments.only(at_once), at[at_once], whole[at_once])
        for n in np.flatnonzero(acted & (kinds == "guarantee")).tolist():
            until = max(int(p[industry.moment][ident[n : n + 1]][0]), int(day_of(at[n]))) + _VALID_DAYS
            self._promised[industry.name, int(ident[n])].append((until, payments.only(np.array([n]))))

    def compensate(self, industry: Industry, subjects: Ints, at: Ints, cents: Ints) -> None:
        """The service desk grants these cents at these instants: reserved, committed and paid, all of it."""
        if not len(subjects):
            return
        p, item = industry.population, len(self._items)
        payments = _Payments(
            ident=subjects,
            user=p["user"][subjects],
            store=p["store"][subjects],
            known=p["known"][subjects],
            item=np.full(len(subjects), item),
            code=item * _PER_ITEM + (at - self._start) // _MINUTE,
            cents=cents,
            night=_written(day_of(at)),
        )
        self._post(industry, payments, _RESERVE, at, cents)
        self._settle(industry, payments, at, np.ones(len(subjects), bool))

    def claim(self, industry: Industry, subjects: Ints, scenario: Ints, at: Ints) -> None:
        """These requests arose: guarantees of their scenarios are paid."""
        if not self._promised:
            return
        for ident, what, when in zip(subjects.tolist(), scenario.tolist(), at.tolist(), strict=True):
            kept = []
            for until, payment in self._promised.pop((industry.name, ident), ()):
                if self._items[int(payment.item[0])].covers(industry.scenarios[what]):
                    self._settle(industry, payment, np.array([when]), np.zeros(1, bool))
                else:
                    kept.append((until, payment))
            if kept:
                self._promised[industry.name, ident] = kept

    def expire(self, industries: Sequence[Industry], day: int) -> None:
        """Release the guarantees that end on `day` without their problem."""
        named = {each.name: each for each in industries}
        for (name, ident), promises in list(self._promised.items()):
            over = [payment for until, payment in promises if until <= day]
            for payment in over:
                at = instant(np.array([day]), 23.0)
                self._post(named[name], payment, _RELEASE, at, payment.cents, credited=_RESERVED)
            if len(over) == len(promises):
                del self._promised[name, ident]
            elif over:
                self._promised[name, ident] = [each for each in promises if each[0] > day]

    def release(self, day: int) -> Mapping[Layout, Rows]:
        """The rows that become known on `day`."""
        return self.outbox.release(day, np.zeros(0, np.int64))

    def _settle(self, industry: Industry, payments: _Payments, at: Ints, whole: NDArray[np.bool_]) -> None:
        """Approve, pay what is needed (all of it where `whole`), release the rest, get some back from the merchant."""
        if not len(at):
            return
        dice, own = industry.dice, (payments.ident, payments.code)
        most = self._most[payments.item]
        approver = (payments.cents > most).astype(np.int64) + (payments.cents > 2 * most)
        asks = 0.5 + 4 * dice.exponential("fund.approved", *own).clip(max=5)
        committed = at + np.where(approver > 0, asks * HOUR, _MINUTE).astype(np.int64)
        self._post(industry, payments, _COMMIT, committed, payments.cents, approver=approver)
        billed = 2 + 24 * dice.exponential("fund.billed", *own).clip(max=5)
        paid_at = committed + np.where(whole, _MINUTE, billed * HOUR).astype(np.int64)
        needed = np.where(whole, 1.0, 0.6 + 0.5 * dice.uniform("fund.needed", *own)).clip(max=1.0)
        returns = dice.chance(self._returns[payments.item], "fund.returns", *own)
        shares = returns * (0.3 + 0.9 * dice.uniform("fund.returned", *own)).clip(max=1.0)
        paid, rest, back = split(payments.cents, needed, shares)
        told = industry.later("fund.paid", paid_at, *own)  # the payment provider's file
        self._post(industry, payments, _PAY, paid_at, paid, approver=approver, known=told)
        left = rest > 0
        self._post(industry, payments.only(left), _RELEASE, paid_at[left] + _MINUTE, rest[left], credited=_COMMITTED)
        days = 10 + 20 * dice.exponential("fund.returned.at", *own).clip(max=4)
        got = back > 0
        settled = instant((day_of(paid_at) + days.astype(np.int64)) // 7 * 7 + 7, 16.0)  # with merchants once a week
        self._post(industry, payments.only(got), _RECOVER, settled[got], back[got])

    def _post(
        self,
        industry: Industry,
        payments: _Payments,
        entry: int,
        at: Ints,
        cents: Ints,
        *,
        credited: int | None = None,
        approver: ArrayLike = -1,
        known: Ints | None = None,
    ) -> None:
        """One entry of each payment: a debit and a credit of the same cents."""
        if not len(at):
            return
        accounts = _DEBITED[entry], _CREDITED[entry] if credited is None else credited
        seen = np.maximum(at + _MINUTE if known is None else np.maximum(known, at + _MINUTE), payments.known)
        for side, account in enumerate(accounts):
            self.outbox.put(
                self._layouts[industry.name],
                {"ident": payments.ident, "user_id": payments.user, "store_id": payments.store},
                seq=payments.code * _ROWS + entry * len(SIDES) + side,
                occurred=at,
                known=seen,
                entry=entry,
                side=side,
                account=account,
                fund=self._fund[payments.item],
                cap_id=payments.night,
                idempotency_key=payments.ident * _PER_SUBJECT + payments.code,
                intervention=np.where(payments.item < len(self._items), payments.item, -1),
                approver=approver,
                amount_cents=cents,
            )


def _written(days: Ints) -> Ints:
    """Days as numbers that can be read: 20240315."""
    day = days.astype("datetime64[D]")
    months, years = day.astype("datetime64[M]"), day.astype("datetime64[Y]")
    year, month = years.astype(np.int64) + 1970, months.astype(np.int64) % 12 + 1
    return np.asarray(year * 10_000 + month * 100 + (day - months.astype("datetime64[D]")).astype(np.int64) + 1)
