"""Axes of a simple table: a column cut into cells that a person would choose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from demand.contract import ContractError
from demand.models.days import COARSE_EDGES, DAY_COLUMNS, coarse_days, days_of
from demand.models.encoding import RAREST, level_codes, level_counts, numbers_of

Codes = npt.NDArray[np.int64]

NUMBER_CELLS = 8


@dataclass(frozen=True)
class Axis:
    """One column of a table, cut into `cells` cells; the last is for missing values.

    Parameters
    ----------
    column : name; `days` means days to due or age, wherever the frame holds it
    levels : of a category: the levels with a cell of their own, all others share one
    edges : of a number: the inner edges
    """

    column: str
    levels: tuple[str, ...] | None = None
    edges: tuple[float, ...] | None = None

    @classmethod
    def learn(cls, frame: pd.DataFrame, column: str) -> Axis:
        """Cut `column` by what the frame holds: days by fixed edges, levels by frequency, numbers by quantiles.

        Raises
        ------
        ContractError
            If the frame has no such column.
        """
        if column in DAY_COLUMNS:
            return cls(column, edges=tuple(float(edge) for edge in COARSE_EDGES))
        if column not in frame.columns:
            raise ContractError(
                found=f"no column {column} for the table",
                expected=f"days, or one of {', '.join(map(str, frame.columns[:12]))} ...",
                remedy="name a feature under `evaluate: {two_way: [days, ...]}`",
            )
        values = frame[column]
        if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
            known = numbers_of(values, column)
            known = known[~np.isnan(known)]
            inner = np.linspace(0, 1, NUMBER_CELLS + 1)[1:-1]
            return cls(column, edges=tuple(np.unique(np.quantile(known, inner)).tolist()) if len(known) else ())
        return cls(column, levels=tuple(sorted(v for v, n in level_counts(values).items() if n >= RAREST)))

    @property
    def cells(self) -> int:
        return len(self.levels if self.levels is not None else self.edges or ()) + 2

    def codes(self, frame: pd.DataFrame) -> Codes:
        """The cell of each row, (rows,)."""
        if self.column in DAY_COLUMNS:
            return coarse_days(needed_days(frame))
        if self.levels is not None:
            return level_codes(frame[self.column], self.levels)
        numbers = numbers_of(frame[self.column], self.column)
        codes = np.searchsorted(np.asarray(self.edges), numbers, side="right").astype(np.int64)
        codes[np.isnan(numbers)] = self.cells - 1
        return codes

    def to_dict(self) -> dict[str, Any]:
        return {"column": self.column, "levels": self.levels, "edges": self.edges}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Axis:
        levels, edges = values["levels"], values["edges"]
        return cls(
            values["column"],
            None if levels is None else tuple(levels),
            None if edges is None else tuple(edges),
        )


def needed_days(frame: pd.DataFrame) -> npt.NDArray[np.float64]:
    """Days to due or age of each row (rows,).

    Raises
    ------
    ContractError
        If the frame has none of the columns that hold it.
    """
    days = days_of(frame)
    if days is None:
        raise ContractError(
            found="no column with days to due or age",
            expected=f"one of {', '.join(DAY_COLUMNS)}",
            remedy="add a column `days`: whole days from the cutoff to the due moment, or since the opening",
        )
    return days
