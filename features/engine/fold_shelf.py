"""Folds of the keys that a spine asks about, from a shelf: only their rows are read, by the kernel that reads all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pyarrow as pa

from features.engine.asked import Asked
from features.engine.encode import Array, Words, paired
from features.engine.grouped import Grouped, Workers
from features.engine.local import fold_groups, room_of
from features.engine.matrix import Folded
from features.engine.order_kernels import group_order
from features.engine.program import Program
from features.engine.shelf import Read, Shelf
from features.engine.single import folded_single
from features.engine.store_kernels import take_groups
from features.engine.trim import trimmed
from features.plan import Base, Fold


def fold_shelf(
    shelf: Shelf, read: Read, asked: Asked, bases: Mapping[Base, list[Fold]], threads: int
) -> dict[Fold, Folded]:
    """Every fold of the bases of one source at every row of what is asked.

    Parameters
    ----------
    read : the arrays of the shelf
    """
    words = {column: shelf.read_words(read, column) for column in shelf.words}
    codes = {key: _codes(asked, words[key], key) for key in dict.fromkeys(key for base in bases for key in base.keys)}
    sizes = {name: len(words[name]) for name in shelf.layout.sets}
    scratch = np.empty(asked.size * max((len(folds) for folds in bases.values()), default=0))
    folded: dict[Fold, Folded] = {}

    def strings(fold: Fold) -> pa.Array | None:
        return words[fold.column or ""].values() if fold.is_word else None

    with Workers(threads) as workers:
        for base, folds in bases.items():
            of_spine, offsets, order = _rows_of(shelf, read, asked, words, codes, base)
            asked_offsets, order_asked = asked.by_key(of_spine, offsets.size - 1)
            records, program = read(shelf.name("records", base.owner)), Program.of(folds, shelf.layout, sizes)
            rows = Grouped(offsets, order, records, of_spine, asked_offsets, order_asked)
            rows = folded_single(workers, asked, rows, program, shelf.layout, room_of(scratch, asked, program))
            offsets, order = trimmed(program, asked.cutoffs, rows.offsets, rows.order, records)
            rows = replace(rows, offsets=offsets, order=order)
            folded |= fold_groups(workers, asked, rows, program, shelf.layout, strings, scratch)
    return folded


def _codes(asked: Asked, words: Words, key: str) -> Array:
    """Of a key of the spine: the number of words where the shelf has no such value, -1 where null."""
    codes, start = np.empty(asked.size, np.int32), 0
    for chunk in asked.spine[key].chunks:
        plain = chunk.dictionary_decode() if pa.types.is_dictionary(chunk.type) else chunk
        words.find(plain, stranger=len(words), codes=codes[start : start + len(chunk)])
        start += len(chunk)
    return codes


def _rows_of(
    shelf: Shelf, read: Read, asked: Asked, words: Mapping[str, Words], codes: Mapping[str, Array], base: Base
) -> tuple[Array, Array, Array]:
    """Dense codes of what the spine asks about, and the rows of each: offsets and rows."""
    if not base.keys:
        offsets, order = _taken(shelf, read, base, None, np.zeros(1, np.int64))
        return np.zeros(asked.size, np.int32), offsets, order
    wanted = {key: np.flatnonzero(_marks(codes[key], len(words[key]) + 1)) for key in base.keys}
    if len(base.keys) == 1:
        (key,) = base.keys
        dense = np.full(len(words[key]) + 2, -1, np.int32)
        dense[wanted[key]] = np.arange(wanted[key].size)
        return dense[codes[key]], *_taken(shelf, read, base, key, wanted[key])
    _, rows = min((_taken(shelf, read, base, key, wanted[key]) for key in base.keys), key=lambda taken: taken[1].size)
    version = rows if base.owner is None else read(shelf.name("versions", base.owner))[rows]
    first, *further = base.keys
    of_spine, of_rows, groups = codes[first], read(shelf.name("codes", first))[version], 0
    for key in further:
        more = read(shelf.name("codes", key))[version]
        of_spine, of_rows, groups = paired(of_spine, codes[key], len(words[key]) + 1, (of_rows, more))
    places = np.arange(rows.size)
    offsets, order = group_order(of_rows, places, groups, places[:0])
    return of_spine, offsets, rows[order]


def _taken(shelf: Shelf, read: Read, base: Base, key: str | None, wanted: Array) -> tuple[Array, Array]:
    return take_groups(*(read(shelf.name(what, base.owner, key)) for what in ("offsets", "order")), wanted)


def _marks(codes: Array, groups: int) -> Array:
    """Which codes are asked about."""
    marks = np.zeros(groups + 1, np.bool_)  # the last one is that of null
    marks[codes] = True
    return marks[:groups]
