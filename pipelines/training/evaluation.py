"""How good would it have been? The last slice: trained at T0 on what was known then, tested on what came after.

Beside the model stand the tables anybody could draw: the base rate, requests by days to due, the same over the last 90
days of training, and a two-way table. Every gain carries an interval over clusters.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from demand.models import Forecaster
from pipelines.training.examples import Examples
from pipelines.training.figures import loss_figures, merit_figures, size_figures, without_nan
from pipelines.training.scenarios import scenario_figures
from pipelines.training.slices import Slice, learn, split_at
from pipelines.workspace import Workspace

Floats = npt.NDArray[np.float64]

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
    last = learn(ws, *split_at(ws, examples, t0))
    return Evaluation(slice_figures(last, examples, t0), last.test, last.y, last.p, last.forecaster)


def slice_figures(learned: Slice, examples: Examples, t0: datetime) -> dict[str, Any]:
    """Everything `evaluation.json` says about a slice, and `backtest.json` about an origin."""
    y, p, train, test = learned.y, learned.p, learned.train, learned.test
    likelihood = learned.forecaster.likelihood_
    figures = {
        "t0": t0.isoformat(),
        "test_from": _moment(test.labels["cutoff"].min()),
        "test_to": _moment(test.labels["cutoff"].max()),
        **size_figures(examples, train, test),
        **loss_figures(y, p, learned.tables, learned.clusters),
        **merit_figures(y, p),
        "fallback": likelihood.fallback_,
        "rounds": likelihood.rounds_,
        "scenario": scenario_figures(learned.prediction, train.labels, test.labels),
    }
    return dict(without_nan(figures))


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


def _moment(value: pd.Timestamp) -> str:
    return str(value.tz_convert(UTC).isoformat())
