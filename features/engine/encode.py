"""Arrow columns as the kernels take them: strings and keys become dense codes once, values floats, tests masks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from demand.contract import INSTANT, ColumnType, ContractError
from features.conditions import Scalar
from features.engine.word_kernels import find_pairs, find_words, intern_words, mark_pairs, pair_codes
from features.plan import Test

Array = np.ndarray[Any, Any]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_COMPARE = {
    "over": pc.greater,
    "at_least": pc.greater_equal,
    "under": pc.less,
    "at_most": pc.less_equal,
    "other_than": pc.not_equal,
}


def index_type(rows: int) -> type[np.signedinteger[Any]]:
    """The smallest type that counts so many rows: 32 bits below 2^31."""
    return np.int32 if rows < 2**31 else np.int64


def whole(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """One array; strings beyond 2 GiB get 64-bit offsets."""
    if not isinstance(column, pa.ChunkedArray):
        return column
    if pa.types.is_dictionary(column.type):
        column = column.unify_dictionaries()
    if pa.types.is_string(column.type) and column.nbytes >= 2**31:
        column = column.cast(pa.large_string())
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def microseconds(column: pa.ChunkedArray) -> Array:
    """Instants as int64 microseconds since 1970."""
    return _settled(whole(column.cast(INSTANT).cast(pa.int64())).to_numpy(zero_copy_only=False))


def string_bytes(column: pa.ChunkedArray | pa.Array) -> tuple[Array, Array]:
    """Offsets and UTF-8 bytes of ids (of any type), without a copy where they are strings."""
    array = whole(column)
    if not (pa.types.is_string(array.type) or pa.types.is_large_string(array.type)):
        array = whole(pa.chunked_array([array.cast(pa.string())]))
    width = np.int32 if pa.types.is_string(array.type) else np.int64
    _, offsets, data = array.buffers()
    starts = np.frombuffer(offsets, width)[array.offset : array.offset + len(array) + 1] if len(array) else None
    if starts is None:
        starts, data = np.zeros(1, np.int32), None
    return _settled(starts), _settled(np.frombuffer(data, np.uint8) if data is not None else np.zeros(0, np.uint8))


def _settled(values: Array) -> Array:
    """Read-only, whoever owns the memory: a kernel is compiled once for each kind of array."""
    values = values.view()
    values.flags.writeable = False
    return values


class Words:
    """Strings as dense codes, in order of first appearance."""

    def __init__(self) -> None:
        self._slots, self._ends = np.zeros((64, 2), np.int64), np.zeros(17, np.int64)
        self._arena, self._count = np.empty(1024, np.uint8), 0

    def number(self, array: pa.Array, codes: Array) -> None:
        """Write the codes of an array of strings, new ones among them; -1 where null."""
        *table, self._count = intern_words(*_bytes_of(array), *self._table(), self._count, codes)
        self._slots, self._ends, self._arena = table

    def find(self, array: pa.Array, *, stranger: int, codes: Array) -> None:
        """Write the codes of an array of strings: `stranger` where a string has no code, -1 where null."""
        find_words(*_bytes_of(array), *self._table(), stranger, codes)

    @classmethod
    def of(cls, slots: Array, ends: Array, arena: Array) -> Words:
        """From the parts of another, which `number` may write into."""
        words = cls()
        words._slots, words._ends, words._arena, words._count = slots, ends, arena, ends.size - 1
        return words

    @property
    def parts(self) -> tuple[Array, Array, Array]:
        """What `of` takes."""
        return self._slots, self._ends[: self._count + 1], self._arena[: self._ends[self._count]]

    def __len__(self) -> int:
        return self._count

    def values(self) -> pa.Array:
        """The strings by code."""
        ends, arena = self._ends[: self._count + 1], self._arena[: self._ends[self._count]]
        if arena.size < 2**31:
            buffers = [None, pa.py_buffer(ends.astype(np.int32)), pa.py_buffer(arena)]
            return pa.Array.from_buffers(pa.string(), self._count, buffers)
        return pa.Array.from_buffers(pa.large_string(), self._count, [None, pa.py_buffer(ends), pa.py_buffer(arena)])

    def _table(self) -> tuple[Array, Array, Array]:
        return self._slots, self._ends, self._arena


def _bytes_of(array: pa.Array) -> tuple[Array, Array, Array]:
    offsets, data = string_bytes(array)
    missing = np.asarray(array.is_null()) if array.null_count else np.zeros(0, np.bool_)
    return offsets, data, _settled(missing)


@dataclass(frozen=True)
class Categories:
    """A column as dense codes (-1 where null) into its values; strings can be looked up in `words`."""

    codes: Array
    values: pa.Array
    words: Words | None


def categories(column: pa.ChunkedArray, words: Words | None = None) -> Categories:
    """Number the values of a column of any type; floats that are no finite numbers count as missing.

    `words` are those that have a number already; new ones get the next. Values that are no strings go there as bits.
    """
    if words is None and not is_text(value_type(column.type)):
        array = whole(column)
        numbered = array if pa.types.is_dictionary(array.type) else pc.dictionary_encode(_finite(array))
        return Categories(_settled(_codes(numbered.indices)), numbered.dictionary, None)
    if not is_text(value_type(column.type)):
        column = pa.chunked_array([_as_bits(whole(column))])
    words, codes, start = Words() if words is None else words, np.empty(len(column), np.int32), 0
    known: dict[tuple[int, int, int], Array] = {}
    for chunk in column.chunks:
        part = codes[start : start + len(chunk)]
        start += len(chunk)
        if not pa.types.is_dictionary(chunk.type):
            words.number(chunk, part)
            continue
        values = chunk.dictionary
        same = (getattr(values.buffers()[-1], "address", 0), values.offset, len(values))
        if same not in known:
            known[same] = np.full(len(values) + 1, -1, np.int32)
            words.number(values, known[same][:-1])
        np.take(known[same], _codes(chunk.indices), out=part, mode="wrap")
    return Categories(_settled(codes), words.values(), words)


def key_codes(asked: pa.ChunkedArray, numbered: Categories, type_: pa.DataType, *, name: str) -> tuple[Array, int]:
    """Codes of a key in the spine as a source of that type numbers it, and how many there are.

    -1 where null; the last code is that of all keys that the source has not.

    Raises
    ------
    ContractError
        If the types of the two differ.
    """
    here, there, stranger = value_type(asked.type), value_type(type_), len(numbered.values)
    if here != there and len(asked) and numbered.codes.size:
        raise ContractError(
            found=f"{name} is {here} in the spine and {there} in the source",
            expected="one type, string by contract",
            remedy=f"cast {name} to a string in both",
        )
    codes, start = np.empty(len(asked), np.int32), 0
    for chunk in asked.chunks:
        part = codes[start : start + len(chunk)]
        start += len(chunk)
        plain = chunk.dictionary_decode() if pa.types.is_dictionary(chunk.type) else chunk
        if numbered.words is None:
            found = _codes(pc.index_in(_finite(plain), value_set=numbered.values.cast(plain.type)))
            part[:] = np.where(found < 0, np.where(np.asarray(plain.is_null()), -1, stranger), found)
        else:
            numbered.words.find(plain, stranger=stranger, codes=part)
    return _settled(codes), stranger + 1


def paired(left: Array, right: Array, width: int, rows: tuple[Array, Array]) -> tuple[Array, Array, int]:
    """Codes of the pairs that a spine asks about, in the spine and in the rows of a source, and how many there are.

    `width` is the number of codes of `right`; -1 where either of two is missing, or nobody asks about the pair.
    """
    size = 1 << (2 * max(left.size, 32) - 1).bit_length()
    keys, slots = np.zeros(size, np.int64), np.zeros(size, np.int32)
    of_spine, groups = pair_codes(left, right, width, keys, slots)
    marks = np.zeros(size, np.uint8)
    shift = mark_pairs(left, right, width, marks)
    return of_spine, find_pairs(*rows, width, keys, slots, marks, shift), groups


def numbers(column: pa.ChunkedArray, type_: ColumnType) -> Array:
    """Values as float64: truth 0 and 1, dates in days, times in microseconds since 1970; NaN where missing."""
    match type_:
        case "bool":
            column = column.cast(pa.int8())
        case "date":
            column = column.cast(pa.int32())
        case "time":
            column = column.cast(INSTANT).cast(pa.int64())
    values = np.array(whole(column.cast(pa.float64(), safe=False)).to_numpy(zero_copy_only=False))
    if type_ == "number":
        values[~np.isfinite(values)] = np.nan
    return values


def passing(table: pa.Table, tests: tuple[Test, ...], encoded: Callable[[str], Categories]) -> Array:
    """Rows that pass all tests; a null passes only where the test says so. `encoded` numbers a column's values."""
    passed = np.ones(table.num_rows, np.bool_)
    for test in tests:
        passed &= _passes(table[test.column], test, encoded)
    return passed


def _passes(column: pa.ChunkedArray, test: Test, encoded: Callable[[str], Categories]) -> Array:
    if pa.types.is_string(column.type) or pa.types.is_dictionary(column.type):
        numbered = encoded(test.column)
        return np.append(_holds(numbered.values, test), test.or_null)[numbered.codes]
    if test.type == "number":
        column = pc.if_else(pc.is_finite(column), column, None)
    return _holds(column, test)


def _holds(values: pa.Array | pa.ChunkedArray, test: Test) -> Array:
    if test.operator == "in":
        held = pc.and_(pc.is_null(values), pc.is_valid(values))
        for value in test.values:
            held = pc.or_(held, pc.equal(values, _scalar(value, values.type)))
        held = pc.if_else(pc.is_valid(values), held, test.or_null)
    else:
        held = pc.fill_null(_COMPARE[test.operator](values, _scalar(test.values[0], values.type)), test.or_null)
    return np.asarray(whole(held).to_numpy(zero_copy_only=False)).astype(np.bool_)


def _scalar(value: Scalar, type_: pa.DataType) -> pa.Scalar:
    if isinstance(value, bool | str):
        return pa.scalar(value)
    if isinstance(value, datetime):
        return pa.scalar(value.astimezone(UTC), INSTANT).cast(type_)
    if isinstance(value, date):
        return pa.scalar(value, pa.date32())
    return pa.scalar(value)


def _codes(indices: pa.Array) -> Array:
    if indices.null_count:
        indices = pc.fill_null(indices.cast(pa.int32()), -1)
    return np.asarray(indices.to_numpy(zero_copy_only=False)).astype(np.int32, copy=False)


def _finite(array: pa.Array) -> pa.Array:
    """Floats that are no finite numbers become null, and -0 becomes 0."""
    if not pa.types.is_floating(array.type):
        return array
    return pc.add(pc.if_else(pc.is_finite(array), array, pa.scalar(None, array.type)), pa.scalar(0.0, array.type))


def _as_bits(array: pa.Array) -> pa.Array:
    """Numbers, truth values, dates and instants as strings of their eight bytes."""
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if pa.types.is_floating(array.type):
        array = _finite(array).cast(pa.float64())
    elif pa.types.is_date32(array.type):
        array = array.cast(pa.int32())
    bits = array if pa.types.is_floating(array.type) else array.cast(pa.int64())
    missing = np.asarray(array.is_null())
    eight = np.ascontiguousarray(pc.fill_null(bits, 0).to_numpy(zero_copy_only=False))
    valid = pa.py_buffer(np.packbits(~missing, bitorder="little"))
    ends = np.arange(0, 8 * len(array) + 1, 8)
    return pa.Array.from_buffers(pa.large_string(), len(array), [valid, pa.py_buffer(ends), pa.py_buffer(eight)])


def is_text(type_: pa.DataType) -> bool:
    return bool(pa.types.is_string(type_) or pa.types.is_large_string(type_))


def value_type(type_: pa.DataType) -> pa.DataType:
    return type_.value_type if pa.types.is_dictionary(type_) else type_
