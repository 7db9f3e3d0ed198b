"""A small world for models: bookings asked every week, whose risk is known because it was made up here."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import numpy as np
import pandas as pd

from demand.contract import FeatureMeta, Text
from demand.models import Boosting, Forecaster

START = datetime(2024, 1, 1, tzinfo=UTC)
HORIZON = timedelta(days=14)
SMALL = Boosting(leaves=7, rows_per_leaf=20, most_rounds=60, patience=15, default_rounds=30, learning_rate=0.1)


def feature(name: str, kind: str = "number", **more) -> FeatureMeta:
    more = {"family": name, "unit": "category" if kind == "category" else "number", "source": "bookings", **more}
    return FeatureMeta(name=name, kind=kind, text=more.pop("text", Text(name, name)), **more)


META = (
    feature("days_to_due", family="time", unit="days", phrase=Text("due in {value} days", "{value} 天后到期")),
    feature("agent_cancelled", family="agent", unit="count", actionable=True),
    feature("agent_booked", family="agent", unit="count"),
    feature("channel", "category", family="channel"),
    feature("noise"),
)


class Data(NamedTuple):
    """Features, labels and the true probability of a request, row by row."""

    x: pd.DataFrame
    labels: pd.DataFrame
    truth: np.ndarray


def bookings(weeks: int = 40, a_week: int = 100, seed: int = 3, scenarios: tuple[str, str] = ("cancelled", "no_room")):
    """Bookings whose risk rises with the agent's cancellations and with the channel `phone`.

    Within a week of the due day it is the second scenario, on the day; earlier it is mostly the first, at any time.
    """
    rng = np.random.default_rng(seed)
    n = weeks * a_week
    week = np.repeat(np.arange(weeks), a_week)
    days = rng.integers(0, 40, n).astype(float)
    booked = rng.integers(1, 30, n).astype(float)
    cancelled = rng.binomial(booked.astype(int), 0.3).astype(float)
    channel = rng.choice(["web", "phone", "desk"], n, p=[0.6, 0.3, 0.1]).astype(object)
    truth = 1 / (1 + np.exp(2.6 - 4 * cancelled / booked - 1.0 * (channel == "phone") - 0.8 * (days < 14)))
    requested = rng.random(n) < truth
    late = (days < 7) & (rng.random(n) < 0.8)
    after = np.where(late, days + 0.5, rng.uniform(0, 14, n))
    cutoff = pd.DatetimeIndex([START + timedelta(weeks=int(w)) for w in week])
    x = pd.DataFrame(
        {
            "subject_id": [f"booking-{i}" for i in range(n)],
            "cutoff": cutoff,
            "industry": "hotel",
            "days_to_due": days,
            "agent_cancelled": cancelled,
            "agent_booked": booked,
            "channel": channel,
            "noise": rng.normal(size=n),
        }
    )
    labels = pd.DataFrame(
        {
            "cutoff": cutoff,
            "requested": requested,
            "scenario": pd.Series(np.where(late, scenarios[1], scenarios[0]), dtype=object).where(requested, None),
            "onset_at": (cutoff + pd.to_timedelta(after, unit="D")).where(requested),
            "days": days,
        }
    )
    return Data(x, labels, truth)


def small_forecaster(**more) -> Forecaster:
    """A forecaster that trains in a moment."""
    return Forecaster(HORIZON, boosting=SMALL, threads=1, **more)
