"""featuretools with cutoff times, on the first rows of the spine: it has one clock, so rows count from when seen.

Its features are of the same kinds over the same keys and windows; filters and the two clocks are left out, which
makes it cheaper than what is asked for.
"""

from __future__ import annotations

import os
import warnings
from pathlib import Path

import featuretools as ft
import pandas as pd
import woodwork  # noqa: F401 (registers the accessor)

ROWS = int(os.environ.get("FEATURETOOLS_ROWS", "20"))
_WINDOWS = {"user_id": ("7 days", "30 days", "90 days"), "store_id": ("7 days", "30 days", "90 days"),
            "city_id": ("7 days", "30 days")}  # fmt: skip
_FUNCTIONS = ["count", "sum", "mean", "std", "min", "max", "last", "num_unique"]


def run(folder: Path, threads: int) -> None:
    """Features of ROWS spine rows over all events."""
    warnings.simplefilter("ignore")
    rows = pd.read_parquet(folder / "events.parquet")
    asked = pd.read_parquet(folder / "spine.parquet").head(ROWS)
    rows["seen"] = rows[["occurred_at", "known_at"]].max(axis=1).dt.tz_localize(None)
    rows = rows.drop(columns=["occurred_at", "known_at", "op"])
    entities = ft.EntitySet("events")
    types = {"kind": "Categorical", "channel": "Categorical"}
    entities.add_dataframe(rows, "events", index="id", time_index="seen", logical_types=types)
    for key in _WINDOWS:
        entities.normalize_dataframe("events", key, key, make_time_index=False)
    for key, windows in _WINDOWS.items():
        at = pd.DataFrame({key: asked[key], "time": asked["cutoff"].dt.tz_localize(None)})
        for window in windows:
            ft.dfs(
                entityset=entities, target_dataframe_name=key, cutoff_time=at, training_window=window, max_depth=1,
                agg_primitives=_FUNCTIONS, trans_primitives=[], n_jobs=1,
            )  # fmt: skip
