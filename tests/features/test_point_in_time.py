"""A feature at t sees what had happened and was known strictly before t. Every engine, the same."""

import pytest

from features import By, FeatureSet, events, state
from tests.builders.features import day, source, spine, values

ENGINES = pytest.mark.parametrize("engine", ["local", "duckdb", "reference"])
BOOKED = FeatureSet("own", By("agent")(events("bookings")).count("7d").named("n"))


def count(rows, engine, cutoff=10.0, agent="a"):
    return values(BOOKED, spine([{"cutoff": cutoff, "agent": agent}]), source("bookings", rows), engine=engine)["n"][0]


@ENGINES
def test_a_row_at_the_cutoff_itself_is_not_seen(engine):
    assert count([{"at": 10, "agent": "a"}], engine) == 0


@ENGINES
def test_a_row_known_at_the_cutoff_itself_is_not_seen(engine):
    assert count([{"at": 9, "known": 10, "agent": "a"}], engine) == 0


@ENGINES
def test_a_row_known_a_microsecond_before_the_cutoff_is_seen(engine):
    assert count([{"at": 9, "known": 10 - 1 / 86_400e6, "agent": "a"}], engine) == 1


@ENGINES
def test_a_row_known_long_before_it_happens_waits_until_it_happens(engine):
    assert count([{"at": 10.5, "known": 1, "agent": "a"}], engine) == 0


@ENGINES
def test_a_window_begins_with_its_first_microsecond(engine):
    assert count([{"at": 3, "agent": "a"}], engine) == 1


@ENGINES
def test_a_window_has_nothing_before_its_first_microsecond(engine):
    assert count([{"at": 3 - 1 / 86_400e6, "agent": "a"}], engine) == 0


@ENGINES
def test_a_correction_counts_once_and_where_it_moved(engine):
    rows = [{"at": 5, "id": "x", "agent": "a"}, {"at": 5, "known": 7, "id": "x", "agent": "b", "op": "correct"}]
    assert [count(rows, engine, agent="a"), count(rows, engine, agent="b")] == [0, 1]


@ENGINES
def test_a_correction_known_after_the_cutoff_changes_nothing(engine):
    rows = [{"at": 5, "id": "x", "agent": "a"}, {"at": 5, "known": 10, "id": "x", "agent": "b", "op": "correct"}]
    assert count(rows, engine) == 1


@ENGINES
def test_a_deleted_row_is_gone_once_the_deletion_is_known(engine):
    rows = [{"at": 5, "id": "x", "agent": "a"}, {"at": 5, "known": 8, "id": "x", "agent": "a", "op": "delete"}]
    assert [count(rows, engine, cutoff=8), count(rows, engine, cutoff=8.1)] == [1, 0]


@ENGINES
def test_a_null_key_gives_null_and_an_unknown_one_gives_zero(engine):
    rows = [{"at": 5, "agent": None}, {"at": 5, "agent": "a"}]
    assert [count(rows, engine, agent=None), count(rows, engine, agent="stranger")] == [None, 0]


LOG = [
    {"at": 1, "subject": "s", "agent": "a", "status": "approved"},
    {"at": 6, "subject": "s", "agent": "a", "status": "cancelled"},
    {"at": 5, "subject": "t", "agent": "a", "status": "approved"},
]


def approved(rows, engine, *windows):
    log = source("log", LOG, kind="changes", columns={"status": "category"}, sides={"status": "contact"})
    features = FeatureSet("own", By("agent")(rows("log").where(status="approved")).count(*windows))
    found = values(features, spine([{"cutoff": 10, "agent": "a"}]), log, engine=engine)
    return [v[0] for v in found.values()]


@ENGINES
def test_events_of_a_log_are_all_its_changes(engine):
    assert approved(events, engine, "all", "5d") == [2, 1]


@ENGINES
def test_a_state_is_picked_before_the_condition_is_asked(engine):
    assert approved(state, engine, "all", "5d") == [1, 1]


@ENGINES
def test_the_window_of_a_state_is_that_of_its_last_version(engine):
    assert approved(state, engine, "4d") == [0]


@ENGINES
def test_a_state_may_have_another_owner(engine):
    rows = [
        {"at": 1, "subject": "s", "agent": "a", "status": "open"},
        {"at": 2, "subject": "t", "agent": "a", "status": "shut"},
    ]
    log = source("log", rows, kind="changes", columns={"status": "category"})
    last = FeatureSet("own", By("agent")(state("log", owner="agent")).last("status").named("last"))
    asked = spine([{"cutoff": 1.5, "agent": "a"}, {"cutoff": 3, "agent": "a"}])
    assert values(last, asked, log, engine=engine)["last"] == ["open", "shut"]


@ENGINES
def test_a_planted_label_known_a_microsecond_too_late_has_no_effect(engine):
    """The canary equals the label: every subject's outcome, known just after its cutoff, or by a late correction."""
    asked = spine([{"cutoff": 10, "subject": s, "agent": "a"} for s in ("s", "t", "u")])
    plain = [{"at": 1, "subject": s, "id": s, "agent": "a", "outcome": 0} for s in ("s", "t", "u")]
    late = 10 + 1 / 86_400e6
    canary = [
        {"at": 9, "known": late, "subject": "s", "agent": "a", "outcome": 1},
        {"at": 1, "known": late, "subject": "t", "id": "t", "agent": "a", "outcome": 1, "op": "correct"},
        {"at": 1, "known": late, "subject": "u", "id": "u", "agent": "a", "outcome": 1, "op": "delete"},
    ]
    own, group = By("subject")(events("bookings")), By("agent")(events("bookings"))
    features = FeatureSet("own", own.last("outcome"), own.sum("outcome"), group.mean("outcome"), group.count())
    columns = {"outcome": "int"}
    without = values(features, asked, source("bookings", plain, columns=columns), engine=engine)
    assert values(features, asked, source("bookings", plain + canary, columns=columns), engine=engine) == without


def test_the_calendar_of_the_tests_is_exact_to_the_microsecond():
    assert (day(10) - day(10 - 1 / 86_400e6)).microseconds == 1
