"""Keys of any width and kind become dense codes; what cannot be compared is refused."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from demand.contract import ContractError
from features.engine.encode import index_type, key_codes


def test_sparse_64_bit_keys_take_no_more_room_than_their_number():
    asked = pa.chunked_array([pa.array([2**62, None, -5, 2**62])])
    rows = pa.chunked_array([pa.array([-5, 2**62, 7, None])])
    of_spine, of_rows, groups = key_codes(asked, rows, name="user_id")
    assert (of_spine.tolist(), of_rows.tolist(), groups) == ([0, -1, 1, 0], [1, 0, -1, -1], 2)


def test_dictionaries_of_several_chunks_are_one_set_of_keys():
    asked = pa.chunked_array([pa.array(["b", "a", None])])
    rows = pa.chunked_array([pa.array(["a", "x"]).dictionary_encode(), pa.array(["b", None]).dictionary_encode()])
    of_spine, of_rows, groups = key_codes(asked, rows, name="user_id")
    assert (of_spine.tolist(), of_rows.tolist(), groups) == ([0, 1, -1], [1, -1, 0, -1], 2)


def test_a_key_of_the_wrong_type_is_refused_by_name():
    with pytest.raises(ContractError, match="user_id is string in the spine and int64 in the source"):
        key_codes(pa.chunked_array([pa.array(["1"])]), pa.chunked_array([pa.array([1])]), name="user_id")


@pytest.mark.parametrize(("rows", "type_"), [(2**31 - 1, np.int32), (2**31, np.int64)])
def test_more_rows_than_31_bits_count_are_counted_with_64(rows, type_):
    assert index_type(rows) is type_
