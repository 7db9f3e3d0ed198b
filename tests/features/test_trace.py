"""A value can be checked by hand: the rows behind it are those that count, and no others."""

from __future__ import annotations

import pytest
from hypothesis import given

from demand.contract import Roles
from features import By, FeatureSet, days_between, events, ratio, state, trace
from features.feature import Feature
from tests.builders.features import UTC_ZONE, source, spine, values
from tests.builders.random_features import SPINES, aggregates, source_rows, table_of
from tests.features.test_engine_equals_reference import FEW, assert_equal

ROLES = Roles("hotel", subjects="bookings")
ROWS = [
    {"id": "early", "at": 1, "agent": "a", "nights": 2},
    {"id": "twice", "at": 2, "agent": "a", "nights": 3},
    {"id": "twice", "at": 2, "known": 4, "agent": "a", "nights": 7, "op": "correct"},
    {"id": "gone", "at": 3, "agent": "a", "nights": 9},
    {"id": "gone", "at": 3, "known": 5, "agent": "a", "nights": 9, "op": "delete"},
    {"id": "moved", "at": 3, "agent": "a", "nights": 1},
    {"id": "moved", "at": 3, "known": 6, "agent": "b", "nights": 1, "op": "correct"},
    {"id": "late", "at": 8, "known": 11, "agent": "a", "nights": 5},
    {"id": "other", "at": 4, "agent": "b", "nights": 6},
]
BOOKINGS = source("bookings", ROWS, columns={"nights": "int"})
ASKED = spine([{"cutoff": 10, "subject": "s", "agent": "a", "due": 20}])
AGENT = By("agent")(events("bookings"))


def traced(features, asked=ASKED):
    return trace(features.items[-1], asked, {"bookings": BOOKINGS}, roles=ROLES, zone=UTC_ZONE)


def test_the_rows_are_the_newest_versions_known_by_then_that_are_still_the_keys():
    found = traced(AGENT.sum("nights"))
    assert found.value == 9
    assert found.made[0].rows.select(["id", "nights"]).to_pylist() == [
        {"id": "early", "nights": 2},
        {"id": "twice", "nights": 7},
    ]


def test_a_ratio_has_two_parts_each_with_its_rows():
    found = traced(ratio(AGENT.count("9d"), AGENT.count("all")))
    assert (found.value, [part.value for part in found.made]) == (1, [2, 2])
    found = traced(ratio(AGENT.count("8d"), AGENT.count("all")))
    assert (found.value, [part.rows.num_rows for part in found.made]) == (0.5, [1, 2])


def test_a_state_is_that_of_its_owner_even_where_an_earlier_version_had_the_key():
    rows = [{"at": 1, "subject": "s", "agent": "a"}, {"at": 2, "subject": "s", "agent": "b"}]
    log = source("bookings", rows, kind="changes")
    now = By("agent")(state("bookings")).count()
    found = trace(now.items[0], ASKED, {"bookings": log}, roles=ROLES, zone=UTC_ZONE)
    assert (found.value, found.made[0].rows.num_rows) == (0, 0)


def test_a_subject_without_the_key_has_no_rows():
    found = traced(AGENT.count(), spine([{"cutoff": 10, "agent": None}]))
    assert (found.value, found.made[0].rows.num_rows) == (None, 0)


def test_the_subjects_own_clock_is_made_of_no_rows():
    found = traced(days_between("cutoff", "due"))
    assert (found.value, found.made) == (10, ())


@given(aggregates(), source_rows(), SPINES.filter(bool))
@FEW
def test_the_traced_value_is_that_of_the_engine(aggregate, rows, asked):
    table, grid = table_of(rows), spine(asked)
    feature = Feature(aggregate, "f")
    found = trace(feature, grid.slice(0, 1), {"bookings": table}, roles=ROLES, zone=UTC_ZONE)
    value = found.value if found.value is None or isinstance(found.value, str) else float(found.value)
    assert_equal({"f": [value]}, values(FeatureSet("own", feature), grid.slice(0, 1), table))


@pytest.mark.parametrize("features", [AGENT.count("3d"), AGENT.since_last(), AGENT.max("nights")])
def test_every_part_names_the_columns_that_made_it_count(features):
    columns = traced(features).made[0].rows.column_names
    assert columns[:3] == ["id", "occurred_at", "known_at"] and "agent_id" in columns
