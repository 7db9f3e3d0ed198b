"""Origins: the moments at which a model would have been trained, and until when each is tested."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise

import pandas as pd

from demand.contract import ContractError
from pipelines.backtesting.material import Material
from pipelines.training.evaluation import first_test_moment

Origins = int | Sequence[str | date | datetime]

DEFAULT_ORIGINS = 4
EARLIEST = 0.4
"""Where origins are spread, the first lies that far through the cutoffs, so that there is something to learn from."""


def choose_origins(
    material: Material, asked: Origins | None = None, *, span: timedelta | None = None
) -> list[tuple[datetime, datetime | None]]:
    """Each origin with the end of its test: the next origin, or `span` later; None is the end of the data.

    Parameters
    ----------
    asked : how many, spread evenly up to the last slice's beginning; or moments; by default the industry's
        `evaluate.origins`, or four
    span : how long each origin is tested

    Returns
    -------
    in order of time; empty where the time range has no room for one

    Raises
    ------
    ContractError
        If fewer than one is asked for, or a moment leaves nothing to learn from or to test.
    """
    configured = material.ws.config.industries[material.industry].evaluate.origins
    asked = asked if asked is not None else configured or DEFAULT_ORIGINS
    moments = _spread(material, asked) if isinstance(asked, int) else _named(material, asked)
    ends: list[datetime | None] = [None] * len(moments)
    if span is not None:
        ends = [t0 + span for t0 in moments]
    elif moments:
        ends = [*(after for _, after in pairwise(moments)), None]
    return list(zip(moments, ends, strict=True))


def _named(material: Material, asked: Sequence[str | date | datetime]) -> list[datetime]:
    return sorted({material.ws.parse_as_of(moment) for moment in asked})


def _spread(material: Material, number: int) -> list[datetime]:
    """Cutoffs at even distances, the last where the last slice begins; fewer where the grid has no more."""
    if number < 1:
        raise ContractError(f"{number} origins", "at least one", "say for example `--origins 6`")
    last = first_test_moment(material.ws, material.examples)
    if last is None:
        return []
    cutoffs = pd.DatetimeIndex(material.examples.labels["cutoff"]).unique().sort_values()
    end, first = pd.Timestamp(last), cutoffs[0]
    start = first + min(EARLIEST * (cutoffs[-1] - first), (end - first) / 2)
    needs = material.examples.horizon + material.examples.delay
    found = {last}
    for i in range(number - 1):
        wanted = start + (end - start) * (i / max(number - 1, 1))
        moment = cutoffs[cutoffs >= wanted][0]
        if moment < end and (cutoffs + needs <= moment).any():
            found.add(moment.to_pydatetime())
    return sorted(found)
