"""The proof finds what looks ahead, says where, and passes what does not."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings

from demand.contract import MICROSECOND, SourceSpec, SourceTable
from pipelines.proof import existence, proof_moments, prove
from pipelines.proof.difference import compare_rows
from pipelines.workspace import open_workspace
from tests.builders.subjects import day, histories, row, rows_table
from tests.builders.workspace import CONFIG, SQL, bookings, changed, direct, events, write_workspace

FEW = bookings(
    {},
    {"booked_on": date(2024, 1, 3), "status": "Canceled", "closed_on": date(2024, 1, 5)},
    {"booked_on": date(2024, 1, 4), "arrival": date(2024, 2, 20), "closed_on": date(2024, 2, 22)},
)
CANCELLED_SOON = datetime(2024, 1, 5, 12, tzinfo=UTC)
MORNINGS = [datetime(2024, 1, n, tzinfo=UTC) for n in (2, 4, 11)]


# the room is given on arrival, so a cancellation known before has none
ROOM = (
    "room_reserved, room_assigned\n",
    "room_reserved, CASE WHEN checked_in THEN room_assigned END AS room_assigned\n",
)
HONEST = {**SQL, "sources/stays.sql": SQL["sources/stays.sql"].replace(*ROOM)}


def hotel(folder, config=CONFIG, table=FEW, texts=HONEST, **sql):
    """The small hotel; `bookings` and `stays` replace (old, new) in the SQL of that source."""
    texts = dict(texts)
    for name, (old, new) in sql.items():
        file = f"sources/{name}.sql"
        assert old in texts[file]
        texts[file] = texts[file].replace(old, new)
    return open_workspace(write_workspace(folder, config, sql=texts), frames={"hotel": table})


def with_the_final_status(folder):
    """The outcome as a column of the booking."""
    config = changed("sources.bookings.before.outcome", "category")
    return hotel(folder, config, bookings=("room_reserved\n", "room_reserved, status AS outcome\n"))


def only(problems):
    assert len(problems) == 1, problems
    return problems[0]


def test_a_mapping_that_waits_for_its_columns_passes(tmp_path):
    assert prove(hotel(tmp_path)).passed


def test_the_room_given_on_arrival_is_no_part_of_a_cancellation_known_before(tmp_path):
    problem = only(prove(hotel(tmp_path, texts=SQL), moments=[datetime(2024, 1, 8, tzinfo=UTC)]).problems)
    assert (problem.table, problem.column) == ("stays", "room_assigned")


def test_a_column_that_is_filled_later_is_named(tmp_path):
    assert only(prove(with_the_final_status(tmp_path), moments=MORNINGS).problems).column == "outcome"


def test_the_example_shows_the_row_before_and_after(tmp_path):
    assert only(prove(with_the_final_status(tmp_path), moments=MORNINGS).problems).example.endswith(
        "outcome null -> 'Check-Out'"
    )


def test_the_problem_says_at_how_many_moments_and_at_which_first(tmp_path):
    found = only(prove(with_the_final_status(tmp_path), moments=MORNINGS).problems).found
    assert "at 3 of 3 moments, first 2024-01-02 00:00:00 UTC" in found


def test_the_problem_counts_the_rows_of_the_worst_moment(tmp_path):
    assert only(prove(with_the_final_status(tmp_path), moments=MORNINGS).problems).rows == 2


def test_the_problem_names_the_file_to_mend(tmp_path):
    assert only(prove(with_the_final_status(tmp_path), moments=MORNINGS).problems).where == "sources/bookings.sql"


def test_a_row_that_is_known_too_early_is_refused(tmp_path):
    ws = hotel(tmp_path, stays=("moment AS known_at", "booked_on AS known_at"))
    assert "could not be seen" in only(prove(ws, moments=MORNINGS).problems).found


def test_a_row_that_disappears_with_its_outcome_is_refused(tmp_path):
    ws = hotel(tmp_path, bookings=("FROM hotel", "FROM hotel WHERE status IS DISTINCT FROM 'Canceled'"))
    found = [p.found for p in prove(ws, moments=MORNINGS).problems]
    assert any("are gone or have another id" in f for f in found)


def test_an_id_by_row_number_is_refused_with_the_remedy(tmp_path):
    ws = hotel(
        tmp_path, bookings=("SELECT row_id AS id", "SELECT row_number() OVER (ORDER BY arrival DESC)::VARCHAR AS id")
    )
    problems = [p for p in prove(ws, moments=MORNINGS).problems if p.table == "bookings"]
    assert problems and all("row_id" in p.remedy for p in problems if "known_at" in (p.column or ""))


def test_sql_that_fails_on_the_tables_as_they_were_is_refused(tmp_path):
    broken = "CASE WHEN status IS NULL THEN (guest || 'x')::INT::VARCHAR ELSE room_reserved END AS room_reserved\n"
    ws = hotel(tmp_path, bookings=("room_reserved\n", broken))
    assert "cannot be mapped from what was known" in prove(ws, moments=MORNINGS).problems[0].found


def test_a_rare_leak_is_found_where_its_moment_is_tried(tmp_path):
    ws = hotel(tmp_path, stays=("ELSE closed_on END AS moment", "ELSE closed_on - 1 END AS moment"))
    assert "at 1 of 4 moments" in only(prove(ws, moments=[*MORNINGS, CANCELLED_SOON]).problems).found


def test_a_rare_leak_is_missed_where_its_moment_is_not_tried(tmp_path):
    ws = hotel(tmp_path, stays=("ELSE closed_on END AS moment", "ELSE closed_on - 1 END AS moment"))
    assert prove(ws, moments=MORNINGS).passed


def test_moments_are_the_same_in_every_run(tmp_path):
    assert proof_moments(hotel(tmp_path / "a"), "stays") == proof_moments(hotel(tmp_path / "b"), "stays")


def test_moments_come_in_order_and_once(tmp_path):
    moments = proof_moments(hotel(tmp_path), "stays")
    assert list(moments) == sorted(set(moments))


def test_a_moment_just_after_a_row_became_known_is_among_them(tmp_path):
    ws = hotel(tmp_path)
    known = {k for s in ws.sources.values() for k in s.table["known_at"].to_pylist()}
    assert {k + MICROSECOND for k in known} & set(proof_moments(ws, "stays"))


def test_all_tries_every_cutoff(tmp_path):
    ws = hotel(tmp_path)
    cutoffs = set(ws.spine("hotel")["cutoff"].to_pylist())
    assert cutoffs <= set(proof_moments(ws, "stays", all=True))


def test_progress_is_told_of_every_source(tmp_path):
    lines = []
    prove(hotel(tmp_path), moments=MORNINGS, progress=lines.append)
    assert [line.split(",")[0] for line in lines] == ["proof: bookings", "proof: stays"]


def test_a_source_with_both_clocks_in_its_rows_needs_no_moment(tmp_path):
    root = write_workspace(tmp_path, direct(), sql={})
    proof = prove(open_workspace(root, frames={"events": events([{}, {}])}))
    assert (proof.passed, proof.moments) == (True, ())


def status(*rows):
    """existence over bookings a, b, c known on day 1 and these changes."""
    opened = SourceTable(SourceSpec("bookings", "events", ("subject",)), rows_table([row(s, 1) for s in "abc"]))
    closed = SourceTable(SourceSpec("stays", "changes", ("subject",)), rows_table(rows))
    return {"bookings": opened, "stays": closed}


@pytest.fixture
def config(tmp_path):
    return hotel(tmp_path).config


def many(number):
    return [row(f"x{i}", 2, subject="a") for i in range(number)]


def test_a_few_changes_without_a_subject_are_set_aside(config):
    found = existence(config, status(*many(199), row("y", 2, subject="gone")))
    assert found.orphans["stays"]["id"].to_pylist() == ["y"]


def test_what_is_set_aside_is_counted_with_an_example(config):
    aside = only(existence(config, status(*many(199), row("y", 2, subject="gone"))).quarantined)
    assert (aside.rows, aside.severity, "gone does not exist" in aside.example) == (1, "warning", True)


def test_many_changes_without_a_subject_mean_that_only_survivors_are_there(config):
    problem = only(existence(config, status(*many(2), row("y", 2, subject="gone"))).problems)
    assert problem.found.startswith("the subject table holds survivors only: 1 of 3 rows (33.3%)")


def test_many_changes_before_their_subject_are_said_to_be_early(config):
    problem = only(existence(config, status(row("y", 0, subject="a"))).problems)
    assert "are known before their subject" in problem.found


def test_a_source_that_could_not_be_mapped_is_left_out(config):
    sources = status(*many(2))
    del sources["bookings"]
    assert existence(config, sources).problems == ()


def test_survivors_only_passes_commutation_and_is_refused_by_existence(tmp_path):
    two = changed("tables.kept", CONFIG["tables"]["hotel"])
    root = write_workspace(
        tmp_path, two, sql={**HONEST, "sources/bookings.sql": SQL["sources/bookings.sql"].replace("hotel\n", "kept\n")}
    )
    kept = FEW.filter([s != "Canceled" for s in FEW["status"].to_pylist()])
    problem = only(prove(open_workspace(root, frames={"hotel": FEW, "kept": kept}), moments=MORNINGS).problems)
    assert problem.found.startswith("the subject table holds survivors only")


@settings(max_examples=15, deadline=None)
@given(histories(["x", "y"], max_size=8), histories(["x", "y"], max_size=8))
def test_differing_rows_are_counted_as_the_obvious_comparison_counts_them(now, then):
    moment = day(10)
    columns = ("id", "occurred", "known", "op", "subject", "value", "due")
    left, right = (Counter(tuple(getattr(r, c) for c in columns) for r in rows if r.known < 10) for rows in (now, then))
    only_now, only_then = (left - right).total(), (right - left).total()
    found = {d.kind: d.rows for d in compare_rows(rows_table(now), rows_table(then), moment)}
    paired = found.get("changed", 0)
    assert (paired + found.get("hindsight", 0), paired + found.get("vanished", 0)) == (only_now, only_then)


def test_the_order_of_rows_is_no_difference():
    rows = [row("a", 1), row("b", 2)]
    assert compare_rows(rows_table(rows), rows_table(rows[::-1]), day(9)) == []


def test_a_row_that_is_there_twice_is_not_the_row_that_is_there_once():
    rows = [row("a", 1)]
    assert compare_rows(rows_table(rows * 2), rows_table(rows), day(9))[0].kind == "hindsight"


def test_rows_known_at_the_moment_are_not_compared():
    assert compare_rows(rows_table([row("a", 1)]), rows_table([]), day(1)) == []


def test_a_null_that_stays_null_is_no_difference():
    assert compare_rows(rows_table([row("a", 1, value=None)]), rows_table([row("a", 1, value=None)]), day(9)) == []


def test_the_proof_says_how_long_it_took(tmp_path):
    assert timedelta(0) < timedelta(seconds=prove(hotel(tmp_path), moments=MORNINGS[:1]).seconds) < timedelta(minutes=1)
