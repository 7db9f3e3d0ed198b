"""Moments: a date is the end of its local day, an as-of is a night, a duration reads back."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demand.contract import (
    MICROSECOND,
    ContractError,
    end_of_day,
    format_duration,
    format_moment,
    night_of,
    parse_as_of,
)
from demand.contract import parse_duration as parse

LISBON = ZoneInfo("Europe/Lisbon")
TWO = time(2)


def test_a_date_counts_from_the_last_microsecond_of_its_local_day():
    assert end_of_day(date(2017, 7, 1), LISBON) == datetime(2017, 7, 1, 22, 59, 59, 999_999, UTC)


def test_a_date_may_be_used_at_the_next_local_midnight():
    midnight = datetime(2017, 7, 2, tzinfo=LISBON)
    assert end_of_day(date(2017, 7, 1), LISBON) < midnight


@pytest.mark.parametrize(("day", "hours"), [(date(2017, 3, 26), 23), (date(2017, 10, 29), 25), (date(2017, 5, 1), 24)])
def test_a_local_day_is_as_long_as_the_clocks_make_it(day, hours):
    assert end_of_day(day, LISBON) - end_of_day(day - timedelta(days=1), LISBON) == timedelta(hours=hours)


def test_the_night_stays_at_its_local_hour_in_summer():
    assert night_of(date(2017, 7, 1), TWO, LISBON) == datetime(2017, 7, 1, 1, tzinfo=UTC)


def test_a_date_as_of_is_the_nights_cutoff_of_that_morning():
    assert parse_as_of("2017-01-05", cutoff=TWO, zone=LISBON) == datetime(2017, 1, 5, 2, tzinfo=UTC)


@pytest.mark.parametrize("text", ["20170105", "2017-W01-4", "2017W014"])
def test_a_date_in_another_iso_form_is_that_night_too(text):
    assert parse_as_of(text, cutoff=TWO, zone=LISBON) == datetime(2017, 1, 5, 2, tzinfo=UTC)


@pytest.mark.parametrize("text", ["2017-07-01", "2017-07-01T14:30:00+01:00", "2017-10-29T01:30:00+00:00"])
def test_a_moment_is_written_in_local_time_so_that_it_reads_back(text):
    moment = parse_as_of(text, cutoff=TWO, zone=LISBON)
    assert format_moment(moment, cutoff=TWO, zone=LISBON) == text


def test_an_instant_as_of_is_taken_as_it_is():
    assert parse_as_of("2017-07-01T14:30:00+02:00", cutoff=TWO, zone=LISBON) == datetime(2017, 7, 1, 12, 30, tzinfo=UTC)


def test_an_instant_without_offset_is_local():
    assert parse_as_of("2017-07-01T14:30", cutoff=TWO, zone=LISBON) == datetime(2017, 7, 1, 13, 30, tzinfo=UTC)


def test_an_as_of_that_is_no_moment_is_refused_with_the_remedy():
    with pytest.raises(ContractError, match="2017-07-01"):
        parse_as_of("tomorrow", cutoff=TWO, zone=LISBON)


@pytest.mark.parametrize(
    ("text", "minutes"), [("30m", 30), ("6h", 360), ("14d", 20_160), ("2w", 20_160), ("1d12h", 2160)]
)
def test_a_duration_is_read(text, minutes):
    assert parse(text) == timedelta(minutes=minutes)


@pytest.mark.parametrize("text", ["", "14", "d", "1.5d", "14 d", "-1d", "1y"])
def test_what_is_no_duration_is_refused(text):
    with pytest.raises(ContractError, match="is not a duration"):
        parse(text)


@given(st.integers(0, 100_000))
def test_a_duration_is_written_so_that_it_reads_back(minutes):
    duration = timedelta(minutes=minutes)
    assert parse(format_duration(duration)) == duration


@given(
    st.dates(date(1990, 1, 1), date(2090, 1, 1)),
    st.sampled_from(["UTC", "Europe/Lisbon", "Asia/Shanghai", "America/Havana"]),
)
def test_the_end_of_a_day_belongs_to_the_day(day, zone):
    end = end_of_day(day, ZoneInfo(zone))
    assert (end.astimezone(ZoneInfo(zone)).date(), (end + MICROSECOND).astimezone(ZoneInfo(zone)).date()) == (
        day,
        day + timedelta(days=1),
    )
