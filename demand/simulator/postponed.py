"""Requests that an action only put off: days on which they come after all."""

from __future__ import annotations

import numpy as np

from demand.simulator.dice import Floats, Ints


class Postponed:
    """For some subjects a period in which the rates are higher again, per scenario; several may overlap.

    Known beforehand, so that the truth of a night already counts what comes back within its horizon.
    """

    def __init__(self) -> None:
        self._subject, self._from, self._until = (np.zeros(0, np.int64) for _ in range(3))
        self._ratios = np.zeros((0, 0))

    def __len__(self) -> int:
        return len(self._subject)

    def add(self, subjects: Ints, first: int, days: int, ratios: Floats) -> None:
        """From day `first` on for `days` days the rates are multiplied; `ratios` of shape (subjects, scenarios)."""
        every = np.concatenate([self._subject, subjects])
        order = np.argsort(every, kind="stable")
        self._subject = every[order]
        self._from = np.append(self._from, np.full(len(subjects), first))[order]
        self._until = np.append(self._until, np.full(len(subjects), first + days))[order]
        self._ratios = (np.concatenate([self._ratios, ratios]) if len(self._ratios) else ratios.copy())[order]

    def forget(self, day: int) -> None:
        """Leave out what is over before `day`."""
        kept = self._until > day
        self._subject, self._from, self._until = self._subject[kept], self._from[kept], self._until[kept]
        self._ratios = self._ratios[kept]

    def raise_rates(self, rates: Floats, subjects: Ints, days: Ints) -> None:
        """Multiply rates of shape (days, subjects, scenarios) in place."""
        if not len(self._subject):
            return
        first, last = (self._subject.searchsorted(subjects, side) for side in ("left", "right"))
        for number in range(int((last - first).max(initial=0))):
            who = np.flatnonzero(first + number < last)
            row = first[who] + number
            inside = (days[:, None] >= self._from[row]) & (days[:, None] < self._until[row])
            rates[:, who] *= np.where(inside[:, :, None], self._ratios[row], 1.0)
