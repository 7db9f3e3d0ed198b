"""One industry at one moment: who is live, how likely, which and when, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from demand.contract import INSTANT, conform
from demand.explanation import reasons, word
from demand.models import Forecaster, Prediction
from features import FeatureSet
from pipelines.scoring.reach import reach
from pipelines.workspace import Workspace

_DAY_US = 86_400_000_000


@dataclass(frozen=True)
class Scored:
    """The rows of one industry.

    Parameters
    ----------
    scores, axes, reasons : tables of the contract
    words : for each row of `scores`, its reasons in words
    top_scenario : for each row, the likeliest
    """

    scores: pa.Table
    axes: pa.Table
    reasons: pa.Table
    words: list[str]
    top_scenario: list[str]


def score_industry(
    ws: Workspace,
    name: str,
    moment: datetime,
    model: Forecaster,
    *,
    run_id: str,
    version: str,
    extra: Sequence[FeatureSet] = (),
) -> Scored:
    """Ask about every subject of an industry that is live at `moment`.

    Parameters
    ----------
    ws, name, moment : whose subjects, and when
    model : the industry's model
    run_id, version : written into every row
    extra : feature sets that the model needs beside the workspace's own
    """
    live = ws.live(name, moment)
    x = ws.features(name, live, extra=extra).to_pandas()
    prediction = model.predict(x)
    scores = _score_rows(live, prediction, reach(ws, name, live), run_id, version)
    axes = pa.table(
        {
            "industry": [name],
            "run_id": [run_id],
            "scenarios": [list(prediction.scenarios)],
            "bucket_days": [list(prediction.bucket_days)],
        }
    )
    why = reasons(model.explain(x), x, model.meta_)
    meta = {m.name: m for m in model.meta_}
    said: dict[str, list[str]] = {}
    for row in why.to_pylist():
        said.setdefault(row["subject_id"], []).append(word(row, meta))
    words = ["; ".join(said.get(subject, [])) for subject in live["subject_id"].to_pylist()]
    return Scored(scores, conform(axes, "score_axes"), conform(why, "reasons"), words, prediction.top_scenario)


def _score_rows(
    live: pa.Table, prediction: Prediction, reached: Mapping[str, pa.Array], run_id: str, version: str
) -> pa.Table:
    rows, scenarios, buckets = prediction.incidence.shape
    width = scenarios * buckets
    incidence = pa.ListArray.from_arrays(
        pa.array(np.arange(0, (rows + 1) * width, width), pa.int32()), pa.array(prediction.incidence.reshape(-1))
    )
    columns = {
        "subject_id": live["subject_id"],
        "cutoff": live["cutoff"],
        "industry": live["industry"],
        "run_id": pa.array([run_id] * rows, pa.string()),
        "model_version": pa.array([version] * rows, pa.string()),
        "p_request": pa.array(prediction.p_request),
        "incidence": incidence,
        **{f"onset_p{q}": _instants(live["cutoff"], prediction.onset(q / 100)) for q in (10, 50, 90)},
        "opened_at": live["opened_at"],
        "due_at": live["due_at"],
    }
    keys = {k: live[k] for k in ("user_id", "store_id") if k in live.column_names}
    return conform(pa.table({**columns, **keys, **reached}), "scores")


def _instants(cutoff: pa.ChunkedArray, days: npt.NDArray[np.float64]) -> pa.Array:
    """Moments `days` after the cutoff; null where there is none."""
    none = np.isnan(days)
    at = cutoff.cast(pa.int64()).to_numpy() + np.rint(np.where(none, 0.0, days) * _DAY_US).astype(np.int64)
    return pa.array(at, pa.int64(), mask=none).cast(INSTANT)
