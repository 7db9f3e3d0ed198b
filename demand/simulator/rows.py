"""Rows before they become tables: compact numpy records, held back until they are known.

A layout says which columns a source has and how codes turn into words; `Outbox` keeps rows until the local day on
which they become known, because that is the day a real system would receive them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any, Literal, Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from demand.contract import ARROW, INSTANT
from demand.simulator.clock import lived_on
from demand.simulator.kernels import plain, spelled
from demand.simulator.texts.occasion import NUMBERS

Rows = NDArray[np.void]
OPS = ("insert", "correct", "delete")
NEVER = np.iinfo(np.int64).max
_LONG, _MANY = 1, 8_000  # days and bytes from which on waiting rows are packed

_BASE = [("ident", "i8"), ("seq", "i8"), ("occurred", "i8"), ("known", "i8"), ("op", "i1"), ("planned", "?")]
_NUMPY = {"key": "i8", "category": "i4", "text": "i4", "int": "i8", "cents": "i8", "number": "f8", "bool": "?"}
_NUMPY |= {"date": "i8", "time": "i8", "letter": f"{1 + NUMBERS}i8", "row": "i8"}
Kind = Literal["key", "category", "text", "letter", "row", "int", "cents", "number", "bool", "date", "time"]


class Wording(Protocol):
    """Words by number, made when they are first needed."""

    def take(self, codes: NDArray[Any]) -> pa.Array:
        """The words with these numbers, null where negative."""


class ByIdent(Protocol):
    """Something known of each subject, as an array or a `population.Trait`."""

    def __getitem__(self, ident: NDArray[np.int64], /) -> NDArray[Any]: ...


@dataclass(frozen=True)
class Column:
    """A column of a source.

    `words` are the prefix of a key or the words of a category or text; a text with many has a `wording` instead. -1 is
    null for all of them. A letter is a text that tells of its row: the number of the text and the facts beside it. A
    row is the id of a row about the same owner, with its `words` as the tag.
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


def names(prefix: str, codes: NDArray[np.int64]) -> pa.Array:
    """`booking-000017` from 17; a negative code is null."""
    return _spelled(prefix, codes, "", np.zeros(0, np.int64))


def _spelled(prefix: str, codes: NDArray[np.int64], tag: str, parts: NDArray[np.int64]) -> pa.Array:
    """`booking-000017/h3` from 17 and 3, where there are parts."""
    numbers, (start, middle) = plain(codes, np.int64), (_bytes(f"{prefix}-"), _bytes(tag))
    starts, text = spelled(start, numbers, middle, plain(parts, np.int64))
    lacks = numbers < 0
    valid = pa.py_buffer(np.packbits(~lacks, bitorder="little")) if lacks.any() else None
    return pa.Array.from_buffers(pa.string(), len(numbers), [valid, pa.py_buffer(starts), pa.py_buffer(text)])


@lru_cache(maxsize=256)
def _bytes(text: str) -> NDArray[np.uint8]:
    return np.frombuffer(text.encode(), np.uint8).copy()


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
    ids = _spelled(layout.prefix, rows["ident"], f"/{layout.tag}", rows["seq"]) if layout.tag else owner
    clocks = {name: pa.array(rows[field]).cast(INSTANT) for name, field in _CLOCKS.items()}
    op = pa.array(OPS, pa.string()).take(pa.array(rows["op"]))
    columns = {"id": ids, **clocks, "op": op, layout.owner: owner}
    told = {c.name: _row_ids(layout, c, rows) if c.kind == "row" else _values(c, rows[c.name]) for c in layout.columns}
    return pa.table(columns | told)


def _row_ids(layout: Layout, column: Column, rows: Rows) -> pa.Array:
    seq = rows[column.name]
    return _spelled(layout.prefix, np.where(seq < 0, -1, rows["ident"]), f"/{column.words[0]}", np.maximum(seq, 0))


def _order(rows: Rows) -> NDArray[np.int64]:
    """By known, ident, seq, op, as filed; most rows differ in the first, so that only ties are looked at further."""
    order = rows["known"].argsort()
    known = rows["known"][order]
    same = known[1:] == known[:-1]
    if same.any():
        at = np.flatnonzero(np.append(same, False) | np.append(False, same))
        tied = rows.take(order[at])
        order[at] = order[at][np.lexsort((order[at], tied["op"], tied["seq"], tied["ident"], tied["known"]))]
    return order


_CLOCKS = {"occurred_at": "occurred", "known_at": "known"}


class _Packed:
    """Rows that wait for long, in a fifth of the room."""

    _codec = pa.Codec("zstd", 1)

    def __init__(self, rows: Rows) -> None:
        self._dtype, self._bytes = rows.dtype, rows.nbytes
        self._packed = self._codec.compress(rows.tobytes(), asbytes=True)
        self.oldest = _oldest_planned(rows)

    def rows(self) -> Rows:
        return np.frombuffer(self._codec.decompress(self._packed, self._bytes, asbytes=True), self._dtype)


def _oldest_planned(rows: Rows | _Packed) -> int:
    """The first subject with a planned row, NEVER if there is none."""
    return rows.oldest if isinstance(rows, _Packed) else int(rows["ident"].min(where=rows["planned"], initial=NEVER))


class Outbox:
    """Holds rows back until the day they are known.

    Rows that were planned when their subject opened fall away if the subject closed before they would have happened.
    """

    def __init__(self, layouts: Iterable[Layout]) -> None:
        self.layouts = tuple(layouts)
        self._none = {layout: np.zeros(0, layout.dtype) for layout in self.layouts}
        self._waiting: dict[int, dict[Layout, list[Rows | _Packed]]] = defaultdict(dict)
        self._today = NEVER

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
        rows = np.zeros(len(keys["ident"]), self._none[layout].dtype)
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
        day = lived_on(rows["known"])
        first = int(day.min())
        order = np.argsort((day - first).astype(np.int16), kind="stable")  # of 16 bits: a radix sort
        day = day[order]
        edges = [0, *(np.flatnonzero(np.diff(day)) + 1).tolist(), len(day)]
        for start, end in pairwise(edges):  # copies: a view would keep all rows until the last of them is released
            part = rows.take(order[start:end])
            long = part.nbytes >= _MANY and day[start] - self._today > _LONG
            self._waiting[int(day[start])].setdefault(layout, []).append(_Packed(part) if long else part)

    def oldest(self) -> int:
        """The first subject of whom planned rows wait, NEVER if there is none."""
        parts = (part for waiting in self._waiting.values() for parts in waiting.values() for part in parts)
        return min(map(_oldest_planned, parts), default=NEVER)

    def release(self, day: int, closed_at: ByIdent) -> Mapping[Layout, Rows]:
        """Of every layout the rows known before the cutoff after `day`; `closed_at` per subject, NEVER while open."""
        released, self._today = dict(self._none), day
        known: dict[Layout, list[Rows | _Packed]] = {}
        for each in sorted(each for each in self._waiting if each <= day):  # the first day takes what was loaded before
            for layout, parts in self._waiting.pop(each).items():
                known.setdefault(layout, []).extend(parts)
        for layout, parts in known.items():
            rows = stack([part.rows() if isinstance(part, _Packed) else part for part in parts])
            order, planned = _order(rows), np.flatnonzero(rows["planned"])
            if len(planned):
                lapsed = np.zeros(len(rows), np.bool_)
                lapsed[planned] = rows["occurred"][planned] > closed_at[rows["ident"][planned]]
                order = order[~lapsed[order]]
            released[layout] = rows.take(order)  # many times as fast as an index, for rows with fields
        return released
