"""Forecaster: the model of one industry. Likelihood x scenario x time, as one coherent object.

    encoder -> likelihood P(request)  x  scenario P(which | request)  x  onset P(when | request, which, days to due)

Their product is the incidence; every other answer is a sum of it, so nothing can contradict anything.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from demand.contract import ContractError, FeatureMeta
from demand.models.attribution import Contributions, in_points, tree_log_odds, typical_values
from demand.models.boosting import Boosting
from demand.models.days import days_of
from demand.models.encoding import FrameEncoder
from demand.models.labels import MatureLabels
from demand.models.likelihood import Calibration, Likelihood
from demand.models.onset import OnsetCurves, bucket_edges
from demand.models.prediction import Prediction
from demand.models.scenario import ScenarioModel

Floats = npt.NDArray[np.float64]


class Forecaster(BaseEstimator):
    """Predicts whether, which and when, for the subjects of one industry.

    Parameters
    ----------
    horizon : how far it looks ahead
    scenarios : names that shall be among the answers even if they never happened (their probability is 0)
    bucket_days : edges of the time buckets in days, from 0 to the horizon; by default a bucket a day, 14 at most
    boosting, calibration : see there; by default trees suited to the number of rows
    seed, threads : results depend on both and on nothing else

    Attributes
    ----------
    meta_ : the features, in the order of training
    scenarios_ : names, in the order of `Prediction.scenarios`
    likelihood_, scenario_, onset_ : the three factors; `likelihood_.fallback_` says why there are no trees
    encoder_ : how the frame becomes numbers; `encoder_.ignored_` names the features that only tell the time
    reference_ : feature -> typical value in training
    rows_, positives_ : mature rows and requests it was fitted on

    Examples
    --------
    >>> model = Forecaster(timedelta(days=14)).fit(x, labels, meta=matrix.meta)   # doctest: +SKIP
    >>> model.predict(x).p_request                                                # doctest: +SKIP

    See Also
    --------
    demand.models.Bundle : the models of all industries, which routes rows.
    """

    def __init__(
        self,
        horizon: timedelta,
        *,
        scenarios: tuple[str, ...] = (),
        bucket_days: tuple[float, ...] | None = None,
        boosting: Boosting | None = None,
        calibration: Calibration | None = None,
        seed: int = 7,
        threads: int = 2,
    ) -> None:
        self.horizon = horizon
        self.scenarios = scenarios
        self.bucket_days = bucket_days
        self.boosting = boosting
        self.calibration = calibration
        self.seed = seed
        self.threads = threads

    def fit(self, x: pd.DataFrame, labels: pd.DataFrame, *, meta: Sequence[FeatureMeta]) -> Self:
        """Fit to a feature frame and its labels, row by row.

        Parameters
        ----------
        x : (rows, ...) the features that `meta` names; further columns are ignored
        labels : (rows, ...) cutoff, requested (null is censored and left out), scenario (null is `unknown`),
            onset_at, and where there are any weight and days
        meta : what the features mean

        Raises
        ------
        ContractError
            If columns are missing, the frames differ in length, or no row is mature.
        """
        known = MatureLabels.of(x, labels, self.scenarios)
        x = x.loc[known.rows]
        self.meta_ = tuple(meta)
        self.scenarios_ = known.scenarios
        self.rows_, self.positives_ = len(x), int(known.requested.sum())
        self.encoder_ = FrameEncoder().fit(x, self.meta_, known.cutoff)
        self.reference_ = typical_values(x, self.meta_)
        matrix = self.encoder_.transform(x)
        days = self._days(x)
        categorical = self.encoder_.categorical_
        self._build()
        self.likelihood_.fit(matrix, known.requested, known.cutoff, categorical=categorical, weight=known.weight)
        asked = known.requested
        self.scenario_.fit(
            matrix[asked],
            known.scenario[asked],
            days[asked],
            known.cutoff[asked],
            len(self.scenarios_),
            categorical=categorical,
            weight=known.weight[asked],
        )
        self.onset_.fit(
            days[asked],
            known.scenario[asked],
            known.onset_days[asked],
            known.weight[asked],
            len(self.scenarios_),
            due="days_to_due" in x and bool(x["days_to_due"].notna().any()),
        )
        return self

    def predict(self, x: pd.DataFrame) -> Prediction:
        """The incidence of every row of `x`.

        Raises
        ------
        ContractError
            If feature columns are missing.
        """
        check_is_fitted(self, "meta_")
        matrix, days = self.encoder_.transform(x), self._days(x)
        which = self.likelihood_.predict(matrix)[:, None] * self.scenario_.predict(matrix, days)
        incidence = which[:, :, None] * self.onset_.predict(days)
        return Prediction(self.scenarios_, self.onset_.edges, incidence)

    def explain(self, x: pd.DataFrame) -> Contributions:
        """What each feature added to `p_request`, in probability points; zeros where the base rate stands in."""
        check_is_fitted(self, "meta_")
        matrix = self.encoder_.transform(x)
        model = self.likelihood_
        if model.booster_ is None or not len(matrix):
            points, base = np.zeros(matrix.shape), float(model.calibrator_.transform([model.base_rate_])[0])
        else:
            points, base = in_points(*tree_log_odds(model.booster_, matrix), model.calibrator_)
        return Contributions(tuple(m.name for m in self.meta_), points, base, model.predict(matrix), self.reference_)

    def to_files(self) -> dict[str, bytes]:
        """The fitted model as text: `forecaster.json`, and the trees in LightGBM's own format."""
        check_is_fitted(self, "meta_")
        state = {
            "horizon_us": self.horizon // timedelta(microseconds=1),
            "scenarios": self.scenarios,
            "bucket_days": self.bucket_days,
            "boosting": self.boosting and self.boosting.to_dict(),
            "calibration": self.calibration and self.calibration.to_dict(),
            "seed": self.seed,
            "threads": self.threads,
            "meta": [m.to_dict() for m in self.meta_],
            "names": self.scenarios_,
            "rows": self.rows_,
            "positives": self.positives_,
            "reference": self.reference_,
            "encoder": self.encoder_.to_dict(),
            "likelihood": self.likelihood_.to_dict(),
            "scenario": self.scenario_.to_dict(),
            "onset": self.onset_.to_dict(),
        }
        files = {"forecaster.json": json.dumps(state, ensure_ascii=False).encode()}
        for name, booster in (("likelihood", self.likelihood_.booster_), ("scenario", self.scenario_.booster_)):
            if booster is not None:
                files[f"{name}.txt"] = booster.model_to_string(num_iteration=-1).encode()
        return files

    @classmethod
    def from_files(cls, files: Mapping[str, bytes]) -> Forecaster:
        """The model that `to_files` wrote; its predictions are identical to the bit.

        Raises
        ------
        ContractError
            If `forecaster.json` is missing.
        """
        if "forecaster.json" not in files:
            raise ContractError(
                found=f"no forecaster.json among {', '.join(sorted(files)) or 'no files'}",
                expected="the files of Forecaster.to_files",
                remedy="pass all of them",
            )
        state = json.loads(files["forecaster.json"])
        boosting, calibration = state["boosting"], state["calibration"]
        model = cls(
            timedelta(microseconds=state["horizon_us"]),
            scenarios=tuple(state["scenarios"]),
            bucket_days=state["bucket_days"] and tuple(state["bucket_days"]),
            boosting=boosting and Boosting(**boosting),
            calibration=calibration and Calibration.from_dict(calibration),
            seed=state["seed"],
            threads=state["threads"],
        )
        model.meta_ = tuple(FeatureMeta.from_dict(m) for m in state["meta"])
        model.scenarios_ = tuple(state["names"])
        model.rows_, model.positives_ = state["rows"], state["positives"]
        model.reference_ = state["reference"]
        model.encoder_ = FrameEncoder.from_dict(state["encoder"])
        trees = {name: files[f"{name}.txt"].decode() for name in ("likelihood", "scenario") if f"{name}.txt" in files}
        model._build()
        model.likelihood_.restore(state["likelihood"], trees.get("likelihood"))
        model.scenario_.restore(state["scenario"], trees.get("scenario"))
        model.onset_ = OnsetCurves.from_dict(state["onset"])
        return model

    def _build(self) -> None:
        boosting, seed, threads = self.boosting or Boosting.suited_to(self.rows_), self.seed, self.threads
        self.likelihood_ = Likelihood(
            self.horizon,
            boosting=boosting,
            calibration=self.calibration or Calibration(),
            seed=seed,
            threads=threads,
        )
        self.scenario_ = ScenarioModel(self.horizon, boosting=boosting, seed=seed, threads=threads)
        self.onset_ = OnsetCurves(self.bucket_days or bucket_edges(self.horizon))

    @staticmethod
    def _days(x: pd.DataFrame) -> Floats:
        days = days_of(x)
        return np.full(len(x), np.nan) if days is None else days
