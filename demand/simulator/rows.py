"""Rows before they become tables: compact numpy records, held back until they are known.

A layout says which columns a source has and how codes turn into words; `Outbox` keeps rows until the local day on
which they become known, because that is the day a real system would receive them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from demand.contract import ARROW, INSTANT
from demand.simulator.clock import day_of

Rows = NDArray[np.void]
OPS = ("insert", "correct", "delete")
NEVER = np.iinfo(np.int64).max

_BASE = [("ident", "i8"), ("seq", "i8"), ("occurred", "i8"), ("known", "i8"), ("op", "i1"), ("planned", "?")]
_NUMPY = {"key": "i8", "category": "i4", "text": "i4", "int": "i8", "cents": "i8", "number": "f8", "bool": "?"}
_NUMPY |= {"date": "i8", "time": "i8"}
Kind = Literal["key", "category", "text", "int", "cents", "number", "bool", "date", "time"]


class Wording(Protocol):
    """Words by number, made when they are first needed."""

    def take(self, codes: NDArray[Any]) -> pa.Array:
        """The words with these numbers, null where negative."""


@dataclass(frozen=True)
class Column:
    """A column of a source.

    `words` are the prefix of a key or the words of a category or text; a text with many has a `wording` instead. -1 is
    null for all of them.
    """

    name: str
    kind: Kind
    words: tuple[str, ...] = ()
    wording: Wording | None = None


@dataclass(frozen=True, eq=False)
class Layout:
    """The rows one industry gives to one source.

    `owner` is the column that `ident` becomes and `prefix` what its values begin with; `tag` starts the row's own
    part of the id (an empty tag: the owner's id is the row's id).
    """

    source: str
    owner: str
    prefix: str
    tag: str
    columns: tuple[Column, ...]

    @property
    def dtype(self) -> np.dtype[np.void]:
        return np.dtype(_BASE + [(c.name, _NUMPY[c.kind]) for c in self.columns])


@lru_cache(maxsize=256)
def _pool(prefix: str, size: int) -> pa.Array:
    numbers = pc.utf8_lpad(pa.array(np.arange(size)).cast(pa.string()), 6, "0")
    return pc.binary_join_element_wise(prefix, numbers, "-")


def names(prefix: str, codes: NDArray[np.int64]) -> pa.Array:
    """`booking-000017` from 17; a negative code is null."""
    size = 1 << max(10, int(codes.max(initial=0)).bit_length())
    return _pool(prefix, size).take(pa.array(codes, mask=codes < 0))


def _values(column: Column, codes: NDArray[Any]) -> pa.Array:
    if column.kind == "key":
        return names(column.words[0], codes)
    if column.wording is not None:
        return column.wording.take(codes)
    if column.kind in ("category", "text"):
        return pa.array(column.words, pa.string()).take(pa.array(codes, mask=codes < 0))
    if column.kind == "date":
        return pa.array(codes.astype(np.int32), pa.date32())
    if column.kind == "time":
        return pa.array(codes, pa.int64()).cast(INSTANT)
    if column.kind == "number":
        return pa.array(codes, pa.float64(), mask=np.isnan(codes))
    return pa.array(codes, ARROW[column.kind])


def stack(parts: Sequence[Rows]) -> Rows:
    """Rows of one layout, one part after the other."""
    if len(parts) == 1:
        return parts[0]
    # as plain bytes: numpy compares structured types field by field for every part
    raw = np.dtype((np.void, parts[0].dtype.itemsize))
    return np.concatenate([part.view(raw) for part in parts]).view(parts[0].dtype)


def to_table(layout: Layout, rows: Rows) -> pa.Table:
    """Rows of one layout as a table of the contract: id, occurred_at, known_at, op, keys, columns."""
    owner = names(layout.prefix, rows["ident"])
    if layout.tag:
        own = pc.binary_join_element_wise(pa.scalar(layout.tag), pa.array(rows["seq"]).cast(pa.string()), "")
        ids = pc.binary_join_element_wise(owner, own, "/")
    else:
        ids = owner
    clocks = {name: pa.array(rows[field]).cast(INSTANT) for name, field in _CLOCKS.items()}
    op = pa.array(OPS, pa.string()).take(pa.array(rows["op"]))
    columns = {"id": ids, **clocks, "op": op, layout.owner: owner}
    return pa.table(columns | {c.name: _values(c, rows[c.name]) for c in layout.columns})


_CLOCKS = {"occurred_at": "occurred", "known_at": "known"}


class Outbox:
    """Holds rows back until the day they are known.

    Rows that were planned when their subject opened fall away if the subject closed before they would have happened.
    """

    def __init__(self, layouts: Iterable[Layout]) -> None:
        self.layouts = tuple(layouts)
        self._dtypes = {layout: layout.dtype for layout in self.layouts}
        self._waiting: dict[Layout, dict[int, list[Rows]]] = {layout: defaultdict(list) for layout in self.layouts}

    def put(
        self, layout: Layout, keys: Mapping[str, NDArray[np.int64]], *, planned: bool = False, **columns: Any
    ) -> Rows:
        """Take rows, as insertions.

        Parameters
        ----------
        layout : must be one of this outbox
        keys : `ident` and the key columns that the layout has, of equal length; others are ignored
        planned : they fall away if their subject closes before they happen
        columns : `seq`, `occurred`, `known` and the layout's columns; what is not given is 0
        """
        rows = np.zeros(len(keys["ident"]), self._dtypes[layout])
        rows["planned"] = planned
        for name in keys:
            if name in (rows.dtype.names or ()):
                rows[name] = keys[name]
        for name, values in columns.items():
            rows[name] = values
        self._file(layout, rows)
        return rows

    def repeat(self, layout: Layout, rows: Rows, *, op: str, known: NDArray[np.int64], **changed: Any) -> None:
        """Take rows again, most often as a correction or a deletion: same id, same moment, known later."""
        again = rows.copy()
        again["op"], again["known"] = OPS.index(op), known
        for name, values in changed.items():
            again[name] = values
        self._file(layout, again)

    def _file(self, layout: Layout, rows: Rows) -> None:
        if not len(rows):
            return
        day = day_of(rows["known"])
        first = int(day.min())
        order = np.argsort((day - first).astype(np.int16), kind="stable")  # of 16 bits: a radix sort
        rows, day = rows[order], day[order]
        starts = np.flatnonzero(np.diff(day)) + 1
        for number, part in zip(day[np.append(0, starts)].tolist(), np.split(rows, starts), strict=True):
            self._waiting[layout][number].append(part)

    def release(self, day: int, closed_at: NDArray[np.int64]) -> Mapping[Layout, Rows]:
        """Of every layout the rows that become known on `day`; `closed_at` per subject, NEVER while open."""
        released = {}
        for layout in self.layouts:
            parts = self._waiting[layout].pop(day, None)
            if parts is None:
                released[layout] = np.zeros(0, self._dtypes[layout])
                continue
            rows = stack(parts)
            if rows["planned"].any():
                rows = rows[~(rows["planned"] & (rows["occurred"] > closed_at[rows["ident"]]))]
            released[layout] = rows[np.lexsort((rows["op"], rows["seq"], rows["ident"], rows["known"]))]
        return released
