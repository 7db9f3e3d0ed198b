"""Two clocks as one interval per row, without a database: `seen_from < t <= seen_to`, as in `demand.contract`.

Rows whose id nobody shares are seen for good from the later of their clocks on; only the few that share one are
compared version by version.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.engine.encode import Array, Categories, categories, index_type, microseconds, string_bytes
from features.engine.order_kernels import (
    FOREVER,
    gather,
    group_order,
    is_sorted,
    settle_ties,
    shared_ids,
    state_spans,
    time_order,
)
from features.engine.word_kernels import hash_words


@dataclass(frozen=True)
class Visible:
    """Versions that are ever visible, in the total order (occurred_at, known_at, id).

    `row` is the version's place in the source's table; `seen_to` is empty where no version ever goes.
    """

    row: Array
    occurred: Array
    seen_from: Array
    seen_to: Array


def visible_versions(table: pa.Table, deleted: Array | None = None) -> Visible:
    """The intervals of the rows of an event source: id, occurred_at, known_at, op (or which rows are deletions)."""
    occurred, known = microseconds(table["occurred_at"]), microseconds(table["known_at"])
    n = table.num_rows
    if n == 0:
        return Visible(np.zeros(0, np.int32), occurred, known, np.zeros(0, np.int64))
    offsets, data = string_bytes(table["id"])
    order = _total_order(occurred, known, offsets, data)
    deleted = _is_delete(table["op"]) if deleted is None else deleted
    seen_to = _superseded(table, _sharing(hash_words(offsets, data)), occurred, known, deleted)
    seen_from = np.maximum(occurred, known)
    if deleted.any() or seen_to is not None:
        kept = ~deleted if seen_to is None else ~deleted & (seen_from < seen_to)
        order = order[kept[order]]
    gone = np.zeros(0, np.int64) if seen_to is None else seen_to[order]
    at, seen = (gather(clock, order, np.empty(order.size, np.int64)) for clock in (occurred, seen_from))
    return Visible(order, at, seen, gone)


def seen_between(table: pa.Table, seen_from: Array, seen_to: Array) -> Visible:
    """The same of rows (id, occurred_at, known_at) whose intervals are known already."""
    occurred, known = microseconds(table["occurred_at"]), microseconds(table["known_at"])
    order = np.zeros(0, np.int32)
    if occurred.size:
        order = _total_order(occurred, known, *string_bytes(table["id"]))
    goes = occurred.size > 0 and seen_to.min() < FOREVER
    return Visible(order, occurred[order], seen_from[order], seen_to[order] if goes else np.zeros(0, np.int64))


def _total_order(occurred: Array, known: Array, offsets: Array, data: Array) -> Array:
    order = np.arange(occurred.size, dtype=index_type(occurred.size))
    if not is_sorted(occurred):
        order = time_order(occurred, order)
    settle_ties(order, occurred, known, offsets, data)
    return order


def visible_spans(versions: Visible, owners: Categories) -> Visible:
    """The last visible version of each of the table's owners as disjoint intervals, in the total order."""
    offsets, rows = group_order(owners.codes, versions.row, len(owners.values), versions.row[:0])
    seen_to = versions.seen_to if versions.seen_to.size else np.full(versions.row.size, FOREVER)
    version, start, end = state_spans(offsets, rows, versions.seen_from, seen_to)
    order = np.argsort(version, kind="stable")
    version = version[order]
    return Visible(versions.row[version], versions.occurred[version], start[order], end[order])


def _is_delete(op: pa.ChunkedArray) -> Array:
    numbered = categories(op)
    deletes = np.append(np.asarray(pc.equal(numbered.values, "delete")).astype(np.bool_), False)
    return np.asarray(deletes[numbered.codes]) if deletes.any() else np.zeros(len(op), np.bool_)


def _sharing(hashes: Array) -> Array:
    """Rows whose id has the hash of another's: nearly always that very id."""
    rows = np.flatnonzero(shared_ids(hashes))
    order = np.argsort(hashes[rows], kind="stable")
    ordered = hashes[rows[order]]
    same = ordered[1:] == ordered[:-1]
    kept = np.zeros(rows.size, np.bool_)
    kept[order[1:][same]] = kept[order[:-1][same]] = True
    return np.asarray(rows[kept])


def _superseded(table: pa.Table, rows: Array, occurred: Array, known: Array, deleted: Array) -> Array | None:
    """When each version gives way to the next of its id, of which only `rows` may have two; None where none has."""
    if rows.size == 0:
        return None
    ids = categories(table["id"].take(pa.array(rows))).codes
    order = np.lexsort((deleted[rows], occurred[rows], known[rows], ids))
    ids, rows = ids[order], rows[order]
    followed = np.flatnonzero(ids[1:] == ids[:-1])
    if followed.size == 0:
        return None
    seen_to = np.full(occurred.size, FOREVER)
    seen_to[rows[followed]] = known[rows[followed + 1]]
    return seen_to
