"""What a model learns from: the spine's matured rows, with features, labels and weights side by side.

A row whose subject was treated says what happens *with* us, so it is left out; the rows that a holdout kept from
treatment stand for the others too, and weigh 1 / propensity (Horvitz and Thompson 1952), capped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from demand.contract import FeatureMeta
from demand.subjects import days_to_due_or_age
from features import FeatureSet
from pipelines.workspace import Workspace
from pipelines.workspace.outcomes import TREATED

Mask = npt.NDArray[np.bool_]

MOST_WEIGHT = 20.0


@dataclass(frozen=True)
class Examples:
    """Matured, untreated rows of one industry.

    Parameters
    ----------
    industry, horizon, delay : whose rows, how far their labels look, how late they may be known
    spine : (rows,) subject_id, cutoff, opened_at, due_at, keys
    x : (rows, features) feature columns only
    meta : what the features mean
    labels : (rows,) cutoff, requested, scenario, onset_at, days, weight
    treated : how many rows were left out because something was done
    """

    industry: str
    horizon: timedelta
    delay: timedelta
    spine: pa.Table
    x: pd.DataFrame
    meta: tuple[FeatureMeta, ...]
    labels: pd.DataFrame
    treated: int = 0

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def requested(self) -> npt.NDArray[np.float64]:
        return self.labels["requested"].to_numpy(dtype=np.float64)

    def only(self, rows: Mask) -> Examples:
        """The rows of a mask (rows,), in order."""
        return replace(
            self,
            spine=self.spine.filter(pa.array(rows)),
            x=self.x[rows].reset_index(drop=True),
            labels=self.labels[rows].reset_index(drop=True),
        )

    def subjects(self) -> int:
        return int(pc.count_distinct(self.spine["subject_id"]).as_py())

    def subjects_with_requests(self) -> int:
        asked = self.spine["subject_id"].filter(pa.array(self.requested > 0))
        return int(pc.count_distinct(asked).as_py())


def build_examples(
    ws: Workspace,
    industry: str,
    *,
    label_as_of: datetime,
    start: datetime | None = None,
    extra: Sequence[FeatureSet] = (),
) -> Examples:
    """The examples that were known at `label_as_of`.

    Parameters
    ----------
    ws : the workspace
    industry : one of its industries
    label_as_of : from when we look back; rows that had not matured by then are left out
    start : the first cutoff; by default where the industry's cutoffs begin
    extra : feature sets beside the workspace's own

    Returns
    -------
    Examples, sorted by cutoff and subject; possibly none
    """
    config = ws.config.industries[industry]
    spine = ws.spine(industry, start=start, end=label_as_of)
    labels = ws.labels(industry, spine, label_as_of=label_as_of)
    mature = pc.equal(labels["status"], "mature")
    treated = pc.and_(mature, pc.is_in(labels["arm"], pa.array(TREATED)))
    keep = pc.and_not(mature, treated)
    spine, labels = spine.filter(keep), labels.filter(keep)
    matrix = ws.features(industry, spine, extra=extra)
    return Examples(
        industry=industry,
        horizon=config.horizon,
        delay=config.reporting_delay,
        spine=spine,
        x=matrix.to_pandas()[matrix.names],
        meta=matrix.meta,
        labels=_label_frame(spine, labels),
        treated=int(pc.sum(treated).as_py() or 0),
    )


def as_known_at(ws: Workspace, examples: Examples, moment: datetime) -> Examples:
    """The same rows with the labels as they were known at `moment`; rows that had not matured by then are left out."""
    labels = ws.labels(examples.industry, examples.spine, label_as_of=moment)
    mature = pc.equal(labels["status"], "mature")
    kept = examples.only(mature.to_numpy(zero_copy_only=False))
    return replace(kept, labels=_label_frame(kept.spine, labels.filter(mature)))


def _label_frame(spine: pa.Table, labels: pa.Table) -> pd.DataFrame:
    propensity = labels["propensity"].to_numpy(zero_copy_only=False).astype(np.float64)
    held = pc.equal(labels["arm"], "holdout").to_numpy(zero_copy_only=False)
    with np.errstate(divide="ignore", invalid="ignore"):
        weight = np.where(held & (propensity > 0), np.minimum(1 / propensity, MOST_WEIGHT), 1.0)
    return pd.DataFrame(
        {
            "cutoff": labels["cutoff"].to_pandas(),
            "requested": labels["requested"].to_numpy(zero_copy_only=False).astype(bool),
            "scenario": labels["scenario"].to_pandas(),
            "onset_at": labels["onset_at"].to_pandas(),
            "days": days_to_due_or_age(spine).to_numpy(zero_copy_only=False),
            "weight": weight,
        }
    )
