"""Holidays and make-up workdays as the State Council announced them."""

from collections import Counter
from datetime import date

from demand.catalog import calendar_days


def entries(year, kind):
    return [d for d in calendar_days() if d.day.year == year and d.kind == kind]


def test_a_make_up_workday_is_a_weekend():
    assert all(d.day.isoweekday() >= 6 for d in calendar_days() if d.kind == "work")


def test_golden_week_of_2024_takes_two_weekends():
    week = [d for d in entries(2024, "off") if d.holiday == "national_day"]
    assert [week[0].day, week[-1].day, len(week)] == [date(2024, 10, 1), date(2024, 10, 7), 7]
    worked = [d.day for d in entries(2024, "work") if d.holiday == "national_day"]
    assert worked == [date(2024, 9, 29), date(2024, 10, 12)]


def test_the_lunar_new_year_moves():
    first = {d.day.year: d.day for d in reversed(calendar_days()) if d.holiday == "spring_festival" and d.kind == "off"}
    assert first == {
        2023: date(2023, 1, 21),
        2024: date(2024, 2, 10),
        2025: date(2025, 1, 28),
        2026: date(2026, 2, 15),
    }


def test_every_day_was_announced_before_it_came():
    assert all(d.announced < d.day for d in calendar_days())
    assert len({d.announced for d in calendar_days()}) == 4


def test_days_off_count_as_announced():
    """Working days lost and gained; from 2025 on there are two more days off a year."""
    gained = {
        year: sum(d.day.isoweekday() < 6 for d in entries(year, "off")) - len(entries(year, "work"))
        for year in (2023, 2024, 2025, 2026)
    }
    assert gained == {2023: 11, 2024: 11, 2025: 13, 2026: 13}


def test_no_day_stands_twice():
    assert max(Counter(d.day for d in calendar_days()).values()) == 1
