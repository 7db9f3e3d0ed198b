"""From the results of folds to the columns of the matrix: quotients, spans, calendar, nulls, words."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from features.engine.asked import Asked
from features.engine.encode import Array
from features.measures import CalendarPart, Span
from features.plan import Expression, Fold, PlannedColumn, Quotient, Smoothed

_DAY = 86_400_000_000.0


def as_column(column: PlannedColumn, values: Mapping[Fold, object], asked: Asked) -> pa.Array:
    """A column of the matrix: float64 or string, null where there is nothing."""
    if column.kind == "category":
        assert isinstance(column.expression, Fold)
        found = values[column.expression]
        assert isinstance(found, tuple)
        codes, words = found
        missing = np.isnan(codes)
        places = pa.array(np.where(missing, 0, codes).astype(np.int64), mask=missing)
        return words.cast(pa.string()).take(places)
    return _with_nulls(_evaluate(column.expression, values, asked))


def _evaluate(expression: Expression, values: Mapping[Fold, object], asked: Asked) -> Array:
    match expression:
        case Fold():
            found = values[expression]
            assert isinstance(found, np.ndarray)
            return found
        case Quotient(above, below, factor):
            a, b = _evaluate(above, values, asked), _evaluate(below, values, asked)
            with np.errstate(all="ignore"):
                return np.where(b == 0, np.nan, factor * a / b)
        case Smoothed(share, size, prior, strength):
            rate, n, everybody = (_evaluate(fold, values, asked) for fold in (share, size, prior))
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
