"""Who is live at a cutoff: opened before it, due later, young enough, and not known to be closed."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demand.contract import ContractError, night_of
from demand.subjects import Schedule, build_closings, build_spine, build_subjects
from tests.builders.subjects import day, histories, known_before, row, source, state, table_rows

UTC_ZONE, LISBON = ZoneInfo("UTC"), ZoneInfo("Europe/Lisbon")


def subjects(*rows, due="due", zone=UTC_ZONE):
    return build_subjects(source(*rows), industry="shop", due=due, zone=zone)


def closings(*rows):
    return build_closings(source(*rows, name="status", kind="changes"), "status.value IS NOT NULL")


def live(opened, *times, closed=(), due="due", ahead=None, age=None):
    """(subject, day) of the spine at these moments."""
    spine = build_spine(
        subjects(*opened, due=due),
        closings(*closed),
        [day(t) for t in times],
        horizon=timedelta(days=7),
        ahead=None if ahead is None else timedelta(days=ahead),
        age=None if age is None else timedelta(days=age),
    )
    return [(s, (t - day(0)) / timedelta(days=1)) for s, t in table_rows(spine, "subject_id", "cutoff")]


def scheduled(opened, schedule, start=None, end=None, zone=UTC_ZONE):
    spine = build_spine(subjects(*opened, zone=zone), None, schedule, start=start, end=end, horizon=timedelta(days=7))
    return spine["cutoff"].to_pylist()


def test_an_order_is_not_live_at_the_moment_it_is_placed():
    assert live([row("a", 1, due=9)], 1) == []


def test_an_order_is_live_once_it_is_known():
    assert live([row("a", 1, 2, due=9)], 2, 2.25) == [("a", 2.25)]


def test_an_order_is_live_on_the_day_it_is_due():
    assert live([row("a", 1, due=9)], 9.99) == [("a", 9.99)]


def test_an_order_is_not_live_after_the_day_it_is_due():
    assert live([row("a", 1, due=9)], 10) == []


def test_only_orders_due_before_the_end_of_the_look_ahead_are_live():
    assert live([row("a", 1, due=61), row("b", 1, due=62)], 2, ahead=60) == [("a", 2.0)]


def test_a_cohort_is_live_up_to_its_age():
    assert live([row("a", 1)], 91, 91.25, due=None, age=90) == [("a", 91.0)]


def test_an_order_known_to_be_closed_is_not_live():
    assert live([row("a", 1, due=9)], 3, 3.25, closed=[row("x", 2, 3, subject="a", value="cancelled")]) == [("a", 3.0)]


def test_an_order_opened_again_is_live_again():
    status = [row("x", 2, subject="a", value="cancelled"), row("y", 4, subject="a", value=None)]
    assert live([row("a", 1, due=9)], 3, 5, closed=status) == [("a", 5.0)]


def test_an_order_moved_to_a_later_day_is_live_by_what_was_known():
    rows = [row("a", 1, due=4), row("a", 1, 6, op="correct", due=9)]
    assert live(rows, 4, 5, 7) == [("a", 4.0), ("a", 7.0)]


def test_a_deleted_order_is_not_live():
    assert live([row("a", 1, due=9), row("a", 1, 3, op="delete")], 4) == []


def test_an_order_without_its_due_is_not_live():
    assert live([row("a", 1, due=None), row("b", 1, due=9)], 2) == [("b", 2.0)]


def test_the_spine_is_sorted_by_cutoff_then_subject():
    assert live([row("b", 1, due=9), row("a", 1, due=9)], 3, 2) == [("a", 2.0), ("b", 2.0), ("a", 3.0), ("b", 3.0)]


def test_a_moment_asked_twice_is_asked_once():
    assert live([row("a", 1, due=9)], 2, 2) == [("a", 2.0)]


def test_the_horizon_travels_with_every_row():
    spine = build_spine(subjects(row("a", 1, due=9)), None, [day(2)], horizon=timedelta(days=7))
    assert spine["horizon_us"].to_pylist() == [7 * 86_400_000_000]


def test_a_grid_without_an_end_is_refused():
    with pytest.raises(ContractError, match="to: DATE"):
        scheduled([row("a", 1, due=9)], Schedule(timedelta(days=1), None, None, (), time(), UTC_ZONE))


def test_a_schedule_asks_on_its_grid():
    schedule = Schedule(timedelta(days=2), day(0).date(), day(7).date(), (), time(), UTC_ZONE)
    assert scheduled([row("a", 1, due=9)], schedule) == [day(2), day(4), day(6)]


def test_a_grid_without_a_start_begins_with_the_first_subject():
    schedule = Schedule(timedelta(days=7), None, day(9).date(), (), time(), UTC_ZONE)
    assert scheduled([row("a", 1, due=9)], schedule) == [day(7)]


def test_a_day_before_due_is_the_night_of_that_local_morning():
    schedule = Schedule(None, None, None, ("1d",), time(2), LISBON)
    assert scheduled([row("a", 1, due=9)], schedule, zone=LISBON) == [night_of(date(2024, 9, 10), time(2), LISBON)]


def test_a_day_before_due_keeps_the_local_hour_when_the_clocks_change():
    schedule = Schedule(None, None, None, ("1d",), time(2), LISBON)
    # due on Sunday, 27 October 2024, when the clocks go back: the morning before is still summer time
    assert scheduled([row("a", 1, due=55)], schedule, zone=LISBON) == [datetime(2024, 10, 26, 1, tzinfo=UTC)]


def test_24_hours_before_due_are_exact():
    schedule = Schedule(None, None, None, ("24h",), time(2), UTC_ZONE)
    assert scheduled([row("a", 1, due=9)], schedule) == [day(9) - timedelta(microseconds=1)]


def test_a_day_before_due_of_an_order_placed_later_is_not_asked():
    schedule = Schedule(None, None, None, ("1d",), time(2), UTC_ZONE)
    assert scheduled([row("a", 8.5, due=9)], schedule) == []


def test_before_due_follows_the_due_that_was_known_then():
    schedule = Schedule(None, None, None, ("1d",), time(0), UTC_ZONE)
    rows = [row("a", 1, due=4), row("a", 1, 3.5, op="correct", due=9)]
    assert scheduled(rows, schedule) == [day(3), day(8)]


def test_before_a_due_that_never_comes_nothing_is_asked():
    schedule = Schedule(None, None, None, ("1d",), time(), ZoneInfo("Asia/Shanghai"))
    never = subjects(row("a", 1), due="DATE '9999-12-31'")
    assert build_spine(never, None, schedule, horizon=timedelta(days=7)).num_rows == 0


def test_a_grid_and_before_due_that_meet_ask_once():
    schedule = Schedule(timedelta(days=4), day(0).date(), day(8).date(), ("1d",), time(), UTC_ZONE)
    assert scheduled([row("a", 1, due=9)], schedule) == [day(4), day(8)]


def test_start_and_end_bound_what_is_asked_before_due():
    schedule = Schedule(None, None, None, ("1d",), time(), UTC_ZONE)
    rows = [row("a", 1, due=4), row("b", 1, due=6), row("c", 1, due=8)]
    assert scheduled(rows, schedule, start=day(4), end=day(6)) == [day(5)]


def obvious(opened, closed, times, ahead, age):
    asked = []
    for t in times:
        shut = {s for s, r in state(closed, t).items() if r.value is not None}
        for s, r in sorted(state(opened, t).items()):
            if s in shut or (r.due is None and age is None):
                continue
            due = None if r.due is None else day(r.due + 1) - timedelta(microseconds=1)
            if due is not None and (due < day(t) or (ahead is not None and due >= day(t + ahead))):
                continue
            if age is None or r.occurred >= t - age:
                asked.append((s, float(t)))
    return asked


BOUNDS = st.one_of(st.none(), st.integers(1, 12))


@settings(max_examples=18, deadline=None)
@given(histories(["x"]), histories(["closed"]), BOUNDS, BOUNDS)
def test_equals_the_obvious_loop(opened, closed, ahead, age):
    times = (0.5, 3, 7.5, 11, 15.25, 21)
    assert live(opened, *times, closed=closed, ahead=ahead, age=age) == obvious(opened, closed, times, ahead, age)


@settings(max_examples=8, deadline=None)
@given(histories(["x"]), histories(["closed"]), st.sampled_from([3, 7.5, 11, 15.25]))
def test_rows_known_later_change_no_spine(opened, closed, t):
    whole = live(opened, t, closed=closed, age=30)
    assert live(known_before(opened, t), t, closed=known_before(closed, t), age=30) == whole
