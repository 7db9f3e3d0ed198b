"""One intervention about one subject, and what became of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from demand.catalog import Intervention
from demand.simulator.clock import FIRST_CONTACT_HOUR, day_of, instant
from demand.simulator.dice import Floats
from demand.simulator.industry import Industry

ACTED, REPEATED, NO_SLOT, OPTED_OUT = "acted", "repeated", "no_slot", "opted_out"
"""What became of an action; only the first changes anything."""

_T = TypeVar("_T")


@dataclass(frozen=True)
class Action:
    """One intervention about one subject; `moment` is when it is carried out, in microseconds."""

    decision_id: str
    industry: Industry
    ident: int
    user: int
    intervention: Intervention
    moment: int

    @property
    def key(self) -> tuple[str, int, str]:
        """The same thing done to the same subject."""
        return (self.industry.name, self.ident, self.intervention.id)

    @property
    def acts_from(self) -> int:
        """The first day whose requests it changes."""
        day = int(day_of(self.moment))
        return day + int(self.moment >= int(instant(day, FIRST_CONTACT_HOUR)))


@dataclass(frozen=True)
class Done:
    """What became of an action; `weight` is what fatigue leaves of it."""

    action: Action
    outcome: str
    weight: float = 0.0


def lots_of(actions: Sequence[Action], purpose: str) -> Floats:
    """A draw for each action, by its subject and intervention."""
    places: dict[tuple[Industry, str], list[int]] = defaultdict(list)
    for number, action in enumerate(actions):
        places[action.industry, action.intervention.id].append(number)
    lots = np.zeros(len(actions))
    for (industry, name), which in places.items():
        lots[which] = industry.dice.uniform(f"action.{purpose}.{name}", np.array([actions[n].ident for n in which]))
    return lots


def apart(items: Sequence[_T], whose: Callable[[_T], object]) -> Iterator[list[_T]]:
    """The items in batches in which nobody comes twice; each owner's items stay in order."""
    turn: dict[object, int] = defaultdict(int)
    batches: list[list[_T]] = []
    for item in items:
        number = turn[whose(item)]
        turn[whose(item)] += 1
        if number == len(batches):
            batches.append([])
        batches[number].append(item)
    yield from batches
