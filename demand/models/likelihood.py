"""Will there be a request within the horizon? Gradient boosting, calibrated on the newest matured slice.

    rounds       grown on the older 80% of training time, stopped by the loss on the newest 20%, horizon purged
    calibration  that same model's predictions for the newest weeks, which it has never seen
    final model  grown again on everything, with those rounds; the calibration is carried over to it

Where there is nothing to learn from (one class, a handful of requests) the model is the base rate, and says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Self

import lightgbm as lgb
import numpy as np
import numpy.typing as npt
import pandas as pd

from demand.models.boosting import Boosting, TrainingSet, grow, grow_until_it_stops_helping
from demand.models.calibration import LogisticCalibrator
from demand.models.slices import newest_slice

Floats = npt.NDArray[np.float64]

FEWEST_REQUESTS = 20
"""With fewer requests in training no tree is grown."""

NEWEST_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class Calibration:
    """How the newest time is used.

    Parameters
    ----------
    window : how much of the newest training time calibrates, at most the newest 20%; None takes two horizons, but no
        less than a week and no more than four: the shorter the horizon, the fresher what has matured
    level_sd, slope_sd : how far calibration may move the level and the slope; see `LogisticCalibrator`
    half_life : a training row this much older than the newest counts half; None lets all count alike
    """

    window: timedelta | None = None
    level_sd: float = 0.1
    slope_sd: float = 0.05
    half_life: timedelta | None = timedelta(days=365)

    def to_dict(self) -> dict[str, Any]:
        day = timedelta(days=1)
        return {
            "window_days": None if self.window is None else self.window / day,
            "level_sd": self.level_sd,
            "slope_sd": self.slope_sd,
            "half_life_days": None if self.half_life is None else self.half_life / day,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Calibration:
        window, half_life = values["window_days"], values["half_life_days"]
        return cls(
            None if window is None else timedelta(days=window),
            values["level_sd"],
            values["slope_sd"],
            None if half_life is None else timedelta(days=half_life),
        )

    def window_of(self, horizon: timedelta) -> timedelta:
        """The window for an industry that looks so far ahead."""
        return self.window or min(max(2 * horizon, timedelta(weeks=1)), timedelta(weeks=4))


class Likelihood:
    """Probability of a request within the horizon.

    Attributes
    ----------
    booster_ : the grown model, None where the base rate stands in for it
    base_rate_ : weighted share of requests in training, never 0 or 1
    calibrator_ : what the newest slice taught
    rounds_ : rounds of the final model
    fallback_ : why the model is a base rate; empty where it is not
    """

    def __init__(
        self,
        horizon: timedelta,
        *,
        boosting: Boosting,
        calibration: Calibration,
        seed: int = 7,
        threads: int = 2,
    ) -> None:
        self.horizon = horizon
        self.boosting = boosting
        self.calibration = calibration
        self.seed = seed
        self.threads = threads

    def fit(
        self,
        matrix: Floats,
        requested: npt.ArrayLike,
        cutoffs: pd.DatetimeIndex,
        *,
        categorical: Sequence[int] = (),
        weight: Floats | None = None,
    ) -> Self:
        """Fit to encoded rows (rows, features), their outcomes and cutoffs (rows,)."""
        target = np.asarray(requested, dtype=np.float64)
        weight = np.ones(len(target)) if weight is None else weight
        self.base_rate_ = float((target @ weight + 0.5) / (weight.sum() + 1))
        self.booster_: lgb.Booster | None = None
        self.calibrator_ = self._calibrator()
        self.rounds_ = 0
        self.fallback_ = _why_no_model(target)
        if self.fallback_:
            return self
        rows = TrainingSet(matrix, target, weight * self._freshness(cutoffs), categorical)
        parameters = self.boosting.parameters(seed=self.seed, threads=self.threads)
        self.rounds_ = self.boosting.default_rounds
        earlier, newest = newest_slice(cutoffs, self.horizon, NEWEST_SHARE)
        if not _why_no_model(target[earlier]) and not _why_no_model(target[newest]):
            trial = grow_until_it_stops_helping(rows.only(earlier), rows.only(newest), self.boosting, parameters)
            self.rounds_ = max(trial.best_iteration, 1)
            window = newest & np.asarray(cutoffs > cutoffs.max() - self.calibration.window_of(self.horizon))
            seen_ahead = trial.predict(matrix[window], num_iteration=self.rounds_)
            self.calibrator_.fit(seen_ahead, target[window], cutoffs[window].asi8, weight[window])
        self.booster_ = grow(rows, self.boosting, self.rounds_, parameters)
        return self

    def raw(self, matrix: Floats) -> Floats:
        """Probabilities before calibration."""
        if self.booster_ is None:
            return np.full(len(matrix), self.base_rate_)
        return np.asarray(self.booster_.predict(matrix), dtype=np.float64)

    def predict(self, matrix: Floats) -> Floats:
        """Calibrated probabilities (rows,)."""
        return self.calibrator_.transform(self.raw(matrix))

    def to_dict(self) -> dict[str, Any]:
        """Everything but the trees, which `booster_.model_to_string()` holds."""
        return {
            "base_rate": self.base_rate_,
            "calibrator": self.calibrator_.to_dict(),
            "rounds": self.rounds_,
            "fallback": self.fallback_,
        }

    def restore(self, values: Mapping[str, Any], trees: str | None) -> Self:
        """The fitted state from `to_dict` and the trees' text."""
        self.base_rate_, self.rounds_, self.fallback_ = values["base_rate"], values["rounds"], values["fallback"]
        self.calibrator_ = LogisticCalibrator.from_dict(values["calibrator"])
        self.booster_ = None if trees is None else lgb.Booster(model_str=trees)
        return self

    def _calibrator(self) -> LogisticCalibrator:
        return LogisticCalibrator(self.calibration.level_sd, self.calibration.slope_sd)

    def _freshness(self, cutoffs: pd.DatetimeIndex) -> Floats:
        if self.calibration.half_life is None:
            return np.ones(len(cutoffs))
        return np.asarray(0.5 ** ((cutoffs.max() - cutoffs) / self.calibration.half_life), dtype=np.float64)


def _why_no_model(target: Floats) -> str:
    positives = int(target.sum())
    if min(positives, len(target) - positives) < FEWEST_REQUESTS:
        return (
            f"{positives:,} requests among {len(target):,} rows: too few to learn from (at least {FEWEST_REQUESTS} of "
            "either outcome), the base rate stands in"
        )
    return ""
