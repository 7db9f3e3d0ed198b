"""What others learn from actions: customers who were paid in advance learn to ask, merchants who were told improve.

Both show in orders that come later, never in those that are open: what a night's truth says of them stays true.
"""

from __future__ import annotations

import numpy as np

from demand.simulator.clock import HOUR
from demand.simulator.dice import Floats, Ints
from demand.simulator.industry import Industry

ASKS_MORE = 1.12
"""What an advance compensation multiplies the rates of its user's later orders by, up to `MOST_LEARNT` times."""

MOST_LEARNT = 3
TOLD_BEFORE_IMPROVING = 3
IMPROVES, BEST = 0.96, 0.75
"""From the third action on that reaches a merchant each lowers the rates of the store's later orders, down to this."""

_COUPON_FROM = 1_000_000  # numbers of coupons that actions issued begin here
_ISSUED, _USED = 0, 1


def habit(paid: Ints) -> Floats:
    """What later rates are multiplied by after so many advance compensations."""
    return np.asarray(ASKS_MORE ** np.minimum(paid, MOST_LEARNT), np.float64)


def care(told: Ints) -> Floats:
    """What later rates are multiplied by at a store that was told so often."""
    return np.asarray((IMPROVES ** np.maximum(told - TOLD_BEFORE_IMPROVING + 1, 0)).clip(BEST), np.float64)


class Learning:
    """Who was paid how often, and which store was told how often."""

    def __init__(self, users: int) -> None:
        self._paid = np.zeros(users, np.int64)
        self._purse = np.zeros(users, np.int64)  # cents of coupons not used yet
        self._told: dict[str, Ints] = {}

    def pay(self, industry: Industry, subjects: Ints, at: Ints, cents: Ints) -> None:
        """Advance compensations to these subjects: a coupon each."""
        p = industry.population
        users = p["user"][subjects]
        np.add.at(self._paid, users, 1)
        np.add.at(self._purse, users, cents)
        self._write(industry, subjects, at, cents=cents, step=_ISSUED)

    def tell(self, industry: Industry, subjects: Ints) -> None:
        """The merchants of these subjects hear of a problem."""
        told = self._told.setdefault(industry.name, np.zeros(industry.stores, np.int64))
        np.add.at(told, industry.population["store"][subjects], 1)

    def teach(self, industry: Industry, subjects: Ints) -> None:
        """Orders that were opened today are asked about more or less than they would have been; coupons are used."""
        p = industry.population
        users = p["user"][subjects]
        if len(paid := np.flatnonzero(self._paid[users])):
            p["effect"][subjects[paid]] *= habit(self._paid[users[paid]])[:, None]
            first = paid[np.unique(users[paid], return_index=True)[1]]
            spends = subjects[first[self._purse[users[first]] > 0]]
            cents = self._purse[p["user"][spends]]
            self._purse[p["user"][spends]] = 0
            self._write(industry, spends, p["known"][spends], cents=cents, step=_USED)
        told = self._told.get(industry.name)
        if told is not None and (told >= TOLD_BEFORE_IMPROVING).any():
            p["effect"][subjects] *= care(told[p["store"][subjects]])[:, None]

    def _write(self, industry: Industry, subjects: Ints, at: Ints, *, cents: Ints, step: int) -> None:
        p = industry.population
        industry.outbox.put(
            industry.layout("coupons"),
            {"ident": subjects, "user_id": p["user"][subjects], "store_id": p["store"][subjects]},
            seq=_COUPON_FROM + step + 2 * self._paid[p["user"][subjects]],
            occurred=at,
            known=np.maximum(at + HOUR // 60, p["known"][subjects]),
            step=step,
            amount_cents=cents,
        )
