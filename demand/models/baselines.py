"""What a model has to beat: the base rate, the days table, the same of late, and a two-way table.

Each is what a careful analyst would have in a spreadsheet: request rates of training by cell, small cells pulled
towards the rate above them. All have `fit(x, labels)`, `predict(x)` and `to_dict`; `baseline_from_dict` reads them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar, Protocol, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from demand.contract import ContractError
from demand.models.axes import Axis, needed_days
from demand.models.days import COARSE_CELLS, COARSE_OF_DAY, DAY_COLUMNS, MOST_DAY, coarse_days, whole_days
from demand.models.labels import MatureLabels
from demand.models.shrinkage import shrunken

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]


class Baseline(Protocol):
    """What every baseline can do; `x` needs a day column where the table has one, `labels` those of a model."""

    kind: ClassVar[str]

    def fit(self, x: pd.DataFrame, labels: pd.DataFrame) -> Self: ...

    def predict(self, x: pd.DataFrame) -> Floats: ...

    def to_dict(self) -> dict[str, Any]: ...


class BaseRate:
    """The share of requests in training, for everybody."""

    kind: ClassVar[str] = "base_rate"

    def fit(self, x: pd.DataFrame, labels: pd.DataFrame) -> Self:
        known = MatureLabels.of(x, labels)
        self.rate_ = _rate(known.requested, known.weight)
        return self

    def predict(self, x: pd.DataFrame) -> Floats:
        return np.full(len(x), self.rate_)

    def to_dict(self) -> dict[str, Any]:
        return {"kind": self.kind, "rate": self.rate_}


class DaysTable:
    """Request rate by whole days to due (or age): day -> coarse bucket of days -> base rate.

    A day has many rows but few independent stories (a block of bookings, a weekday), so its bucket is worth many rows.

    Parameters
    ----------
    last : only the newest training rows, by cutoff; None takes all
    strength : rows that the base rate is worth in a bucket
    day_strength : rows that the bucket is worth in a day
    """

    kind: ClassVar[str] = "days_table"

    def __init__(self, last: timedelta | None = None, strength: float = 100.0, day_strength: float = 500.0) -> None:
        self.last = last
        self.strength = strength
        self.day_strength = day_strength

    def fit(self, x: pd.DataFrame, labels: pd.DataFrame) -> Self:
        known = MatureLabels.of(x, labels)
        recent = known.cutoff > known.cutoff.max() - self.last if self.last else np.ones(len(known.cutoff), dtype=bool)
        days = needed_days(_with_days(x, labels))[known.rows][recent]
        requested, weight = known.requested[recent], known.weight[recent]
        by_bucket = _rates(coarse_days(days), requested, weight, COARSE_CELLS, self.strength)
        parent = by_bucket[COARSE_OF_DAY]
        counts = _counts(whole_days(days), requested, weight, MOST_DAY + 3)
        self.rates_ = shrunken(counts, np.column_stack([1 - parent, parent]), self.day_strength)[:, 1]
        return self

    def predict(self, x: pd.DataFrame) -> Floats:
        return self.rates_[whole_days(needed_days(x))]

    def to_dict(self) -> dict[str, Any]:
        last = None if self.last is None else self.last / timedelta(days=1)
        return {
            "kind": self.kind,
            "last_days": last,
            "strength": self.strength,
            "day_strength": self.day_strength,
            "rates": self.rates_.tolist(),
        }


class TwoWayTable:
    """Request rate by two columns, usually days and a category; cell -> first column -> base rate.

    Parameters
    ----------
    columns : two feature names; `days` means days to due, or age
    strength : rows that a cell above is worth
    """

    kind: ClassVar[str] = "two_way_table"

    def __init__(self, columns: tuple[str, str], strength: float = 100.0) -> None:
        self.columns = tuple(columns)
        self.strength = strength

    def fit(self, x: pd.DataFrame, labels: pd.DataFrame) -> Self:
        if len(self.columns) != 2:
            raise ContractError(
                found=f"a two-way table of {', '.join(self.columns) or 'no column'}",
                expected="two columns",
                remedy="write for example `two_way: [days, channel]`",
            )
        known = MatureLabels.of(x, labels)
        x = _with_days(x, labels).loc[known.rows]
        self.axes_ = tuple(Axis.learn(x, column) for column in self.columns)
        first, second = (axis.codes(x) for axis in self.axes_)
        rows, columns = (axis.cells for axis in self.axes_)
        by_first = _rates(first, known.requested, known.weight, rows, self.strength)
        counts = _counts(first * columns + second, known.requested, known.weight, rows * columns)
        parent = np.repeat(by_first, columns)
        self.rates_ = shrunken(counts, np.column_stack([1 - parent, parent]), self.strength)[:, 1]
        return self

    def predict(self, x: pd.DataFrame) -> Floats:
        first, second = (axis.codes(x) for axis in self.axes_)
        return self.rates_[first * self.axes_[1].cells + second]

    def to_dict(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "axes": [axis.to_dict() for axis in self.axes_],
            "strength": self.strength,
            "rates": self.rates_.tolist(),
        }


def baseline_from_dict(values: Mapping[str, Any]) -> Baseline:
    """The fitted baseline that `to_dict` wrote.

    Raises
    ------
    ContractError
        If its kind is unknown.
    """
    kind = values.get("kind")
    if kind == BaseRate.kind:
        rate = BaseRate()
        rate.rate_ = values["rate"]
        return rate
    if kind == DaysTable.kind:
        last = values["last_days"]
        table = DaysTable(None if last is None else timedelta(days=last), values["strength"], values["day_strength"])
        table.rates_ = np.asarray(values["rates"], dtype=np.float64)
        return table
    if kind == TwoWayTable.kind:
        axes = tuple(Axis.from_dict(axis) for axis in values["axes"])
        two_way = TwoWayTable((axes[0].column, axes[1].column), values["strength"])
        two_way.axes_, two_way.rates_ = axes, np.asarray(values["rates"], dtype=np.float64)
        return two_way
    raise ContractError(
        found=f"a baseline of kind {kind!r}",
        expected=", ".join((BaseRate.kind, DaysTable.kind, TwoWayTable.kind)),
        remedy="train again with this version",
    )


def _with_days(x: pd.DataFrame, labels: pd.DataFrame) -> pd.DataFrame:
    """`x` with the labels' days where it has none of its own."""
    if any(name in x.columns for name in DAY_COLUMNS) or "days" not in labels.columns:
        return x
    return x.assign(days=labels["days"].to_numpy())


def _counts(cells: Codes, requested: npt.NDArray[np.bool_], weight: Floats, size: int) -> Floats:
    """Weighted rows without and with a request, (cells, 2)."""
    with_one = np.bincount(cells, weights=weight * requested, minlength=size)
    return np.column_stack([np.bincount(cells, weights=weight, minlength=size) - with_one, with_one])


def _rate(requested: npt.NDArray[np.bool_], weight: Floats) -> float:
    """Share of requests; half a request in one more row keeps it off 0 and 1."""
    return float((requested @ weight + 0.5) / (weight.sum() + 1))


def _rates(cells: Codes, requested: npt.NDArray[np.bool_], weight: Floats, size: int, strength: float) -> Floats:
    base = _rate(requested, weight)
    return shrunken(_counts(cells, requested, weight, size), np.array([1 - base, base]), strength)[:, 1]
