"""What can be reached at all: by the true probabilities, and by the best prediction from what can be seen.

The second is the true probability regressed on the shipped and the workspace's features: trees that are taught the
probabilities themselves instead of what happened to come of them learn from every row what thousands of histories
would teach. Users are split in two; each half is predicted by the trees of the other.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

import lightgbm as lgb
import numpy as np
import pyarrow.compute as pc

from demand.models.encoding import FrameEncoder
from experiments.grading import expected
from experiments.grading.expected import Floats
from experiments.grading.truth import Graded, graded
from pipelines.achievable import FILE
from pipelines.workspace import Workspace, open_workspace

MOST_ROWS = 1_000_000
_SEED = 7


def achievable(
    path: str | Path, *, rows: int = MOST_ROWS, progress: Callable[[str], None] | None = None
) -> dict[str, Any]:
    """Grade every industry and write `achievable.json` beside the data.

    Parameters
    ----------
    path : a simulated workspace
    rows : at most so many per industry are looked at, drawn evenly

    Returns
    -------
    industry -> rows, base_rate, and for `base_rate_only`, `observable` and `truth` each the expected log_loss, auroc
    and average_precision on the last slice; `share` is how much of the way from the first to the last in log loss the
    observable goes
    """
    say = progress or (lambda line: None)
    ws = open_workspace(path)
    found = {}
    for industry in ws.industries:
        found[industry] = grade(ws, industry, rows=rows)
        figures = found[industry]
        say(
            f"achievable: {industry}: log loss {figures['truth']['log_loss']:.4f} true, "
            f"{figures['observable']['log_loss']:.4f} observable, AUROC {figures['truth']['auroc']:.3f} / "
            f"{figures['observable']['auroc']:.3f} ({figures['rows']:,} rows)"
        )
    (ws.root / FILE).write_text(json.dumps(found, indent=2) + "\n")
    return found


def grade(ws: Workspace, industry: str, *, rows: int) -> dict[str, Any]:
    """The figures of one industry; see `achievable`."""
    every = graded(ws, industry)
    step = max(1, -(-len(every.p) // rows))
    every = every.only(np.arange(0, len(every.p), step))
    q = best_observable(ws, industry, every)
    start = ws.industry(industry).evaluate.start
    last = np.ones(len(q), bool)
    if start is not None:
        since = datetime.combine(start, time(), ws.zone).astimezone(UTC)
        last = pc.greater_equal(every.spine["cutoff"], since).to_numpy(zero_copy_only=False)
    p, q = every.p[last], q[last]
    base = np.full(len(p), p.mean())
    sides = {"base_rate_only": base, "observable": q, "truth": p}
    figures: dict[str, Any] = {"rows": len(every.p), "rows_last_slice": len(p), "base_rate": float(p.mean())}
    figures |= {name: _figures(p, side) for name, side in sides.items()}
    lost = [figures[name]["log_loss"] for name in sides]
    figures["share"] = (lost[0] - lost[1]) / (lost[0] - lost[2])
    return figures


def best_observable(ws: Workspace, industry: str, rows: Graded) -> Floats:
    """(rows,) the true probability as far as the features tell; trees of one half of the users predict the other."""
    matrix = ws.features(industry, rows.spine)
    frame = matrix.to_pandas()
    x = FrameEncoder().fit(frame, matrix.meta)
    encoded = x.transform(frame)
    half = _halves(rows)
    q = np.empty(len(half))
    for side in (0, 1):
        taught = half != side
        data = lgb.Dataset(encoded[taught], rows.p[taught], categorical_feature=list(x.categorical_))
        q[~taught] = lgb.train(_PARAMETERS, data, num_boost_round=400).predict(encoded[~taught])
    return np.clip(q, 0.0, 1.0)


_PARAMETERS = {
    "objective": "cross_entropy",
    "learning_rate": 0.05,
    "num_leaves": 31,
    "min_data_in_leaf": 40,
    "feature_fraction_bynode": 0.5,
    "lambda_l2": 1.0,
    "deterministic": True,
    "force_row_wise": True,
    "seed": _SEED,
    "verbosity": -1,
}


def _halves(rows: Graded) -> np.ndarray:
    key = "user_id" if "user_id" in rows.spine.column_names else "subject_id"
    codes = pc.dictionary_encode(rows.spine[key].combine_chunks()).indices.to_numpy(zero_copy_only=False)
    sides: np.ndarray = np.random.default_rng(_SEED).integers(0, 2, int(codes.max(initial=0)) + 1)[codes]
    return sides


def _figures(p: Floats, q: Floats) -> dict[str, float]:
    return {
        "log_loss": expected.log_loss(p, q),
        "auroc": expected.auroc(p, q),
        "average_precision": expected.average_precision(p, q),
    }
