"""Labels at the door of a model: checked once, censored rows left out, as plain arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from demand.contract import ContractError
from demand.models.scenario import UNKNOWN
from demand.models.slices import as_instants

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class MatureLabels:
    """What happened after the cutoff, for the rows where the whole horizon has passed.

    Parameters
    ----------
    rows : (all rows,) mask of the mature ones; everything below has one entry per mature row
    cutoff : instants
    requested : whether a request came
    scenarios : names; sorted, the declared and the seen
    scenario : code of the scenario, -1 without a request
    onset_days : days from the cutoff to the request, NaN without one
    weight : what the row counts
    """

    rows: Mask
    cutoff: pd.DatetimeIndex
    requested: Mask
    scenarios: tuple[str, ...]
    scenario: npt.NDArray[np.int64]
    onset_days: Floats
    weight: Floats

    @classmethod
    def of(cls, x: pd.DataFrame, labels: pd.DataFrame, declared: tuple[str, ...] = ()) -> MatureLabels:
        """Read `labels` (cutoff, requested, scenario, onset_at, weight if there is one), which belong to `x`.

        Raises
        ------
        ContractError
            If columns are missing, lengths differ, no row is mature, or a weight is negative or missing.
        """
        _check(x, labels)
        rows = labels["requested"].notna().to_numpy()
        if not rows.any():
            raise ContractError(
                found=f"none of the {len(labels):,} rows is mature",
                expected="rows whose horizon and reporting delay lie inside the data",
                remedy="start the cutoffs earlier, or wait",
            )
        mature = labels.loc[rows]
        requested = mature["requested"].astype(bool).to_numpy()
        names = mature["scenario"].astype(object).where(mature["scenario"].notna(), UNKNOWN).astype(str).to_numpy()
        scenarios = tuple(sorted({*declared, *np.unique(names[requested])})) or (UNKNOWN,)
        code = pd.Index(scenarios).get_indexer(pd.Index(names)).astype(np.int64)
        cutoff = as_instants(mature["cutoff"])
        after = pd.DatetimeIndex(pd.to_datetime(mature["onset_at"], utc=True)) - cutoff
        onset_days = np.asarray(after / pd.Timedelta(days=1), dtype=np.float64)
        weight = mature["weight"].to_numpy(dtype=np.float64) if "weight" in mature else np.ones(len(mature))
        return cls(
            rows,
            cutoff,
            requested,
            scenarios,
            np.where(requested, code, -1),
            np.where(requested, onset_days, np.nan),
            weight,
        )


def _check(x: pd.DataFrame, labels: pd.DataFrame) -> None:
    missing = [name for name in ("cutoff", "requested", "scenario", "onset_at") if name not in labels.columns]
    if missing:
        raise ContractError(
            found=f"the labels lack {', '.join(missing)}",
            expected="cutoff, requested, scenario, onset_at",
            remedy="take the labels from `demand.subjects.make_labels`",
        )
    if len(x) != len(labels):
        raise ContractError(
            found=f"{len(x):,} rows of features, {len(labels):,} labels",
            expected="one label per row, in the same order",
            remedy="build both from one spine",
        )
    if "weight" in labels and not (labels["weight"] >= 0).all():
        wrong = labels.loc[~(labels["weight"] >= 0), "weight"]
        raise ContractError(
            found=f"{len(wrong):,} weights are negative or missing, for example {wrong.iloc[0]}",
            expected="numbers of 0 or more",
            remedy="write 1.0 for rows that count as themselves",
        )
