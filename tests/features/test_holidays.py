"""Public holidays and make-up workdays, as they were announced before the cutoff and never earlier."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demand.catalog import calendar_days
from demand.contract import INSTANT, Roles, end_of_day
from features import FeatureSet, calendar, compute, library_status
from features.holidays import HOLIDAY_PARTS, notices
from tests.builders.features import source, values

SHANGHAI = ZoneInfo("Asia/Shanghai")
ENGINES = pytest.mark.parametrize("engine", ["local", "duckdb", "reference"])
BOOKINGS = source("bookings", [])
EVERY_PART = FeatureSet("own", *(calendar(part, moment) for part in HOLIDAY_PARTS for moment in ("due", "cutoff")))
FOR_2024 = date(2023, 10, 25)
"""The day of the notice for 2024."""


def asked(*pairs: tuple[datetime, datetime | None]) -> pa.Table:
    """A spine of (cutoff, due)."""
    cutoffs, dues = zip(*pairs, strict=True)
    same = {"subject_id": pa.repeat("s", len(pairs)), "industry": pa.repeat("hotel", len(pairs))}
    return pa.table({**same, "cutoff": pa.array(cutoffs, INSTANT), "due_at": pa.array(dues, INSTANT)})


def at(day: date, hour: int = 2) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=SHANGHAI)


def of_due(part: str, due: date, cutoff: datetime, engine: str = "local") -> float | None:
    found = values(calendar(part, "due").named("v"), asked((cutoff, end_of_day(due, SHANGHAI))), BOOKINGS,
                   engine=engine, zone=SHANGHAI)  # fmt: skip
    return found["v"][0]


@ENGINES
@pytest.mark.parametrize(
    ("due", "holiday", "makeup", "to_next", "since_last"),
    [
        (date(2024, 10, 1), 1, 0, 0, 0),
        (date(2024, 10, 12), 0, 1, None, 5),
        (date(2024, 9, 29), 0, 1, 2, 12),
        (date(2024, 9, 16), 1, 0, 0, 0),
        (date(2024, 5, 6), 0, 0, 33, 1),
    ],
    ids=["National Day", "worked after it", "worked before it", "Mid-Autumn on a Monday", "after Labour Day"],
)
def test_a_day_is_what_the_notice_says_and_not_what_its_weekday_says(due, holiday, makeup, to_next, since_last, engine):
    found = [of_due(part, due, at(date(2024, 4, 1)), engine) for part in HOLIDAY_PARTS]
    assert found == [holiday, makeup, to_next, since_last]


@ENGINES
def test_a_notice_counts_from_the_last_microsecond_of_its_day_and_not_at_it(engine):
    known = end_of_day(FOR_2024, SHANGHAI)
    found = [of_due("holiday", date(2024, 2, 10), t, engine) for t in (known, known + timedelta(microseconds=1))]
    assert found == [None, 1]


@ENGINES
def test_a_holiday_that_was_not_announced_is_unknown_on_both_sides(engine):
    """In late October the next holiday is that of New Year, which the notice of the coming year settles."""
    before, after = at(FOR_2024), at(FOR_2024 + timedelta(days=1))
    day = date(2023, 10, 20)
    assert [of_due("days_to_holiday", day, t, engine) for t in (before, after)] == [None, 71]


@ENGINES
def test_the_last_days_of_a_year_wait_for_the_notice_of_the_next(engine):
    assert of_due("holiday", date(2023, 12, 31), at(FOR_2024), engine) is None
    assert of_due("holiday", date(2023, 12, 28), at(FOR_2024), engine) == 0
    assert of_due("days_since_holiday", date(2023, 12, 30), at(FOR_2024), engine) is None


@ENGINES
def test_days_outside_the_table_and_missing_dues_are_null(engine):
    grid = asked(
        (at(date(2026, 6, 1)), at(date(2031, 1, 1))), (at(date(2026, 6, 1)), None), (at(date(2015, 1, 1)),) * 2
    )
    found = values(EVERY_PART, grid, BOOKINGS, engine=engine, zone=SHANGHAI)
    assert all(found[f"due_{part}"] == [None] * 3 for part in HOLIDAY_PARTS)
    assert found["cutoff_holiday"] == [0, 0, None]


@ENGINES
def test_the_day_is_the_local_one(engine):
    """Four in the afternoon of 30 September in Greenwich is National Day in Shanghai."""
    cutoff = datetime(2024, 9, 30, 16, 0, tzinfo=UTC)
    here, there = (
        values(calendar("holiday"), asked((cutoff, None)), BOOKINGS, engine=engine, zone=zone)["cutoff_holiday"][0]
        for zone in (SHANGHAI, ZoneInfo("UTC"))
    )
    assert (here, there) == (1, 0)


DAYS = st.dates(date(2022, 10, 1), date(2027, 3, 1))


@given(st.lists(st.tuples(DAYS, st.integers(0, 23), st.none() | DAYS), min_size=1, max_size=20))
@settings(max_examples=25, deadline=None)
def test_the_engines_agree_on_any_day_at_any_cutoff(many):
    grid = asked(*((at(day, hour), None if due is None else at(due, hour)) for day, hour, due in many))
    expected = values(EVERY_PART, grid, BOOKINGS, engine="reference", zone=SHANGHAI)
    assert values(EVERY_PART, grid, BOOKINGS, zone=SHANGHAI) == expected
    assert values(EVERY_PART, grid, BOOKINGS, engine="duckdb", zone=SHANGHAI) == expected


def test_every_entry_of_the_table_lies_among_the_days_that_its_notice_settles():
    assert all(n.first <= day <= n.last for n in notices() for day in (*n.off, *n.work))
    assert sum(len(n.off) + len(n.work) for n in notices()) == len(calendar_days())


def test_the_notices_settle_every_day_from_the_first_to_the_last_of_them_once():
    assert all(b.first - a.last == timedelta(days=1) for a, b in zip(notices(), notices()[1:], strict=False))


@pytest.mark.parametrize(("zone", "active"), [(SHANGHAI, True), (ZoneInfo("Europe/Lisbon"), False), (None, False)])
def test_the_shipped_view_is_active_where_business_time_lies_in_mainland_china(zone, active):
    status = {v.name: v for v in library_status(Roles("hotel", "bookings"), {"bookings": BOOKINGS}, zone=zone)}
    assert status["holidays"].active is active
    assert active or "Asia/Shanghai" in status["holidays"].lacks[0]


def test_the_shipped_view_says_every_number_in_both_languages():
    sources, roles = {"bookings": BOOKINGS}, Roles("hotel", "bookings")
    views = {v.name: v.features for v in library_status(roles, sources, zone=SHANGHAI)}
    grid = asked((at(date(2024, 5, 6)), None))
    meta = {m.name: m for m in compute(grid, sources, [views["holidays"]], roles=roles, zone=SHANGHAI).meta}
    assert {m.unit for m in meta.values()} == {"flag", "days"}
    assert {m.family for m in meta.values()} == {"calendar"}
    assert meta["cutoff_days_to_holiday"].phrase.zh == "距下一个法定节假日还有 {value} 天"
    assert meta["due_holiday"].missing.en == "holidays not announced yet"
