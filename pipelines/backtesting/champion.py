"""The champion beside the model of each origin, where that is honest: where it has seen no label of the test."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt

from demand.contract import StateError, Text
from demand.models import Forecaster
from pipelines.backtesting.folds import Fold
from pipelines.registry import champion_version, load_champion
from pipelines.workspace import Workspace

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Champion:
    """The registered model that scores an industry.

    Parameters
    ----------
    version : of the bundle
    model : the industry's part
    label_as_of : the newest label it was trained on; None where that is not known
    """

    version: str
    model: Forecaster
    label_as_of: datetime | None

    @property
    def features(self) -> frozenset[str]:
        return frozenset(m.name for m in self.model.meta_)

    def why_not(self, fold: Fold) -> Text | None:
        """Why it has no figure at an origin; None where it has one."""
        missing = sorted(self.features - set(fold.learned.test.x.columns))
        if missing:
            return Text(
                f"version {self.version} needs features that are not computed here, such as {missing[0]}",
                f"版本 {self.version} 需要此处未计算的特征，例如 {missing[0]}",
            )
        if self.label_as_of is None or self.label_as_of > fold.t0:
            until = "?" if self.label_as_of is None else f"{self.label_as_of:%Y-%m-%d}"
            return Text(
                f"version {self.version} was trained on labels up to {until}, which lie in this test",
                f"版本 {self.version} 的训练标签截至 {until}，已进入本次测试区间",
            )
        return None

    def predict(self, fold: Fold) -> Floats:
        """(rows,) what it says about the test rows."""
        return self.model.predict(fold.learned.test.x).p_request


def champion_of(ws: Workspace, industry: str) -> Champion | None:
    """The champion's model of an industry; None where there is no champion, or it cannot be read, or knows it not."""
    if champion_version(ws) is None:
        return None
    try:
        bundle, version = load_champion(ws)
    except StateError:
        return None
    if industry not in bundle.industries:
        return None
    return Champion(version, bundle.industries[industry], bundle.label_as_of.get(industry))
