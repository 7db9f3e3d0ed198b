"""A large night by prices: everybody takes what gains most after paying for what it uses.

Given a price for every resource, the choice falls apart into one small choice per user: the best offer of each of
their subjects, messages only as many as their cap allows. Each price is settled in turn at the smallest at which its
resource suffices. Whatever the prices are, they bound what any choice could gain (Lagrange): the gap is certified.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from demand.decisions.offers import Floats, Ints, Offers
from demand.decisions.relaxation import Resource

_SWEEPS, _PRECISION = 4, 1e-5


@dataclass(frozen=True)
class Priced:
    """The choice at the settled prices.

    Parameters
    ----------
    wanted : (n) what everybody takes; resources suffice up to the offer at the margin
    net : (n) what each offer gains after paying for what it uses
    bound : no choice within the limits gains more
    prices : of one unit of each resource, in cents of gain
    """

    wanted: NDArray[np.bool_]
    net: Floats
    bound: float
    prices: Floats


def settle(offers: Offers, users: Ints, resources: list[Resource], near: Sequence[float]) -> Priced:
    """Find the prices, and what is taken at them.

    Parameters
    ----------
    users : messages left to each user
    near : where to look first, by resource; 0 where nothing is known
    """
    market = _Market(offers, users)
    prices = np.array(near, dtype=np.float64)
    for _ in range(_SWEEPS if len(resources) > 1 else 1):
        before = prices.copy()
        for k, resource in enumerate(resources):
            prices[k] = _clearing(market, resources, prices, k, resource)
        if np.allclose(before, prices, rtol=10 * _PRECISION, atol=0.0):
            break
    net = offers.gain - _charges(resources, prices, len(offers))
    wanted = market.choose(net)
    paid = sum(float(p) * r.limit for p, r in zip(prices, resources, strict=True))
    return Priced(wanted, net, float(net[wanted].sum()) + paid, prices)


class _Market:
    """Who chooses: the offers of each subject, and the subjects of each user whose messages are capped."""

    def __init__(self, offers: Offers, users: Ints) -> None:
        self.gain, self._n = offers.gain, len(offers)
        self._starts = np.flatnonzero(np.r_[True, offers.subject[1:] != offers.subject[:-1]])
        counts = np.bincount(offers.user[offers.user >= 0], minlength=len(users))
        binding = counts > users
        self._capped = (offers.user >= 0) & binding[np.where(offers.user >= 0, offers.user, 0)]
        self._any_capped = bool(self._capped.any())
        user_of = np.maximum.reduceat(np.where(self._capped, offers.user, -1), self._starts)
        self._user, self._cap = user_of, users

    def choose(self, net: Floats) -> NDArray[np.bool_]:
        """The choice with the greatest net gain, the first offer among equals."""
        free_value, free = self._best(np.where(self._capped, -np.inf, net))
        chosen = np.zeros(self._n, dtype=bool)
        picks, worth = free, np.maximum(free_value, 0.0)
        take = free_value > 0
        if self._any_capped:
            message_value, message = self._best(np.where(self._capped, net, -np.inf))
            better = np.flatnonzero((message_value - worth > 0) & (self._user >= 0))
            order = better[np.lexsort((better, -(message_value - worth)[better], self._user[better]))]
            owner = self._user[order]
            first = np.flatnonzero(np.r_[True, owner[1:] != owner[:-1]]) if len(owner) else np.zeros(0, dtype=np.int64)
            rank = np.arange(len(owner)) - np.repeat(first, np.diff(np.r_[first, len(owner)]))
            winners = order[rank < self._cap[owner]]
            picks, take = picks.copy(), take.copy()
            picks[winners], take[winners] = message[winners], True
        chosen[picks[take]] = True
        return chosen

    def _best(self, net: Floats) -> tuple[Floats, Ints]:
        """Of each subject: the highest net gain, and the first offer that has it."""
        highest = np.maximum.reduceat(net, self._starts)
        spread = np.repeat(highest, np.diff(np.r_[self._starts, self._n]))
        position = np.where(net == spread, np.arange(self._n), self._n)
        return highest, np.minimum.reduceat(position, self._starts)


def _clearing(market: _Market, resources: list[Resource], prices: Floats, k: int, resource: Resource) -> float:
    """The smallest price of one resource at which it suffices, the others' prices as they are."""
    others = np.where(np.arange(len(prices)) == k, 0.0, prices)
    gain = market.gain - _charges(resources, others, len(market.gain))

    def suffices(price: float) -> bool:
        return float(resource.use[market.choose(gain - price * resource.use)].sum()) <= resource.limit

    if suffices(0.0):
        return 0.0
    uses = resource.use > 0
    low, high = 0.0, float((gain[uses] / resource.use[uses]).max())
    for guess in (float(prices[k]) * 0.9, float(prices[k]) * 1.1):
        if low < guess < high:
            low, high = (low, guess) if suffices(guess) else (guess, high)
    while high - low > _PRECISION * high:
        middle = (low + high) / 2
        low, high = (low, middle) if suffices(middle) else (middle, high)
    return high


def _charges(resources: list[Resource], prices: Floats, n: int) -> Floats:
    total = np.zeros(n)
    for price, resource in zip(prices, resources, strict=True):
        if price > 0:
            total += price * resource.use
    return total
