"""The compiled engine and the generated SQL against the obvious loops, on declarations and data as awkward as can be.

Half days make ties between events, knowledge, cutoffs and window edges the rule, not the exception.
"""

from __future__ import annotations

import math

import numpy as np
import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from demand.contract import INSTANT, Roles, SourceTable
from features import By, FeatureSet, events, ratio, role, trend
from tests.builders.features import source, spine, values
from tests.builders.random_features import DECLARED, HALF_DAYS, SPINES, source_rows, table_of

MANY = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
FEW = settings(MANY, max_examples=6)


def assert_equal(found, expected):
    assert list(found) == list(expected)
    for name in expected:
        for a, b in zip(found[name], expected[name], strict=True):
            same = a == b if isinstance(b, str) or None in (a, b) else math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-9)
            assert same, (name, found[name], expected[name])


@given(DECLARED, source_rows(), SPINES)
@MANY
def test_random_declarations_on_random_data(declared, rows, asked):
    table, grid = table_of(rows), spine(asked)
    expected = values(declared, grid, table, engine="reference")
    assert_equal(values(declared, grid, table), expected)
    assert_equal(values(declared, grid, table, engine="duckdb"), expected)


@given(source_rows(), SPINES)
@FEW
def test_ratios_and_trends(rows, asked):
    agent = By("agent")(events("bookings"))
    declared = FeatureSet(
        "own",
        ratio(agent.count("3d"), agent.count("40d")),
        ratio(agent.sum("nights", "all"), agent.distinct("channel", "3d")),
        trend(agent.count("1d"), agent.count("3d")),
        trend(agent.sum("price_cents", "12h"), agent.sum("price_cents", "40d")),
    )
    table, grid = table_of(rows), spine(asked)
    assert_equal(values(declared, grid, table), values(declared, grid, table, engine="reference"))


@given(DECLARED, source_rows(), SPINES, HALF_DAYS)
@FEW
def test_what_is_known_later_changes_nothing(declared, rows, asked, moment):
    grid = spine([row for row in asked if row["cutoff"] <= moment])
    past = [row for row in rows if row["known"] < moment]
    assert values(declared, grid, table_of(rows)) == values(declared, grid, table_of(past))


@given(DECLARED, source_rows(), SPINES, st.randoms(use_true_random=False))
@FEW
def test_the_order_of_the_rows_changes_nothing(declared, rows, asked, random):
    shuffled = random.sample(rows, len(rows))
    grid = spine(asked)
    assert values(declared, grid, table_of(shuffled)) == values(declared, grid, table_of(rows))


@given(DECLARED, source_rows(), SPINES)
@FEW
def test_half_a_spine_gives_half_the_matrix(declared, rows, asked):
    whole, table = values(declared, spine(asked), table_of(rows)), table_of(rows)
    halves = [values(declared, spine(part), table) for part in (asked[: len(asked) // 2], asked[len(asked) // 2 :])]
    assert whole == {name: halves[0][name] + halves[1][name] for name in whole}


def test_sums_of_floats_are_the_same_bits_however_many_threads_share_the_work():
    """Enough rows for several threads, whose partial sums would meet in any order."""
    n = 400_000
    rates = np.random.default_rng(7).normal(size=n) * 10.0 ** np.random.default_rng(8).integers(0, 12, n)
    empty = source("bookings", [], columns={"rate": "number"})
    at = pa.array(np.full(n, np.datetime64("2024-06-02", "us"))).cast(INSTANT)
    rows = {"id": pa.array(np.arange(n)).cast(pa.string()), "occurred_at": at, "known_at": at}
    rows |= {"op": pa.repeat("insert", n), "subject_id": pa.repeat("s", n), "agent_id": pa.repeat("a", n)}
    table = pa.table({**rows, "rate": rates}).cast(empty.table.schema)
    agent = By("agent")(events("bookings"))
    declared = FeatureSet("own", agent.sum("rate"), agent.mean("rate"), agent.std("rate"))
    grid = spine([{"cutoff": 9, "agent": "a"}])
    found = [
        values(declared, grid, SourceTable(empty.spec, table.take(order)))
        for order in (np.arange(n), np.arange(n)[::-1], np.random.default_rng(9).permutation(n))
    ]
    assert found[0] == found[1] == found[2]


def test_an_empty_spine_gives_an_empty_matrix_with_every_column():
    declared = By("agent")(events("bookings")).count("3d", "all")
    assert values(declared, spine([]), table_of([])) == {"agent_bookings_3d": [], "agent_bookings_all": []}


def test_the_roles_of_the_oracle_are_those_of_the_engine():
    roles = Roles("hotel", subjects="bookings")
    table = table_of([{"at": 1, "agent": "a"}])
    declared = By("agent")(events(role("subjects"))).count()
    grid = spine([{"cutoff": 2, "agent": "a"}])
    found = [values(declared, grid, table, roles=roles, engine=e) for e in ("local", "duckdb", "reference")]
    assert found == [{"agent_subjects_all": [1.0]}] * 3
    assert pa.types.is_float64(pa.array(found[0]["agent_subjects_all"]).type)
