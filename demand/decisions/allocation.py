"""Who gets what: at most one intervention per subject, within money, capacities and message caps.

Small nights are solved exactly (HiGHS, branch and bound); large ones by prices with a certified gap. Whatever a solver
says is then re-checked in whole cents, one offer after the other, and completed with what still fits: limits are never
exceeded, not by a cent, and every offer that is left out is left out because a named limit has no room for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import floor
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from demand.decisions import reasons
from demand.decisions.offers import SAFETY, UNLIMITED, Floats, Ints, Offers, Room, reserve_each, reserved_cents
from demand.decisions.prices import settle
from demand.decisions.relaxation import Resource, improve, relax

EXACT = 20_000
"""Up to so many offers the best choice is searched exactly."""

FUND = "fund"

_TANGENTS = 4


@dataclass(frozen=True)
class Allocation:
    """What was chosen, and how good that is.

    Parameters
    ----------
    chosen : (n) by offer
    reserved : (n) cents that each chosen offer takes from the fund; their sum is within it
    refused : (n) for offers of subjects that got nothing, the limit that left no room; empty otherwise
    gain : of the chosen, in cents
    bound : more than that no choice could gain
    fund_price : gain of one more cent in the fund
    pool_prices : pool -> gain of one more action
    """

    chosen: NDArray[np.bool_]
    reserved: Ints
    refused: NDArray[np.object_]
    gain: int = 0
    bound: float = 0.0
    fund_price: float = 0.0
    pool_prices: Mapping[int, float] = field(default_factory=dict)

    @property
    def gap(self) -> float:
        """How far the choice is from the bound, as a share of it."""
        return max(0.0, 1.0 - self.gain / self.bound) if self.bound > 0 else 0.0


def allocate(offers: Offers, room: Room, *, exact: int = EXACT) -> Allocation:
    """Choose at most one offer per subject so that the total gain is greatest within the room.

    Parameters
    ----------
    offers : n offers, sorted by subject; the order decides between equals
    room : what is left of fund, pools and messages
    exact : up to so many offers, the choice is searched exactly

    Notes
    -----
    Guarantees pay only if the problem occurs. The fund holds mean plus `SAFETY` standard deviations of what the
    chosen offers may draw, or everything they could draw if that is less (`offers.reserved_cents`). A linear row
    that is sufficient for it: sqrt(v) <= v / (2 s) + s / 2 for every s, with equality at s = sqrt(v); so the row of
    the best choice so far is solved again, until it gains no more. The bound is that of the mean alone.
    """
    if len(offers) == 0:
        return Allocation(np.zeros(0, dtype=bool), np.zeros(0, dtype=np.int64), np.zeros(0, dtype=object))
    pools = _pools(offers, room)
    best = relaxed = _solve(offers, room, [*pools, *_fund(offers.mean, room.fund)], exact)
    if room.fund is not None and offers.variance.any():
        for resource in _fund(offers.worst, room.fund):
            best = max(best, _solve(offers, room, [*pools, resource], exact), key=lambda s: s.gain)
        for _ in range(_TANGENTS):
            deviation = float(np.sqrt(offers.variance[best.chosen].sum()))
            if deviation == 0.0:
                break
            tangent = np.ceil(offers.mean + SAFETY * offers.variance / (2 * deviation)).astype(np.int64)
            resources = [*pools, *_fund(tangent, floor(room.fund - SAFETY * deviation / 2))]
            solved = _solve(offers, room, resources, exact, known=best.prices)
            if solved.gain <= best.gain:
                break
            best = solved
    pool_prices = {int(k): v for k, v in relaxed.prices.items() if k != FUND}
    return Allocation(
        chosen=best.chosen,
        reserved=reserve_each(offers, best.chosen),
        refused=best.refused,
        gain=best.gain,
        bound=max(relaxed.bound, float(best.gain)),
        fund_price=best.prices.get(FUND, 0.0),
        pool_prices=pool_prices,
    )


@dataclass(frozen=True)
class _Solved:
    chosen: NDArray[np.bool_]
    refused: NDArray[np.object_]
    gain: int
    bound: float
    prices: dict[str | int, float]


def _solve(
    offers: Offers,
    room: Room,
    resources: list[Resource],
    exact: int,
    known: Mapping[str | int, float] = MappingProxyType({}),
) -> _Solved:
    """The best choice for these linear rows, made to fit the room in whole cents.

    `known` are prices of a problem that is much the same.
    """
    if len(offers) <= exact:
        relaxed = relax(offers, room.users, resources)
        chosen, refused = _within(offers, room, relaxed.share > 1 - 1e-6, relaxed.reduced)
        wanted = improve(offers, room.users, resources, relaxed, chosen)
        if (wanted != chosen).any():
            chosen, refused = _within(offers, room, wanted, relaxed.reduced)
        bound, prices = relaxed.bound, relaxed.prices
    else:
        priced = settle(offers, room.users, resources, [known.get(r.name, 0.0) for r in resources])
        chosen, refused = _within(offers, room, priced.wanted, priced.net)
        bound, prices = priced.bound, priced.prices
    named = {r.name: float(p) for r, p in zip(resources, prices, strict=True)}
    return _Solved(chosen, refused, int(offers.gain[chosen].sum()), bound, named)


def _pools(offers: Offers, room: Room) -> list[Resource]:
    """The pools that could run out."""
    rows = [(p, (offers.pool == p).astype(np.float64), int(limit)) for p, limit in enumerate(room.pools)]
    return [Resource(p, use, limit) for p, use, limit in rows if limit < UNLIMITED and use.sum() > limit]


def _fund(draw: Ints, limit: int | None) -> list[Resource]:
    """The fund, if it could run out."""
    return [] if limit is None or draw.sum() <= limit else [Resource(FUND, draw.astype(np.float64), limit)]


def _within(
    offers: Offers, room: Room, wanted: NDArray[np.bool_], net: Floats
) -> tuple[NDArray[np.bool_], NDArray[np.object_]]:
    """The wanted offers that fit in whole cents, then whatever else fits, the most gainful first."""
    pools, users = room.pools.copy(), room.users.copy()
    mean, worst, variance = 0, 0, 0.0
    chosen = np.zeros(len(offers), dtype=bool)
    refused = np.full(len(offers), "", dtype=object)
    served: set[int] = set()
    for i in np.lexsort((np.arange(len(offers)), -offers.gain, -net, ~wanted)):
        subject, pool, user = int(offers.subject[i]), int(offers.pool[i]), int(offers.user[i])
        if subject in served:
            continue
        if user >= 0 and users[user] <= 0:
            refused[i] = reasons.MESSAGE_CAP
            continue
        if pool >= 0 and pools[pool] <= 0:
            refused[i] = reasons.CAPACITY
            continue
        draw = mean + int(offers.mean[i]), worst + int(offers.worst[i]), variance + float(offers.variance[i])
        if room.fund is not None and offers.worst[i] > 0 and reserved_cents(*draw) > room.fund:
            refused[i] = reasons.BUDGET
            continue
        mean, worst, variance = draw
        chosen[i] = True
        served.add(subject)
        if pool >= 0:
            pools[pool] -= 1
        if user >= 0:
            users[user] -= 1
    return chosen, refused
