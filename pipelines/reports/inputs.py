"""Everything the page is made of: tonight's tables, the evaluation, the words around them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from demand.catalog import Catalog
from demand.contract import TABLES, FeatureMeta, Problem
from pipelines.reports.names import Names

NIGHT_TABLES = ("scores", "score_axes", "reasons", "candidates", "decisions", "runs")


@dataclass(frozen=True)
class SourceRows:
    """How much of a source was known at the moment we ask, and how fresh it is."""

    name: str
    rows: int
    newest: datetime | None


@dataclass(frozen=True)
class ResourceUse:
    """How much the night's plan uses of a limit: money (`fund`, in cents) or the actions of a pool.

    `available` is None where there is no limit; `price_cents` is what one more unit would be worth.
    """

    resource: str
    used: int
    available: int | None
    price_cents: float | None = None


def _no_tables() -> dict[str, pa.Table]:
    return {name: TABLES[name].empty_table() for name in NIGHT_TABLES}


@dataclass(frozen=True)
class Inputs:
    """The tables of one moment with the words around them; the page is a pure function of this.

    Parameters
    ----------
    tables : scores, score_axes, reasons, candidates, decisions, runs of `as_of`, in the contract's schemas
    horizons : industry -> how far the prediction looks ahead; every industry of the workspace has one
    catalog : what interventions cover, the effect they are assumed to have, the capacity they draw on
    meta : industry -> feature -> its meaning; may be empty
    evaluation : of the versions that scored the night, empty before the first training
    limits : what the night's plan uses of each limit; empty before the plan
    stale : industry -> when its newest row became known, where that is too long before this moment
    scored, decided : whether the night has been scored and decided, be it that no order is live and nothing is done
    elsewhere : industry -> the newest other moment at which it was asked and the name of that page, where it was not
        asked at this one
    """

    workspace: str
    as_of: datetime
    zone: ZoneInfo
    names: Names
    horizons: Mapping[str, timedelta]
    tables: Mapping[str, pa.Table] = field(default_factory=_no_tables)
    catalog: Catalog = field(default_factory=Catalog)
    meta: Mapping[str, Mapping[str, FeatureMeta]] = field(default_factory=dict)
    evaluation: Mapping[str, Any] = field(default_factory=dict)
    limits: tuple[ResourceUse, ...] = ()
    scored: bool = True
    decided: bool = False
    elsewhere: Mapping[str, tuple[datetime, str]] = field(default_factory=dict)
    holdout_share: float = 0.0
    holdout_by: str = "user"
    sources: tuple[SourceRows, ...] = ()
    stale: Mapping[str, datetime | None] = field(default_factory=dict)
    quarantined: tuple[Problem, ...] = ()

    def local(self, at: datetime | None) -> datetime | None:
        """An instant in the workspace's time zone."""
        return None if at is None else at.astimezone(self.zone)
