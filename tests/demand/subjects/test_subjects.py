"""Subjects: every version that was ever visible, and what a due date means."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import given, settings

from demand.contract import ContractError, SourceSpec, SourceTable
from demand.subjects import build_subjects
from tests.builders.subjects import day, histories, known_before, row, rows_table, source, state, table_rows

UTC_ZONE, LISBON = ZoneInfo("UTC"), ZoneInfo("Europe/Lisbon")


def build(src, where=None, due="due", zone=UTC_ZONE):
    return build_subjects(src, industry="shop", where=where, due=due, zone=zone)


def seen_at(subjects, t):
    moment = day(t)
    return sorted(
        (subject, opened, due)
        for subject, opened, due, start, end in table_rows(
            subjects, "subject_id", "opened_at", "due_at", "visible_from", "visible_to"
        )
        if start < moment and (end is None or moment <= end)
    )


def test_a_subject_opens_with_its_row():
    assert build(source(row("a", 1, 2, due=5)))["opened_at"].to_pylist() == [day(1)]


def test_a_date_stays_open_to_the_last_microsecond_of_that_local_day():
    due = build(source(row("a", 1, due=5)), zone=LISBON)["due_at"].to_pylist()
    assert due == [datetime(2024, 9, 7, 22, 59, 59, 999_999, UTC)]


def test_a_due_of_an_instant_is_that_instant():
    assert build(source(row("a", 1)), due="occurred_at + INTERVAL 36 HOUR")["due_at"].to_pylist() == [day(2.5)]


def test_a_due_without_a_zone_is_local_time():
    due = build(source(row("a", 1)), due="TIMESTAMP '2024-09-10 12:00'", zone=LISBON)["due_at"].to_pylist()
    assert due == [datetime(2024, 9, 10, 11, tzinfo=UTC)]


def test_the_end_of_time_is_a_due_that_never_comes():
    due = build(source(row("a", 1)), due="DATE '9999-12-31'")["due_at"].to_pylist()
    assert due[0].year == 9999


def test_without_a_due_there_is_none():
    assert build(source(row("a", 1, due=5)), due=None)["due_at"].to_pylist() == [None]


def test_a_corrected_due_is_a_new_version():
    rows = [row("a", 1, due=5), row("a", 1, 3, op="correct", due=9)]
    assert [d.day for d in build(source(*rows))["due_at"].to_pylist()] == [7, 11]


def test_a_deleted_subject_ends_when_the_deletion_is_known():
    assert build(source(row("a", 1), row("a", 1, 3, op="delete")))["visible_to"].to_pylist() == [day(3)]


def test_of_many_rows_of_a_cohort_the_last_visible_one_opens_it():
    rows = [row("a", 1, subject="user"), row("b", 6, subject="user")]
    assert seen_at(build(source(*rows), due=None), 9) == [("user", day(6), None)]


def test_an_event_that_is_edited_out_of_the_condition_is_no_subject_any_more():
    rows = [row("a", 1, value="city"), row("a", 1, 3, op="correct", value="resort")]
    assert seen_at(build(source(*rows), where="value = 'city'"), 4) == []


def test_the_last_event_that_meets_the_condition_counts():
    rows = [row("a", 1, subject="user", value="visit"), row("b", 6, subject="user", value="mail")]
    assert seen_at(build(source(*rows), where="value = 'visit'", due=None), 9) == [("user", day(1), None)]


def test_of_a_change_log_the_condition_is_asked_of_the_last_version():
    rows = [row("a", 1, subject="card", value="active"), row("b", 6, subject="card", value="spent")]
    assert seen_at(build(source(*rows, kind="changes"), where="value = 'active'", due=None), 9) == []


def test_keys_of_the_source_are_carried_along():
    table = rows_table([row("a", 1)]).append_column("store_id", pa.array(["lisbon"]))
    src = SourceTable(SourceSpec("orders", "events", ("subject", "store")), table)
    assert build(src)["store_id"].to_pylist() == ["lisbon"]


def test_a_source_without_a_subject_is_refused_with_the_remedy():
    src = SourceTable(SourceSpec("orders", "events", ()), rows_table([row("a", 1)]).drop_columns(["subject_id"]))
    with pytest.raises(ContractError, match=r"sources\.orders\.keys"):
        build(src)


def test_a_condition_over_an_unknown_column_names_its_place():
    with pytest.raises(ContractError, match=r"industries\.shop\.subjects\.where.*hotel"):
        build(source(row("a", 1)), where="hotel = 'x'")


def test_a_due_over_an_unknown_column_names_its_place():
    with pytest.raises(ContractError, match=r"industries\.shop\.subjects\.due.*arrival"):
        build(source(row("a", 1)), due="arrival")


def test_a_due_that_is_no_moment_is_refused():
    with pytest.raises(ContractError, match="a DATE or a TIMESTAMP"):
        build(source(row("a", 1)), due="value")


@settings(max_examples=18, deadline=None)
@given(histories(["x", "y"]))
def test_subjects_equal_the_obvious_reading(rows):
    subjects = build(source(*rows))
    for t in (0.25, 3, 7.5, 11, 15.25, 21):
        expected = [
            (s, day(r.occurred), None if r.due is None else day(r.due + 1) - timedelta(microseconds=1))
            for s, r in state(rows, t).items()
        ]
        assert seen_at(subjects, t) == sorted(expected)


@settings(max_examples=7, deadline=None)
@given(histories(["x", "y"]))
def test_rows_known_later_change_no_subject(rows):
    whole = build(source(*rows), where="value = 'x'")
    for t in (3, 11):
        assert seen_at(build(source(*known_before(rows, t)), where="value = 'x'"), t) == seen_at(whole, t)
