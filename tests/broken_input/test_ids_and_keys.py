"""Ids that repeat, are lost in numbers, or hold what a terminal would obey; keys that industries share."""

import copy

import pyarrow as pa

from pipelines.workspace import open_workspace
from tests.builders.broken import edit_config, edit_contacts, edit_orders, with_column, with_value

TOPIC = "Ids and keys"


def test_every_row_twice_is_refused(repairs, refused):
    edit_contacts(repairs, lambda t: pa.concat_tables([t, t]))
    refused("every row twice", "107 of 214 rows cannot be used: id: repeated id and known_at")


def test_a_row_twice_is_set_aside(repairs, warned):
    edit_orders(repairs, lambda lines: [*lines, lines[5]])
    warned("a row twice", "orders.id: quarantined: repeated id and known_at, 1 row, for example order-004")


def test_a_row_without_id_is_set_aside(repairs, warned):
    edit_contacts(repairs, lambda t: with_value(t, "id", 0, None))
    warned("a row without id", "contacts.id: quarantined: null id, 1 row, for example occurred_at")


def test_ids_that_a_number_cannot_hold_are_refused(repairs, refused):
    edit_contacts(repairs, lambda t: with_column(t, "id", [float(2**60 + i) for i in range(t.num_rows)]))
    refused("ids beyond 2^53 as numbers with a fraction", "id too large for a number with a fraction")


def test_ids_of_whole_numbers_beyond_2_to_the_63_keep_their_digits(repairs, accepted):
    ids = [str(2**63 + i) for i in range(107)]
    edit_contacts(
        repairs, lambda t: with_column(t, "id", pa.array([2**63 + i for i in range(t.num_rows)], pa.uint64()))
    )
    accepted()
    assert sorted(open_workspace(repairs).mapped.sources["contacts"].table["id"].to_pylist()) == sorted(ids)


def test_ids_as_numbers_with_a_fraction_of_zero_are_whole(repairs, accepted):
    edit_contacts(repairs, lambda t: with_column(t, "id", [float(i) for i in range(t.num_rows)]))
    accepted()
    assert "106" in open_workspace(repairs).mapped.sources["contacts"].table["id"].to_pylist()


def test_control_characters_in_an_id_are_kept_and_shown_harmless(repairs, warned):
    edit_contacts(repairs, lambda t: with_value(with_value(t, "id", 3, "a\x00\x1b[31m"), "known_at", 3, None))
    said = warned("control characters in an id", r"null known_at, 1 row, for example a\x00\x1b[31m")
    assert "\x1b" not in said.text


def test_keys_that_industries_share_are_told(repairs, warned):
    def two(config):
        industries = config["industries"]
        industries["rebuilds"] = copy.deepcopy(industries["repairs"])
        industries["rebuilds"]["subjects"]["where"] = "item = 'phone'"
        industries["repairs"]["subjects"]["where"] = "item <> 'phone'"

    edit_config(repairs, two)
    warned(
        "keys shared between industries",
        "subjects.store_id: values of `store_id` occur in more than one of rebuilds, repairs, 4 rows",
    )
