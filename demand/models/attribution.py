"""What each feature added to a prediction, in probability points.

Shapley values of the trees (Lundberg and others 2020, *From local explanations to global understanding with
explainable AI for trees*) come in log-odds of the raw model. People read probabilities: each row is rescaled so that
its contributions add up to the calibrated probability minus the probability of the model's average answer.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass

import lightgbm as lgb
import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit

from demand.contract import FeatureMeta
from demand.models.calibration import LogisticCalibrator

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Contributions:
    """Why each prediction is what it is.

    Parameters
    ----------
    names : (features,) feature names
    points : (rows, features) probability points, positive where the feature raises the probability
    base : the probability that the explanation starts from; `base + points.sum(axis=1)` is `p_request`
    p_request : (rows,)
    reference : feature -> its typical value in training: the median, or the most frequent level
    """

    names: tuple[str, ...]
    points: Floats
    base: float
    p_request: Floats
    reference: Mapping[str, float | str | None]

    def __len__(self) -> int:
        return len(self.points)


def tree_log_odds(booster: lgb.Booster, matrix: Floats) -> tuple[Floats, float]:
    """Shapley values (rows, features) in log-odds, and the average answer they start from."""
    import shap  # takes seconds to import, and a model that only predicts needs none of it

    explainer = shap.TreeExplainer(booster)
    with warnings.catch_warnings():
        # shap says that its answer for binary boosters has changed its form; the new form is what is read here.
        warnings.filterwarnings("ignore", message="LightGBM binary classifier", category=UserWarning)
        values = np.asarray(explainer.shap_values(matrix), dtype=np.float64)
    return values, float(np.ravel(explainer.expected_value)[-1])


def in_points(log_odds: Floats, average: float, calibrator: LogisticCalibrator) -> tuple[Floats, float]:
    """Rescale log-odds (rows, features) around `average` to probability points, and give their base.

    The factor of a row is (calibrated p - base) / sum of its log-odds: the slope of the chord between both
    probabilities, which becomes the tangent where the sum vanishes.
    """
    total = log_odds.sum(axis=1)
    base = float(calibrator.transform(expit([average]))[0])
    p = calibrator.transform(expit(average + total))
    tangent = calibrator.slope_ * base * (1 - base)
    flat = np.abs(total) < 1e-9
    factor = np.where(flat, tangent, (p - base) / np.where(flat, 1.0, total))
    return log_odds * factor[:, None], base


def typical_values(x: pd.DataFrame, meta: tuple[FeatureMeta, ...]) -> dict[str, float | str | None]:
    """What a feature usually is: its median, or its most frequent level; None where it is never known."""
    typical: dict[str, float | str | None] = {}
    for m in meta:
        column = x[m.name].dropna()
        if column.empty:
            typical[m.name] = None
        elif m.kind == "category":
            counts = column.astype(str).value_counts()
            typical[m.name] = min(counts.index[counts == counts.iloc[0]])
        else:
            typical[m.name] = float(pd.to_numeric(column).median())
    return typical
