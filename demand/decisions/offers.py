"""What an allocation chooses from, what it may use, and what a choice takes from the fund."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, sqrt

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

SAFETY = 3.0
"""Standard deviations of what guarantees may cost, reserved on top of the mean: overspent in about one night in a
thousand, where planning on the mean overspends every other night."""

UNLIMITED = 2**62


@dataclass(frozen=True)
class Offers:
    """n eligible candidates, sorted by subject; at most one per subject is chosen.

    Parameters
    ----------
    subject : number of the subject, not decreasing
    gain : value minus expected cost, in cents, above 0
    mean, worst : cents drawn on the fund on average, and at most; 0 where it draws on none
    variance : of what is drawn, in squared cents
    pool, user : number of the pool and of the user whose message it is, -1 for none
    """

    subject: Ints
    gain: Ints
    mean: Ints
    worst: Ints
    variance: Floats
    pool: Ints
    user: Ints

    def __len__(self) -> int:
        return len(self.subject)

    def of(self, rows: NDArray[np.bool_]) -> Offers:
        """Some of the offers, in the same order."""
        return Offers(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))


@dataclass(frozen=True)
class Room:
    """What is left: cents of the fund (None: no limit), actions of each pool, messages to each user."""

    fund: int | None
    pools: Ints
    users: Ints


def reserved_cents(mean: int, worst: int, variance: float) -> int:
    """What a set of offers takes from the fund: mean plus `SAFETY` standard deviations, at most everything."""
    return min(mean + ceil(SAFETY * sqrt(variance)), worst)


def reserve_each(offers: Offers, chosen: NDArray[np.bool_]) -> Ints:
    """The reserve of the chosen set split into whole cents per offer, by its share of the variance; sums exactly."""
    total = reserved_cents(
        int(offers.mean[chosen].sum()), int(offers.worst[chosen].sum()), float(offers.variance[chosen].sum())
    )
    each = np.where(chosen, offers.mean, 0)
    margin = total - int(each.sum())
    weights = np.where(chosen, offers.variance, 0.0)
    if margin > 0 and weights.sum() > 0:
        extra = np.floor(margin * (weights / weights.sum())).astype(np.int64)
        each = each + extra
        rest = margin - int(extra.sum())
        each[np.flatnonzero(weights)[:rest]] += 1
    return each
