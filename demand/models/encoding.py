"""Frames as the numbers that trees take, with the levels of every category learned once.

Numbers stay float64, missing is NaN. A category becomes an integer code: every level seen in enough rows has one of
its own; the rare ones share one, which also stands for levels that come up later, since those are rare as well;
missing is a level like any other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from demand.contract import ContractError, FeatureMeta
from demand.models.seasons import only_tell_the_time

Floats = npt.NDArray[np.float64]

RAREST = 20
"""A level needs this many training rows to have a code of its own."""


class FrameEncoder:
    """Turns the feature frame into a matrix (rows, features) of float64, columns in the order of `meta`.

    Codes of a category with k levels: 0..k-1 its levels, k rare or new, k+1 missing.

    Attributes
    ----------
    names_ : feature names, the columns of the matrix
    levels_ : category -> levels with a code of their own, the most frequent first
    ignored_ : features that only tell the time; their columns are 0
    categorical_ : positions of the categories in the matrix
    """

    def __init__(self, rarest: int = RAREST) -> None:
        self.rarest = rarest

    def fit(self, x: pd.DataFrame, meta: Sequence[FeatureMeta], cutoffs: pd.DatetimeIndex | None = None) -> Self:
        """Learn the levels; with the rows' cutoffs also which features only tell the time."""
        self.names_ = [m.name for m in meta]
        self._ask_for_columns(x)
        self.levels_ = {m.name: self._frequent(x[m.name]) for m in meta if m.kind == "category"}
        self.ignored_: list[str] = []
        self._index()
        if cutoffs is not None:
            ignored = only_tell_the_time(self.transform(x), cutoffs)
            self.ignored_ = [name for name, only in zip(self.names_, ignored, strict=True) if only]
        return self

    def transform(self, x: pd.DataFrame) -> Floats:
        """Encode rows; columns that are no feature are ignored.

        Raises
        ------
        ContractError
            If feature columns are missing (all are named), or a number column holds something else.
        """
        self._ask_for_columns(x)
        matrix = np.empty((len(x), len(self.names_)), dtype=np.float64)
        for i, name in enumerate(self.names_):
            if name in self.ignored_:
                matrix[:, i] = 0.0
                continue
            matrix[:, i] = (
                level_codes(x[name], self.levels_[name]) if name in self.levels_ else numbers_of(x[name], name)
            )
        return matrix

    def to_dict(self) -> dict[str, Any]:
        return {"rarest": self.rarest, "names": self.names_, "levels": self.levels_, "ignored": self.ignored_}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> FrameEncoder:
        encoder = cls(values["rarest"])
        encoder.names_, encoder.levels_ = list(values["names"]), dict(values["levels"])
        encoder.ignored_ = list(values["ignored"])
        encoder._index()
        return encoder

    def _index(self) -> None:
        self.categorical_ = [i for i, name in enumerate(self.names_) if name in self.levels_]

    def _frequent(self, column: pd.Series) -> list[str]:
        counts = level_counts(column)
        return sorted((v for v, n in counts.items() if n >= self.rarest), key=lambda level: (-counts[level], level))

    def _ask_for_columns(self, x: pd.DataFrame) -> None:
        missing = [name for name in self.names_ if name not in x.columns]
        if missing:
            raise ContractError(
                found=f"the frame lacks {len(missing)} of {len(self.names_)} feature columns: {', '.join(missing)}",
                expected="every feature the model was trained on",
                remedy="compute the features with the workspace the model was trained in",
            )


def level_counts(column: pd.Series) -> dict[str, int]:
    """Level, as a string, -> in how many rows of a category column it stands; missing is none."""
    places, values = pd.factorize(column)
    counts: dict[str, int] = {}
    for value, count in zip(values, np.bincount(places[places >= 0], minlength=len(values)), strict=True):
        counts[str(value)] = counts.get(str(value), 0) + int(count)
    return counts


def level_codes(column: pd.Series, levels: Sequence[str]) -> npt.NDArray[np.int64]:
    """Codes (rows,) of a category column: the place of its level, k of k levels for any other, k + 1 for missing."""
    places, values = pd.factorize(column)
    known = {level: place for place, level in enumerate(levels)}
    codes = [known.get(str(value), len(levels)) for value in values]
    return np.array([*codes, len(levels) + 1], dtype=np.int64)[places]  # the place of a missing one is -1


def numbers_of(column: pd.Series, name: str) -> Floats:
    """A number column as float64, missing as NaN.

    Raises
    ------
    ContractError
        If a value is not a number.
    """
    try:
        return pd.to_numeric(column).to_numpy(dtype=np.float64, na_value=np.nan)
    except (ValueError, TypeError):
        wrong = column[pd.to_numeric(column, errors="coerce").isna() & column.notna()]
        raise ContractError(
            found=f"feature {name}: {len(wrong):,} values that are no numbers, for example {wrong.iloc[0]!r}",
            expected="numbers",
            remedy="declare the column a `category`, or mend its mapping",
        ) from None
