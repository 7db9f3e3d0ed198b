"""Which request will it be, given that there is one? A days table, and trees where there is enough to learn from.

The days table knows what time alone can tell: long before the stay only a cancellation is possible. Trees add what
else is known; how much they count is decided by their loss on the newest requests, so they cannot make it worse.
A scenario that never happened has probability 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Self

import lightgbm as lgb
import numpy as np
import numpy.typing as npt
import pandas as pd

from demand.models.boosting import Boosting, TrainingSet, grow, grow_until_it_stops_helping
from demand.models.days import COARSE_CELLS, COARSE_OF_DAY, MOST_DAY, coarse_days, whole_days
from demand.models.shrinkage import counted, shrunken
from demand.models.slices import newest_slice

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]

UNKNOWN = "unknown"
"""The scenario of a request whose scenario was not recorded."""

FEWEST_OF_A_CLASS = 50
"""A scenario takes part in the trees from so many requests on."""

NEWEST_SHARE = 0.25
BLENDS = np.linspace(0.0, 1.0, 21)


class ScenarioModel:
    """Distribution over scenarios given a request.

    Parameters
    ----------
    horizon : purged between the slices
    boosting : how trees are grown; they are kept smaller than those of the likelihood
    strength : rows that a parent cell of the days table is worth

    Attributes
    ----------
    table_ : (day cells, scenarios) the days table
    learned_ : codes of the scenarios that the trees tell apart; empty without trees
    blend_ : share of the trees in the result
    """

    def __init__(
        self, horizon: timedelta, *, boosting: Boosting, strength: float = 5.0, seed: int = 7, threads: int = 2
    ) -> None:
        self.horizon = horizon
        self.boosting = replace(boosting, leaves=min(boosting.leaves, 15), rows_per_leaf=30, most_rounds=200)
        self.strength = strength
        self.seed = seed
        self.threads = threads

    def fit(
        self,
        matrix: Floats,
        scenario: Codes,
        days: Floats,
        cutoffs: pd.DatetimeIndex,
        scenarios: int,
        *,
        categorical: Sequence[int] = (),
        weight: Floats | None = None,
    ) -> Self:
        """Fit to requests: encoded rows (rows, features), code of the scenario, days and cutoff of each (rows,)."""
        weight = np.ones(len(scenario)) if weight is None else weight
        self.table_ = self._days_table(scenario, days, weight, scenarios)
        self.booster_: lgb.Booster | None = None
        self.blend_ = 0.0
        earlier, newest = newest_slice(cutoffs, self.horizon, NEWEST_SHARE)
        seen_earlier = np.bincount(scenario[earlier], minlength=scenarios)
        self.learned_ = np.flatnonzero(seen_earlier >= FEWEST_OF_A_CLASS)
        inside = np.isin(scenario, self.learned_)
        if len(self.learned_) < 2 or not (newest & inside).any():
            self.learned_ = self.learned_[:0]
            return self
        rows = TrainingSet(matrix, np.searchsorted(self.learned_, scenario).astype(np.float64), weight, categorical)
        parameters = self.boosting.parameters(seed=self.seed, threads=self.threads, classes=len(self.learned_))
        trial = grow_until_it_stops_helping(
            rows.only(earlier & inside), rows.only(newest & inside), self.boosting, parameters
        )
        rounds = max(trial.best_iteration, 1)
        prior = self._days_table(scenario[earlier], days[earlier], weight[earlier], scenarios)
        prior = prior[whole_days(days[newest])]
        trees = self._spread(trial.predict(matrix[newest], num_iteration=rounds), prior)
        self.blend_ = _best_blend(prior, trees, scenario[newest], weight[newest])
        if self.blend_ > 0:
            self.booster_ = grow(rows.only(inside), self.boosting, rounds, parameters)
        return self

    def predict(self, matrix: Floats, days: Floats) -> Floats:
        """(rows, scenarios), each row summing to 1."""
        prior = self.table_[whole_days(days)]
        if self.booster_ is None or not len(matrix):
            return prior
        trees = self._spread(np.asarray(self.booster_.predict(matrix), dtype=np.float64), prior)
        mixed = (1 - self.blend_) * prior + self.blend_ * trees
        return mixed / mixed.sum(axis=1, keepdims=True)

    def to_dict(self) -> dict[str, Any]:
        return {"table": self.table_.tolist(), "learned": self.learned_.tolist(), "blend": self.blend_}

    def restore(self, values: Mapping[str, Any], trees: str | None) -> Self:
        """The fitted state from `to_dict` and the trees' text."""
        self.table_ = np.asarray(values["table"], dtype=np.float64)
        self.learned_ = np.asarray(values["learned"], dtype=np.int64)
        self.blend_ = values["blend"]
        self.booster_ = None if trees is None else lgb.Booster(model_str=trees)
        return self

    def _days_table(self, scenario: Codes, days: Floats, weight: Floats, scenarios: int) -> Floats:
        whole = counted(whole_days(days), scenario, weight, (MOST_DAY + 3, scenarios))
        coarse = counted(coarse_days(days), scenario, weight, (COARSE_CELLS, scenarios))
        total = coarse.sum()
        overall = coarse.sum(axis=0) / total if total else np.full(scenarios, 1 / scenarios)
        return shrunken(whole, shrunken(coarse, overall, self.strength)[COARSE_OF_DAY], self.strength)

    def _spread(self, trees: Floats, prior: Floats) -> Floats:
        """The trees' distribution over what they know, the days table's for the rest."""
        spread = prior.copy()
        spread[:, self.learned_] = trees * prior[:, self.learned_].sum(axis=1, keepdims=True)
        return spread


def _best_blend(prior: Floats, trees: Floats, scenario: Codes, weight: Floats) -> float:
    """The share of the trees with the least log loss; of equals the smallest."""
    rows = np.arange(len(scenario))
    a, b = prior[rows, scenario], trees[rows, scenario]
    losses = [-(weight * np.log(np.maximum((1 - s) * a + s * b, 1e-12))).sum() for s in BLENDS]
    return float(BLENDS[int(np.argmin(losses))])
