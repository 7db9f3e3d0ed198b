"""What moved is shown side by side, and traced to the raw column whose moment is in question."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from pipelines.check import check
from pipelines.check_known import as_tables as known_tables
from pipelines.check_known import known
from pipelines.proof import prove
from pipelines.proof.kinds import moment_kind
from pipelines.proof.picture import as_html, as_tables
from pipelines.workspace import open_workspace
from tests.builders.workspace import CONFIG, SQL, bookings, changed, write_workspace

FEW = bookings(
    {},
    {"booked_on": date(2024, 1, 3), "status": "Canceled", "closed_on": date(2024, 1, 5)},
    {"booked_on": date(2024, 1, 4), "arrival": date(2024, 2, 20), "closed_on": date(2024, 2, 22)},
)
MORNING = datetime(2024, 1, 2, tzinfo=UTC)
ASSIGNED = "CASE WHEN checked_in THEN room_assigned END AS room_assigned"
STAYS = SQL["sources/stays.sql"].replace("room_reserved, room_assigned\n", f"room_reserved, {ASSIGNED}\n")
HONEST = {**SQL, "sources/stays.sql": STAYS}
OUTCOME = SQL["sources/bookings.sql"].replace("room_reserved\n", "status AS room_reserved\n")
LOOKS = {**HONEST, "sources/bookings.sql": OUTCOME}


def hotel(folder, sql=HONEST, config=CONFIG, table=FEW):
    return open_workspace(write_workspace(folder, config, sql=sql), frames={"hotel": table})


@pytest.fixture(scope="module")
def refused(tmp_path_factory):
    ws = hotel(tmp_path_factory.mktemp("refused"), LOOKS)
    return prove(ws, moments=[MORNING])


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    return known(hotel(tmp_path_factory.mktemp("known")))


def printed(tables):
    console = Console(width=160, record=True, file=io.StringIO())
    for table in tables:
        console.print(table)
    return console.export_text()


def test_the_raw_column_that_is_used_too_early_is_named(refused):
    culprit = refused.findings[0].culprit
    assert (culprit.table, culprit.columns, culprit.at) == ("hotel", ("status",), "closed_on")


def test_the_remedy_says_which_moment_is_in_question(refused):
    assert "hotel.status before it is known (`known` at closed_on)" in refused.problems[0].remedy


def test_the_frame_has_the_value_then_and_now(refused):
    row = refused.moved.to_pylist()[0]
    assert (row["column"], row["then"], row["now"], row["comes_from"]) == (
        "room_reserved",
        "null",
        "'Check-Out'",
        "hotel.status",
    )


@pytest.mark.parametrize("words", ["as seen at 2024-01-02 00:00 UTC", "null", "'Check-Out'", "hotel.status"])
def test_the_terminal_shows_both_sides(refused, words):
    assert words in printed(as_tables(refused.findings))


@pytest.mark.parametrize("words", ["as seen at 2024-01-02 00:00 UTC", "Check-Out", "hotel.status"])
def test_a_notebook_shows_both_sides(refused, words):
    assert words in as_html(refused.findings)


def test_rows_that_start_later_are_named_where_an_id_depends_on_them(tmp_path):
    numbered = HONEST["sources/bookings.sql"].replace(
        "SELECT row_id AS id", "SELECT row_number() OVER (ORDER BY arrival DESC)::VARCHAR AS id"
    )
    proof = prove(hotel(tmp_path, {**HONEST, "sources/bookings.sql": numbered}), moments=[MORNING])
    assert proof.findings[0].culprit.columns == ()


def test_the_check_of_a_leak_shows_the_rows_in_a_notebook(tmp_path):
    assert "as the whole table says" in check(hotel(tmp_path, LOOKS))._repr_html_()


def test_what_is_known_says_the_moment_of_every_raw_column(told):
    said = {r["column"]: (r["known_at"], r["kind"]) for r in told.table.to_pylist() if r["part"] == "table"}
    assert said["status"] == ("closed_on", "recorded moment") and said["country"] == ("never", "never")


def test_what_is_known_says_in_how_many_rows_it_is_not_known_at_first(told):
    share = {r["column"]: r["null_before"] for r in told.table.to_pylist() if r["part"] == "table"}
    assert (share["arrival"], share["status"], share["country"]) == (0, 1, 1)


def test_what_is_known_says_the_causal_side_of_every_source_column(told):
    side = {(r["name"], r["column"]): r["side"] for r in told.table.to_pylist() if r["part"] == "source"}
    assert side["stays", "status"] == "contact" and side["bookings", "arrival"] == "before"


def test_what_is_known_can_be_read_in_a_terminal(told):
    text = printed(known_tables(told))
    assert "table hotel" in text and "source stays" in text and "never" in text


@pytest.mark.parametrize(
    ("at", "kind"),
    [
        ("closed_on", "recorded"),
        ("coalesce(closed_on, arrival)", "derived"),
        ("arrival - 120", "assumed"),
        ("arrival + INTERVAL 6 HOUR", "assumed"),
        ("arrival + INTERVAL 1 DAY - INTERVAL 1 MICROSECOND", "derived"),
        ("DATE '2024-01-01'", "assumed"),
        ("never", "never"),
    ],
)
def test_the_kind_of_a_moment(tmp_path, at, kind):
    assert moment_kind(at, hotel(tmp_path).config.tables["hotel"]) == kind


DAYS = st.integers(0, 20)


@st.composite
def hotels(draw):
    rows = draw(st.lists(st.tuples(DAYS, DAYS, DAYS), min_size=1, max_size=6))
    first = date(2024, 1, 1)
    return [(first + timedelta(b), first + timedelta(b + a), first + timedelta(b + c)) for b, a, c in rows]


@settings(max_examples=4, deadline=None)
@given(hotels(), st.integers(0, 40))
def test_a_mapping_that_reads_a_later_column_is_refused_exactly_where_a_row_straddles_the_moment(
    tmp_path_factory, rows, after
):
    moment = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(after)
    table = bookings(*({"booked_on": b, "arrival": a, "closed_on": c} for b, a, c in rows))
    straddles = any(b < moment.date() <= c for b, a, c in rows)
    folder = tmp_path_factory.mktemp("any")
    assert prove(hotel(folder / "honest", table=table), moments=[moment]).findings == ()
    assert bool(prove(hotel(folder / "looks", LOOKS, table=table), moments=[moment]).findings) == straddles


def test_a_source_with_a_delay_has_rows_after_the_newest_evidence(tmp_path):
    config = changed("sources.stays.known_at", {"delay": "6h"})
    warnings = prove(hotel(tmp_path, config=config), moments=[]).warnings
    assert [p.table for p in warnings] == ["stays"]
