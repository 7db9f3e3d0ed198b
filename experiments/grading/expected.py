"""How good a prediction is on average over everything that could have happened, the true probabilities being known.

The usual metrics of one history are these plus its luck: with 3% requests, luck is most of what a month shows.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from demand.evaluation.metrics import SMALLEST

Floats = npt.NDArray[np.float64]


def log_loss(p: Floats, q: Floats) -> float:
    """Expected log loss in nats of predictions `q` (rows,) where `p` (rows,) is true."""
    q = np.clip(q, SMALLEST, 1 - SMALLEST)
    return float(-(p * np.log(q) + (1 - p) * np.log1p(-q)).mean())


def auroc(p: Floats, q: Floats) -> float:
    """Chance that a request is ranked above a row without one: every row is both, weighted by `p` and 1 - `p`."""
    hits, misses = _groups(p, q)
    below = np.cumsum(misses) - misses / 2
    return float((hits * below).sum() / (hits.sum() * misses.sum()))


def average_precision(p: Floats, q: Floats) -> float:
    """Precision averaged over the requests, in expectation of numerator and denominator."""
    hits, misses = (side[::-1] for side in _groups(p, q))
    precision = np.cumsum(hits) / (np.cumsum(hits) + np.cumsum(misses))
    return float((precision * hits).sum() / hits.sum())


def _groups(p: Floats, q: Floats) -> tuple[Floats, Floats]:
    """Expected requests and their absence of each distinct prediction, in rising order."""
    _, group = np.unique(q, return_inverse=True)
    return np.bincount(group, weights=p), np.bincount(group, weights=1 - p)
