"""Bundle: the models of all industries as one thing that is trained, stored, served and promoted together.

It takes the feature frame of any mixture of industries and routes each row to its model. It carries `demand` alone and
is text throughout: no pickle is ever read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from demand.contract import ContractError, StateError
from demand.models.baselines import Baseline, baseline_from_dict
from demand.models.forecaster import Forecaster
from demand.models.prediction import Prediction

BUNDLE_FORMAT = 1
"""Raised whenever files of an older bundle can no longer be read as they are."""

OUTPUTS = ("p_request", "scenario", "p_scenario", "onset_p10", "onset_p50", "onset_p90")
QUANTILES = {"onset_p10": 0.1, "onset_p50": 0.5, "onset_p90": 0.9}


@dataclass(frozen=True)
class Bundle:
    """Fitted models by industry.

    Parameters
    ----------
    industries : name -> fitted model, which knows the meaning of its features
    baselines : industry -> name -> fitted baseline
    label_as_of : industry -> the newest moment whose labels were used
    """

    industries: Mapping[str, Forecaster]
    baselines: Mapping[str, Mapping[str, Baseline]] = field(default_factory=dict)
    label_as_of: Mapping[str, datetime] = field(default_factory=dict)

    bundle_format: int = BUNDLE_FORMAT

    def predict(self, frame: pd.DataFrame, *, incidence: bool = False) -> pd.DataFrame:
        """Score rows of any industries.

        Parameters
        ----------
        frame : (rows, ...) a column `industry` and the features of each industry that occurs
        incidence : also give the whole incidence of each row as JSON, with its axes

        Returns
        -------
        (rows, ...) with the index of `frame`: p_request; scenario, the likeliest; p_scenario, JSON of scenario ->
        probability that such a request comes within the horizon; onset_p10, onset_p50, onset_p90 in days after the
        cutoff, given that a request comes

        Raises
        ------
        ContractError
            If `industry` is missing or unknown, or feature columns are missing: all are named.
        """
        scored = {
            column: np.full(len(frame), np.nan) if column == "p_request" or column in QUANTILES else _blanks(frame)
            for column in (*OUTPUTS, *(("incidence",) if incidence else ()))
        }
        for rows, prediction in self.forecast(frame):
            for column, values in _as_columns(prediction, incidence).items():
                scored[column][rows] = values
        return pd.DataFrame(scored, index=frame.index)

    def forecast(self, frame: pd.DataFrame) -> list[tuple[np.ndarray, Prediction]]:
        """Positions of the rows of each industry that occurs, and their prediction."""
        return [(rows, self.industries[name].predict(frame.iloc[rows])) for name, rows in self._routes(frame)]

    def to_files(self) -> dict[str, bytes]:
        """The bundle as text files: `bundle.json`, and a folder for each industry."""
        files: dict[str, bytes] = {}
        listed: dict[str, Any] = {}
        for number, (name, model) in enumerate(sorted(self.industries.items())):
            # Folders are numbered: an industry may be called anything, a file may not.
            folder = f"industry_{number}"
            moment = self.label_as_of.get(name)
            listed[name] = {
                "folder": folder,
                "label_as_of": None if moment is None else moment.isoformat(),
                "baselines": {key: b.to_dict() for key, b in self.baselines.get(name, {}).items()},
            }
            files |= {f"{folder}/{path}": content for path, content in model.to_files().items()}
        head = {"bundle_format": self.bundle_format, "industries": listed}
        return {"bundle.json": json.dumps(head, ensure_ascii=False).encode(), **files}

    @classmethod
    def from_files(cls, files: Mapping[str, bytes]) -> Bundle:
        """The bundle that `to_files` wrote.

        Raises
        ------
        StateError
            If `bundle.json` is missing or of another format.
        """
        head = json.loads(files.get("bundle.json", b"{}"))
        found = head.get("bundle_format")
        if found != BUNDLE_FORMAT:
            raise StateError(
                found=f"bundle format {found}" if head else "no bundle.json",
                expected=f"format {BUNDLE_FORMAT}",
                remedy="train again with this version, or install the version that trained it",
            )
        models, baselines, moments = {}, {}, {}
        for name, entry in head["industries"].items():
            prefix = entry["folder"] + "/"
            own = {path.removeprefix(prefix): content for path, content in files.items() if path.startswith(prefix)}
            models[name] = Forecaster.from_files(own)
            baselines[name] = {key: baseline_from_dict(values) for key, values in entry["baselines"].items()}
            if entry["label_as_of"]:
                moments[name] = datetime.fromisoformat(entry["label_as_of"])
        return cls(models, baselines, moments)

    def _routes(self, frame: pd.DataFrame) -> list[tuple[str, np.ndarray]]:
        if "industry" not in frame.columns:
            raise ContractError(
                found="a frame without a column industry",
                expected=f"in every row one of {', '.join(sorted(self.industries))}",
                remedy="take the frame from the workspace's features, whose second key it is",
            )
        industry = frame["industry"].astype(object)
        unknown = industry[~industry.isin(list(self.industries))]
        if len(unknown):
            raise ContractError(
                found=f"{len(unknown):,} rows of industries without a model, for example {unknown.iloc[0]!r}",
                expected=f"one of {', '.join(sorted(self.industries))}",
                remedy="train with that industry, or leave its rows out",
            )
        return [
            (name, rows)
            for name in sorted(self.industries)
            if len(rows := np.flatnonzero((industry == name).to_numpy()))
        ]


def _blanks(frame: pd.DataFrame) -> np.ndarray:
    return np.full(len(frame), None, dtype=object)


def _as_columns(prediction: Prediction, incidence: bool) -> dict[str, Any]:
    joint = prediction.incidence.sum(axis=2)
    columns: dict[str, Any] = {
        "p_request": prediction.p_request,
        "scenario": prediction.top_scenario,
        "p_scenario": [json.dumps(dict(zip(prediction.scenarios, row, strict=True))) for row in joint.tolist()],
        **{column: prediction.onset(q) for column, q in QUANTILES.items()},
    }
    if incidence:
        axes = {"scenarios": prediction.scenarios, "bucket_days": prediction.bucket_days}
        columns["incidence"] = [json.dumps(axes | {"incidence": row}) for row in prediction.incidence.tolist()]
    return columns
