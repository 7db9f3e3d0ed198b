"""Reasons: what raised a subject's probability, at most four, family by family.

Only what raises is a reason, and only if it matters: less than a hundredth of the probability is none. Reasons that
differ by less than a tenth are `tied`: their order says nothing. What operations can act on is marked.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from string import Formatter
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from demand.contract import INSTANT, ContractError, FeatureMeta, Text, conform
from demand.explanation.families import by_family
from demand.models import Contributions

LEAST_SHARE = 0.01
TIE = 0.1


def reasons(contributions: Contributions, x: pd.DataFrame, meta: Sequence[FeatureMeta], *, top: int = 4) -> pa.Table:
    """The reasons of each subject.

    Parameters
    ----------
    contributions : of the rows of `x`, from `Forecaster.explain`
    x : (rows, ...) subject_id, cutoff and the features; further columns may serve the phrases
    meta : what the features mean: the model's `meta_`
    top : reasons per subject, at most

    Returns
    -------
    a REASONS table, in the order of `x` and then of rank (from 1); points are probability points of the whole family,
    value and reference belong to its strongest feature; `context` is JSON of every value the phrase needs; a further
    column `tied` marks reasons within a tenth of the one before or after

    Raises
    ------
    ContractError
        If `x` lacks its keys or has another length, or `meta` belongs to another model.
    """
    _check(contributions, x)
    families = by_family(contributions, meta)
    order = np.argsort(-families.points, axis=1, kind="stable")
    ranked = np.take_along_axis(families.points, order, axis=1)
    enough = ranked > np.maximum(LEAST_SHARE * contributions.p_request, 1e-12)[:, None]
    tied = _tied(ranked, enough)
    row, rank = np.nonzero(enough[:, :top])
    family = order[row, rank]
    values = _Values(x, meta)
    places = list(zip(row.tolist(), families.strongest[row, family].tolist(), strict=True))
    table = pa.table(
        {
            "subject_id": pa.array(x["subject_id"].astype(str).to_numpy()[row], pa.string()),
            "cutoff": pa.array(_in_utc(x["cutoff"])[row]).cast(INSTANT),
            "rank": pa.array(rank + 1, pa.int64()),
            "family": pa.array([families.names[i] for i in family], pa.string()),
            "feature": pa.array([meta[j].name for _, j in places], pa.string()),
            "points": pa.array(ranked[row, rank], pa.float64()),
            "actionable": pa.array([meta[j].actionable for _, j in places], pa.bool_()),
            "context": pa.array([values.context(i, j) for i, j in places], pa.string()),
            "value": pa.array([_plain(values.of(i, meta[j].name)) for i, j in places], pa.string()),
            "reference": pa.array([_plain(contributions.reference.get(meta[j].name)) for _, j in places], pa.string()),
            "tied": pa.array(tied[row, rank], pa.bool_()),
        }
    )
    return conform(table, "reasons")


def phrase_fields(phrase: Text | None) -> set[str]:
    """The names that stand in braces, in either language; `value` is the feature's own."""
    if phrase is None:
        return set()
    return {name for text in (phrase.en, phrase.zh) for _, name, _, _ in Formatter().parse(text) if name}


class _Values:
    """The values of the rows as JSON knows them: numbers, strings, null."""

    def __init__(self, x: pd.DataFrame, meta: Sequence[FeatureMeta]) -> None:
        self._needed = [{m.name} | (phrase_fields(m.phrase) - {"value"}) for m in meta]
        names = {name for fields in self._needed for name in fields if name in x.columns}
        self._columns: Mapping[str, list[Any]] = {name: x[name].tolist() for name in names}

    def of(self, row: int, name: str) -> float | str | bool | None:
        value = self._columns[name][row]
        if value is None or value is pd.NA or (isinstance(value, float) and not math.isfinite(value)):
            return None
        return value if isinstance(value, (bool, int, float)) else str(value)

    def context(self, row: int, feature: int) -> str:
        known = sorted(name for name in self._needed[feature] if name in self._columns)
        return json.dumps({name: self.of(row, name) for name in known}, ensure_ascii=False)


def _tied(ranked: np.ndarray, enough: np.ndarray) -> np.ndarray:
    """Reasons within a tenth of their neighbour above or below, both being reasons."""
    close = enough[:, 1:] & (ranked[:, 1:] >= (1 - TIE) * ranked[:, :-1])
    nothing = np.zeros((len(ranked), 1), dtype=bool)
    return np.hstack([close, nothing]) | np.hstack([nothing, close])


def _in_utc(cutoffs: pd.Series) -> np.ndarray:
    """Instants as naive microseconds in UTC."""
    return pd.to_datetime(cutoffs, utc=True).dt.tz_convert(None).to_numpy(dtype="datetime64[us]")


def _plain(value: float | str | bool | None) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def _check(contributions: Contributions, x: pd.DataFrame) -> None:
    missing = [name for name in ("subject_id", "cutoff") if name not in x.columns]
    if missing:
        raise ContractError(
            found=f"the frame lacks {', '.join(missing)}",
            expected="the keys beside the features",
            remedy="pass `FeatureMatrix.to_pandas()`, which carries them",
        )
    if len(x) != len(contributions):
        raise ContractError(
            found=f"{len(contributions):,} contributions for {len(x):,} rows",
            expected="one for each row, in the same order",
            remedy="explain and pass the same frame",
        )
