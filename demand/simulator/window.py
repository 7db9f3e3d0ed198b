"""Values by day that are looked at again and again: drawn some weeks at a time, and kept until their days are over."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from demand.simulator.dice import Floats, Ints

_AHEAD = 32


class Window:
    """Values of shape (days, ...) of the days last asked about and some weeks more.

    Parameters
    ----------
    draw : the values of consecutive days; those of a day must not depend on which others are drawn with it
    """

    def __init__(self, draw: Callable[[Ints], Floats]) -> None:
        self._draw = draw
        self._values, self._from = np.empty((0, 0)), 0

    def around(self, days: Ints) -> tuple[Floats, int]:
        """The values and their first day, of a window that holds these ascending days; a view, not to be changed."""
        first, last, until = int(days[0]), int(days[-1]), self._from + len(self._values)
        if first < self._from or last >= until:
            kept = self._values[first - self._from :] if self._from <= first < until else self._values[:0]
            drawn = self._draw(np.arange(first + len(kept), last + 1 + _AHEAD))
            self._values, self._from = np.concatenate([kept, drawn]) if len(kept) else drawn, first
        return self._values, self._from

    def of(self, days: Ints) -> Floats:
        """The values of these ascending days."""
        values, first = self.around(days)
        return np.asarray(values[days - first], np.float64)
