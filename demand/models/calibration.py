"""Calibration on the newest matured slice: the window matters more than the method.

A logistic recalibration (Cox 1958), logit(p') = intercept + slope * logit(p), fitted on what happened last. It must
not harm: level and slope are shrunk towards "change nothing" by a normal prior, so that they move only as far as the
evidence carries them. And evidence is counted in nights, not in rows: if the same model is now 30% too low and a
fortnight later 30% too high, ten thousand rows a night say little about the next night. How many rows are worth one
observation is measured on the slice itself, as the overdispersion of the nights (McCullagh and Nelder 1989, 4.5).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit

Floats = npt.NDArray[np.float64]

SMALLEST = 1e-9
SLOPES = (0.25, 4.0)
"""A calibrator never turns a ranking round."""

LEAST_DISPERSION = 4.0
EXPECTED_DISPERSION = 10.0
NIGHTS_OF_EXPECTATION = 2.0
"""Dispersion before any night was seen, and how many nights that expectation is worth."""


class LogisticCalibrator:
    """Shrunken intercept and slope on the log-odds.

    Parameters
    ----------
    level_sd : standard deviation of the prior of the shift in log-odds, around 0; 0 holds the level still
    slope_sd : the same for the slope, around 1; 0 leaves the slope at 1

    Attributes
    ----------
    intercept_, slope_ : the recalibration; 0 and 1 change nothing, as before any fit
    rows_, positives_ : the evidence
    rows_per_observation_ : how many of these rows are worth one independent observation
    """

    def __init__(self, level_sd: float = 0.1, slope_sd: float = 0.05) -> None:
        self.level_sd = level_sd
        self.slope_sd = slope_sd
        self.intercept_, self.slope_ = 0.0, 1.0
        self.rows_, self.positives_ = 0, 0
        self.rows_per_observation_ = EXPECTED_DISPERSION

    def fit(
        self, p: npt.ArrayLike, y: npt.ArrayLike, nights: npt.ArrayLike, weight: npt.ArrayLike | None = None
    ) -> Self:
        """Fit to predictions `p`, outcomes `y` and the night of each, all (rows,); without rows nothing changes."""
        z, outcome = log_odds(p), np.asarray(y, dtype=np.float64)
        w = np.ones(len(z)) if weight is None else np.asarray(weight, dtype=np.float64)
        self.intercept_, self.slope_ = 0.0, 1.0
        self.rows_, self.positives_ = len(z), int(outcome.sum())
        spread = np.array([self.level_sd, self.slope_sd])
        free = spread > 0
        if not len(z) or not free.any() or not w.sum():
            return self
        self.rows_per_observation_ = _dispersion(z, outcome, nights, w)
        # Centred, the first parameter is the level at the average prediction and the second only tilts.
        centre = float(np.average(z, weights=w))
        design = np.column_stack([np.ones(len(z)), z - centre])[:, free]
        moved = np.zeros(2)
        moved[free] = _penalised_logistic(design, outcome, z, w / self.rows_per_observation_, spread[free])
        self.slope_ = float(np.clip(1 + moved[1], *SLOPES))
        self.intercept_ = float(moved[0] - (self.slope_ - 1) * centre)
        return self

    def transform(self, p: npt.ArrayLike) -> Floats:
        """Calibrated probabilities; exactly `p` where nothing was learned."""
        if self.intercept_ == 0.0 and self.slope_ == 1.0:
            return np.asarray(p, dtype=np.float64)
        return expit(self.intercept_ + self.slope_ * log_odds(p))

    def to_dict(self) -> dict[str, Any]:
        return {
            "level_sd": self.level_sd,
            "slope_sd": self.slope_sd,
            "intercept": self.intercept_,
            "slope": self.slope_,
            "rows": self.rows_,
            "positives": self.positives_,
            "rows_per_observation": self.rows_per_observation_,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> LogisticCalibrator:
        calibrator = cls(values["level_sd"], values["slope_sd"])
        calibrator.intercept_, calibrator.slope_ = values["intercept"], values["slope"]
        calibrator.rows_, calibrator.positives_ = values["rows"], values["positives"]
        calibrator.rows_per_observation_ = values["rows_per_observation"]
        return calibrator


def log_odds(p: npt.ArrayLike) -> Floats:
    """Probabilities as log-odds, kept finite."""
    p = np.clip(np.asarray(p, dtype=np.float64), SMALLEST, 1 - SMALLEST)
    return np.log(p) - np.log1p(-p)


def _dispersion(z: Floats, y: Floats, nights: npt.ArrayLike, weight: Floats) -> float:
    """Variance of the nights' requests around the common level, over what independent rows would have."""
    level = _penalised_logistic(np.ones((len(z), 1)), y, z, weight, np.array([10.0]))
    p = expit(z + level)
    night, _ = pd.factorize(np.asarray(nights))
    surplus = np.bincount(night, weights=weight * (y - p))
    variance = np.bincount(night, weights=np.square(weight) * p * (1 - p))
    squares = np.square(surplus[variance > 0]) / variance[variance > 0]
    seen = max(len(squares) - 1, 0)
    total = NIGHTS_OF_EXPECTATION * EXPECTED_DISPERSION + (squares.sum() if seen else 0.0)
    return max(LEAST_DISPERSION, float(total / (NIGHTS_OF_EXPECTATION + seen)))


def _penalised_logistic(design: Floats, y: Floats, offset: Floats, weight: Floats, sd: Floats) -> Floats:
    """Coefficients of a logistic regression with an offset and independent normal priors around 0, by Newton."""
    precision = np.diag(1 / np.square(sd))
    beta = np.zeros(design.shape[1])
    for _ in range(100):
        p = expit(offset + design @ beta)
        gradient = design.T @ (weight * (y - p)) - precision @ beta
        curvature = (design * (weight * p * (1 - p))[:, None]).T @ design + precision
        step = np.linalg.solve(curvature, gradient)
        # The penalised likelihood is concave; a bounded step keeps Newton from overshooting where it is flat.
        beta += step * min(1.0, 1.0 / max(np.abs(step).max(), 1e-12))
        if np.abs(step).max() < 1e-10:
            break
    return beta
