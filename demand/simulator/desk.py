"""The service desk: so many slots a day, shared by what is done beforehand and what is asked afterwards.

An expert who calls one customer cannot call another, nor answer a hard question: actions beyond the slots are not
carried out, and who asks when the desk is full waits.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from demand.simulator.dice import Floats, Ints

FRONT_LINE, EXPERT, EMERGENCY = "front_line", "expert", "emergency"
BY_POOL = {"expert_calls": EXPERT, "emergency_desk": EMERGENCY}
"""Which group carries out what the catalogue charges to a pool; the rest needs nobody from the desk."""

_OVERNIGHT = 14.0


def first_served(at: Ints, lot: Floats, slots: int) -> NDArray[np.bool_]:
    """Who gets one of the slots: the earliest; of those at the same instant, by lot.

    Parameters
    ----------
    at, lot : (n,) instants and keyed draws
    """
    served = np.zeros(len(at), bool)
    served[np.lexsort((lot, at))[: max(0, slots)]] = True
    return served


class Desk:
    """How many slots each group has left today.

    Parameters
    ----------
    orders : of the marketplace a year; the desk grows with it
    """

    def __init__(self, orders: int) -> None:
        self.slots = {
            FRONT_LINE: max(4, round(orders / 3300)),
            EXPERT: max(6, round(orders / 1300)),
            EMERGENCY: max(4, round(orders / 3300)),
        }
        self._left = dict(self.slots)

    def open(self) -> None:
        """A new day."""
        self._left = dict(self.slots)

    def left(self, group: str) -> int:
        return self._left[group]

    def admit(self, group: str, at: Ints, lot: Floats) -> NDArray[np.bool_]:
        """Give these actions a slot of a group, as long as there are any."""
        served = first_served(at, lot, self._left[group])
        self._left[group] -= int(served.sum())
        return served

    def answer(self, at: Ints, lot: Floats, hard: NDArray[np.bool_]) -> Floats:
        """Hours until the contacts of a day are answered; hard ones need an expert.

        Experts without anything hard to do help the front line. Who finds no slot is answered the next day.
        """
        hours = np.empty(len(at))
        for group, of in ((EXPERT, hard), (FRONT_LINE, ~hard)):
            slots = self._left[group] + (self._left[EXPERT] if group == FRONT_LINE else 0)
            served = first_served(at[of], lot[of], slots)
            load = of.sum() / max(slots, 1)
            hours[of] = np.where(served, 0.2 + lot[of] * (0.3 + 6 * min(load, 1.0) ** 3), _OVERNIGHT + 8 * lot[of])
            used = int(served.sum())
            if group == FRONT_LINE:
                self._left[EXPERT] -= max(0, used - self._left[FRONT_LINE])
                used = min(used, self._left[FRONT_LINE])
            self._left[group] -= used
        return hours
