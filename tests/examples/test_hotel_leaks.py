"""Further ways to map the hotels that look ahead, beside those of `test_real_leaks`: the proof refuses every one."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from demand.contract import ConfigError
from pipelines.proof import prove
from tests.builders.real import REAL, bookings, hotels_with, needs_real

pytestmark = needs_real

MOMENTS = [
    datetime(2016, 5, 21, 13, 7, tzinfo=UTC),
    datetime(2016, 10, 3, tzinfo=UTC),
    datetime(2017, 3, 6, tzinfo=UTC),
]
BOOKED, STATUS, YAML = "sources/bookings.sql", "sources/booking_status.sql", "demand.yaml"
CUSTOMER = "\n      customer_type:\n"


def another_column(sql: str, kind: str = "category") -> list[tuple[str, str, str]]:
    """A further column of the bookings."""
    return [
        (BOOKED, "customer_type\nFROM", f"customer_type, {sql} AS extra\nFROM"),
        (YAML, CUSTOMER, f"\n      extra: {kind}{CUSTOMER}"),
    ]


LEAKS = {
    "a change is known when the room was booked, on both clocks": [
        (
            STATUS,
            "happened_on AS occurred_at, happened_on AS known_at",
            "booked_on AS occurred_at, booked_on AS known_at",
        ),
    ],
    "a cancellation is dated back by a week": [
        (STATUS, "happened_on AS known_at", "happened_on - 7 AS known_at"),
    ],
    "the deposit, in its final form, is a column of the booking": [
        (YAML, "deposit_type, booking_changes", "booking_changes"),
        (YAML, "columns: [closed_on,", "columns: [closed_on, deposit_type,"),
        *another_column("deposit_type"),
    ],
    "whether the room was changed is a column of the booking": another_column(
        "coalesce(assigned_room_type <> reserved_room_type, false)", "bool"
    ),
    "the outcome is a column of the booking": another_column("coalesce(is_canceled, 0)", "int"),
    "the nights are counted to the day the guest left": another_column(
        "coalesce(reservation_status_date::DATE - arrival, stays_in_week_nights)", "int"
    ),
    "the agent's share of cancelled bookings is taken over the whole table": another_column(
        "avg(is_canceled) OVER (PARTITION BY hotel.agent)", "number"
    ),
    "the agent's bookings are counted over the whole table": another_column(
        "count(*) OVER (PARTITION BY hotel.agent)", "int"
    ),
    "bookings appear with their outcome": [
        (BOOKED, "FROM hotel", "FROM hotel WHERE reservation_status IS NOT NULL"),
    ],
}


SEEN_TOO_LATE = "are said to be known then, but could not be seen"
REASONS = {
    "a change is known when the room was booked, on both clocks": ("booking_status", SEEN_TOO_LATE),
    "a cancellation is dated back by a week": ("booking_status", "are known before their subject"),
    "bookings appear with their outcome": ("bookings", SEEN_TOO_LATE),
}
"""The source and the words of the refusal; of the others it is the further column of the bookings that moved."""


def test_the_mapping_of_the_example_passes(tmp_path):
    assert prove(hotels_with(tmp_path), moments=MOMENTS).problems == ()


@pytest.mark.parametrize("leak", LEAKS)
def test_a_mapping_that_looks_ahead_is_refused_for_what_it_does(tmp_path, leak):
    table, words = REASONS.get(leak, ("bookings", "said something else in extra"))
    problems = prove(hotels_with(tmp_path, *LEAKS[leak]), moments=MOMENTS).problems
    assert any(p.table == table and words in p.found for p in problems), problems


def test_a_table_of_survivors_is_refused_because_the_cancelled_have_no_subject(tmp_path):
    every = bookings(40)
    survivors = every.filter([s != "Canceled" for s in every["reservation_status"].to_pylist()])
    second = f"  kept:\n    read: kept.parquet\n{known_as_booked()}\nsources:\n  bookings:"
    ws = hotels_with(
        tmp_path, (YAML, "sources:\n  bookings:", second), (BOOKED, "FROM hotel", "FROM kept"), kept=survivors
    )
    found = [p.found for p in prove(ws, moments=MOMENTS).problems]
    assert [f.split(":")[0] for f in found] == ["the subject table holds survivors only"]


def known_as_booked() -> str:
    """The table's own declaration, for a second table of the same form."""
    text = (REAL / YAML).read_text()
    return text[text.index("    derive:") : text.index("sources:\n  bookings:")]


def test_a_column_that_the_file_hides_does_not_exist_for_the_sql(tmp_path):
    with pytest.raises(ConfigError, match="country"):
        prove(hotels_with(tmp_path, *another_column("country")), moments=MOMENTS)


def test_an_id_made_of_a_column_known_later_is_refused_before_anything_is_mapped(tmp_path):
    with pytest.raises(ConfigError, match="known later than the row"):
        prove(hotels_with(tmp_path, (YAML, "row_id: [hotel,", "row_id: [hotel, assigned_room_type,")), moments=MOMENTS)
