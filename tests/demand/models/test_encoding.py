"""Frames become the numbers that trees take; what was learned at fit is applied ever after."""

import json

import numpy as np
import pandas as pd
import pytest

from demand.contract import ContractError
from demand.models import FrameEncoder
from tests.builders.models import feature

META = (feature("nights"), feature("channel", "category"))


def frame(channels, nights=None):
    return pd.DataFrame({"channel": channels, "nights": nights or [1.0] * len(channels)})


def fitted():
    return FrameEncoder(rarest=2).fit(frame(["web"] * 3 + ["phone"] * 2 + ["fax", None]), META)


def codes(encoder, channels):
    return encoder.transform(frame(channels))[:, 1].tolist()


def test_columns_follow_the_meta_not_the_frame():
    assert fitted().transform(frame(["web"], [4.0])).tolist() == [[4.0, 0.0]]


def test_levels_are_coded_by_frequency():
    assert codes(fitted(), ["web", "phone"]) == [0.0, 1.0]


def test_equally_frequent_levels_are_coded_by_name():
    encoder = FrameEncoder(rarest=1).fit(frame(["b", "a"]), META)
    assert codes(encoder, ["a", "b"]) == [0.0, 1.0]


def test_rare_levels_and_levels_never_seen_share_a_code_and_missing_has_its_own():
    assert codes(fitted(), ["fax", "pigeon", None, np.nan, pd.NA]) == [2.0, 2.0, 3.0, 3.0, 3.0]


def test_a_missing_number_stays_missing():
    assert np.isnan(fitted().transform(frame(["web"], [None]))[0, 0])


def test_pandas_strings_and_python_strings_are_the_same():
    strings = frame(["web", None, "phone"]).astype({"channel": "str"})
    objects = frame(["web", None, "phone"]).astype({"channel": object})
    assert np.array_equal(fitted().transform(strings), fitted().transform(objects))


def test_a_level_is_what_it_is_as_a_string():
    encoder = FrameEncoder(rarest=3).fit(frame([1, "1", 1, "b"]), META)
    assert codes(encoder, ["1", 1, "b"]) == [0.0, 0.0, 1.0]


def test_categories_of_pandas_are_levels_too():
    categories = frame(["web", None, "phone", "fax"]).astype({"channel": "category"})
    assert fitted().transform(categories)[:, 1].tolist() == [0.0, 3.0, 1.0, 2.0]


def test_all_missing_columns_are_named_at_once():
    with pytest.raises(ContractError, match="lacks 2 of 2 feature columns: nights, channel"):
        fitted().transform(pd.DataFrame({"other": [1]}))


def test_a_word_among_numbers_is_refused_with_an_example():
    with pytest.raises(ContractError, match=r"nights: 1 values .* 'two'"):
        fitted().transform(frame(["web", "web"], [1.0, "two"]))


def test_reads_back_what_it_wrote():
    encoder = fitted()
    again = FrameEncoder.from_dict(json.loads(json.dumps(encoder.to_dict())))
    rows = frame(["web", "phone", "fax", None, "new"])
    assert np.array_equal(again.transform(rows), encoder.transform(rows))
    assert again.categorical_ == encoder.categorical_ == [1]
