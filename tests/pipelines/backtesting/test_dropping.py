"""With and without: what is made of a column goes with it, and nothing else."""

from __future__ import annotations

import pytest

from demand.contract import ContractError
from pipelines.backtesting.dropping import check_columns, features_of, variants


def test_a_column_takes_along_what_is_made_of_it(material):
    reads = material.reads
    gone = set(features_of(material, "hotel_bookings.channel"))
    assert gone == {f for f in reads if ("hotel_bookings", "channel") in reads[f]}
    assert "channel" in gone


def test_a_key_takes_along_everything_that_is_counted_by_it(material):
    gone = features_of(material, "agent")
    assert gone and all(any(column == "agent_id" for _, column in material.reads[f]) for f in gone)
    assert any("365d" in f for f in gone)


def test_a_pattern_names_features(material):
    assert set(features_of(material, "store_*")) >= {m.name for m in material.examples.meta if m.name[:6] == "store_"}


def test_a_source_takes_along_everything_read_from_it(material):
    gone = set(features_of(material, "hotel_rooms"))
    assert gone == {f for f, reads in material.reads.items() if any(source == "hotel_rooms" for source, _ in reads)}
    assert gone


def test_a_name_that_means_nothing_is_answered_with_the_nearest(material):
    with pytest.raises(ContractError, match="channel"):
        check_columns([material], ["chanel"])


def test_variants_are_all_without_each_without_all_and_each_alone(material):
    found = [(v.kind, v.columns) for v in variants(material, ["channel", "agent_*", "nights"])]
    assert found[0] == ("all", ())
    assert found[1:4] == [("without", ("channel",)), ("without", ("agent_*",)), ("without", ("nights",))]
    assert found[4] == ("without", ("channel", "agent_*", "nights"))
    assert [kind for kind, _ in found[5:]] == ["only"] * 3


def test_a_model_without_a_column_knows_nothing_made_of_it(material, folds):
    gone = features_of(material, "agent_*")
    names = [m.name for m in folds[0].without(gone).learned.forecaster.meta_]
    assert names == [m.name for m in material.examples.meta if m.name not in gone]


def test_the_table_begins_with_all_columns_and_says_what_they_add(tested):
    rows = tested.figures["hotel"]["drop"]
    pooled = tested.figures["hotel"]["pooled"]
    assert [(r["kind"], r["columns"]) for r in rows] == [
        ("all", []), ("without", ["channel"]), ("without", ["agent_*"]), ("without", ["channel", "agent_*"]),
    ]  # fmt: skip
    assert (rows[0]["log_loss"], rows[0]["full_adds"]) == (pooled["log_loss"], 0.0)
    for row in rows[1:]:
        assert row["full_adds"] == pytest.approx(1 - pooled["log_loss"] / row["log_loss"])


def test_the_frame_of_columns_has_a_row_a_variant(tested):
    assert len(tested.drops()) == len(tested.figures["hotel"]["drop"])
