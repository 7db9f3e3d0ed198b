"""LightGBM as the toolkit uses it: deterministic, regularised, rounds chosen on the newest slice of training time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import lightgbm as lgb
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

FEW_ROWS = 10_000
"""Training rows below which trees are kept small."""


@dataclass(frozen=True, slots=True)
class Boosting:
    """How trees are grown. The defaults suit tens of thousands of rows; see `suited_to` for fewer.

    Parameters
    ----------
    learning_rate, leaves, rows_per_leaf, l2, rows_per_tree, bins : the usual brakes of boosting
    features_per_split : share of the features that a split may choose from, drawn anew for each (as in random forests),
        so that no whole tree has to do without the one that matters most, the days
    category_l2, category_smooth : the same for splits on categories
    most_rounds : where growing ends even while it still helps
    patience : rounds without improvement after which growing stops
    default_rounds : rounds where there is no slice to choose them on
    """

    learning_rate: float = 0.05
    leaves: int = 31
    rows_per_leaf: int = 100
    l2: float = 5.0
    features_per_split: float = 0.5
    rows_per_tree: float = 0.7
    bins: int = 127
    category_l2: float = 20.0
    category_smooth: float = 20.0
    most_rounds: int = 600
    patience: int = 50
    default_rounds: int = 80

    @classmethod
    def suited_to(cls, rows: int) -> Boosting:
        """The defaults; for few training rows, small trees that learn slowly, and leaves of a few rows.

        Among few rows a leaf of a hundred is too coarse to find the rare case, and a tree of many leaves learns single
        stories by heart.
        """
        return cls(learning_rate=0.03, leaves=5, rows_per_leaf=30) if rows < FEW_ROWS else cls()

    def parameters(self, *, seed: int, threads: int, classes: int = 0) -> dict[str, Any]:
        """LightGBM's names; `classes` above 0 asks for a distribution over so many."""
        objective = {"objective": "multiclass", "num_class": classes} if classes else {"objective": "binary"}
        return objective | {
            "learning_rate": self.learning_rate,
            "num_leaves": self.leaves,
            "min_data_in_leaf": self.rows_per_leaf,
            "lambda_l2": self.l2,
            "feature_fraction_bynode": self.features_per_split,
            "bagging_fraction": self.rows_per_tree,
            "bagging_freq": 1,
            "max_bin": self.bins,
            "cat_l2": self.category_l2,
            "cat_smooth": self.category_smooth,
            "deterministic": True,
            "force_row_wise": True,
            "num_threads": threads,
            "seed": seed,
            "verbosity": -1,
        }

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class TrainingSet:
    """Encoded rows: matrix (rows, features), target (rows,), weight (rows,), positions of the categories."""

    matrix: Floats
    target: Floats
    weight: Floats
    categorical: Sequence[int]

    def only(self, rows: Mask) -> TrainingSet:
        return TrainingSet(self.matrix[rows], self.target[rows], self.weight[rows], self.categorical)

    def dataset(self, bins: int, reference: lgb.Dataset | None = None) -> lgb.Dataset:
        return lgb.Dataset(
            self.matrix,
            self.target,
            weight=self.weight,
            categorical_feature=list(self.categorical),
            reference=reference,
            params={"max_bin": bins, "verbosity": -1},
            free_raw_data=True,
        )


def grow(rows: TrainingSet, boosting: Boosting, rounds: int, parameters: dict[str, Any]) -> lgb.Booster:
    """A booster of exactly `rounds` rounds."""
    return lgb.train(parameters, rows.dataset(boosting.bins), num_boost_round=rounds)


def grow_until_it_stops_helping(
    rows: TrainingSet, checked_on: TrainingSet, boosting: Boosting, parameters: dict[str, Any]
) -> lgb.Booster:
    """A booster stopped early by its loss on `checked_on`; `best_iteration` is how many rounds helped."""
    dataset = rows.dataset(boosting.bins)
    return lgb.train(
        parameters,
        dataset,
        num_boost_round=boosting.most_rounds,
        valid_sets=[checked_on.dataset(boosting.bins, reference=dataset)],
        callbacks=[lgb.early_stopping(boosting.patience, verbose=False)],
    )
