"""Keys folded at one cutoff say to the bit what they say when they are swept through time."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demand.contract import INSTANT, SourceTable
from features import By, FeatureSet, events, state
from features.engine import local
from tests.builders.features import source, spine, values
from tests.features.engine.test_trim import SPEC, moments, table_of
from tests.features.test_engine_equals_reference import MANY

EVERY, WEB = By("agent")(events("bookings")), By("agent")(events("bookings").where(channel="c1"))
STATES = By("agent")(state("bookings", owner="subject"))
HERE = FeatureSet(
    "here", EVERY.count("3d", "100d", "all"), EVERY.sum("rate", "3d", "100d", "all"), EVERY.mean("nights", "100d"),
    EVERY.mean_gap("3d", "all"), EVERY.first("channel", "100d", "all"), EVERY.share("100d", channel="c2"),
    EVERY.min("rate", "3d", "all"), EVERY.max("nights", "100d"), EVERY.last("rate", "3d"), EVERY.since_first(),
    WEB.count("3d", "all"), WEB.mean("rate", "100d"), WEB.last("nights"), WEB.since_last(),
    STATES.sum("rate", "50d", "all").named("state_50d", "state_all"), STATES.count("3d").named("states"),
)  # fmt: skip
AGENTS = {"hot": 60_000, "long": 4_500, "middle": 3_000, "some": 600, "few": 250, "rare": 20}


def bits_of(declared, table, cutoff, agents):
    asked = spine([{"cutoff": cutoff, "agent": agent} for agent in (*agents, "stranger", None, *agents)])
    found = values(declared, asked, SourceTable(SPEC, table))
    return {n: [v if v is None or isinstance(v, str) else float(v).hex() for v in c] for n, c in found.items()}


def swept_bits(monkeypatch, *asked):
    with monkeypatch.context() as patched:
        patched.setattr(local, "folded_single", lambda workers, asked, rows, *_: rows)
        return bits_of(*asked)


@pytest.fixture
def left(monkeypatch):
    """How many keys were left for the sweep, base by base."""
    found, single = [], local.folded_single

    def watched(*of):
        rows = single(*of)
        found.append(rows.offsets.size - 1)
        return rows

    monkeypatch.setattr(local, "folded_single", watched)
    return found


@pytest.mark.parametrize("cutoff", [299.0, 150.0, 0.0])
def test_keys_of_any_length_with_late_corrected_and_deleted_rows(cutoff, monkeypatch, left):
    asked = HERE, table_of(70_000, AGENTS), cutoff, AGENTS
    expected = swept_bits(monkeypatch, *asked)
    assert bits_of(*asked) == expected
    assert max(left) <= len(AGENTS) - 3


@given(st.integers(0, 2**32), st.integers(-200, 200), st.integers(1, 900), st.floats(0, 320))
@settings(MANY, max_examples=40)
def test_amounts_of_any_size(seed, scale, rows, cutoff):
    table = table_of(rows, {"a": 9, "b": 1}, seed=seed)
    draw = np.random.default_rng(seed)
    powers = np.minimum(scale + draw.integers(0, abs(scale) + 1, table.num_rows), 300)
    rate = draw.normal(size=table.num_rows) * 10.0**powers
    rate[draw.random(rate.size) < 0.1] = np.nan
    rate[draw.random(rate.size) < 0.1] = -0.0
    table = table.set_column(table.column_names.index("rate"), "rate", pa.array(rate))
    with pytest.MonkeyPatch.context() as patched:
        assert bits_of(HERE, table, cutoff, "ab") == swept_bits(patched, HERE, table, cutoff, "ab")


@pytest.mark.parametrize("rows", [50, 5_000, 20_000])
@pytest.mark.parametrize("amounts", [(1e300, 1.0), (1e15, 1e-9), (5e-324, 1e3)], ids=str)
def test_amounts_that_no_pair_holds_are_swept(amounts, rows, monkeypatch, left):
    table = table_of(rows, {"a": 1})
    rate = np.where(np.arange(table.num_rows) % 2, *amounts)
    table = table.set_column(table.column_names.index("rate"), "rate", pa.array(rate))
    declared = FeatureSet("own", EVERY.sum("rate", "100d"), EVERY.mean("rate", "all"))
    expected = swept_bits(monkeypatch, declared, table, 290.0, "a")
    assert bits_of(declared, table, 290.0, "a") == expected
    assert left == [1]


def test_dates_and_moments():
    columns = {"arrival": "date", "told": "time"}
    draw = np.random.default_rng(3)
    rows = [{"at": float(n) / 4, "agent": "ab"[n % 2]} for n in range(300)]
    table = source("bookings", rows, columns=columns)
    told = moments(draw.uniform(0, 400, 300)).cast(INSTANT)
    full = table.table.set_column(table.table.column_names.index("told"), "told", told)
    full = full.set_column(
        full.column_names.index("arrival"), "arrival", told.cast(pa.timestamp("us")).cast(pa.date32())
    )
    folds = [
        each for column in columns
        for each in (EVERY.mean(column, "9d"), EVERY.min(column, "all"), EVERY.last(column), EVERY.first(column, "9d"))
    ]  # fmt: skip
    asked = spine([{"cutoff": c, "agent": a} for c in (70,) for a in "ab"])
    found = values(FeatureSet("own", *folds), asked, SourceTable(table.spec, full))
    expected = values(FeatureSet("own", *folds), asked, SourceTable(table.spec, full), engine="reference")
    assert {n: pytest.approx(c, rel=1e-12) for n, c in expected.items()} == found
