"""A subject is closed from the moment the change log says so, to the moment it says otherwise."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from demand.contract import ContractError
from demand.subjects import build_closings
from tests.builders.subjects import day, histories, known_before, row, source, state, table_rows

CLOSED = "booking_status.value IS NOT NULL"


def closings(*rows, when=CLOSED):
    return build_closings(source(*rows, name="booking_status", kind="changes"), when)


def closed_at(table, t):
    moment = day(t)
    return sorted(
        s
        for s, start, end in table_rows(table, "subject_id", "visible_from", "visible_to")
        if start < moment and (end is None or moment <= end)
    )


def test_closed_from_just_after_the_change_is_known():
    table = closings(row("a", 1, 3, value="cancelled"))
    assert (closed_at(table, 3), closed_at(table, 3.25)) == ([], ["a"])


def test_a_version_that_does_not_meet_the_condition_opens_it_again():
    table = closings(row("a", 1, subject="s", value="cancelled"), row("b", 4, subject="s", value=None))
    assert closed_at(table, 5) == []


def test_a_deleted_change_never_closed_anything():
    assert closed_at(closings(row("a", 1, value="cancelled"), row("a", 1, 2, op="delete")), 5) == []


def test_the_condition_may_leave_out_the_sources_name():
    assert closed_at(closings(row("a", 1, value="cancelled"), when="value = 'cancelled'"), 5) == ["a"]


def test_a_condition_over_an_unknown_column_names_what_there_is():
    with pytest.raises(ContractError, match=r"closed_when.*booking_status\.value"):
        closings(row("a", 1), when="booking_status.state IS NOT NULL")


@settings(max_examples=18, deadline=None)
@given(histories(["cancelled"]))
def test_closings_equal_the_obvious_reading(rows):
    table = closings(*rows)
    for t in (0.25, 3, 7.5, 11, 15.25, 21):
        assert closed_at(table, t) == sorted(s for s, r in state(rows, t).items() if r.value is not None)


@settings(max_examples=7, deadline=None)
@given(histories(["cancelled"]))
def test_changes_known_later_close_nothing(rows):
    whole = closings(*rows)
    for t in (3, 11):
        assert closed_at(closings(*known_before(rows, t)), t) == closed_at(whole, t)
