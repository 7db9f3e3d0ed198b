"""The daily rhythm: at which hours people order and ask.

A profile has 24 weights, from midnight on. The marketplace's day runs from one night's cutoff to the next, as the night
sees it: what is ordered at one o'clock belongs to the evening before, and is known to the same night's cutoff.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from demand.simulator.clock import CUTOFF_HOUR
from demand.simulator.dice import Floats


class Rhythm:
    """Hours of a day by a profile, evenly within each hour.

    Parameters
    ----------
    profile : weights of the hours, the first from midnight to one o'clock
    """

    def __init__(self, profile: Sequence[float]) -> None:
        weights = np.roll(np.asarray(profile, np.float64), -CUTOFF_HOUR)
        self._shares = np.append(0.0, np.cumsum(weights) / weights.sum())
        self._edges = CUTOFF_HOUR + np.arange(len(weights) + 1.0)

    def hours(self, u: Floats) -> Floats:
        """Hours after midnight from uniforms, in whole seconds: from the cutoff's to just before the next cutoff's."""
        return np.asarray(np.floor(np.interp(u, self._shares, self._edges) * 3600) / 3600, np.float64)


_NIGHT = (0.4, 0.2, 0.1, 0.05, 0.05, 0.1, 0.3, 1.0)  # from midnight to eight o'clock
_AWAKE = (1.0, 0.5, 0.2, 0.1, 0.1, 0.15, 0.4, 1.2)  # of what is bought in bed

ORDERS = {
    "catering": Rhythm((*_NIGHT, 1.5, 2.5, 6, 9, 7, 3.5, 2.5, 3, 5, 8.5, 9, 6.5, 4.5, 3.5, 2, 1)),
    "hotel": Rhythm((*_AWAKE, 3, 4, 4.5, 4.5, 4.5, 4, 4, 4, 4, 4.5, 5, 6, 7.5, 8, 6.5, 3)),
    "travel": Rhythm((*_AWAKE, 2.5, 4, 4.5, 4, 4.5, 4, 3.5, 3.5, 3.5, 4, 5, 7, 9, 9, 6, 2)),
    "beauty": Rhythm((*_NIGHT, 2, 4, 5, 5, 6, 5, 4.5, 4, 4, 4.5, 5.5, 6.5, 7.5, 7, 4, 1.5)),
    "performances": Rhythm((*_AWAKE, 2, 4, 6, 6, 8, 6, 5, 4.5, 4, 4.5, 5, 6, 7, 7, 5, 2)),
    "home_cleaning": Rhythm((*_NIGHT, 5, 8, 8.5, 7, 5, 4, 4.5, 4.5, 4, 3.5, 3.5, 4, 4.5, 4, 2.5, 1)),
    "prepaid_card": Rhythm((*_NIGHT, 1, 2, 3, 3.5, 4.5, 3.5, 3, 3, 3.5, 5.5, 8.5, 10, 9.5, 7, 3.5, 1.2)),
    "retail": Rhythm((*_AWAKE, 3, 4.5, 6, 5.5, 6, 5, 4.5, 4.5, 4.5, 4.5, 5, 6.5, 8, 8, 6, 3)),
}
"""When people order, by industry."""

REQUESTS = Rhythm((0, 0, 0, 0, 0, 0, 0.5, 2, 4.5, 6.5, 7.5, 7, 5.5, 5.5, 6, 6, 6, 6, 6, 6.5, 7, 6, 3.5, 1.5))
"""When people ask where nothing else says at which hour; from `FIRST_CONTACT_HOUR` on, and never after midnight."""
