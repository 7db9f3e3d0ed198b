"""Two clocks, corrections and deletions as one interval: what may be seen at a cutoff."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from demand.contract import ContractError, visible_rows, visible_states
from tests.builders.subjects import Row, day, histories, known_before, row, rows_table, state, table_rows, visible

CUTOFFS = [n / 4 for n in range(90)]


def seen_at(intervals, t):
    """The rows of a table of intervals that are visible at t, as tuples."""
    moment = day(t)
    seen = []
    for id_, value, start, end in table_rows(intervals, "id", "value", "visible_from", "visible_to"):
        if start < moment and (end is None or moment <= end):
            seen.append((id_, value))
    return sorted(seen, key=str)


def rows_seen(rows, t):
    return seen_at(visible_rows(rows_table(rows)), t)


def test_a_row_is_not_seen_at_the_moment_it_becomes_known():
    assert rows_seen([row("a", 1)], 1) == []


def test_a_row_is_seen_just_after_it_became_known():
    assert rows_seen([row("a", 1)], 1 + 1e-9) == [("a", None)]


def test_a_row_that_arrives_late_is_not_seen_before_it_arrives():
    assert rows_seen([row("a", 1, 5)], 5) == []


def test_a_row_announced_ahead_is_not_seen_before_it_happens():
    assert rows_seen([row("a", 5, 1)], 5) == []


def test_the_correction_wins_once_it_is_known():
    rows = [row("a", 1, value="old"), row("a", 1, 3, op="correct", value="new")]
    assert rows_seen(rows, 4) == [("a", "new")]


def test_the_first_version_holds_up_to_the_moment_the_correction_is_known():
    rows = [row("a", 1, value="old"), row("a", 1, 3, op="correct", value="new")]
    assert rows_seen(rows, 3) == [("a", "old")]


def test_a_deleted_row_is_gone_once_the_deletion_is_known():
    assert rows_seen([row("a", 1), row("a", 1, 3, op="delete")], 4) == []


def test_a_deletion_can_be_taken_back():
    rows = [row("a", 1), row("a", 1, 3, op="delete"), row("a", 1, 5, op="correct", value="again")]
    assert rows_seen(rows, 6) == [("a", "again")]


def test_of_two_changes_at_one_moment_the_greater_id_is_the_state():
    rows = [row("a", 1, subject="s", value="first"), row("b", 1, subject="s", value="second")]
    assert seen_at(visible_states(rows_table(rows)), 2) == [("b", "second")]


def test_a_change_dated_back_does_not_replace_a_later_state():
    rows = [row("a", 3, subject="s", value="later"), row("b", 1, 5, subject="s", value="dated back")]
    assert seen_at(visible_states(rows_table(rows)), 6) == [("a", "later")]


def test_when_the_last_change_is_deleted_the_one_before_is_the_state_again():
    rows = [
        row("a", 1, subject="s", value="open"),
        row("b", 2, subject="s", value="closed"),
        row("b", 2, 4, subject="s", op="delete"),
    ]
    assert seen_at(visible_states(rows_table(rows)), 5) == [("a", "open")]


def test_a_change_of_nobody_is_nobodys_state():
    assert visible_states(rows_table([row("a", 1, subject=None)])).num_rows == 0


def test_a_change_log_without_its_owner_is_refused_with_the_remedy():
    with pytest.raises(ContractError, match=r"keys: \{subject"):
        visible_states(rows_table([row("a", 1)]).drop_columns(["subject_id"]))


@settings(max_examples=18, deadline=None)
@given(histories(["x", "y"]))
def test_rows_equal_the_obvious_reading_at_every_moment(rows: list[Row]):
    intervals = visible_rows(rows_table(rows))
    for t in CUTOFFS:
        assert seen_at(intervals, t) == sorted(((r.id, r.value) for r in visible(rows, t)), key=str)


@settings(max_examples=18, deadline=None)
@given(histories(["x", "y"]))
def test_states_equal_the_obvious_reading_at_every_moment(rows: list[Row]):
    intervals = visible_states(rows_table(rows))
    for t in CUTOFFS:
        assert seen_at(intervals, t) == sorted(((r.id, r.value) for r in state(rows, t).values()), key=str)


@settings(max_examples=7, deadline=None)
@given(histories(["x", "y"]))
def test_rows_known_later_change_nothing(rows: list[Row]):
    whole = visible_states(rows_table(rows))
    for t in (3, 7.5, 12, 18):
        assert seen_at(visible_states(rows_table(known_before(rows, t))), t) == seen_at(whole, t)
