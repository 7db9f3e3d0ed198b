"""A group's rate from outcomes that were known before the cutoff, drawn towards everybody's."""

from __future__ import annotations

import math
from datetime import timedelta

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from demand.contract import INSTANT, ConfigError, ContractError, Roles, SourceTable
from demand.subjects import make_outcomes
from features import By, FeatureSet, events, outcome_rate, role
from tests.builders.features import day, matrix_of, source, spine, values

ENGINES = pytest.mark.parametrize("engine", ["local", "duckdb", "reference"])
ROLES = Roles("hotel", subjects="bookings", requests="requests", outcomes="outcomes")
BOOKINGS = source("bookings", [], keys=("subject", "agent", "city"))
A_MICROSECOND = 1 / 86_400e6
COLUMNS = {"requested": "bool", "scenario": "category"}
SIDES = {"requested": "contact", "scenario": "contact"}


def past(*rows: dict, keys=("subject", "agent", "city")) -> SourceTable:
    """Outcomes by hand: `at` is the end of the window, `known` the day from which it was known."""
    return source("outcomes", rows, keys=keys, columns=COLUMNS, sides=SIDES)


def ended(n: int, hits: int, **where) -> list[dict]:
    return [{"at": 1, "subject": "p", "requested": i < hits, **where} for i in range(n)]


def rate(feature, outcomes, engine="local", cutoff=10.0, **asked):
    grid = spine([{"cutoff": cutoff, "agent": "a", **asked}], keys=("agent", "city"))
    return list(values(feature, grid, BOOKINGS, outcomes, roles=ROLES, engine=engine).values())[-1][0]


@ENGINES
def test_a_group_is_drawn_towards_the_industry_as_if_so_many_more_rows_had_been_seen(engine):
    """4 of 10 at the agent, 14 of 40 everywhere: (4 + 20 * 14/40) / (10 + 20)."""
    outcomes = past(*ended(10, 4, agent="a"), *ended(30, 10, agent="b"))
    assert rate(outcome_rate("agent"), outcomes, engine) == pytest.approx((4 + 20 * 14 / 40) / 30)


@ENGINES
def test_a_group_without_a_past_has_the_rate_of_the_industry(engine):
    assert rate(outcome_rate("agent"), past(*ended(8, 2, agent="b")), engine) == pytest.approx(0.25)


@ENGINES
def test_without_any_outcome_or_without_the_key_the_rate_is_unknown(engine):
    assert rate(outcome_rate("agent"), past(), engine) is None
    assert rate(outcome_rate("agent"), past(*ended(8, 2, agent="b")), engine, agent=None) is None


@ENGINES
def test_little_smoothing_leaves_a_group_to_itself(engine):
    outcomes = past(*ended(10, 4, agent="a"), *ended(90, 0, agent="b"))
    assert rate(outcome_rate("agent", smoothing=1e-9), outcomes, engine) == pytest.approx(0.4)


@ENGINES
def test_a_group_of_several_keys_shares_them_all(engine):
    outcomes = past(*ended(10, 5, agent="a", city="x"), *ended(10, 1, agent="a", city="y"))
    assert rate(outcome_rate(("agent", "city"), smoothing=10), outcomes, engine, city="x") == pytest.approx(0.4)


@ENGINES
def test_the_rate_of_a_scenario_counts_its_requests_among_all_outcomes(engine):
    outcomes = past(
        *ended(3, 3, agent="a", scenario="late"), *ended(1, 1, agent="a", scenario="broken"), *ended(4, 0, agent="a")
    )
    assert rate(outcome_rate("agent", scenario="late"), outcomes, engine) == pytest.approx(3 / 8)


@ENGINES
def test_a_window_asks_when_the_outcomes_were_settled_of_the_group_and_of_everybody(engine):
    outcomes = past(*ended(5, 5, agent="a"), {"at": 8, "agent": "a", "requested": False, "subject": "q"})
    assert rate(outcome_rate("agent", "5d"), outcomes, engine) == 0


@ENGINES
@pytest.mark.parametrize(("known", "seen"), [(10 - A_MICROSECOND, 1.0), (10, None), (10 + A_MICROSECOND, None)])
def test_an_outcome_counts_strictly_after_it_was_known(known, seen, engine):
    outcomes = past({"at": 3, "known": known, "agent": "a", "subject": "p", "requested": True})
    assert rate(outcome_rate("agent"), outcomes, engine) == seen


@ENGINES
def test_a_request_known_a_second_after_the_cutoff_has_no_effect_on_anything(engine):
    """The canary: every past subject of the agent turns out to have asked, just too late."""
    second = 1 / 86_400
    plain = [{"id": f"o{i}", "at": 3, "subject": f"p{i}", "agent": "a", "requested": False} for i in range(5)]
    late = [{**r, "known": 10 + second, "op": "correct", "requested": True, "scenario": "late"} for r in plain]
    features = FeatureSet("own", outcome_rate("agent", "5d", "all"), outcome_rate(("agent", "city"), scenario="late"))
    grid = spine([{"cutoff": 10, "agent": "a", "city": "x"}], keys=("agent", "city"))
    without, planted = (
        values(features, grid, BOOKINGS, past(*rows), roles=ROLES, engine=engine) for rows in (plain, plain + late)
    )
    assert planted == without
    assert rate(outcome_rate("agent"), past(*plain, *late), engine, cutoff=10 + 2 * second) == 1


# Against the definition, read aloud: a past subject counts if a window of its and the delay are over before t, and it
# asked if a request inside a window that is over was known before t.

H, DELAY = timedelta(days=3), timedelta(days=1)
HALF_DAYS = st.integers(0, 24).map(lambda n: n / 2)
PAST = st.lists(st.tuples(st.sampled_from("stuv"), HALF_DAYS), unique=True, max_size=8)
AGENT_OF = {"s": "a", "t": "a", "u": "b", "v": None}
REQUESTS = st.lists(st.tuples(st.sampled_from("stuv"), HALF_DAYS, st.sampled_from([0, 0.5, 2, 9])), max_size=8)
ASKED = st.lists(st.tuples(st.sampled_from(["a", "b", "c", None]), HALF_DAYS), max_size=5)


def by_definition(rows, requests, agent, t, smoothing, window):
    if agent is None:
        return None
    over = [(s, c) for s, c in rows if day(c) + H + DELAY < day(t)]
    newest = {s: max(c for who, c in over if who == s) for s, _ in over}
    counted = [s for s, c in newest.items() if day(c) + H >= day(t) - window]
    known = [(s, at) for s, at, late in requests if day(at + late) < day(t)]
    asked = {s: any(w == s == who and day(c) <= day(at) < day(c) + H for w, c in over for who, at in known)
             for s in counted}  # fmt: skip
    if not counted:
        return None
    group = [asked[s] for s in counted if AGENT_OF[s] == agent]
    return (sum(group) + smoothing * sum(asked.values()) / len(asked)) / (len(group) + smoothing)


def outcomes_of(rows, requests) -> SourceTable:
    grid = pa.table(
        {
            "subject_id": pa.array([s for s, _ in rows], pa.string()),
            "cutoff": pa.array([day(c) for _, c in rows], INSTANT),
            "agent_id": pa.array([AGENT_OF[s] for s, _ in rows], pa.string()),
        }
    )
    contacts = pa.table(
        {
            "request_id": pa.array([f"r{i}" for i, _ in enumerate(requests)], pa.string()),
            "subject_id": pa.array([s for s, _, _ in requests], pa.string()),
            "occurred_at": pa.array([day(at) for _, at, _ in requests], INSTANT),
            "known_at": pa.array([day(at + late) for _, at, late in requests], INSTANT),
        }
    )
    table = make_outcomes(grid, [(contacts, timedelta(0))], horizon=H, delay=DELAY)
    return SourceTable(past(keys=("subject", "agent")).spec, table)


MANY = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@given(PAST, REQUESTS, ASKED, st.sampled_from([0.5, 20]), st.sampled_from(["2d", "400d"]))
@MANY
def test_every_engine_gives_the_rate_of_the_definition(rows, requests, asked, smoothing, window):
    grid = spine([{"agent": a, "cutoff": t} for a, t in asked])
    declared = outcome_rate("agent", window, smoothing=smoothing).named("r")
    expected = [by_definition(rows, requests, a, t, smoothing, timedelta(days=int(window[:-1]))) for a, t in asked]
    for engine in ("local", "duckdb", "reference"):
        found = values(declared, grid, BOOKINGS, outcomes_of(rows, requests), roles=ROLES, engine=engine)["r"]
        for a, b in zip(found, expected, strict=True):
            assert a == b or math.isclose(a, b, abs_tol=1e-12), (engine, found, expected)


@given(PAST, REQUESTS, ASKED, HALF_DAYS)
@MANY
def test_what_is_known_later_changes_nothing(rows, requests, asked, moment):
    grid = spine([{"agent": a, "cutoff": t} for a, t in asked if t <= moment])
    seen = [(s, at, late) for s, at, late in requests if at + late < moment]
    declared = outcome_rate("agent", "2d", "all")
    before = [(s, c) for s, c in rows if c < moment]
    whole = values(declared, grid, BOOKINGS, outcomes_of(rows, requests), roles=ROLES)
    assert values(declared, grid, BOOKINGS, outcomes_of(before, seen), roles=ROLES) == whole


def test_a_declaration_is_short_and_prints_as_it_is_written():
    (declared,) = outcome_rate(("agent", "city"), "90d", scenario="late")
    assert declared.name == "agent_city_outcome_rate_late_90d"
    assert repr(declared.measure) == "outcome_rate(('agent', 'city'), '90d', scenario='late')"
    assert repr(outcome_rate("agent", smoothing=5).items[0].measure) == "outcome_rate('agent', 'all', smoothing=5)"


def test_the_number_of_outcomes_travels_along():
    assert FeatureSet("own", outcome_rate("agent", "90d")).names == ("agent_outcomes_90d", "agent_outcome_rate_90d")


def test_it_is_said_in_both_languages_with_unit_and_family():
    grid = spine([], keys=("agent", "city"))
    meta = matrix_of(FeatureSet("own", outcome_rate("agent", "90d")), grid, BOOKINGS, past(), roles=ROLES).meta[-1]
    assert (meta.unit, meta.family, meta.source) == ("share", "agent", "outcomes")
    assert meta.text.en == (
        "share of outcomes of this agent in the last 90 days with a service request, drawn towards that of all bookings"
    )
    assert meta.text.zh == "该代理近 90 天往期结果中有服务请求的占比（向全部预订收缩）"
    phrase = {"value": "12%", "agent_outcomes_90d": 45}
    assert meta.phrase.en.format(**phrase) == (
        "about 12% of bookings of this agent end in a service request (45 outcomes in the last 90 days)"
    )
    assert meta.phrase.zh.format(**phrase) == "该代理预订约 12% 有服务请求（近 90 天往期结果 45 个）"


@pytest.mark.parametrize("keys", [(), ("agent", "agent")])
def test_a_group_has_keys_and_each_once(keys):
    with pytest.raises(ContractError, match="one key, or several different ones"):
        outcome_rate(keys)


@pytest.mark.parametrize("smoothing", [0, -1, math.inf, math.nan])
def test_smoothing_is_above_zero(smoothing):
    with pytest.raises(ContractError, match="above 0"):
        outcome_rate("agent", smoothing=smoothing)


def test_where_nothing_is_asked_about_the_role_is_unknown():
    with pytest.raises(ConfigError, match="role 'outcomes' is unknown"):
        values(outcome_rate("agent"), spine([]), BOOKINGS)


def test_outcomes_are_a_source_like_any_other():
    own = By("agent")(events(role("outcomes"))).share("30d", requested=True)
    assert rate(own, past(*ended(4, 1, agent="a"))) == 0.25
