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


def string_bytes(column: pa.ChunkedArray) -> tuple[Array, Array]:
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


@dataclass(frozen=True)
class Categories:
    """A column as dense codes (-1 where null) into its values."""

    codes: Array
    values: pa.Array


def categories(column: pa.ChunkedArray) -> Categories:
    """Number the values of a column of any type; floats that are no finite numbers count as missing."""
    if pa.types.is_floating(column.type):
        column = pc.add(pc.if_else(pc.is_finite(column), column, None), 0.0)
    array = whole(column)
    if not pa.types.is_dictionary(array.type):
        array = pc.dictionary_encode(array)
    return Categories(_settled(_codes(array.indices)), array.dictionary)


def key_codes(asked: pa.ChunkedArray, column: pa.ChunkedArray, *, name: str) -> tuple[Array, Array, int]:
    """Codes of a key in the spine and in a source (-1: null, or asked by nobody), and how many there are.

    Raises
    ------
    ContractError
        If the types of the two differ.
    """
    wanted = categories(asked)
    here, there = _value_type(asked.type), _value_type(column.type)
    if here != there and len(asked) and len(column):
        raise ContractError(
            found=f"{name} is {here} in the spine and {there} in the source",
            expected="one type, string by contract",
            remedy=f"cast {name} to a string in both",
        )
    array = whole(column)
    if pa.types.is_dictionary(array.type):
        of_value = _codes(pc.index_in(array.dictionary, value_set=wanted.values.cast(array.dictionary.type)))
        codes = _codes(array.indices)
        found = np.where(codes >= 0, of_value[codes], np.int32(-1)) if of_value.size else codes
    else:
        found = _codes(pc.index_in(array, value_set=wanted.values.cast(array.type)))
    return wanted.codes, found, len(wanted.values)


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


def _value_type(type_: pa.DataType) -> pa.DataType:
    return type_.value_type if pa.types.is_dictionary(type_) else type_
