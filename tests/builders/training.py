"""Small models and small workspaces for the tests of training, scoring and the registry."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from demand.contract import FeatureMeta, Text
from demand.models import Boosting, Bundle, Forecaster

T0 = datetime(2024, 3, 4, 2, tzinfo=UTC)
HORIZON = timedelta(days=7)


@dataclass(frozen=True)
class Place:
    """All that the registry needs of a workspace: where it keeps its state."""

    state: Path


def meta(*names: str, categories: tuple[str, ...] = ()) -> tuple[FeatureMeta, ...]:
    """Features of family `booking`; those in `categories` are categories."""
    return tuple(
        FeatureMeta(n, "booking", "number", "bookings", Text(n, n), kind="category" if n in categories else "number")
        for n in names
    )


def frame(rows: int = 400, *, seed: int = 3) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Features (days_to_due, price, channel) and labels in which a dear booking of the web is cancelled more often."""
    rng = np.random.default_rng(seed)
    x = pd.DataFrame(
        {
            "days_to_due": rng.integers(0, 20, rows).astype(float),
            "price": rng.normal(100, 20, rows),
            "channel": pd.array(rng.choice(["web", "agent", None], rows), dtype="str"),
        }
    )
    chance = 0.1 + 0.5 * ((x["price"] > 105) & (x["channel"] == "web"))
    requested = rng.random(rows) < chance
    cutoff = pd.Series(T0 + timedelta(days=7) * (np.arange(rows) // 20)).dt.tz_convert("UTC")
    onset = cutoff + pd.to_timedelta(rng.uniform(0, 7, rows), unit="D")
    labels = pd.DataFrame(
        {
            "cutoff": cutoff,
            "requested": requested,
            "scenario": np.where(requested, np.where(rng.random(rows) < 0.7, "cancelled", "no_show"), None),
            "onset_at": onset.where(pd.Series(requested)),
            "days": x["days_to_due"],
            "weight": 1.0,
        }
    )
    return x, labels


def bundle(*industries: str, seed: int = 3) -> Bundle:
    """A fitted bundle of a few trees an industry."""
    x, labels = frame(seed=seed)
    models = {
        name: Forecaster(HORIZON, boosting=Boosting(most_rounds=5), threads=1).fit(
            x, labels, meta=meta("days_to_due", "price", "channel", categories=("channel",))
        )
        for name in industries or ("hotel",)
    }
    return Bundle(models, label_as_of={name: T0 + timedelta(days=140) for name in models})


def example(*industries: str, rows: int = 5) -> pd.DataFrame:
    """Rows to score, with the keys that a served model takes; the second of each industry knows nothing."""
    x, _ = frame()
    parts = [x.head(rows).assign(industry=name, subject_id=[f"{name}-{i}" for i in range(rows)]) for name in industries]
    rows_of_all = pd.concat(parts, ignore_index=True).astype({"industry": "str", "subject_id": "str"})
    rows_of_all.loc[1::rows, ["price", "channel"]] = np.nan
    return rows_of_all
