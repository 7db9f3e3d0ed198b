"""Tables keep their schema at every door."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pyarrow as pa
import pytest

from demand.contract import INSTANT, KEYS, TABLES, ContractError, FeatureMatrix, FeatureMeta, Text, conform

NOON = datetime(2024, 9, 2, 12, tzinfo=UTC)


def receipts(**columns):
    table = {"idempotency_key": ["k"], "status": ["sent"], "occurred_at": [NOON], "known_at": [NOON]}
    return pa.table({**table, **columns})


def test_columns_come_in_the_order_of_the_schema():
    assert conform(
        receipts().select(["known_at", "status", "occurred_at", "idempotency_key"]), "receipts"
    ).column_names == [
        "idempotency_key",
        "status",
        "occurred_at",
        "known_at",
        "detail",
    ]


def test_times_become_microseconds_in_utc():
    coarse = receipts(known_at=pa.array([NOON], pa.timestamp("ms", "Asia/Shanghai")))
    assert conform(coarse, "receipts").schema.field("known_at").type == INSTANT


def test_an_optional_column_that_is_missing_is_null():
    assert conform(receipts(), "receipts")["detail"].to_pylist() == [None]


def test_further_columns_follow_unchanged():
    assert conform(receipts(extra=[1]), "receipts").column_names[-1] == "extra"


def test_a_missing_column_is_named():
    with pytest.raises(ContractError, match="table receipts lacks status"):
        conform(receipts().drop_columns(["status"]), "receipts")


def test_a_null_where_none_may_be_is_counted():
    with pytest.raises(ContractError, match="column status: 1 nulls"):
        conform(receipts(status=pa.array([None], pa.string())), "receipts")


def test_a_column_that_cannot_be_cast_is_named():
    with pytest.raises(ContractError, match="column occurred_at"):
        conform(receipts(occurred_at=["noon"]), "receipts")


@pytest.mark.parametrize("name", sorted(TABLES))
def test_every_table_has_strings_for_identifiers_and_utc_for_times(name):
    wrong = [
        f.name
        for f in TABLES[name]
        if (f.name.endswith("_id") and f.type != pa.string()) or (pa.types.is_timestamp(f.type) and f.type != INSTANT)
    ]
    assert wrong == []


@pytest.mark.parametrize("name", sorted(TABLES))
def test_money_is_whole_cents_everywhere(name):
    assert all(f.type == pa.int64() for f in TABLES[name] if f.name.endswith("_cents"))


def meta(name="agent_bookings_30d"):
    text = Text("bookings of this agent", "该代理的预订")
    return FeatureMeta(name, "agent", "count", "bookings", text, phrase=Text("{value} bookings", "{value} 个预订"))


def test_a_feature_reads_back_from_its_dictionary():
    assert FeatureMeta.from_dict(meta().to_dict()) == meta()


def test_a_features_words_for_values_read_back_too():
    words = replace(meta(), missing=Text("none", "无"), values={"web": Text("website", "网站")})
    assert FeatureMeta.from_dict(words.to_dict()) == words


def test_a_matrix_whose_columns_are_not_its_features_is_refused():
    table = pa.table({k: ["x"] for k in KEYS})
    with pytest.raises(ContractError, match="in this order"):
        FeatureMatrix(table, (meta(),))


def test_a_matrix_names_its_features():
    table = pa.table({**{k: ["x"] for k in KEYS}, "agent_bookings_30d": [1.0]})
    assert FeatureMatrix(table, (meta(),)).names == ["agent_bookings_30d"]
