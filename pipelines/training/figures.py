"""The figures of one slice, or of several pooled: sizes, losses with their intervals, merit."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from demand.evaluation import (
    auroc,
    average_precision,
    brier,
    calibration_error,
    clustered_interval,
    gain_interval,
    lift_at,
    log_loss,
    recall_at,
    reliability_curve,
    row_losses,
)
from pipelines.training.examples import Examples

Floats = npt.NDArray[np.float64]
Clusters = npt.NDArray[np.object_]

BARS = {"gain": ("base_rate", "days_table"), "gain_90d": ("days_table_90d",), "gain_two_way": ("two_way_table",)}
"""Every gain, and the tables it is over: where there are several, over the best of them."""


def size_figures(examples: Examples, train: Examples, test: Examples) -> dict[str, Any]:
    """How many rows, requests and subjects lie on either side."""
    return {
        "rows_train": len(train),
        "rows_test": len(test),
        "positives_train": int(train.requested.sum()),
        "positives_test": int(test.requested.sum()),
        "subjects": examples.subjects(),
        "distinct_subjects_with_requests": examples.subjects_with_requests(),
        "distinct_subjects_with_requests_train": train.subjects_with_requests(),
        "distinct_subjects_with_requests_test": test.subjects_with_requests(),
        "treated_left_out": examples.treated,
        "base_rate_train": float(train.requested.mean()),
        "base_rate_test": float(test.requested.mean()),
    }


def loss_figures(y: Floats, p: Floats, tables: Mapping[str, Floats], clusters: Clusters) -> dict[str, Any]:
    """Log losses, and gains over the better of base rate and days table and over each stronger table alone."""
    _, low, high = clustered_interval(row_losses(y, p), clusters)
    figures: dict[str, Any] = {"log_loss": log_loss(y, p), "log_loss_low": low, "log_loss_high": high}
    figures |= {f"log_loss_{name}": log_loss(y, q) for name, q in tables.items()}
    for name, of in BARS.items():
        gain, low, high = gain_interval(y, p, {b: tables[b] for b in of}, clusters)
        figures |= {name: gain, f"{name}_low": low, f"{name}_high": high}
    return figures | {"clusters": len(set(clusters))}


def merit_figures(y: Floats, p: Floats) -> dict[str, Any]:
    """Ranking and calibration of the model alone."""
    return {
        "auroc": auroc(y, p),
        "average_precision": average_precision(y, p),
        "brier": brier(y, p),
        "calibration_error": calibration_error(y, p),
        "lift_at_5_percent": lift_at(y, p),
        "recall_at_5_percent": recall_at(y, p),
        "reliability": [list(row) for row in reliability_curve(y, p)],
    }


def without_nan(value: Any) -> Any:
    """What does not exist (an AUROC without a request) is null in JSON."""
    if isinstance(value, dict):
        return {k: without_nan(v) for k, v in value.items()}
    if isinstance(value, list):
        return [without_nan(v) for v in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
