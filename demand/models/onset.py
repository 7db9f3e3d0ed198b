"""When does the request come, given that it comes? The empirical curve by scenario and days to due.

Time after the cutoff is cut into buckets. Far from the due day one curve a scenario is enough; within the horizon
each day to due has its own, since a no-show happens on the day itself and a cancellation fee the day before. Small
cells are pulled towards the scenario's curve, and that towards the curve of all requests. Where something is due, the
parent of a cell within the horizon is a mixture of that curve and one that counts from the due day (`aligned`), in the
share that makes the requests likeliest: a no-show is all due day, a change of mind may be none of it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from demand.models.aligned import aligned_curves, mixed
from demand.models.days import whole_days
from demand.models.shrinkage import counted, shrunken

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]

MOST_BUCKETS = 14
HOURS_BUCKETS = 12
"""Buckets of a horizon of one day or less."""


def bucket_edges(horizon: timedelta) -> tuple[float, ...]:
    """Edges in days from 0 to the horizon: a bucket a day up to two weeks, 14 beyond, 12 within a single day."""
    days = horizon / timedelta(days=1)
    count = HOURS_BUCKETS if days <= 1 else min(math.ceil(days), MOST_BUCKETS)
    return tuple(float(edge) for edge in np.linspace(0.0, days, count + 1))


class OnsetCurves:
    """Distribution over time buckets given a request, by scenario and days to due.

    Parameters
    ----------
    edges : (buckets + 1,) days after the cutoff, from 0 to the horizon
    strength : rows that a parent curve is worth

    Attributes
    ----------
    curves_ : (day cells, scenarios, buckets), each curve summing to 1
    """

    def __init__(self, edges: Sequence[float], strength: float = 10.0) -> None:
        self.edges = tuple(edges)
        self.strength = strength

    def fit(
        self, days: Floats, scenario: Codes, onset_days: Floats, weight: Floats, scenarios: int, *, due: bool = False
    ) -> Self:
        """Fit to requests.

        Parameters
        ----------
        days : (rows,) days to due, or age
        scenario, onset_days, weight : (rows,) code of the scenario, days from cutoff to request, what a row counts
        scenarios : how many there are
        due : whether `days` counts down to something that requests may gather around
        """
        buckets = len(self.edges) - 1
        known = ~np.isnan(onset_days)
        bucket = np.clip(np.searchsorted(self.edges, onset_days[known], side="right") - 1, 0, buckets - 1)
        cell, scenario, weight = self._cells(days)[known], scenario[known], weight[known]
        cells = self._most_day + 3
        rows, shape = cell * scenarios + scenario, (cells, scenarios, -1)
        counts = counted(rows, bucket, weight, (cells * scenarios, buckets)).reshape(shape)
        anything = shrunken(counts.sum(axis=(0, 1)), np.full(buckets, 1 / buckets), 1.0)
        by_scenario = shrunken(counts.sum(axis=0), anything, self.strength)
        parent = np.broadcast_to(by_scenario, counts.shape).copy()
        if due:
            near = np.arange(1, self._most_day + 1)  # the cells of days 0, 1, ... before the due day
            around = self._around_due(near, cell, scenario, onset_days[known], weight, scenarios)
            parent[near] = mixed(counts[near], around, by_scenario, self.strength)
        self.curves_ = shrunken(counts, parent, self.strength)
        return self

    def predict(self, days: Floats) -> Floats:
        """(rows, scenarios, buckets), each curve summing to 1."""
        return self.curves_[self._cells(days)]

    def to_dict(self) -> dict[str, Any]:
        return {"edges": list(self.edges), "strength": self.strength, "curves": self.curves_.tolist()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> OnsetCurves:
        curves = cls(values["edges"], values["strength"])
        curves.curves_ = np.asarray(values["curves"], dtype=np.float64)
        return curves

    @property
    def _most_day(self) -> int:
        return math.ceil(self.edges[-1]) + 1

    def _cells(self, days: Floats) -> Codes:
        return whole_days(days, self._most_day)

    def _around_due(
        self, near: Codes, cell: Codes, scenario: Codes, onset_days: Floats, weight: Floats, scenarios: int
    ) -> Floats:
        """(near cells, scenarios, buckets) curves that count from the due day, in steps of a day at most."""
        edges = np.asarray(self.edges)
        steps = math.ceil(edges[-1] / min(1.0, np.diff(edges).min()) - 1e-9)
        step = edges[-1] / steps
        place = np.clip(np.floor(onset_days / step).astype(np.int64), 0, steps - 1)
        cells = self._most_day + 3
        counts = counted(cell * scenarios + scenario, place, weight, (cells * scenarios, steps))
        counts = counts.reshape(cells, scenarios, steps)
        shift = np.rint((near - 1) / step).astype(np.int64)
        starts = np.arange(steps) * step
        shared = np.minimum(starts[:, None] + step, edges[1:]) - np.maximum(starts[:, None], edges[:-1])
        buckets: Floats = aligned_curves(counts[near], shift, self.strength) @ np.clip(shared / step, 0.0, 1.0)
        return buckets
