"""What was done in the past, before there was a policy worth the name: by a rule with dice, or by agents' eyes.

    logged(candidates, dice)      a rule that can be seen fires with a chance that it writes down
    confounded(candidates, dice)  agents fire where an order looks worst to them, and write nothing down

Pure: candidates of an evening and keyed draws in, choices out. The candidates are orders of the day; only some users
take part. Whoever compares those fired at with the others learns the truth from the first and nonsense from the second.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from demand.catalog import Intervention
from demand.contract import ContractError
from demand.simulator.dice import Dice, Floats, Ints

Policy = Literal["none", "logged", "confounded"]
POLICIES: tuple[Policy, ...] = ("none", "logged", "confounded")
TAKES_PART = 0.3
"""Share of the users to whom anything is done at all."""

EVENING = 20.5
"""The hour at which the past fired."""

LOOKS_BAD = float(np.log(0.15))
"""Agents act on orders that look as if one in seven would be asked about."""

_CALM, _ASKED, _SOON = 0.25, 0.20, 0.15
_AGENTS_EYE = 0.5


@dataclass(frozen=True)
class Candidates:
    """Orders of one industry and one evening, each of shape (orders,).

    Parameters
    ----------
    ident : the orders
    days_left : until the moment of each: the arrival, the visit
    asked : how often its user has asked about anything so far
    trouble : hidden: log of the requests to be expected; agents have an eye for it
    """

    ident: Ints
    days_left: Ints
    asked: Ints
    trouble: Floats


@dataclass(frozen=True)
class Choices:
    """What the past did with its candidates, in their order.

    Parameters
    ----------
    intervention : position on the shelf of what came into question; -1 where there was no time for anything
    fired : whether it was done
    propensity : chance that it would be, given what the rule saw; nan where nobody knows
    """

    intervention: Ints
    fired: NDArray[np.bool_]
    propensity: Floats


def policy_named(name: str) -> Policy:
    """A policy by its name.

    Raises
    ------
    ContractError
        If there is none.
    """
    for policy in POLICIES:
        if policy == name:
            return policy
    raise ContractError(
        found=f"policy {name!r}", expected=f"one of {', '.join(POLICIES)}", remedy="write policy=logged"
    )


def shelf(interventions: Sequence[Intervention]) -> tuple[Intervention, ...]:
    """What the past had: messages and calls to merchants that cost little, nothing promised by contract."""
    return tuple(
        each
        for each in interventions
        if each.kind in ("reminder", "in_process") and not each.contractual and each.channel != "payment"
    )


def fires(candidates: Candidates) -> Floats:
    """The rule's chance to do something: more where the user asked before, and where the day is near."""
    soon = candidates.days_left <= 7
    return np.asarray(_CALM + _ASKED * (candidates.asked > 0) + _SOON * soon, np.float64)


def possible(candidates: Candidates, items: Sequence[Intervention]) -> NDArray[np.bool_]:
    """(orders, interventions) whether there is time for it."""
    leads = np.array([each.lead_time / timedelta(days=1) for each in items])
    return np.asarray(candidates.days_left[:, None] >= np.ceil(leads)[None, :], np.bool_)


def logged(candidates: Candidates, items: Sequence[Intervention], dice: Dice) -> Choices:
    """Draw evenly what there is time for, then fire by the rule's chance."""
    chance = fires(candidates)
    choice = _drawn(candidates, items, dice)
    return Choices(choice, dice.chance(chance, "past.fires", candidates.ident) & (choice >= 0), chance)


def confounded(candidates: Candidates, items: Sequence[Intervention], dice: Dice) -> Choices:
    """Fire at what looks bad to agents."""
    choice = _drawn(candidates, items, dice)
    looks = candidates.trouble + _AGENTS_EYE * dice.normal("past.eye", candidates.ident)
    return Choices(choice, (looks > LOOKS_BAD) & (choice >= 0), np.full(len(looks), np.nan))


def _drawn(candidates: Candidates, items: Sequence[Intervention], dice: Dice) -> Ints:
    can = possible(candidates, items)
    some = np.asarray(can.any(axis=1))
    choice = np.full(len(can), -1)
    choice[some] = dice.pick(can[some], "past.what", candidates.ident[some])
    return choice
