"""What nobody could foresee: orders that were opened before it are planned without it, and anew from then on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from demand.simulator.dice import Ints
from demand.simulator.geography import in_surprising_storm
from demand.simulator.trends import STORM_KNOWN

Traits = dict[str, NDArray[Any]]


def caught(city: Ints, day: Ints, t: Traits) -> Ints:
    """Positions of orders for a day under the typhoon, opened before anybody knew and not cancelled by then.

    Parameters
    ----------
    city, day : where and when each takes place
    t : traits of the orders, among them the instants `opened` and `cancelled`
    """
    return np.flatnonzero(in_surprising_storm(city, day, t["opened"]) & (t["cancelled"] >= STORM_KNOWN))


def surprise(t: Traits, struck: Ints, replan: Callable[[Ints, Traits], None]) -> Traits:
    """Change the traits of those who are struck.

    Parameters
    ----------
    t : of all orders as they would go without it; changed in place
    struck : positions of those who are struck
    replan : changes the traits of the struck, which it gets with their positions

    Returns
    -------
    the traits as they were: what everybody had to expect until it was known
    """
    expected = dict(t)
    if len(struck):
        some = {name: values[struck] for name, values in t.items()}
        replan(struck, some)
        for name, values in some.items():
            t[name] = t[name].copy()
            t[name][struck] = values
    return expected
