"""What each aggregation makes of a key's rows. Every engine, the same."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from features import By, FeatureSet, at_least, calendar, days_between, events, other_than, ratio, trend
from tests.builders.features import day, source, spine, values

ENGINES = pytest.mark.parametrize("engine", ["local", "duckdb", "reference"])
ROWS = [
    {"at": 1, "agent": "a", "subject": "s", "nights": 2, "channel": "web", "arrival": date(2024, 6, 20), "paid": True},
    {"at": 4, "agent": "a", "subject": "t", "nights": 4, "channel": None, "arrival": date(2024, 6, 5), "paid": False},
    {"at": 7, "agent": "a", "subject": "u", "nights": None, "channel": "app", "arrival": None, "paid": None},
]
BOOKINGS = source("bookings", ROWS, columns={"nights": "int", "channel": "category", "arrival": "date", "paid": "bool"})
AGENT = By("agent")(events("bookings"))


def at_day_10(features, engine, agent="a"):
    asked = spine([{"cutoff": 10, "agent": agent, "opened": 4, "due": 20.5}])
    found = values(FeatureSet("own", *features), asked, BOOKINGS, engine=engine)
    return [v[0] for v in found.values()]


@ENGINES
def test_numbers_leave_nulls_out(engine):
    made = [AGENT.sum("nights"), AGENT.mean("nights"), AGENT.min("nights"), AGENT.max("nights"), AGENT.std("nights")]
    assert at_day_10(made, engine) == pytest.approx([6, 3, 2, 4, 2**0.5], rel=1e-12)


@ENGINES
def test_first_and_last_are_those_of_the_first_and_last_row_even_if_null(engine):
    made = [AGENT.first("nights"), AGENT.last("nights"), AGENT.first("channel"), AGENT.last("channel")]
    assert at_day_10(made, engine) == [2, None, "web", "app"]


@ENGINES
def test_distinct_counts_known_values_of_columns_and_keys(engine):
    assert at_day_10([AGENT.distinct("channel"), AGENT.distinct("subject", "7d")], engine) == [2, 2]


@ENGINES
def test_recency_and_gaps_are_days(engine):
    assert at_day_10([AGENT.since_first(), AGENT.since_last(), AGENT.mean_gap()], engine) == [9, 3, 3]


@ENGINES
def test_one_row_has_no_gap_and_no_spread(engine):
    assert at_day_10([AGENT.mean_gap("4d"), AGENT.std("nights", "8d")], engine) == [None, None]


@ENGINES
def test_a_share_is_over_the_same_rows_and_the_unknown_is_no_member(engine):
    made = [AGENT.share(channel="web"), AGENT.share("7d", channel=("web", "app")), AGENT.share(channel=None)]
    assert at_day_10(made, engine) == pytest.approx([1 / 3, 1 / 2, 1 / 3], rel=1e-12)


@ENGINES
def test_a_date_is_worth_its_days_from_the_cutoffs_local_date(engine):
    assert at_day_10([AGENT.first("arrival"), AGENT.min("arrival"), AGENT.mean("arrival")], engine) == [9, -6, 1.5]


@ENGINES
def test_truth_counts_as_one(engine):
    assert at_day_10([AGENT.sum("paid"), AGENT.mean("paid"), AGENT.last("paid")], engine) == [1, 0.5, None]


@ENGINES
def test_without_rows_counts_and_sums_are_zero_and_all_else_is_null(engine):
    made = [AGENT.count(), AGENT.sum("nights"), AGENT.distinct("channel"), AGENT.mean("nights"), AGENT.since_last()]
    assert at_day_10([*made, AGENT.share(channel="web")], engine, agent="b") == [0, 0, 0, None, None, None]


@ENGINES
def test_conditions_on_the_unknown_do_not_hold(engine):
    rows = events("bookings")
    made = [
        By("agent")(rows.where(nights=at_least(3))).count(),
        By("agent")(rows.where(channel=other_than("web"))).count(),
        By("agent")(rows.where(channel=(None, "web"))).count(),
    ]
    assert at_day_10([g.named(f"n{i}") for i, g in enumerate(made)], engine) == [1, 1, 2]


@ENGINES
def test_a_ratio_by_zero_is_null(engine):
    none = By("agent")(events("bookings").where(channel="fax")).count()
    made = FeatureSet("own", ratio(AGENT.count(), none).named("r"))
    assert values(made, spine([{"cutoff": 10, "agent": "a"}]), BOOKINGS, engine=engine)["r"] == [None]


@ENGINES
def test_a_trend_compares_rates_per_day(engine):
    made = FeatureSet("own", trend(AGENT.count("4d"), AGENT.count("8d")).named("t"))
    assert values(made, spine([{"cutoff": 10, "agent": "a"}]), BOOKINGS, engine=engine)["t"] == [1.0]


@ENGINES
def test_the_subjects_own_clock_is_in_days(engine):
    made = [days_between("opened", "cutoff"), days_between("cutoff", "due"), days_between("opened", "due")]
    assert at_day_10(made, engine) == [6, 10.5, 16.5]


@ENGINES
def test_a_spine_without_due_dates_has_none_of_their_features(engine):
    asked = spine([{"cutoff": 10, "agent": "a"}], due=False)
    made = FeatureSet("own", days_between("cutoff", "due"), calendar("month", "due"))
    assert list(values(made, asked, BOOKINGS, engine=engine).values()) == [[None], [None]]


@ENGINES
def test_the_calendar_is_that_of_business_time(engine):
    asked = spine([{"cutoff": 29.9, "agent": "a"}])  # Sunday 30 June in UTC, Monday 1 July in Shanghai
    made = FeatureSet("own", calendar("month"), calendar("weekday"), calendar("weekend"))
    local = values(made, asked, BOOKINGS, engine=engine, zone=ZoneInfo("Asia/Shanghai"))
    utc = values(made, asked, BOOKINGS, engine=engine)
    assert day(29.9).isoweekday() == 7
    assert [[v[0] for v in found.values()] for found in (local, utc)] == [[7, 1, 0], [6, 7, 1]]


@ENGINES
def test_the_rows_of_everybody_need_no_key(engine):
    assert at_day_10([By()(events("bookings")).count("4d", "all")], engine, agent=None) == [1, 3]


@ENGINES
def test_keys_in_a_tuple_must_all_agree(engine):
    pair = By("agent", "subject")(events("bookings")).count()
    asked = spine([{"cutoff": 10, "agent": "a", "subject": "s"}, {"cutoff": 10, "agent": "b", "subject": "s"}])
    assert values(pair, asked, BOOKINGS, engine=engine) == {"agent_subject_bookings_all": [1, 0]}
