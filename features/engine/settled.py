"""Rows that carry the interval in which each is seen, so that they may part from what ends it."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from features.engine.encode import Array, categories
from features.engine.narrow import DELETED
from features.engine.order_kernels import FOREVER
from features.engine.source_rows import SourceRows
from features.engine.spill import Bucket
from features.engine.visible import Visible, seen_between, visible_spans, visible_versions

SEEN_FROM, SEEN_TO = "?from", "?to"


def settled_schema(narrow: pa.Schema) -> pa.Schema:
    """Of narrow rows that are settled."""
    fields = [field for field in narrow if field.name != DELETED]
    return pa.schema([*fields, (SEEN_FROM, pa.int64()), (SEEN_TO, pa.int64())])


def settled_rows(bucket: Bucket) -> pa.Table:
    """The versions that are ever seen, of narrow rows with all versions of their ids."""
    table = bucket.table()
    return _with_intervals(table, visible_versions(table, np.asarray(table[DELETED])))


def state_rows(bucket: Bucket, owner: str) -> pa.Table:
    """The states of an owner, of settled rows with all rows of their owners."""
    table = bucket.table()
    return _with_intervals(table, visible_spans(_visible(table), categories(table[owner])))


def source_rows(bucket: Bucket, owner: str | None) -> SourceRows:
    """Settled rows, or the states of an owner, as the kernels take them."""
    table = bucket.table()
    return SourceRows(table, {owner: _visible(table)})


def _with_intervals(table: pa.Table, visible: Visible) -> pa.Table:
    seen_to = visible.seen_to if visible.seen_to.size else np.full(visible.row.size, FOREVER)
    rows = table.select([name for name in table.column_names if name not in (DELETED, SEEN_FROM, SEEN_TO)])
    rows = rows.take(pa.array(visible.row))
    return rows.append_column(SEEN_FROM, pa.array(visible.seen_from)).append_column(SEEN_TO, pa.array(seen_to))


def _visible(table: pa.Table) -> Visible:
    return seen_between(table, _numbers(table, SEEN_FROM), _numbers(table, SEEN_TO))


def _numbers(table: pa.Table, name: str) -> Array:
    return np.asarray(table[name].combine_chunks().to_numpy())
