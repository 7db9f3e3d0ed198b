"""How many rows there are a day, a month, a week: what the pictures draw, before it is drawn."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from experiments.grading.expected import Floats
from pipelines.workspace import Workspace

Days = npt.NDArray[np.datetime64]
DAY = np.timedelta64(1, "D")


def opened(ws: Workspace, industry: str) -> Days:
    """The local day of every order."""
    return _local(ws, ws.subjects(industry)["opened_at"])


def asked(ws: Workspace, industry: str) -> Days:
    """The local day of every request."""
    return _local(ws, ws.episodes(industry)["occurred_at"])


def whole_days(ws: Workspace) -> Days:
    """From the first day on which all day long orders were opened to the last one of any industry."""
    of_all = [opened(ws, industry) for industry in ws.industries]
    first, last = min(d.min() for d in of_all), max(d.max() for d in of_all)
    return np.arange(first + DAY, last + DAY)


def by_day(happened: Days, days: Days) -> Floats:
    """(days,) how often something happened on each of `days`, which follow each other."""
    position = (happened - days[0]).astype(np.int64)
    return np.bincount(position[(position >= 0) & (position < len(days))], minlength=len(days)).astype(np.float64)


def weekly(counts: Floats) -> Floats:
    """(whole weeks,) means of seven days, from the first day on."""
    weeks = len(counts) // 7
    return np.asarray(counts[: weeks * 7].reshape(weeks, 7).mean(axis=1))


def _local(ws: Workspace, moments: Any) -> Days:
    local = pc.local_timestamp(moments.cast(pa.timestamp("us", tz=ws.zone.key)))
    return np.asarray(local.to_numpy(), dtype="datetime64[D]")
