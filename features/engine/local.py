"""The engine on one machine: encode once, sort by key, sweep every key once for all of its folds."""

from __future__ import annotations

import os
from collections.abc import Callable, Hashable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from demand.contract import ColumnType, SourceTable
from features.engine.asked import Asked
from features.engine.encode import Array, Categories, categories, key_codes, numbers, passing
from features.engine.fold_kernels import fold_keys
from features.engine.matrix import as_column
from features.engine.order_kernels import gather, group_order
from features.engine.program import Program
from features.engine.visible import Visible, visible_spans, visible_versions
from features.plan import Base, Fold, Plan, Test

_EVERY = np.zeros(0, np.bool_)


class LocalEngine:
    """Computes a plan with compiled kernels; see `features.engine.protocol.Engine`.

    Results do not depend on `threads` (by default one a core).
    """

    def __init__(self, threads: int | None = None) -> None:
        self.threads = threads or os.cpu_count() or 1

    def run(self, spine: pa.Table, sources: Mapping[str, SourceTable], plan: Plan, zone: ZoneInfo) -> pa.Table:
        """Compute every column of the plan at every row of the spine, in the order of both."""
        asked = Asked(spine, plan, zone)
        groups: dict[tuple[Base, tuple[Test, ...]], list[Fold]] = {}
        for base, folds in plan.folds().items():
            for fold in folds:
                groups.setdefault((base, fold.tests), []).append(fold)
        with ThreadPoolExecutor(self.threads) as pool:
            read = {name: _Read(sources[name].table) for name in dict.fromkeys(base.source for base, _ in groups)}
            list(pool.map(lambda source: source.visible(None), read.values()))
            bases = list(dict.fromkeys(base for base, _ in groups))
            keyed = dict(zip(bases, pool.map(lambda b: _keyed(asked, read[b.source], b), bases), strict=True))
            jobs = [(read[base.source], keyed[base], tests, folds) for (base, tests), folds in groups.items()]
            results = list(pool.map(lambda job: _run_group(asked, *job), jobs))
        values = {fold: result for found in results for fold, result in found.items()}
        return (
            pa.table({c.name: as_column(c, values, asked) for c in plan.columns}) if plan.columns else spine.select([])
        )


class _Read:
    """One source: its visible versions, and what was asked of it, each worked out once."""

    def __init__(self, table: pa.Table) -> None:
        self.table = table
        self._kept: dict[Hashable, tuple[Lock, list[Any]]] = {}
        self._door = Lock()

    def _once(self, what: Hashable, make: Callable[[], Any]) -> Any:
        with self._door:
            lock, made = self._kept.setdefault(what, (Lock(), []))
        with lock:
            if not made:
                made.append(make())
            return made[0]

    def visible(self, owner: str | None) -> Visible:
        """Visible rows, or the states of an owner."""
        if owner is None:
            return self._once("versions", lambda: visible_versions(self.table))
        return self._once(("states", owner), lambda: visible_spans(self.visible(None), self.table, owner))

    def categories(self, column: str) -> Categories:
        return self._once(("categories", column), lambda: categories(self.table[column]))

    def numbers(self, column: str, type_: ColumnType) -> Array:
        if type_ == "category":
            return self.categories(column).codes
        return self._once(("numbers", column), lambda: numbers(self.table[column], type_))

    def passing(self, tests: tuple[Test, ...]) -> Array:
        return self._once(("passing", tests), lambda: passing(self.table, tests, self.categories))


@dataclass(frozen=True)
class _Keyed:
    """The rows of a base by the keys of the spine: codes of both sides, and the spine in key order."""

    visible: Visible
    codes: Array
    groups: int
    asked_offsets: Array
    asked: Array


def _keyed(asked: Asked, read: _Read, base: Base) -> _Keyed:
    visible = read.visible(base.owner)
    of_spine, of_rows, groups = _codes(asked, read.table, base.keys)
    offsets, order = asked.by_key(of_spine, groups)
    return _Keyed(visible, of_rows[visible.row], groups, offsets, order)


def _codes(asked: Asked, table: pa.Table, keys: tuple[str, ...]) -> tuple[Array, Array, int]:
    """Dense codes of the keys a spine asks about; a tuple of keys has the codes of its combinations."""
    of_spine, of_rows, groups = np.zeros(asked.size, np.int32), np.zeros(table.num_rows, np.int32), 1
    for number, key in enumerate(keys):
        spine_codes, row_codes, n = key_codes(asked.spine[key], table[key], name=key)
        if number == 0:
            of_spine, of_rows, groups = spine_codes, row_codes, n
            continue
        pairs = np.where((of_spine < 0) | (spine_codes < 0), -1, of_spine.astype(np.int64) * max(n, 1) + spine_codes)
        rows = np.where((of_rows < 0) | (row_codes < 0), -1, of_rows.astype(np.int64) * max(n, 1) + row_codes)
        of_spine, of_rows, groups = key_codes(
            pa.chunked_array([pa.array(pairs, mask=pairs < 0)]),
            pa.chunked_array([pa.array(rows, mask=rows < 0)]),
            name=" and ".join(keys),
        )
    return of_spine, of_rows, groups


def _run_group(
    asked: Asked, read: _Read, keyed: _Keyed, tests: tuple[Test, ...], folds: list[Fold]
) -> dict[Fold, object]:
    """Sort the rows that pass by key and sweep them; a category's result is its dictionary with codes."""
    visible, program = keyed.visible, Program.of(folds)
    chosen = read.passing(tests)[visible.row] if tests else _EVERY
    offsets, order = group_order(keyed.codes, chosen, keyed.groups, visible.row[:0])
    rows = gather(visible.row, order, np.empty_like(order))
    values = np.empty((len(program.columns), rows.size))
    dictionaries: dict[str, Categories] = {}
    for number, column in enumerate(program.columns):
        if column.share:
            gather(read.passing(column.share), rows, values[number])
        else:
            assert column.type is not None
            gather(read.numbers(column.name, column.type), rows, values[number])
            if column.type == "category":
                values[number][values[number] < 0] = np.nan
                dictionaries[column.name] = read.categories(column.name)
    members = np.empty((len(program.sets), rows.size), np.int32)
    sizes = np.zeros(len(program.sets), np.int64)
    for number, name in enumerate(program.sets):
        encoded = read.categories(name)
        sizes[number] = len(encoded.values)
        gather(encoded.codes, rows, members[number])
    out = np.full((asked.size, len(folds)), np.nan)
    times = [
        gather(clock, order, np.empty(order.size, np.int64)) if clock.size else clock
        for clock in (visible.occurred, visible.seen_from, visible.seen_to)
    ]
    fold_keys(
        0, keyed.groups, offsets, times[0], times[1], times[2], values, program.wants, members, sizes,
        keyed.asked_offsets, keyed.asked, asked.cutoffs, asked.days, program.windows, program.functions,
        program.windows_of, program.columns_of, program.kinds, out,
    )  # fmt: skip
    return {
        fold: (out[:, f], dictionaries[fold.column or ""].values) if program.is_category[f] else out[:, f]
        for f, fold in enumerate(folds)
    }
