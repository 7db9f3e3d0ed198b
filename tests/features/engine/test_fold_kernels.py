"""Long and short keys, hot keys and awkward numbers: the compiled sweep against the obvious loops."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from features import By, FeatureSet, events, state
from features.engine import LocalEngine, fold_kernels
from tests.builders.features import source, spine, values

COLUMNS = {"rate": "number", "nights": "int", "channel": "category", "slot": "time"}
AGENT = By("agent")(events("bookings"))
EVERY = FeatureSet(
    "own",
    *[
        fold
        for window in ("6h", "2d", "11d", "all")
        for fold in (
            AGENT.count(window), AGENT.sum("rate", window), AGENT.mean("rate", window), AGENT.std("rate", window),
            AGENT.min("nights", window), AGENT.max("rate", window), AGENT.first("channel", window),
            AGENT.last("nights", window), AGENT.distinct("channel", window), AGENT.distinct("nights", window),
            AGENT.distinct("subject", window), AGENT.since_first(window), AGENT.since_last(window),
            AGENT.mean_gap(window), AGENT.mean("slot", window), AGENT.std("slot", window),
            AGENT.share(window, channel="c1"),
        )
    ],
)  # fmt: skip


def rows_of(n, *, seed=7, late=0.2, corrected=0.1, deleted=0.1, agents=("a", "a", "a", "b", None)):
    """Rows with ties, late knowledge, corrections, deletions and nulls."""
    draw = np.random.default_rng(seed)
    rows = []
    for i in range(n):
        at = round(float(draw.uniform(0, 20)) * 8) / 8
        known = at + (float(draw.choice([0.25, 1, 30])) if draw.random() < late else 0)
        row = {
            "id": f"r{i}", "at": at, "known": known, "agent": agents[draw.integers(len(agents))],
            "subject": f"s{draw.integers(9)}", "rate": None if draw.random() < 0.1 else float(draw.normal()),
            "nights": int(draw.integers(5)), "channel": f"c{draw.integers(12)}" if draw.random() < 0.9 else None,
            "slot": datetime(2024, 6, 1, tzinfo=UTC) + timedelta(hours=int(draw.integers(999))),
        }  # fmt: skip
        rows.append(row)
        if draw.random() < corrected:
            rows.append(row | {"known": known + 1.5, "op": "correct", "rate": 2.5, "channel": "c0"})
        if draw.random() < deleted:
            rows.append(row | {"known": known + 4, "op": "delete"})
    return rows


def asked_by(n, *, seed=8):
    draw = np.random.default_rng(seed)
    agents = ["a", "b", "stranger", None]
    return spine([{"cutoff": round(draw.uniform(0, 40) * 8) / 8, "agent": agents[draw.integers(4)]} for _ in range(n)])


def assert_close(found, expected):
    for name in expected:
        for a, b in zip(found[name], expected[name], strict=True):
            same = a == b if isinstance(b, str) or None in (a, b) else math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-9)
            assert same, (name, a, b)


@pytest.mark.parametrize("n", [40, 500])
def test_long_and_short_keys_equal_the_reference(n):
    table, grid = source("bookings", rows_of(n), columns=COLUMNS), asked_by(25)
    assert_close(values(EVERY, grid, table), values(EVERY, grid, table, engine="reference"))


NARROW = FeatureSet(
    "own",
    AGENT.count("all"), AGENT.first("channel"), AGENT.last("nights"), AGENT.since_last(), AGENT.mean_gap("2d"),
    AGENT.sum("rate", "3h", "6h"), AGENT.std("rate", "6h"), AGENT.min("nights", "3h"), AGENT.distinct("subject", "6h"),
    AGENT.share("3h", channel="c1"),
)  # fmt: skip


def test_many_rows_in_narrow_windows_equal_the_reference():
    """More rows than a short key has, but few in any window that has to be looked through, come one by one."""
    table, grid = source("bookings", rows_of(1_200), columns=COLUMNS), asked_by(30)
    assert_close(values(NARROW, grid, table), values(NARROW, grid, table, engine="reference"))


@pytest.mark.parametrize("n", [60, 600])
def test_one_row_known_very_late_is_seen_only_then_and_changes_nothing_else(n):
    rows = [{"at": i / n * 20, "known": i / n * 20, "agent": "a", "rate": float(i), "nights": i % 5} for i in range(n)]
    late = [r | ({"known": 600} if i == n // 3 else {}) for i, r in enumerate(rows)]
    without = rows[: n // 3] + rows[n // 3 + 1 :]
    declared = FeatureSet("own", AGENT.count("all"), AGENT.sum("rate", "2d", "all"), AGENT.std("rate", "11d"),
                          AGENT.first("nights"), AGENT.distinct("nights", "2d"))  # fmt: skip
    grid = spine([{"cutoff": c, "agent": "a"} for c in (5, 9, 15, 21, 599, 601)])
    found, before, after = (
        values(declared, grid, source("bookings", kept, columns={"rate": "number", "nights": "int"}))
        for kept in (late, without, rows)
    )
    assert_close(found, {name: before[name][:5] + after[name][5:] for name in found})


def test_states_of_a_long_key_equal_the_reference():
    log = source("log", rows_of(500, seed=3), columns=COLUMNS)
    last = By("agent")(state("log"))
    declared = FeatureSet("own", last.count("3d", "all"), last.distinct("channel"), last.mean("rate"))
    owned = By("agent")(state("log", owner="agent"))
    declared = FeatureSet("own", *declared.features, owned.last("channel").named("x"), owned.since_last().named("y"))
    grid = asked_by(25)
    assert_close(values(declared, grid, log), values(declared, grid, log, engine="reference"))


def test_many_owners_share_one_long_key_of_short_lived_states():
    rows = [r | {"subject": f"s{i % 90}"} for i, r in enumerate(rows_of(500, seed=4))]
    log, grid = source("log", rows, columns=COLUMNS), asked_by(20)
    last = By("agent")(state("log").where(channel=("c1", "c2", "c3", None)))
    declared = FeatureSet("own", last.count("3d", "all"), last.distinct("nights", "3d", "all"), last.std("rate"))
    assert_close(values(declared, grid, log), values(declared, grid, log, engine="reference"))


@pytest.mark.parametrize("n", [30, 600])
def test_sums_and_deviations_survive_amounts_that_dwarf_the_later_ones(n):
    """Early amounts of 1e15, later ones near 1: a difference of running sums would keep two digits."""
    draw = np.random.default_rng(5)
    rows = [{"at": i / n * 20, "agent": "a", "rate": float(draw.uniform(0.5, 1.5) * (1e15 if i < n / 2 else 1))}
            for i in range(n)]  # fmt: skip
    rows += [{"at": 10 + i / n, "agent": "b", "rate": 1e12 + i % 3} for i in range(n)]
    rows += [{"at": 10 + i / n, "agent": "c", "rate": (-1) ** i * 1e12 + 0.25} for i in range(n)]
    table = source("bookings", rows, columns={"rate": "number"})
    declared = FeatureSet(
        "own", AGENT.sum("rate", "5d", "9d", "all"), AGENT.mean("rate", "9d"), AGENT.std("rate", "5d", "15d")
    )
    grid = spine([{"cutoff": c, "agent": a} for c in (12, 15, 20) for a in "abc"])
    found, expected = values(declared, grid, table), values(declared, grid, table, engine="reference")
    for name in expected:
        assert [v for v in found[name] if v is not None] == pytest.approx(
            [v for v in expected[name] if v is not None], rel=1e-9, abs=0
        )


def test_the_values_of_a_constant_have_no_spread():
    rows = [{"at": i / 50, "agent": "a", "rate": 0.1} for i in range(400)]
    found = values(AGENT.std("rate", "2d", "all"), spine([{"cutoff": 9, "agent": "a"}]),
                   source("bookings", rows, columns={"rate": "number"}))  # fmt: skip
    assert found == {"agent_bookings_std_rate_2d": [0.0], "agent_bookings_std_rate": [0.0]}


def test_two_sets_of_values_on_one_key_are_told_apart():
    rows = [{"at": i / 50, "agent": "a", "channel": f"c{i % 7}", "nights": i % 3} for i in range(400)]
    table = source("bookings", rows, columns={"channel": "category", "nights": "int"})
    declared = FeatureSet("own", AGENT.distinct("channel"), AGENT.distinct("nights"))
    found = values(declared, spine([{"cutoff": 9, "agent": "a"}]), table)
    assert list(found.values()) == [[7], [3]]


def test_the_threads_change_nothing(monkeypatch):
    table, grid = source("bookings", rows_of(600), columns=COLUMNS), asked_by(40)
    found = []
    for threads in (1, 2, 5):
        monkeypatch.setattr("os.cpu_count", lambda n=threads: n)
        assert LocalEngine().threads == threads
        found.append(values(EVERY, grid, table))
    assert found[0] == found[1] == found[2]


def test_long_keys_of_the_tests_are_long():
    assert fold_kernels.SHORT < 300
