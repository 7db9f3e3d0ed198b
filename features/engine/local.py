"""The engine on one machine: encode once, sort by key, sweep every key once for all of its folds."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import partial
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from demand.contract import SourceTable
from features.engine.asked import Asked
from features.engine.encode import Array, key_codes, paired
from features.engine.fold_kernels import fold_keys
from features.engine.grouped import Grouped, Workers
from features.engine.matrix import Folded, as_column
from features.engine.matrix_kernels import blank_rows, lay_out
from features.engine.order_kernels import drop_unasked, group_order
from features.engine.program import Layout, Program
from features.engine.single import folded_single
from features.engine.source_rows import Records, SourceRows
from features.plan import Base, Fold, Plan


class LocalEngine:
    """Computes a plan with compiled kernels; see `features.engine.protocol.Engine`.

    Results do not depend on `threads` (by default one a core).
    """

    def __init__(self, threads: int | None = None) -> None:
        self.threads = threads or os.cpu_count() or 1

    def run(self, spine: pa.Table, sources: Mapping[str, SourceTable], plan: Plan, zone: ZoneInfo) -> pa.Table:
        """Compute every column of the plan at every row of the spine, in the order of both."""
        if not plan.columns:
            return spine.select([])
        asked, bases = Asked(spine, plan, zone), plan.folds()
        read = {base.source: SourceRows(sources[base.source].table) for base in bases}
        folded = swept(asked, {base: read[base.source] for base in bases}, bases, self.threads)
        return pa.table({column.name: as_column(column, folded, asked) for column in plan.columns})


def swept(
    asked: Asked, read: Mapping[Base, SourceRows], bases: Mapping[Base, list[Fold]], threads: int
) -> dict[Fold, Folded]:
    """Every fold of the bases at every row of what is asked.

    Parameters
    ----------
    read : the rows of each base; bases of one source mostly share them
    bases : the folds of each
    """
    folded: dict[Fold, Folded] = {}
    with Workers(threads) as workers:
        rows = dict.fromkeys((read[base], base.owner) for base in bases)
        workers.each(lambda asked_for: asked_for[0].visible(asked_for[1]), rows)
        columns = dict.fromkeys((read[base], key) for base in bases for key in base.keys)
        workers.each(lambda column: column[0].categories(column[1]), columns)
        records = _records(workers, read, bases)
        scratch = np.empty(asked.size * max((len(folds) for folds in bases.values()), default=0))
        for base, folds in bases.items():
            of_rows = records[read[base], base.owner]
            folded |= _run_base(workers, asked, read[base], of_rows, base, folds, scratch)
    return folded


def _records(
    workers: Workers, read: Mapping[Base, SourceRows], bases: Mapping[Base, list[Fold]]
) -> dict[tuple[SourceRows, str | None], Records]:
    """The records of every source (or its states), with all that any of their folds reads."""
    needed: dict[tuple[SourceRows, str | None], list[Fold]] = {}
    for base, folds in bases.items():
        needed.setdefault((read[base], base.owner), []).extend(folds)
    made, jobs = {}, []
    for (source, owner), folds in needed.items():
        made[source, owner], filling = source.words_of(owner, folds)
        jobs += filling
    workers.each(lambda job: job(), jobs)
    return made


def _run_base(
    workers: Workers,
    asked: Asked,
    source: SourceRows,
    records: Records,
    base: Base,
    folds: list[Fold],
    scratch: Array,
) -> dict[Fold, Folded]:
    """Sort the rows and the spine by key and sweep them: every fold of one base."""
    of_spine, of_rows, groups = codes_of(asked, source, base.keys)
    asked_offsets, order_asked = asked.by_key(of_spine, groups)
    offsets, order = group_order(drop_unasked(of_rows, asked_offsets), records.row, groups, records.row[:0])
    sizes = {name: len(source.categories(name).values) for name in records.layout.sets}
    program = Program.of(folds, records.layout, sizes)
    rows = Grouped(offsets, order, records.words, of_spine, asked_offsets, order_asked)
    rows = folded_single(workers, asked, rows, program, records.layout, room_of(scratch, asked, program))
    return fold_groups(workers, asked, rows, program, records.layout, partial(_words, source), scratch)


def fold_groups(
    workers: Workers,
    asked: Asked,
    rows: Grouped,
    program: Program,
    layout: Layout,
    words: Callable[[Fold], pa.Array | None],
    scratch: Array,
) -> dict[Fold, Folded]:
    """Sweep every key once for all folds of a program; `words` are those behind the codes of a fold."""
    folds = program.order
    out = room_of(scratch, asked, program)

    def fold(keys: tuple[int, int]) -> None:
        fold_keys(
            *keys, rows.offsets, rows.order, rows.records, layout.closes, program.groups, program.columns,
            program.spread, program.sets, program.windows, program.folds, rows.asked_offsets, rows.asked,
            asked.cutoffs, asked.days, out,
        )  # fmt: skip

    workers.each(fold, workers.shares(rows.offsets + 4 * rows.asked_offsets))
    blank_rows(rows.of_spine, out)
    columns = np.empty((len(folds), asked.size))
    bits = np.empty((len(folds), -(-asked.size // 8)), np.uint8)
    parts = workers.shares(np.arange(-(-asked.size // 8) + 1))
    missing = workers.each(lambda part: lay_out(8 * part[0], min(8 * part[1], asked.size), out, columns, bits), parts)
    absent = np.sum(missing, axis=0) if missing else np.zeros(len(folds), np.int64)
    return {fold: Folded(columns[f], bits[f], int(absent[f]), words(fold)) for f, fold in enumerate(folds)}


def room_of(scratch: Array, asked: Asked, program: Program) -> Array:
    """Where the folds of a program are written, (spine, folds)."""
    return scratch[: asked.size * len(program.order)].reshape(asked.size, len(program.order))


def _words(source: SourceRows, fold: Fold) -> pa.Array | None:
    return source.categories(fold.column or "").values if fold.is_word else None


def codes_of(asked: Asked, source: SourceRows, keys: tuple[str, ...]) -> tuple[Array, Array, int]:
    """Dense codes of the keys a spine asks about; a tuple of keys has the codes of its combinations."""
    of_spine, of_rows, groups = np.zeros(asked.size, np.int32), np.zeros(source.table.num_rows, np.int32), 1
    for number, key in enumerate(keys):
        rows = source.categories(key)
        codes, n = key_codes(asked.spine[key], rows, source.table[key].type, name=key)
        if number == 0:
            of_spine, of_rows, groups = codes, rows.codes, n
        else:
            of_spine, of_rows, groups = paired(of_spine, codes, n, (of_rows, rows.codes))
    return of_spine, of_rows, groups
