"""How good is a probability? Few numbers, defined once, the same whatever the order of the rows.

Ties never depend on the order of the rows: equal predictions stay in one calibration bin and share the top 5%
in proportion. So a constant predictor has lift 1.0 and the calibration error |share of requests - prediction|.

All functions take `y` (n,) of bool or 0/1 and `p` (n,) of probabilities, and raise `ContractError` if they do not fit.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

from demand.contract import ContractError

Floats = npt.NDArray[np.float64]

SMALLEST = 1e-15
"""Predictions are clipped to [SMALLEST, 1 - SMALLEST] before their logarithm is taken."""


class ReliabilityRow(NamedTuple):
    """One bin of a reliability curve: what was promised, what happened, in how many rows."""

    predicted: float
    observed: float
    rows: int


def row_losses(y: npt.ArrayLike, p: npt.ArrayLike) -> Floats:
    """The log loss of each row, in nats, shape (n,)."""
    y, p = _checked(y, p)
    p = np.clip(p, SMALLEST, 1 - SMALLEST)
    return -np.where(y > 0, np.log(p), np.log1p(-p))


def log_loss(y: npt.ArrayLike, p: npt.ArrayLike) -> float:
    """Mean log loss in nats: the one number that rewards both ranking and calibration."""
    return float(row_losses(y, p).mean())


def brier(y: npt.ArrayLike, p: npt.ArrayLike) -> float:
    """Mean squared difference between prediction and outcome (Brier 1950)."""
    y, p = _checked(y, p)
    return float(np.square(p - y).mean())


def auroc(y: npt.ArrayLike, p: npt.ArrayLike) -> float:
    """Chance that a row with a request is ranked above one without, ties counting half; nan with one class only."""
    y, p = _checked(y, p)
    positives = y.sum()
    negatives = len(y) - positives
    if positives == 0 or negatives == 0:
        return float("nan")
    return float((rankdata(p)[y > 0].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def average_precision(y: npt.ArrayLike, p: npt.ArrayLike) -> float:
    """Precision averaged over the requests, equal predictions entering together; nan without a request."""
    y, p = _checked(y, p)
    hits, rows = _groups_from_the_top(y, p)
    if hits.sum() == 0:
        return float("nan")
    precision = np.cumsum(hits) / np.cumsum(rows)
    return float((precision * hits).sum() / hits.sum())


def recall_at(y: npt.ArrayLike, p: npt.ArrayLike, share: float = 0.05) -> float:
    """Share of all requests that lie in the top `share` of the rows; nan without a request.

    A group of equal predictions that straddles the edge enters in proportion.
    """
    y, p = _checked(y, p)
    hits, rows = _groups_from_the_top(y, p)
    if hits.sum() == 0:
        return float("nan")
    before = np.cumsum(rows) - rows
    inside = np.clip((share * len(y) - before) / rows, 0.0, 1.0)
    return float((inside * hits).sum() / hits.sum())


def lift_at(y: npt.ArrayLike, p: npt.ArrayLike, share: float = 0.05) -> float:
    """How many times the base rate the request rate in the top `share` is; 1.0 for a constant prediction."""
    return recall_at(y, p, share) / share


def reliability_curve(y: npt.ArrayLike, p: npt.ArrayLike, bins: int = 10) -> list[ReliabilityRow]:
    """Promised against observed in at most `bins` bins of equal mass, in rising order.

    Equal predictions stay in one bin, the one that holds the middle of them, so there may be fewer bins.
    """
    y, p = _checked(y, p)
    _, group, rows = np.unique(p, return_inverse=True, return_counts=True)
    middle = np.cumsum(rows) - rows / 2
    bin_of_group = np.minimum((middle * bins / len(p)).astype(np.int64), bins - 1)
    bin_of_row = bin_of_group[group]
    count = np.bincount(bin_of_row, minlength=bins)
    predicted = np.bincount(bin_of_row, weights=p, minlength=bins)
    observed = np.bincount(bin_of_row, weights=y, minlength=bins)
    return [
        ReliabilityRow(float(predicted[b] / count[b]), float(observed[b] / count[b]), int(count[b]))
        for b in range(bins)
        if count[b]
    ]


def calibration_error(y: npt.ArrayLike, p: npt.ArrayLike, bins: int = 10) -> float:
    """Mean distance between promised and observed over bins of equal mass, weighted by rows.

    Naeini, Cooper and Hauskrecht 2015 (expected calibration error), with bins of equal mass instead of equal width.
    """
    curve = reliability_curve(y, p, bins)
    return float(sum(abs(r.predicted - r.observed) * r.rows for r in curve) / sum(r.rows for r in curve))


def _groups_from_the_top(y: Floats, p: Floats) -> tuple[Floats, Floats]:
    """Requests and rows of each distinct prediction, the highest first."""
    _, group, rows = np.unique(-p, return_inverse=True, return_counts=True)
    return np.bincount(group, weights=y).astype(np.float64), rows.astype(np.float64)


def _checked(y: npt.ArrayLike, p: npt.ArrayLike) -> tuple[Floats, Floats]:
    outcome, chance = np.asarray(y, dtype=np.float64), np.asarray(p, dtype=np.float64)
    if outcome.ndim != 1 or outcome.shape != chance.shape or not len(outcome):
        raise ContractError(
            found=f"outcomes of shape {outcome.shape}, predictions of shape {chance.shape}",
            expected="two vectors of one length, with at least one row",
            remedy="score the rows whose labels are mature, and pass both in the same order",
        )
    if not np.isin(outcome, (0.0, 1.0)).all():
        raise ContractError(
            found=f"outcomes such as {outcome[~np.isin(outcome, (0.0, 1.0))][0]}",
            expected="0 or 1",
            remedy="leave out censored rows, whose outcome is null",
        )
    wrong = ~((chance >= 0) & (chance <= 1))
    if wrong.any():
        raise ContractError(
            found=f"{wrong.sum():,} predictions outside [0, 1], for example {chance[wrong][0]}",
            expected="probabilities",
            remedy="pass p_request, not a log-odds score",
        )
    return outcome, chance
