"""Returning a ticket costs the more the nearer the show is: tiers by days ahead, which organisers change at times."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from demand.simulator.clock import HOUR, instant
from demand.simulator.dice import Dice, Floats, Ints
from demand.simulator.performances_rows import REFUND_TIERS
from demand.simulator.rows import Outbox

FROM_DAYS = np.array([[30, 15, 5, 0], [30, 15, 7, 0], [45, 21, 10, 0]])
"""Shape (schemes, tiers): the least number of days before the show at which a tier still holds."""
FEE = np.array([[0.05, 0.1, 0.2, 0.3], [0.1, 0.2, 0.3, 0.5], [0.2, 0.3, 0.5, 0.8]])
TIERS = FROM_DAYS.shape[1]
_IN_USE = (0.3, 0.45, 0.25)  # shares of the schemes
_HOLDS = 230  # days until a organiser may change the scheme
_NOTICE = 14  # days between announcing a scheme and its start
_FARTHEST = 90


def _heat() -> tuple[Floats, Floats]:
    """The fee, and how hot it is disputed, of shape (schemes, days until the show)."""
    until = np.arange(_FARTHEST + 1)
    tier = (until[None, :, None] < FROM_DAYS[:, None, :]).sum(axis=2)
    fee = np.take_along_axis(FEE, tier, axis=1)
    begins = np.take_along_axis(np.column_stack([np.full(len(FEE), 2 * _FARTHEST), FROM_DAYS]), tier, axis=1)
    soon = (until - np.take_along_axis(FROM_DAYS, tier, axis=1) <= 1) & (tier < TIERS - 1)
    fresh = (begins - until <= 2) & (tier > 0)
    return fee, (0.3 + 2 * fee) * (1 + 2.0 * soon + 1.5 * fresh)


_FEE_OF, _HEAT_OF = _heat()


class FeeTiers:
    """The schemes of organisers."""

    def __init__(self, dice: Dice, organisers: int, start: int) -> None:
        self._dice, self._start, self._organiser = dice, start, np.arange(organisers)
        self._phase = (_HOLDS * dice.uniform("fees.phase", self._organiser)).astype(np.int64)

    def scheme(self, organiser: Ints, day: Ints) -> Ints:
        """Which scheme holds for tickets bought on this day."""
        return self._dice.pick(_IN_USE, "fees", organiser, (day + self._phase[organiser]) // _HOLDS)

    def share(self, scheme: Ints, until: Ints) -> Floats:
        """What part of the price is kept from a ticket returned `until` days before the show."""
        return np.asarray(_FEE_OF[scheme, until.clip(0, _FARTHEST)], np.float64)

    def heat(self, scheme: Ints, until: Ints) -> Floats:
        """How readily the fee is disputed: high fees, and the days on which a tier ends or has just begun."""
        return np.asarray(_HEAT_OF[scheme, until.clip(0, _FARTHEST)], np.float64)

    def spells(self, scheme: Ints, show_on: Ints, tier: int) -> tuple[Ints, Ints]:
        """The days from and up to which this tier holds for shows on `show_on`; the first holds since ever."""
        first = show_on - FROM_DAYS[scheme, tier - 1] + 1 if tier else np.full(len(scheme), 0)
        return first, show_on - FROM_DAYS[scheme, tier]

    def record(self, outbox: Outbox, days: NDArray[np.int64]) -> None:
        """Schemes announced on these days, a row per tier; on the first day those in force."""
        organiser, day = (a.ravel() for a in np.meshgrid(self._organiser, days, indexing="ij"))
        begins = (day + _NOTICE + self._phase[organiser]) % _HOLDS == 0
        first = day == self._start
        since = day - (day + self._phase[organiser]) % _HOLDS
        told = np.flatnonzero(begins | first)
        in_force = np.where(begins, day + _NOTICE, since)[told]
        organiser, at = organiser[told], instant(day[told], 9)
        scheme = self.scheme(organiser, in_force)
        for tier in range(TIERS):
            outbox.put(
                REFUND_TIERS,
                {"ident": organiser},
                seq=TIERS * in_force + tier,
                occurred=at,
                known=at + HOUR,
                from_days=FROM_DAYS[scheme, tier],
                fee_share=FEE[scheme, tier],
                in_force_on=in_force,
            )
