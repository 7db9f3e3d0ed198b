"""When we ask: local calendar days, also when the clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demand.contract import ContractError, night_of
from demand.subjects import Schedule

LISBON = ZoneInfo("Europe/Lisbon")


def schedule(every="7d", start=date(2017, 3, 6), to=None, before_due=(), night=time(2), zone=LISBON):
    steps = {"7d": timedelta(days=7), "1d": timedelta(days=1), "12h": timedelta(hours=12), None: None}
    return Schedule(steps[every], start, to, before_due, night, zone)


def march(day, hour=0):
    return datetime(2017, 3, day, hour, tzinfo=UTC)


def test_the_night_keeps_its_local_hour_when_the_clocks_change():
    assert schedule().grid(march(20), march(31)) == [march(20, 2), march(27, 1)]


def test_a_step_of_hours_is_exact_when_the_clocks_change():
    asked = schedule(every="12h", start=date(2017, 3, 25)).grid(march(25), march(26, 23))
    assert asked == [march(25, 2), march(25, 14), march(26, 2), march(26, 14)]


def test_both_ends_are_asked():
    assert schedule().grid(march(6, 2), march(13, 2)) == [march(6, 2), march(13, 2)]


def test_the_grid_hangs_on_its_anchor_not_on_the_window():
    assert schedule().grid(march(8), march(16)) == [march(13, 2)]


def test_nothing_is_asked_before_the_anchor():
    assert schedule().grid(march(1), march(7)) == [march(6, 2)]


def test_nothing_is_asked_after_the_last_morning():
    assert schedule(to=date(2017, 3, 13)).grid(march(6), march(31)) == [march(6, 2), march(13, 2)]


def test_without_an_anchor_a_weekly_grid_asks_on_mondays():
    asked = schedule(start=None).grid(march(1), march(31))
    assert [c.astimezone(LISBON).weekday() for c in asked] == [0, 0, 0, 0]


def test_without_a_step_there_is_no_grid():
    assert schedule(every=None, before_due=("1d",)).grid(march(1), march(31)) == []


def test_a_window_that_ends_before_it_starts_asks_nothing():
    assert schedule().grid(march(31), march(1)) == []


def test_days_and_weeks_before_due_are_calendar_days():
    assert schedule(before_due=("1d", "2w", "24h")).calendar_days_before_due == (1, 14)


def test_hours_before_due_are_exact():
    assert schedule(before_due=("1d", "24h", "1d12h")).exact_before_due == (timedelta(hours=24), timedelta(hours=36))


def test_a_step_of_nothing_is_refused_with_the_remedy():
    with pytest.raises(ContractError, match="every: 7d"):
        Schedule(timedelta(0), None, None, (), time(2), LISBON)


def test_a_before_due_that_is_no_duration_is_refused():
    with pytest.raises(ContractError, match="is not a duration"):
        schedule(before_due=("tomorrow",))


@settings(deadline=None)
@given(
    st.dates(date(2015, 1, 1), date(2017, 12, 31)),
    st.integers(1, 30),
    st.integers(0, 200),
    st.integers(0, 200),
    st.times(),
    st.sampled_from(["UTC", "Europe/Lisbon", "America/Sao_Paulo", "Asia/Shanghai"]),
)
def test_the_grid_equals_the_obvious_loop(anchor, days, first, length, night, zone):
    zone = ZoneInfo(zone)
    start = datetime.combine(anchor, time(), UTC) + timedelta(days=first - 100)
    end = start + timedelta(days=length)
    expected = []
    for step in range(500):
        cutoff = night_of(anchor + timedelta(days=days * step), night, zone)
        if start <= cutoff <= end:
            expected.append(cutoff)
    assert Schedule(timedelta(days=days), anchor, None, (), night, zone).grid(start, end) == expected
