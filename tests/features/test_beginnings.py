"""Windows that begin with an event or a holiday, and streaks: by hand, on every engine."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pytest

from demand.contract import INSTANT, ConfigError, ContractError, Roles, SourceTable
from features import By, FeatureSet, events, outcome_rate, ratio, since, trend
from features.windows import Window
from tests.builders.features import matrix_of, source, spine, values

ENGINES = pytest.mark.parametrize("engine", ["local", "duckdb", "reference"])
ROLES = Roles("hotel", subjects="bookings")
SHANGHAI = ZoneInfo("Asia/Shanghai")
AGENT = By("agent")(events("bookings"))
MEETINGS = source("meetings", [{"at": 2, "agent": "a"}, {"at": 5, "known": 7, "agent": "a"}])


def of(rows, feature, engine, *, cutoff=10.0, agent="a", meetings=MEETINGS):
    bookings = source("bookings", rows, columns={"nights": "int", "paid": "bool"})
    found = values(feature, spine([{"cutoff": cutoff, "agent": agent}]), bookings, meetings, engine=engine)
    return list(found.values())[-1][0]


def booked(*days, **more):
    return [{"at": d, "agent": "a", "nights": 1, **more} for d in days]


# since an event

SINCE = AGENT.count(since(events("meetings")))


@ENGINES
def test_rows_after_the_last_event_count_and_those_with_it_do_not(engine):
    assert of(booked(1, 4, 5, 5.5, 9), SINCE, engine) == 2


@ENGINES
def test_an_event_that_is_known_late_begins_the_window_from_then_on(engine):
    rows = booked(3, 6)
    assert [of(rows, SINCE, engine, cutoff=t) for t in (7, 7.01)] == [2, 1]


@ENGINES
def test_without_such_an_event_nothing_is_known(engine):
    assert of(booked(1), SINCE, engine, cutoff=2) is None
    assert of(booked(1), AGENT.sum("nights", since(events("meetings"))), engine, agent="stranger") is None


@ENGINES
def test_after_an_event_without_rows_counts_are_zero_and_all_else_is_null(engine):
    empty = [AGENT.count, AGENT.since_last, AGENT.mean_gap]
    found = [of(booked(1), make(since(events("meetings"))), engine) for make in empty]
    assert found == [0, None, None]


@ENGINES
def test_the_event_may_be_a_row_of_the_same_source(engine):
    rows = [*booked(1, 2), *booked(3, paid=True), *booked(4, 5, 6)]
    assert of(rows, AGENT.count(since(events("bookings").where(paid=True))), engine) == 3


@ENGINES
def test_a_ratio_may_hold_both_kinds_of_windows(engine):
    assert of(booked(1, 4, 6, 9), ratio(SINCE, AGENT.count("all")), engine) == 0.5


@ENGINES
def test_an_event_known_a_second_after_the_cutoff_has_no_effect(engine):
    second = 1 / 86_400
    late = source("meetings", [{"at": 2, "agent": "a"}, {"at": 9, "known": 10 + second, "agent": "a"}])
    without = source("meetings", [{"at": 2, "agent": "a"}])
    assert of(booked(3, 9.5), SINCE, engine, meetings=late) == of(booked(3, 9.5), SINCE, engine, meetings=without) == 2


def test_the_event_has_the_keys_of_the_rows():
    lost = source("meetings", [], keys=("subject",))
    with pytest.raises(ConfigError, match="key of meetings: 'agent' is unknown"):
        of([], SINCE, "local", meetings=lost)


def test_a_window_since_an_event_is_named_printed_and_said():
    (feature,) = SINCE
    assert feature.name == "agent_bookings_since_meetings"
    assert repr(feature.measure) == "By('agent')(events('bookings')).count(since(events('meetings')))"
    bookings = source("bookings", [])
    meta = matrix_of(FeatureSet("own", SINCE), spine([]), bookings, MEETINGS, roles=ROLES).meta[-1]
    assert meta.text.en == "bookings of this agent since the last meeting"
    assert meta.text.zh.startswith("该代理上次") and "以来" in meta.text.zh
    assert meta.missing.en == "no meetings so far"


# this holiday so far


def on_holiday(day, hour, engine):
    """The rows of National Day 2024 (1 to 7 October), one at noon of each day from 30 September on."""
    noon = [datetime(2024, 9, 30, 12, tzinfo=SHANGHAI) + timedelta(days=n) for n in range(10)]
    table = source("bookings", [{"at": 0, "agent": "a"}] * 10).table
    for clock in ("occurred_at", "known_at"):
        table = table.set_column(table.column_names.index(clock), clock, pa.array(noon, INSTANT))
    cutoff = pa.array([datetime(day.year, day.month, day.day, hour, tzinfo=SHANGHAI)], INSTANT)
    grid = spine([{"cutoff": 0, "agent": "a"}])
    grid = grid.set_column(grid.column_names.index("cutoff"), "cutoff", cutoff)
    bookings = SourceTable(source("bookings", []).spec, table)
    declared = AGENT.count("this_holiday").named("n")
    return values(declared, grid, bookings, engine=engine, zone=SHANGHAI)["n"][0]


@ENGINES
@pytest.mark.parametrize(
    ("day", "hour", "expected"),
    [
        (date(2024, 10, 1), 2, 0),
        (date(2024, 10, 1), 13, 1),
        (date(2024, 10, 4), 2, 3),
        (date(2024, 10, 7), 23, 7),
        (date(2024, 10, 8), 2, 0),
        (date(2028, 10, 4), 2, None),
    ],
    ids=["its first night", "its first day", "the fourth night", "its last day", "afterwards", "not announced"],
)
def test_a_holiday_so_far_begins_with_the_midnight_of_its_first_day_off(day, hour, expected, engine):
    assert on_holiday(day, hour, engine) == expected


def test_a_holiday_so_far_is_named_and_said():
    meta = matrix_of(
        FeatureSet("own", AGENT.count("this_holiday")), spine([]), source("bookings", []), roles=ROLES
    ).meta
    assert meta[-1].name == "agent_bookings_this_holiday"
    assert meta[-1].text.en == "bookings of this agent this holiday so far"
    assert meta[-1].text.zh == "该代理本次假期以来的预订数"
    assert meta[-1].missing.en == "holidays not announced yet"


# streaks


def row(at, paid, **more):
    return {"at": at, "agent": "a", "paid": paid, **more}


STREAK = AGENT.streak(paid=True)


@ENGINES
@pytest.mark.parametrize(
    ("paid", "expected"),
    [([], 0), ([True], 1), ([False], 0), ([True, False, True, True], 2), ([True, True, None], 0), ([True] * 3, 3)],
)
def test_a_streak_is_how_many_of_the_newest_rows_pass_one_after_another(paid, expected, engine):
    assert of([row(n, p) for n, p in enumerate(paid)], STREAK, engine) == expected


@ENGINES
def test_a_window_cuts_a_streak_off(engine):
    assert of([row(n, True) for n in range(8)], AGENT.streak("5d", paid=True), engine) == 3


@ENGINES
def test_a_row_that_becomes_known_late_breaks_a_streak_from_then_on(engine):
    rows = [row(1, True), row(2, False, known=6), row(3, True)]
    assert [of(rows, STREAK, engine, cutoff=t) for t in (6, 6.1)] == [2, 1]


@ENGINES
def test_a_row_that_is_taken_back_breaks_it_no_more(engine):
    rows = [row(1, True), row(2, False, id="x"), row(3, True), row(2, False, id="x", known=5, op="delete")]
    assert [of(rows, STREAK, engine, cutoff=t) for t in (5, 5.1)] == [1, 2]


@ENGINES
def test_long_keys_with_late_rows_have_the_streaks_of_the_reference(engine):
    draw = np.random.default_rng(3)
    rows = [
        row(float(at), bool(good), known=float(at + late))
        for at, good, late in zip(
            np.sort(draw.uniform(0, 9, 300)).round(3),
            draw.random(300) < 0.97,
            draw.choice([0, 0, 0, 2], 300),
            strict=True,
        )
    ]
    bookings = source("bookings", rows, columns={"nights": "int", "paid": "bool"})
    grid = spine([{"cutoff": t, "agent": "a"} for t in draw.uniform(0, 12, 20).round(2)])
    declared = FeatureSet("own", AGENT.streak("3d", "all", paid=True))
    assert values(declared, grid, bookings, engine=engine) == values(declared, grid, bookings, engine="reference")


def test_a_streak_has_a_condition_a_unit_and_words():
    with pytest.raises(ContractError, match="streak without a condition"):
        AGENT.streak("30d")
    meta = matrix_of(
        FeatureSet("own", STREAK), spine([]), source("bookings", [], columns={"paid": "bool"}), roles=ROLES
    )
    assert meta.meta[-1].unit == "count"
    assert meta.meta[-1].text.en == "newest bookings of this agent so far in a row with paid: yes"


# what takes durations only


@pytest.mark.parametrize("window", ["this_holiday", since(events("meetings"))])
def test_trends_and_outcome_rates_take_durations(window):
    with pytest.raises(ContractError, match="over durations"):
        trend(AGENT.count(window), AGENT.count("30d"))
    with pytest.raises(ContractError, match="a duration or all history"):
        outcome_rate("agent", window)


def test_only_all_history_is_all_history():
    assert [Window.of(w).is_all for w in ("all", "this_holiday", since(events("x")), "3d")] == [
        True,
        False,
        False,
        False,
    ]
