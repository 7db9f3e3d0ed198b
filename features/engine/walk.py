"""Columns whose windows begin elsewhere for every row of the spine: since an event, since a holiday began; and streaks.

DuckDB lays the rows out in the words of `sql.py`, `walk_kernels.py` walks them. A column is walked as a whole, with all
the folds that it is made of, so that a ratio may hold both kinds. Memory: one source at a time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from demand.contract import ColumnType, SourceTable, visible_rows, visible_states
from demand.contract.database import session
from features.engine.announced import holiday_beginnings
from features.engine.sql import condition, encoded, literal, quote, value_column
from features.engine.walk_kernels import DATE, FUNCTIONS, NEVER, PLAIN, TIME, last_seen, walk_keys
from features.plan import Base, Expression, Fold, PlannedColumn, Quotient, Since, Test

Array = np.ndarray[Any, Any]
_KINDS = {"date": DATE, "time": TIME}

_LAID_OUT = """
SELECT epoch_us(occurred_at) AS occurred, epoch_us(visible_from) AS seen_from,
       coalesce(epoch_us(visible_to), 9223372036854775807) AS seen_to{keys}, {value} AS value
FROM (SELECT *{values} FROM visible) r
WHERE {passes}
ORDER BY occurred_at, known_at, id
"""

_ASKED = """
SELECT epoch_us(cutoff) AS cutoff, ((cutoff AT TIME ZONE {zone})::DATE - DATE '1970-01-01')::BIGINT AS day
FROM (SELECT cutoff, row_number() OVER () AS place FROM spine)
ORDER BY place
"""


@dataclass(frozen=True)
class _Rows:
    """Rows that pass their tests by the keys of the spine, and the spine by key."""

    offsets: Array
    occurred: Array
    seen_from: Array
    seen_to: Array
    values: Array
    words: pa.Array | None
    asked_offsets: Array
    asked: Array


def walked_columns(
    spine: pa.Table, sources: Mapping[str, SourceTable], columns: list[PlannedColumn], zone: ZoneInfo
) -> dict[str, pa.Array]:
    """Columns of the matrix, in spine order; their expressions hold nothing but folds and quotients."""
    with session() as db:
        walk = _Walk(db, spine, sources, zone)
        return {column.name: walk.column(column) for column in columns}


class _Walk:
    def __init__(
        self, db: duckdb.DuckDBPyConnection, spine: pa.Table, sources: Mapping[str, SourceTable], zone: ZoneInfo
    ) -> None:
        self.db, self.spine, self.sources, self.zone = db, spine, sources, zone
        db.register("spine", spine)
        asked = db.sql(_ASKED.format(zone=literal(zone.key))).to_arrow_table()
        self.cutoffs, self.days = (np.array(asked[name].to_numpy()) for name in ("cutoff", "day"))
        self._values: dict[Fold, tuple[Array, pa.Array | None]] = {}
        self._after: dict[Since, Array] = {}

    def column(self, column: PlannedColumn) -> pa.Array:
        values, words = self.evaluate(column.expression)
        missing = np.isnan(values)
        if words is None:
            return pa.array(values, mask=missing)
        return words.cast(pa.string()).take(pa.array(np.where(missing, 0, values).astype(np.int64), mask=missing))

    def evaluate(self, expression: Expression) -> tuple[Array, pa.Array | None]:
        if isinstance(expression, Quotient):
            (a, _), (b, _) = self.evaluate(expression.above), self.evaluate(expression.below)
            with np.errstate(all="ignore"):
                return np.where(b == 0, np.nan, expression.factor * a / b), None
        assert isinstance(expression, Fold)
        if expression not in self._values:
            self._values[expression] = self.fold(expression)
        return self._values[expression]

    def fold(self, fold: Fold) -> tuple[Array, pa.Array | None]:
        rows = self.rows(fold.base, fold.tests, fold)
        out = np.full(self.cutoffs.size, np.nan)
        walk_keys(
            FUNCTIONS.index(fold.function), _KINDS.get(fold.type or "", PLAIN), rows.offsets, rows.occurred,
            rows.seen_from, rows.seen_to, rows.values, len(rows.words) if rows.words is not None else 0,
            rows.asked_offsets, rows.asked, self.cutoffs, self.days, self.after(fold), out,
        )  # fmt: skip
        return out, rows.words if fold.type == "category" and fold.function in ("first", "last") else None

    def after(self, fold: Fold) -> Array:
        """After which moment the rows count, for each row of the spine."""
        since = fold.since
        if since is None:
            far = np.full(self.cutoffs.size, NEVER + 1)
            return far if fold.window_us is None else np.maximum(self.cutoffs - min(fold.window_us, 2**61) - 1, far)
        if since not in self._after:
            self._after[since] = self.beginnings(since)
        return self._after[since]

    def beginnings(self, since: Since) -> Array:
        if since.event is None:
            return holiday_beginnings(self.days, self.cutoffs, self.zone, never=NEVER)
        rows = self.rows(since.event, since.tests, None)
        after = np.full(self.cutoffs.size, NEVER)
        last_seen(
            rows.offsets, rows.occurred, rows.seen_from, rows.seen_to, rows.asked_offsets, rows.asked, self.cutoffs,
            after,
        )  # fmt: skip
        return after

    def rows(self, base: Base, tests: tuple[Test, ...], fold: Fold | None) -> _Rows:
        """The rows of a base that pass the tests, with the values that a fold reads, if one does."""
        share = fold.share if fold is not None else ()
        typed: dict[str, ColumnType] = {t.column: t.type for t in (*tests, *share)}
        value = f"CASE WHEN {_all(share)} THEN 1 ELSE 0 END" if share else "0"
        if fold is not None and fold.column is not None and fold.type is not None:
            typed[fold.column] = fold.type
            value = value_column(fold.column)
        laid = self._laid_out(base, typed, passes=_all(tests), value=value)
        words, values = None, laid["value"].combine_chunks()
        if fold is not None and (fold.type == "category" or fold.function == "distinct"):
            numbered = values.dictionary_encode()
            words, values = numbered.dictionary, numbered.indices
        of_rows, of_spine, groups = _codes(laid, self.spine, base.keys)
        offsets, order = _grouped(of_rows, groups)
        asked_offsets, asked = _grouped(of_spine, groups)
        occurred, seen_from, seen_to = (laid[name].to_numpy()[order] for name in ("occurred", "seen_from", "seen_to"))
        floats = values.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)[order]
        return _Rows(offsets, occurred, seen_from, seen_to, floats, words, asked_offsets, asked)

    def _laid_out(self, base: Base, typed: Mapping[str, ColumnType], *, passes: str, value: str) -> pa.Table:
        read = dict.fromkeys(("id", "occurred_at", "known_at", "op", *base.keys, *typed))
        if base.owner is not None:
            read[base.owner] = None
        table = self.sources[base.source].table.select(list(read))
        self.db.register("visible", visible_states(table, owner=base.owner) if base.owner else visible_rows(table))
        sql = _LAID_OUT.format(
            keys="".join(f", {quote(key)}" for key in base.keys),
            passes=passes,
            value=value,
            values="".join(f", {encoded(column, type_)} AS {value_column(column)}" for column, type_ in typed.items()),
        )
        laid = self.db.sql(sql).to_arrow_table()
        self.db.unregister("visible")
        return laid


def _all(tests: tuple[Test, ...]) -> str:
    return " AND ".join(condition(test) for test in tests) or "true"


def _codes(rows: pa.Table, spine: pa.Table, keys: tuple[str, ...]) -> tuple[Array, Array, int]:
    """Dense codes of the keys of rows and spine, -1 where one is null or nobody asks; and how many there are."""
    of_rows, of_spine, groups = np.zeros(rows.num_rows, np.int64), np.zeros(spine.num_rows, np.int64), 1
    for key in keys:
        wanted = pc.unique(spine[key]).cast(pa.string()).drop_null()
        found = [
            pc.fill_null(pc.index_in(table[key].cast(pa.string()), value_set=wanted), -1).to_numpy().astype(np.int64)
            for table in (rows, spine)
        ]
        of_rows, of_spine = (
            np.where((codes < 0) | (more < 0), -1, codes * max(len(wanted), 1) + more)
            for codes, more in zip((of_rows, of_spine), found, strict=True)
        )
        known = np.unique(of_spine[of_spine >= 0])  # of the combinations, those that somebody asks about
        of_rows, of_spine = (_place_in(known, codes) for codes in (of_rows, of_spine))
        groups = known.size
    return of_rows, of_spine, groups


def _place_in(known: Array, codes: Array) -> Array:
    if not known.size:
        return np.full(codes.size, -1)
    places = np.minimum(np.searchsorted(known, codes), known.size - 1)
    return np.where(known[places] == codes, places, -1)


def _grouped(codes: Array, groups: int) -> tuple[Array, Array]:
    """Offsets (groups + 1) and the places of each group, in their order; those without a group are left out."""
    order = np.argsort(codes, kind="stable")[np.count_nonzero(codes < 0) :]
    return np.concatenate(([0], np.cumsum(np.bincount(codes[order], minlength=groups)))), order
