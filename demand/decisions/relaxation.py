"""The allocation as linear rows: relaxed for its bound and prices, then exact on the few offers that are in doubt.

    maximise  gain . x    with  at most one offer per subject, and for every resource  use . x <= limit

The relaxation lets offers be split; few are. An offer whose reduced gain is further from 0 than the distance between
the bound and a whole solution at hand has the same value in every better solution (reduced-cost fixing), so that
branch and bound has only the rest to search.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_array, vstack

from demand.decisions.offers import Floats, Ints, Offers

# Limits on the work of branch and bound, not on its time, so that every machine finds the same.
_NODES, _SMALL, _CLOSE = 100, 500, 1e-4


@dataclass(frozen=True)
class Resource:
    """One limited thing: how much each offer uses (n), and how much there is."""

    name: str | int
    use: Floats
    limit: float


@dataclass(frozen=True)
class Relaxed:
    """The relaxation solved.

    Parameters
    ----------
    share : (n) in [0, 1]
    bound : the gain of the relaxation: no whole choice gains more
    prices : gain of one more unit of each resource
    reduced : (n) what taking one offer more of would change, at these prices; below 0 for those left out
    """

    share: Floats
    bound: float
    prices: Floats
    reduced: Floats


def relax(offers: Offers, users: Ints, resources: list[Resource]) -> Relaxed:
    """Solve the relaxation.

    Parameters
    ----------
    users : messages left to each user
    """
    matrix, limits = _rows(offers, users, resources)
    if matrix is None:
        return Relaxed(np.ones(len(offers)), float(offers.gain.sum()), np.zeros(0), offers.gain.astype(np.float64))
    result = linprog(-offers.gain.astype(np.float64), A_ub=matrix, b_ub=limits, bounds=(0, 1), method="highs")
    prices = np.maximum(-result.ineqlin.marginals[: len(resources)], 0.0)
    reduced = -(result.lower.marginals + result.upper.marginals)
    return Relaxed(result.x, float(-result.fun), prices, reduced)


def improve(
    offers: Offers, users: Ints, resources: list[Resource], relaxed: Relaxed, known: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """The best whole choice, given a feasible one; after a fixed number of nodes the best found.

    Parameters
    ----------
    known : (n) a feasible choice
    """
    distance = relaxed.bound - float(offers.gain[known].sum())
    if distance < 1.0:  # gains are whole cents
        return known
    free = np.abs(relaxed.reduced) <= distance + 1e-6 * max(1.0, relaxed.bound)
    fixed = ~free & (relaxed.share > 0.5)
    taken = np.isin(offers.subject, offers.subject[fixed])
    free &= ~taken
    if not free.any():
        return known
    used = np.bincount(offers.user[fixed & (offers.user >= 0)], minlength=len(users))
    rest = [Resource(r.name, r.use[free], r.limit - float(r.use[fixed].sum())) for r in resources]
    some = offers.of(free)
    matrix, limits = _rows(some, users - used, rest)
    better = fixed.copy()
    if matrix is None:
        better[free] = True
        return better
    result = milp(
        -some.gain.astype(np.float64),
        integrality=np.ones(len(some)),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(matrix, -np.inf, limits),
        # Presolve would print to standard output now and then, and the fixing has done its work.
        options={"mip_rel_gap": 0.0 if len(some) <= _SMALL else _CLOSE, "node_limit": _NODES, "presolve": False},
    )
    if result.x is None:
        return known
    better[free] = result.x > 0.5
    return better


def _rows(offers: Offers, users: Ints, resources: list[Resource]) -> tuple[csr_array | None, Floats]:
    """The resources first, then subjects with several offers, then users who could get too many messages."""
    parts = [csr_array(np.vstack([r.use for r in resources]))] if resources else []
    limits = [np.array([r.limit for r in resources])]
    several = _groups(offers.subject, np.ones(int(offers.subject.max()) + 1))
    for matrix, limit in (several, _groups(offers.user, users.astype(np.float64))):
        if matrix is not None:
            parts.append(matrix)
            limits.append(limit)
    return (vstack(parts, format="csr") if parts else None), np.concatenate(limits)


def _groups(member: Ints, limits: Floats) -> tuple[csr_array | None, Floats]:
    """One row per group with more members than its limit."""
    inside = member >= 0
    counts = np.bincount(member[inside], minlength=len(limits))
    binding = np.flatnonzero(counts > limits)
    if not len(binding):
        return None, np.zeros(0)
    row_of = np.full(len(limits), -1)
    row_of[binding] = np.arange(len(binding))
    columns = np.flatnonzero(inside & (row_of[np.where(inside, member, 0)] >= 0))
    rows = row_of[member[columns]]
    matrix = csr_array((np.ones(len(columns)), (rows, columns)), shape=(len(binding), len(member)))
    return matrix, limits[binding]
