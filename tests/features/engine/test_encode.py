"""Keys of any width and kind become dense codes; what cannot be compared is refused."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from demand.contract import ContractError
from features.engine.encode import categories, index_type, key_codes, paired


def codes_of(asked, rows):
    """Codes of a spine and of a source, and how many there are: the last is that of strangers."""
    asked, rows = pa.chunked_array(asked), pa.chunked_array(rows)
    numbered = categories(rows)
    of_spine, groups = key_codes(asked, numbered, rows.type, name="user_id")
    return of_spine.tolist(), numbered.codes.tolist(), groups


def test_sparse_64_bit_keys_take_no_more_room_than_their_number():
    found = codes_of([pa.array([2**62, None, -5, 9])], [pa.array([-5, 2**62, 7, None])])
    assert found == ([1, -1, 0, 3], [0, 1, 2, -1], 4)


def test_dictionaries_of_several_chunks_are_one_set_of_keys():
    chunks = [pa.array(["a", "x"]).dictionary_encode(), pa.array(["b", None, "x"]).dictionary_encode()]
    assert codes_of([pa.array(["b", "a", None, "?"])], chunks) == ([2, 0, -1, 3], [0, 1, 2, -1, 1], 4)


def test_a_slice_of_a_dictionary_keeps_its_own_codes():
    values = pa.array(["a", "b", "c", "d"])
    chunks = [pa.DictionaryArray.from_arrays(pa.array([0, 1]), part) for part in (values[:2], values[2:])]
    assert codes_of([pa.array(["d", "b"])], chunks) == ([3, 1], [0, 1, 2, 3], 5)


def test_strings_of_every_length_are_told_apart_by_all_their_bytes():
    words = [
        "",
        "a",
        "a\0",
        "12345678",
        "123456789",
        "客" * 90,
        "客" * 90 + "户",
        "x" * 254,
        "x" * 255,
        "x" * 300,
        "x" * 301,
    ]
    found = codes_of([pa.array(words), pa.array(["x" * 299])], [pa.array(words[::-1]), pa.array([None, *words])])
    assert found == ([*range(10, -1, -1), 11], [*range(11), -1, *range(10, -1, -1)], 12)


def test_many_strings_keep_their_codes_while_their_table_grows():
    words = [f"user {i * i}" for i in range(5000)]
    column = pa.chunked_array([pa.array(words), pa.array(words[::-1]).slice(7)])
    numbered = categories(column)
    assert numbered.codes.tolist() == [*range(5000), *range(4992, -1, -1)]
    assert numbered.values.to_pylist() == words


def test_a_key_of_the_wrong_type_is_refused_by_name():
    with pytest.raises(ContractError, match="user_id is string in the spine and int64 in the source"):
        codes_of([pa.array(["1"])], [pa.array([1])])


def test_pairs_that_nobody_asks_about_have_no_code():
    of_spine, of_rows, groups = paired(
        np.array([0, 1, -1, 0], np.int32), np.array([2, 0, 1, 2], np.int32), 3,
        (np.array([1, 0, 0, 1, -1], np.int32), np.array([0, 2, 1, 2, 0], np.int32)),
    )  # fmt: skip
    assert (of_spine.tolist(), of_rows.tolist(), groups) == ([0, 1, -1, 0], [1, 0, -1, -1, -1], 2)


@pytest.mark.parametrize(("rows", "type_"), [(2**31 - 1, np.int32), (2**31, np.int64)])
def test_more_rows_than_31_bits_count_are_counted_with_64(rows, type_):
    assert index_type(rows) is type_
