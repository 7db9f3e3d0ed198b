"""From the results of folds to the columns of the matrix: quotients, spans, calendar, nulls, words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from features.engine.asked import Asked
from features.engine.encode import Array
from features.measures import CalendarPart, Span
from features.plan import Expression, Fold, PlannedColumn, Quotient, Smoothed

_DAY = 86_400_000_000.0


@dataclass(frozen=True)
class Folded:
    """A fold at every row of the spine: float64, not a number where there is nothing, and the bits of validity.

    The values of a category are codes into its `words`.
    """

    values: Array
    bits: Array
    missing: int
    words: pa.Array | None

    @classmethod
    def of(cls, values: Array, words: pa.Array | None) -> Folded:
        missing = np.isnan(values)
        return cls(values, np.packbits(~missing, bitorder="little"), int(missing.sum()), words)


def as_column(column: PlannedColumn, folded: Mapping[Fold, Folded], asked: Asked) -> pa.Array:
    """A column of the matrix: float64 or string, null where there is nothing."""
    if not isinstance(column.expression, Fold):
        return _with_nulls(_evaluate(column.expression, folded, asked))
    found = folded[column.expression]
    if found.words is None:
        bits = pa.py_buffer(found.bits) if found.missing else None
        return pa.Array.from_buffers(pa.float64(), found.values.size, [bits, pa.py_buffer(found.values)], found.missing)
    missing = np.isnan(found.values)
    places = pa.array(np.where(missing, 0, found.values).astype(np.int64), mask=missing)
    return found.words.cast(pa.string()).take(places)


def _evaluate(expression: Expression, folded: Mapping[Fold, Folded], asked: Asked) -> Array:
    match expression:
        case Fold():
            return folded[expression].values
        case Quotient(above, below, factor):
            a, b = _evaluate(above, folded, asked), _evaluate(below, folded, asked)
            with np.errstate(all="ignore"):
                return np.where(b == 0, np.nan, factor * a / b)
        case Smoothed(share, size, prior, strength):
            rate, n, everybody = (_evaluate(fold, folded, asked) for fold in (share, size, prior))
            return (np.where(n == 0, 0.0, n * rate) + strength * everybody) / (n + strength)
        case Span(start, end):
            s, e = asked.moment(start), asked.moment(end)
            return np.full(asked.size, np.nan) if s is None or e is None else (e - s) / _DAY
        case CalendarPart():
            return asked.calendar(expression)


def _with_nulls(values: Array) -> pa.Array:
    values = np.ascontiguousarray(values, np.float64)
    missing = np.isnan(values)
    nulls = int(missing.sum())
    bits = pa.py_buffer(np.packbits(~missing, bitorder="little")) if nulls else None
    return pa.Array.from_buffers(pa.float64(), values.size, [bits, pa.py_buffer(values)], nulls)
