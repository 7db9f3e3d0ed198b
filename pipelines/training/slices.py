"""A slice of time: trained at T0 on what was known then, tested on what came after. Training and backtests share it.

examples -> split_at (purged, embargoed) -> learn -> Slice: the model of T0, the tables of T0, and the outcomes
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from demand.evaluation import split_by_time
from demand.models import Baseline, BaseRate, DaysTable, Forecaster, Prediction, TwoWayTable
from pipelines.training.examples import Examples, as_known_at
from pipelines.workspace import Workspace

Floats = npt.NDArray[np.float64]

RECENT = timedelta(days=90)


@dataclass(frozen=True)
class Slice:
    """One industry, trained and tested.

    Parameters
    ----------
    train, test : the rows of either side, with features and labels
    forecaster : the model, fitted on `train`
    prediction : what it says about the test rows
    tables : name -> (rows,) what the simple tables of `train` say about them
    clusters : (rows,) the unit that intervals resample
    """

    train: Examples
    test: Examples
    forecaster: Forecaster
    prediction: Prediction
    tables: dict[str, Floats]
    clusters: npt.NDArray[np.object_]

    @property
    def y(self) -> Floats:
        """(rows,) what happened."""
        return self.test.requested

    @property
    def p(self) -> Floats:
        """(rows,) what the model said."""
        return self.prediction.p_request


def split_at(
    ws: Workspace,
    examples: Examples,
    t0: datetime,
    *,
    until: datetime | None = None,
    label_as_of: datetime | None = None,
) -> tuple[Examples, Examples]:
    """Training rows as they were known at `t0`, and test rows in [t0, until).

    A training row's horizon and reporting delay lie before `t0`: the rows between are purged. With `until`, test
    labels are those known one horizon and one delay after it, so that nothing later can change them; without, they are
    those of `examples`.

    Parameters
    ----------
    label_as_of : until when requests are known; test labels look no further

    Raises
    ------
    ContractError
        If one of the two sides is empty.
    """
    cutoffs = examples.labels["cutoff"]
    if until is not None:
        examples = examples.only((cutoffs < pd.Timestamp(until)).to_numpy())
    before, after = split_by_time(examples.labels["cutoff"], examples.horizon, t0, delay=examples.delay)
    train, test = as_known_at(ws, examples.only(before), t0), examples.only(after)
    if until is not None:
        known = until + examples.horizon + examples.delay
        test = as_known_at(ws, test, known if label_as_of is None else min(known, label_as_of))
    return train, test


def learn(ws: Workspace, train: Examples, test: Examples) -> Slice:
    """Fit the model and the tables to `train`, and let them speak about `test`."""
    tables = fit_tables(ws, train, test)
    clusters = ws.clusters(test.industry, test.spine).to_numpy(zero_copy_only=False)
    forecaster = Forecaster(train.horizon).fit(train.x, train.labels, meta=train.meta)
    return Slice(train, test, forecaster, forecaster.predict(test.x), tables, clusters)


def relearn(learned: Slice, *, without: Collection[str]) -> Slice:
    """The same slice with a model that does not see some features; the tables keep what they are configured with."""
    if not set(without) & {m.name for m in learned.train.meta}:
        return learned
    train, test = (without_features(side, without) for side in (learned.train, learned.test))
    forecaster = Forecaster(train.horizon).fit(train.x, train.labels, meta=train.meta)
    return replace(learned, train=train, test=test, forecaster=forecaster, prediction=forecaster.predict(test.x))


def without_features(examples: Examples, names: Collection[str]) -> Examples:
    """The same rows without some features."""
    meta = tuple(m for m in examples.meta if m.name not in names)
    return replace(examples, x=examples.x[[m.name for m in meta]], meta=meta)


def fit_tables(ws: Workspace, train: Examples, test: Examples) -> dict[str, Floats]:
    """What the simple tables of `train` say about the test rows."""
    named = ws.config.industries[train.industry].evaluate.two_way
    tables: dict[str, Baseline] = {
        "base_rate": BaseRate(),
        "days_table": DaysTable(),
        "days_table_90d": DaysTable(last=RECENT),
        "two_way_table": TwoWayTable((named[0], named[1]) if len(named) == 2 else _default_two_way(train)),
    }
    seen, asked = (e.x.assign(days=e.labels["days"]) for e in (train, test))
    return {name: table.fit(seen, train.labels).predict(asked) for name, table in tables.items()}


def _default_two_way(train: Examples) -> tuple[str, str]:
    categories = [m.name for m in train.meta if m.kind == "category"]
    return ("days", categories[0] if categories else "days")
