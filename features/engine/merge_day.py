"""New rows of a source join its shelf: versions that they follow are closed, states of their owners made afresh.

All new rows were known after all that the shelf holds. Nothing that is written changes: a version that ends is written
again with its end, and stands in the orders in place of the old one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from features.engine.encode import Array, Categories, Words, categories, index_type, microseconds, string_bytes
from features.engine.fold_kernels import SEEN_FROM, SEEN_TO
from features.engine.generations import Draft
from features.engine.order_kernels import FOREVER, group_order, state_spans
from features.engine.shelf import PARTS, Read, Shelf
from features.engine.source_rows import SourceRows
from features.engine.store_kernels import (
    append_strings,
    find_ids,
    merge_order,
    merge_sorted,
    same_ids,
    sort_rows,
    take_groups,
)
from features.engine.visible import Visible
from features.engine.word_kernels import hash_words


def merge_day(shelf: Shelf, was: Read, draft: Draft, table: pa.Table) -> None:
    """Write what the shelf holds once the rows of a table are known.

    Parameters
    ----------
    was : arrays of the last generation
    draft : the next one
    table : rows that were known after all of the shelf's
    """
    words = {column: Words.of(*(np.array(was(shelf.name(part, column))) for part in PARTS)) for column in shelf.words}
    known_words = {column: len(of) for column, of in words.items()}
    day = _Day(table, words)
    ended = _ended(shelf, was, table)
    versions = _append_versions(shelf, was, draft, day, ended)
    for column, of in words.items():
        if len(of) > known_words[column] or draft.is_first:
            for part, values in zip(PARTS, of.parts, strict=True):
                draft.put(shelf.name(part, column), values)
    groups = {column: len(of) for column, of in words.items()}
    orders = _put_orders(shelf, was, draft, None, versions, ended.rows, groups)
    touched = np.concatenate((ended.rows, versions.new))
    for owner in shelf.owners:
        owners = np.unique(versions.codes[owner][touched])
        spans, gone = _append_spans(shelf, was, draft, owner, versions, orders[owner], owners[owners >= 0])
        _put_orders(shelf, was, draft, owner, spans, gone, groups)


class _Day(SourceRows):
    """Rows of a table whose values have the numbers of a shelf; every version says when it ends."""

    def __init__(self, table: pa.Table, words: Mapping[str, Words]) -> None:
        super().__init__(table)
        self._words = words

    def categories(self, column: str) -> Categories:
        if column not in self._words:
            return super().categories(column)
        of = self._words[column]
        return self._once(("numbered", column), lambda: categories(self.table[column], of))

    def visible(self, owner: str | None) -> Visible:
        found = super().visible(owner)
        if found.seen_to.size:
            return found
        return Visible(found.row, found.occurred, found.seen_from, np.full(found.row.size, FOREVER))


@dataclass(frozen=True)
class _Ended:
    """Versions of the shelf that new rows follow: their rows, when each ends, and their places among the hashes."""

    rows: Array
    at: Array
    places: Array


@dataclass(frozen=True)
class _Rows:
    """All rows of versions or states: `new` of them in the total order, what that order reads, and codes of keys.

    `known`, ids and codes are those of versions.
    """

    new: Array
    version: Array
    records: Array
    known: Array
    id_ends: Array
    id_bytes: Array
    codes: Mapping[str, Array]

    @property
    def by(self) -> tuple[Array, Array, Array, Array, Array]:
        return self.version, self.records, self.known, self.id_ends, self.id_bytes


def _ended(shelf: Shelf, was: Read, table: pa.Table) -> _Ended:
    hashes, entries = was(shelf.name("hashes")), was(shelf.name("hashed"))
    offsets, data = string_bytes(table["id"])
    mine = hash_words(offsets, data)
    rows = np.argsort(mine, kind="stable")
    low, high = (np.searchsorted(hashes, mine[rows], side=side) for side in ("left", "right"))
    met = low < high
    rows = rows[met]
    found = find_ids(
        offsets, data, rows, low[met], high[met], entries, was(shelf.name("id_ends")), was(shelf.name("id_bytes"))
    )
    places, which = np.unique(found[found >= 0], return_inverse=True)
    at = np.full(places.size, FOREVER)
    np.minimum.at(at, which, microseconds(table["known_at"])[rows[found >= 0]])
    return _Ended(entries[places].astype(np.int64), at, places)


def _append_versions(shelf: Shelf, was: Read, draft: Draft, day: _Day, ended: _Ended) -> _Rows:
    place = day.visible(None).row
    again = was(shelf.name("records", None))[ended.rows]
    again[:, SEEN_TO] = ended.at
    seen = again[:, SEEN_FROM] < ended.at
    again, origin = again[seen], ended.rows[seen]
    fresh = _records(shelf, day)
    records = draft.append(shelf.name("records", None), np.concatenate((fresh, again)))
    before, total = was(shelf.name("known")).size, len(records)

    def append(name: str, values: Array) -> Array:
        return draft.append(name, np.concatenate((values[place], was(name)[origin])))

    known = append(shelf.name("known"), microseconds(day.table["known_at"]))
    codes = {column: append(shelf.name("codes", column), day.categories(column).codes) for column in shelf.coded}
    id_ends, id_bytes = _append_ids(shelf, was, draft, day.table, place, origin)
    version = np.arange(total, dtype=index_type(total))
    rows = _Rows(version[before:].copy(), version, records, known, id_ends, id_bytes, codes)
    sort_rows(rows.new, *rows.by)
    still = np.flatnonzero(records[before:, SEEN_TO] == FOREVER) + before
    hashes = hash_words(id_ends[before:], id_bytes)[still - before]
    order = np.argsort(hashes, kind="stable")
    hashed = was(shelf.name("hashed")).astype(version.dtype, copy=False)
    merged = merge_sorted(was(shelf.name("hashes")), hashed, ended.places, hashes[order], version[still[order]])
    for name, values in zip(("hashes", "hashed"), merged, strict=True):
        draft.put(shelf.name(name), values)
    return rows


def _records(shelf: Shelf, day: _Day) -> Array:
    if not day.visible(None).row.size:
        return np.empty((0, shelf.layout.width), np.int64)
    records, jobs = day.words_of(None, shelf.folds)
    for job in jobs:
        job()
    return records.words


def _append_ids(
    shelf: Shelf, was: Read, draft: Draft, table: pa.Table, place: Array, origin: Array
) -> tuple[Array, Array]:
    ends, found = was(shelf.name("id_ends")), []
    last, parts = ends[-1:], []
    for (offsets, data), rows in ((string_bytes(table["id"]), place), ((ends, was(shelf.name("id_bytes"))), origin)):
        more = np.concatenate((last, np.empty(rows.size, np.int64)))
        parts.append(np.empty(int((offsets[rows + 1] - offsets[rows]).sum()), np.uint8))
        append_strings(offsets, data, rows, more, parts[-1])
        found.append(more[1:])
        last = more[-1:]
    first = [ends] if draft.is_first else []
    return (
        draft.append(shelf.name("id_ends"), np.concatenate((*first, *found))),
        draft.append(shelf.name("id_bytes"), np.concatenate(parts)),
    )


def _append_spans(
    shelf: Shelf, was: Read, draft: Draft, owner: str, versions: _Rows, order: tuple[Array, Array], owners: Array
) -> tuple[_Rows, Array]:
    """States of the owners that are not on the shelf yet, and the rows of those that are no more."""
    offsets, rows = take_groups(*order, owners)
    clocks = (versions.records[rows, word] for word in (SEEN_FROM, SEEN_TO))
    version, start, end = state_spans(offsets, np.arange(rows.size), *clocks)
    version = rows[version]
    records = versions.records[version]
    records[:, SEEN_FROM], records[:, SEEN_TO] = start, end
    _, old = take_groups(*(was(shelf.name(what, owner, owner)) for what in ("offsets", "order")), owners)
    gone, more = _changed(shelf, was, owner, versions, old, version, records)
    before = len(was(shelf.name("versions", owner)))
    all_records = draft.append(shelf.name("records", owner), records[more])
    all_versions = draft.append(shelf.name("versions", owner), version[more].astype(np.int64))
    new = np.arange(before, len(all_records), dtype=index_type(len(all_records)))
    spans = replace(versions, new=new, version=all_versions, records=all_records)
    sort_rows(spans.new, *spans.by)
    return spans, gone


def _changed(
    shelf: Shelf, was: Read, owner: str, versions: _Rows, old: Array, version: Array, records: Array
) -> tuple[Array, Array]:
    """Which old states are not among those of now, and the places of those of now that were not there before.

    An owner has one state at a time, so that only states with one beginning can be the same.
    """
    of = np.concatenate((was(shelf.name("versions", owner))[old], version))
    words = np.concatenate((was(shelf.name("records", owner))[old], records))
    whose = versions.codes[owner][of]
    order = np.lexsort((np.arange(of.size), words[:, SEEN_FROM], whose))
    a, b = order[:-1], order[1:]
    same = (a < old.size) & (b >= old.size) & (whose[a] == whose[b]) & (versions.known[of[a]] == versions.known[of[b]])
    a, b = a[same], b[same]
    same = (words[a] == words[b]).all(axis=1) & same_ids(of[a], of[b], versions.id_ends, versions.id_bytes)
    stays = np.zeros(of.size, np.bool_)
    stays[a[same]] = stays[b[same]] = True
    return old[~stays[: old.size]], np.flatnonzero(~stays[old.size :])


def _put_orders(
    shelf: Shelf, was: Read, draft: Draft, owner: str | None, rows: _Rows, gone: Array, groups: Mapping[str, int]
) -> dict[str | None, tuple[Array, Array]]:
    """The rows by each key, without those that are gone and with the new ones."""
    dead = np.zeros(len(rows.version) - rows.new.size, np.bool_)
    dead[gone] = True
    put = {}
    for key in shelf.keys[owner]:
        codes, died = (_codes(rows, key, some) for some in (rows.new, gone))
        old_offsets, old_order = (was(shelf.name(what, owner, key)) for what in ("offsets", "order"))
        touched = np.zeros(old_offsets.size - 1, np.bool_)
        touched[died[died >= 0]] = True
        every = np.arange(rows.new.size)
        offsets, places = group_order(codes, every, 1 if key is None else groups[key], every[:0])
        put[key] = merge_order(
            old_offsets, old_order.astype(rows.new.dtype, copy=False), dead, touched, offsets, rows.new[places],
            *rows.by,
        )  # fmt: skip
        for what, values in zip(("offsets", "order"), put[key], strict=True):
            draft.put(shelf.name(what, owner, key), values)
    return put


def _codes(rows: _Rows, key: str | None, some: Array) -> Array:
    return np.zeros(some.size, np.int32) if key is None else rows.codes[key][rows.version[some]]
