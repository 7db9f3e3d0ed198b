"""Expected requests: sums of tonight's probabilities by industry, scenario and day."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from demand.contract import Text
from pipelines.reports.inputs import Inputs
from pipelines.reports.model import Expected
from pipelines.reports.words import say

SHADES = 6
"""The page has so many shades; what has none of its own is summed up under the last."""


def expected_requests(inputs: Inputs) -> tuple[Expected, ...]:
    """One entry per industry with a live order, most expected requests first."""
    found = [_industry(inputs, name, axes) for name, axes in axes_by_industry(inputs).items()]
    return tuple(sorted((e for e in found if e.live), key=lambda e: (-e.expected, e.industry)))


def expected_within(inputs: Inputs, days: float) -> float:
    """The requests of all industries within so many days of the cutoff; inside a bucket they come evenly."""
    total = 0.0
    for name, (scenarios, edges) in axes_by_industry(inputs).items():
        scores = inputs.tables["scores"].filter(pc.field("industry") == name)
        by_bucket = incidence_of(scores, len(scenarios), len(edges) - 1).sum(axis=(0, 1))
        lower, upper = np.asarray(edges[:-1]), np.asarray(edges[1:])
        total += float(by_bucket @ np.clip((days - lower) / np.maximum(upper - lower, 1e-12), 0.0, 1.0))
    return total


def axes_by_industry(inputs: Inputs) -> dict[str, tuple[tuple[str, ...], tuple[float, ...]]]:
    """industry -> (scenarios, edges of the time buckets in days), of the run that made tonight's scores."""
    scores, axes = inputs.tables["scores"], inputs.tables["score_axes"]
    distinct = scores.select(["industry", "run_id"]).group_by(["industry", "run_id"]).aggregate([])
    runs = {(row["industry"], row["run_id"]) for row in distinct.to_pylist()}
    return {
        row["industry"]: (tuple(row["scenarios"]), tuple(row["bucket_days"]))
        for row in axes.to_pylist()
        if (row["industry"], row["run_id"]) in runs
    }


def incidence_of(scores: pa.Table, scenarios: int, buckets: int) -> np.ndarray[Any, Any]:
    """The incidence column as an array of shape (rows, scenarios, buckets)."""
    flat = pc.list_flatten(scores["incidence"].combine_chunks()).to_numpy(zero_copy_only=False)
    return flat.reshape(scores.num_rows, scenarios, buckets)


def _industry(inputs: Inputs, name: str, axes: tuple[tuple[str, ...], tuple[float, ...]]) -> Expected:
    scenarios, edges = axes
    scores = inputs.tables["scores"].filter(pc.field("industry") == name)
    whole = incidence_of(scores, len(scenarios), len(edges) - 1).sum(axis=0)
    by_day = _spread_over_days(whole, edges)
    order = np.argsort(-whole.sum(axis=1), kind="stable")
    shown, rest = (order, order[:0]) if len(order) <= SHADES else (order[: SHADES - 1], order[SHADES - 1 :])
    rows = [(inputs.names.scenario(scenarios[i]), by_day[i]) for i in shown]
    if len(rest):
        rows.append((say("other_scenarios", number=len(rest)), by_day[rest].sum(axis=0)))
    first = inputs.as_of.astimezone(inputs.zone).date()
    return Expected(
        industry=name,
        name=inputs.names.industry(name),
        live=scores.num_rows,
        expected=float(pc.sum(scores["p_request"]).as_py() or 0.0),
        horizon_days=edges[-1],
        scenarios=_all_scenarios(inputs, scenarios, whole, order),
        days=tuple(first + timedelta(days=i) for i in range(by_day.shape[1])),
        by_day=tuple((words, tuple(float(v) for v in values)) for words, values in rows),
    )


def _all_scenarios(
    inputs: Inputs, scenarios: tuple[str, ...], whole: np.ndarray[Any, Any], order: np.ndarray[Any, Any]
) -> tuple[tuple[Text, float], ...]:
    totals = whole.sum(axis=1)
    return tuple((inputs.names.scenario(scenarios[i]), float(totals[i])) for i in order)


def _spread_over_days(whole: np.ndarray[Any, Any], edges: tuple[float, ...]) -> np.ndarray[Any, Any]:
    """Scenario x bucket into scenario x day; a bucket of several days is spread evenly over them.

    Day k is the 24 hours that begin k days after the cutoff.
    """
    days = max(1, int(np.ceil(edges[-1] - 1e-9)))
    lower, upper = np.asarray(edges[:-1]), np.asarray(edges[1:])
    starts = np.arange(days)
    overlap = np.minimum(upper[:, None], starts + 1) - np.maximum(lower[:, None], starts)
    shares = np.clip(overlap, 0, None) / np.maximum(upper - lower, 1e-12)[:, None]
    return whole @ shares
