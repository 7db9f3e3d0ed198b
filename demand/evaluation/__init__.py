"""Evaluation: how good, and how sure.

    outcomes + probabilities -> metrics;  + clusters -> intervals;  cutoffs + T0 -> training and test rows

Arrays in, numbers out. Imports `demand.contract` and `demand.models`; `pipelines` brings the data.
"""

from demand.evaluation.folds import split_by_time
from demand.evaluation.intervals import Interval, clustered_interval, gain_interval, gain_intervals
from demand.evaluation.metrics import (
    ReliabilityRow,
    auroc,
    average_precision,
    brier,
    calibration_error,
    lift_at,
    log_loss,
    recall_at,
    reliability_curve,
    row_losses,
)

__all__ = [
    "Interval",
    "ReliabilityRow",
    "auroc",
    "average_precision",
    "brier",
    "calibration_error",
    "clustered_interval",
    "gain_interval",
    "gain_intervals",
    "lift_at",
    "log_loss",
    "recall_at",
    "reliability_curve",
    "row_losses",
    "split_by_time",
]
