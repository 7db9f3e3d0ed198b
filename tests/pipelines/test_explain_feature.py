"""One feature, with everything there is to say about it, and a value that can be counted by hand."""

from __future__ import annotations

import pytest

from demand.contract import ContractError
from pipelines import explain_feature, open_workspace
from tests.builders.repairs import write_repairs

NIGHT = "2024-05-01"


@pytest.fixture(scope="module")
def ws(tmp_path_factory):
    return open_workspace(write_repairs(tmp_path_factory.mktemp("repairs")))


@pytest.fixture(scope="module")
def explained(ws):
    return explain_feature(ws, "store_orders_30d", as_of=NIGHT)


def test_it_says_what_the_number_means_in_both_languages(explained):
    assert explained.summary["meaning"] == "orders at this store in the last 30 days"
    assert explained.summary["含义"] == "该门店近 30 天的订单数"


def test_it_says_where_the_number_comes_from_and_how_far_back(explained):
    assert explained.summary["feature"] == "store_orders_30d, of repairs (own)"
    assert explained.summary["declared"] == "By('store')(events('orders')).count('30d')"
    assert (explained.summary["reads"], explained.summary["windows"]) == ("orders (store_id)", "30d")


def test_it_says_what_the_number_costs_on_this_workspace(explained, ws):
    assert explained.extra["seconds"] > 0
    assert f"for {ws.spine('repairs').num_rows:,} rows of the grid" in explained.summary["costs"]


def test_the_rows_of_the_example_are_those_that_make_its_value(explained, ws):
    traced = explained.extra["trace"]
    assert traced.value == explained.table.num_rows > 0
    assert f"count {traced.value}; made of {traced.value} row" in explained.extra["listing"]
    t = ws.parse_as_of(NIGHT)
    assert all(row["occurred_at"] < t and row["known_at"] < t for row in explained.table.to_pylist())


def test_the_value_is_the_one_that_a_model_sees(explained, ws):
    live = ws.live("repairs", NIGHT)
    subject = explained.summary["example"].split()[1]
    seen = ws.features("repairs", live).table["store_orders_30d"].to_pylist()
    assert seen[live["subject_id"].to_pylist().index(subject)] == explained.extra["trace"].value


def test_a_subject_may_be_named(ws):
    subject = ws.live("repairs", NIGHT)["subject_id"][-1].as_py()
    found = explain_feature(ws, "store_orders_30d", subject=subject, as_of=NIGHT)
    assert found.summary["example"].startswith(f"subject {subject} at 2024-05-01 02:00: ")


def test_a_subject_that_is_not_live_is_refused_with_some_that_are(ws):
    with pytest.raises(ContractError, match="is not live at that moment"):
        explain_feature(ws, "store_orders_30d", subject="nobody", as_of=NIGHT)


def test_an_unknown_name_is_answered_with_the_nearest(ws):
    with pytest.raises(ContractError, match="did you mean store_orders_30d"):
        explain_feature(ws, "store_order_30d")


def test_a_night_without_anybody_still_says_what_the_number_means(ws):
    found = explain_feature(ws, "store_orders_30d", as_of="2023-01-01")
    assert found.summary["example"] == "nobody is live at 2023-01-01 02:00"
    assert found.table is None
