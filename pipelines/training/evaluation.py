"""How good would it have been? The last slice: trained at T0 on what was known then, tested on what came after.

Beside the model stand the tables anybody could draw: the base rate, requests by days to due, the same over the last 90
days of training, and a two-way table. Every gain carries an interval over clusters.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

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
    split_by_time,
)
from demand.models import Baseline, BaseRate, DaysTable, Forecaster, TwoWayTable
from pipelines.training.examples import Examples, as_known_at
from pipelines.training.scenarios import scenario_figures
from pipelines.workspace import Workspace

Floats = npt.NDArray[np.float64]

RECENT = timedelta(days=90)
LAST_SLICE = 0.2


@dataclass(frozen=True)
class Evaluation:
    """One industry on its last slice.

    Parameters
    ----------
    figures : what `evaluation.json` says about it
    test : the test rows
    y, p : (rows,) what happened, and what the model of T0 said
    forecaster : the model of T0
    """

    figures: dict[str, Any]
    test: Examples
    y: Floats
    p: Floats
    forecaster: Forecaster


def evaluate(ws: Workspace, examples: Examples) -> Evaluation | None:
    """Train at T0, test from there on; None where the time range has no room for both.

    T0 is the industry's `evaluate.from`, if rows lie on both sides of it, or else 80% of the way through the cutoffs.
    """
    t0 = first_test_moment(ws, examples)
    if t0 is None:
        return None
    before, after = split_by_time(examples.labels["cutoff"], examples.horizon, t0, delay=examples.delay)
    train, test = as_known_at(ws, examples.only(before), t0), examples.only(after)
    forecaster = Forecaster(examples.horizon).fit(train.x, train.labels, meta=train.meta)
    prediction = forecaster.predict(test.x)
    y, p = test.requested, prediction.p_request
    tables = _tables(ws, train, test)
    figures = {
        "t0": t0.isoformat(),
        "test_from": _moment(test.labels["cutoff"].min()),
        "test_to": _moment(test.labels["cutoff"].max()),
        **_sizes(examples, train, test),
        **_losses(y, p, tables, ws.clusters(test.industry, test.spine).to_numpy(zero_copy_only=False)),
        "auroc": auroc(y, p),
        "average_precision": average_precision(y, p),
        "brier": brier(y, p),
        "calibration_error": calibration_error(y, p),
        "lift_at_5_percent": lift_at(y, p),
        "recall_at_5_percent": recall_at(y, p),
        "reliability": [list(row) for row in reliability_curve(y, p)],
        "fallback": forecaster.likelihood_.fallback_,
        "rounds": forecaster.likelihood_.rounds_,
        "scenario": scenario_figures(prediction, train.labels, test.labels),
    }
    return Evaluation(without_nan(figures), test, y, p, forecaster)


def first_test_moment(ws: Workspace, examples: Examples) -> datetime | None:
    """T0: where training ends and the last slice begins; None where no moment leaves rows on both sides."""
    cutoffs = pd.DatetimeIndex(examples.labels["cutoff"])
    needs = pd.Timedelta(examples.horizon + examples.delay)
    configured = ws.config.industries[examples.industry].evaluate.start
    candidates = [] if configured is None else [pd.Timestamp(ws.parse_as_of(configured))]
    if len(cutoffs):
        moments = cutoffs.unique().sort_values()
        far = moments[0] + (moments[-1] - moments[0]) * (1 - LAST_SLICE)
        candidates.append(moments[moments >= far][0])
    for t0 in candidates:
        if (cutoffs + needs <= t0).any() and (cutoffs >= t0).any():
            return t0.tz_convert(UTC).to_pydatetime()
    return None


def _tables(ws: Workspace, train: Examples, test: Examples) -> dict[str, Floats]:
    """What the simple tables say about the test rows."""
    named = ws.config.industries[train.industry].evaluate.two_way
    tables: dict[str, Baseline] = {
        "base_rate": BaseRate(),
        "days_table": DaysTable(),
        "days_table_90d": DaysTable(last=RECENT),
        "two_way_table": TwoWayTable((named[0], named[1]) if len(named) == 2 else _default_two_way(train)),
    }
    seen, asked = (e.x.assign(days=e.labels["days"]) for e in (train, test))
    return {name: table.fit(seen, train.labels).predict(asked) for name, table in tables.items()}


def _default_two_way(train: Examples) -> tuple[str, str]:
    categories = [m.name for m in train.meta if m.kind == "category"]
    return ("days", categories[0] if categories else "days")


def _sizes(examples: Examples, train: Examples, test: Examples) -> dict[str, Any]:
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


def _losses(y: Floats, p: Floats, tables: Mapping[str, Floats], clusters: npt.NDArray[np.object_]) -> dict[str, Any]:
    """Log losses, and gains over the better of base rate and days table and over each stronger table alone."""
    _, low, high = clustered_interval(row_losses(y, p), clusters)
    figures: dict[str, Any] = {"log_loss": log_loss(y, p), "log_loss_low": low, "log_loss_high": high}
    figures |= {f"log_loss_{name}": log_loss(y, q) for name, q in tables.items()}
    bars = {"gain": ("base_rate", "days_table"), "gain_90d": ("days_table_90d",), "gain_two_way": ("two_way_table",)}
    for name, of in bars.items():
        gain, low, high = gain_interval(y, p, {b: tables[b] for b in of}, clusters)
        figures |= {name: gain, f"{name}_low": low, f"{name}_high": high}
    return figures | {"clusters": len(set(clusters))}


def _moment(value: pd.Timestamp) -> str:
    return str(value.tz_convert(UTC).isoformat())


def without_nan(value: Any) -> Any:
    """What does not exist (an AUROC without a request) is null in JSON."""
    if isinstance(value, dict):
        return {k: without_nan(v) for k, v in value.items()}
    if isinstance(value, list):
        return [without_nan(v) for v in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
