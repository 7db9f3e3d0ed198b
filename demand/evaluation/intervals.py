"""How sure are we? Intervals that know that rows come in clusters.

The bookings of one block, or the visits of one patient, succeed and fail together: resampling rows would promise too
much. So whole clusters are drawn with replacement (Davison and Hinkley 1997, section 3.8). The better of several
baselines is chosen again within every resample, as it is chosen in the estimate itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from demand.contract import ContractError
from demand.evaluation.metrics import row_losses

Floats = npt.NDArray[np.float64]


class Interval(NamedTuple):
    """An estimate with its interval."""

    estimate: float
    low: float
    high: float


def clustered_interval(
    values: npt.ArrayLike, clusters: npt.ArrayLike, *, n: int = 1000, seed: int = 7, level: float = 0.95
) -> Interval:
    """The mean of `values` (rows,) and its percentile interval over `n` resamples of whole clusters."""
    column = np.asarray(values, dtype=np.float64)
    sums = cluster_sums(np.column_stack([column, np.ones(len(column))]), clusters)
    drawn = resampled_sums(sums, n=n, seed=seed)
    total = sums.sum(axis=0)
    return _interval(total[0] / total[1], drawn[:, 0] / drawn[:, 1], level)


def gain_interval(
    y: npt.ArrayLike,
    p: npt.ArrayLike,
    baselines: Mapping[str, npt.ArrayLike],
    clusters: npt.ArrayLike,
    *,
    n: int = 1000,
    seed: int = 7,
    level: float = 0.95,
) -> Interval:
    """Gain in log loss over the best baseline, 1 - LL(model) / min over baselines of LL, with its interval.

    Parameters
    ----------
    y, p : (rows,) outcomes and the model's probabilities
    baselines : name -> (rows,) probabilities
    clusters : (rows,) the cluster of each row; null is a cluster of its own for every row

    Raises
    ------
    ContractError
        If there is no baseline, or the lengths differ.
    """
    if not baselines:
        raise ContractError(
            found="no baseline", expected="at least one", remedy="pass for example the base rate and the days table"
        )
    total, drawn = _loss_sums(y, p, baselines, clusters, n=n, seed=seed)
    return _interval(1 - total[0] / total[1:].min(), 1 - drawn[:, 0] / drawn[:, 1:].min(axis=1), level)


def gain_intervals(
    y: npt.ArrayLike,
    p: npt.ArrayLike,
    baselines: Mapping[str, npt.ArrayLike],
    clusters: npt.ArrayLike,
    *,
    n: int = 1000,
    seed: int = 7,
    level: float = 0.95,
) -> dict[str, Interval]:
    """The gain over each baseline alone, from one drawing of clusters; see `gain_interval`."""
    total, drawn = _loss_sums(y, p, baselines, clusters, n=n, seed=seed)
    return {
        name: _interval(1 - total[0] / total[i], 1 - drawn[:, 0] / drawn[:, i], level)
        for i, name in enumerate(baselines, start=1)
    }


def cluster_sums(columns: Floats, clusters: npt.ArrayLike) -> Floats:
    """Sums of `columns` (rows, k) per cluster, shape (clusters, k), in order of first appearance."""
    key = pd.Series(np.asarray(clusters))
    if len(key) != len(columns):
        raise ContractError(
            found=f"{len(key):,} clusters for {len(columns):,} rows",
            expected="one cluster per row",
            remedy="take the cluster key from the same spine as the predictions",
        )
    code, names = pd.factorize(key)
    alone = code < 0
    code[alone] = len(names) + np.arange(alone.sum())
    return np.column_stack([np.bincount(code, weights=column) for column in columns.T])


def resampled_sums(sums: Floats, *, n: int, seed: int) -> Floats:
    """Totals of `n` resamples of the clusters, shape (n, k); memory stays that of one resample."""
    rng = np.random.default_rng(seed)
    size = len(sums)
    drawn = np.empty((n, sums.shape[1]))
    for i in range(n):
        times = np.bincount(rng.integers(0, size, size), minlength=size)
        drawn[i] = times @ sums
    return drawn


def _loss_sums(
    y: npt.ArrayLike,
    p: npt.ArrayLike,
    baselines: Mapping[str, npt.ArrayLike],
    clusters: npt.ArrayLike,
    *,
    n: int,
    seed: int,
) -> tuple[Floats, Floats]:
    """Total log loss of the model and each baseline, shape (1 + k,), and of `n` resamples of clusters, (n, 1 + k)."""
    losses = np.column_stack([row_losses(y, p), *(row_losses(y, b) for b in baselines.values())])
    sums = cluster_sums(losses, clusters)
    return sums.sum(axis=0), resampled_sums(sums, n=n, seed=seed)


def _interval(estimate: float, drawn: Floats, level: float) -> Interval:
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(estimate), float(low), float(high))
