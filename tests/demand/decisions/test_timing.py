"""Acting starts a lead time before the predicted onset, never before the cutoff, never in quiet hours."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from demand.catalog import QuietHours, WorkingHours
from demand.decisions.live import to_micros
from demand.decisions.timing import Timing, after_quiet_hours, local_day, timing
from tests.builders.decisions import DAY, NIGHT, ZONE, live

HOUR = timedelta(hours=1)
MINUTES = st.integers(-60 * 1440, 900 * 1440)
EVENING = QuietHours(start="21:00", end="08:00")


def when(
    lead: timedelta = DAY, quiet: QuietHours | None = None, closed: QuietHours | None = None, **row: object
) -> Timing:
    return timing(live(row), lead_time=lead, expires_after=2 * DAY, quiet=quiet, closed=closed, zone=ZONE)


def at(moment: datetime) -> int:
    return to_micros(moment)


def test_the_action_starts_its_lead_time_before_nine_of_ten_requests() -> None:
    assert when(p10=NIGHT + 5 * DAY, p50=NIGHT + 8 * DAY).fire_at[0] == at(NIGHT + 4 * DAY)


def test_nothing_starts_before_the_cutoff() -> None:
    assert when(p10=NIGHT + HOUR, p50=NIGHT + 8 * DAY).fire_at[0] == at(NIGHT)


def test_the_lead_time_is_missed_when_most_requests_come_before_it_works() -> None:
    assert when(p10=NIGHT + HOUR, p50=NIGHT + 23 * HOUR).missed[0]


def test_the_lead_time_is_met_when_most_requests_come_after_it_works() -> None:
    assert not when(p10=NIGHT + HOUR, p50=NIGHT + 24 * HOUR).missed[0]


def test_where_no_onset_is_predicted_the_due_date_counts() -> None:
    assert when(due=NIGHT + 3 * DAY).fire_at[0] == at(NIGHT + 2 * DAY)


def test_where_the_due_date_is_too_near_the_lead_time_is_missed() -> None:
    assert when(due=NIGHT + 23 * HOUR).missed[0]


def test_where_nothing_is_known_the_action_starts_at_once_and_is_not_late() -> None:
    found = when()
    assert (found.fire_at[0], found.missed[0]) == (at(NIGHT), False)


def test_it_loses_its_sense_after_a_while() -> None:
    assert when(p10=NIGHT + 5 * DAY, p50=NIGHT + 8 * DAY).expires_at[0] == at(NIGHT + 6 * DAY)


def test_it_loses_its_sense_when_the_obligation_is_over() -> None:
    found = when(p10=NIGHT + 5 * DAY, p50=NIGHT + 8 * DAY, due=NIGHT + 5 * DAY)
    assert found.expires_at[0] == at(NIGHT + 5 * DAY)


def test_a_start_in_quiet_hours_waits_for_their_end() -> None:
    assert when(lead=0 * DAY, quiet=EVENING).fire_at[0] == at(NIGHT.replace(hour=8))


def test_waiting_for_the_end_of_quiet_hours_may_make_it_too_late() -> None:
    found = when(lead=5 * HOUR, quiet=EVENING, p10=NIGHT + 5 * HOUR, p50=NIGHT + 7 * HOUR)
    assert found.missed[0]


@pytest.mark.parametrize(("hour", "end"), [(23, 32), (2, 8), (12, 12)])
def test_quiet_hours_may_cross_midnight(hour: int, end: int) -> None:
    day = NIGHT.replace(hour=0)
    moved = after_quiet_hours(np.array([at(day + hour * HOUR)]), EVENING, ZONE)
    assert moved[0] == at(day + end * HOUR)


def test_quiet_hours_end_by_the_local_clock_also_when_it_is_put_forward() -> None:
    lisbon = ZoneInfo("Europe/Lisbon")
    before = datetime(2024, 3, 30, 23, tzinfo=UTC)  # the clock goes forward at 01:00 on the 31st
    moved = after_quiet_hours(np.array([at(before)]), EVENING, lisbon)
    assert moved[0] == at(datetime(2024, 3, 31, 8, tzinfo=lisbon))


@given(
    MINUTES,
    st.times(),
    st.times(),
    st.sampled_from(["UTC", "Asia/Shanghai", "Europe/Lisbon", "Asia/Kathmandu", "America/St_Johns"]),
)
def test_quiet_hours_equal_the_obvious_clock(minutes: int, start: time, end: time, name: str) -> None:
    quiet = QuietHours(start=f"{start:%H:%M}", end=f"{end:%H:%M}")
    zone, instant = ZoneInfo(name), NIGHT + timedelta(minutes=minutes)
    local = instant.astimezone(zone)
    expected = instant
    if quiet.holds(local.time()):
        day = local.date() if local.time() < quiet.end else local.date() + timedelta(days=1)
        expected = datetime.combine(day, quiet.end, zone).astimezone(UTC)
    moved = after_quiet_hours(np.array([at(instant)]), quiet, zone)
    # An end inside the hour that a clock change skips or repeats may be read either way.
    assert abs(int(moved[0]) - at(expected)) in (0, 3_600_000_000)
    if expected.astimezone(zone).utcoffset() == local.utcoffset():
        assert moved[0] == at(expected)


@given(MINUTES)
def test_local_days_are_those_of_the_calendar(minutes: int) -> None:
    zone, instant = ZoneInfo("Asia/Shanghai"), NIGHT + timedelta(minutes=minutes)
    expected = (instant.astimezone(zone).date() - date(1970, 1, 1)).days
    assert local_day(np.array([at(instant)]), zone)[0] == expected


@given(*[st.one_of(st.none(), st.integers(-48, 400)) for _ in range(3)], st.integers(0, 72))
def test_the_order_of_moments_always_holds(p10: int | None, p50: int | None, due: int | None, lead: int) -> None:
    row = {k: None if v is None else NIGHT + v * HOUR for k, v in (("p10", p10), ("p50", p50), ("due", due))}
    found = when(lead=lead * HOUR, quiet=EVENING, **row)
    assert at(NIGHT) <= found.fire_at[0] < found.expires_at[0]


SHIFT = WorkingHours(start="09:00", end="21:00")


def test_a_call_at_night_waits_until_people_are_at_work() -> None:
    found = when(lead=DAY, closed=SHIFT.closed, p10=NIGHT + DAY, p50=NIGHT + 3 * DAY)
    assert (found.fire_at[0], found.missed[0]) == (at(NIGHT.replace(hour=9)), False)


def test_where_the_morning_is_too_late_the_call_is_made_on_the_day_before() -> None:
    found = when(lead=6 * HOUR, closed=SHIFT.closed, p10=NIGHT + 2 * DAY + 6 * HOUR, p50=NIGHT + 2 * DAY + 8 * HOUR)
    assert (found.fire_at[0], found.missed[0]) == (at(NIGHT.replace(hour=9) + DAY), False)


def test_hours_that_never_allow_it_are_too_late() -> None:
    found = when(lead=HOUR, quiet=QuietHours(start="09:00", end="21:00"), closed=SHIFT.closed, p10=NIGHT + 5 * DAY)
    assert found.missed[0]
    assert found.waited[0]


@given(
    *[st.one_of(st.none(), st.integers(-48, 400)) for _ in range(3)],
    st.integers(0, 72),
    st.integers(0, 23),
    st.integers(0, 23),
)
def test_staff_acts_in_working_hours_in_time_or_not_at_all(
    p10: int | None, p50: int | None, due: int | None, lead: int, opens: int, closes: int
) -> None:
    hours = WorkingHours(start=f"{opens:02d}:00", end=f"{closes:02d}:00")
    row = {k: None if v is None else NIGHT + v * HOUR for k, v in (("p10", p10), ("p50", p50), ("due", due))}
    found, at_any_hour = when(lead=lead * HOUR, closed=hours.closed, **row), when(lead=lead * HOUR, **row)
    assert at(NIGHT) <= found.fire_at[0] < found.expires_at[0]
    if not found.missed[0]:
        local = NIGHT + timedelta(microseconds=int(found.fire_at[0]) - at(NIGHT))
        assert hours.closed is None or not hours.closed.holds(local.time())
        half = p50 if p50 is not None else due
        assert half is None or found.fire_at[0] <= at(NIGHT + half * HOUR) - lead * 3_600_000_000
    assert found.missed[0] == (at_any_hour.missed[0] or found.waited[0])
