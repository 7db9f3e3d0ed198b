"""Rows that a night leaves unread change no bit, however long a key is and whatever way it takes."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from demand.contract import INSTANT, Roles, SourceTable
from features import By, FeatureSet, SortedStore, compute, events
from features.engine import fold_shelf
from tests.builders.features import DAY0, UTC_ZONE, day, source, spine

SPEC = source("bookings", [], columns={"rate": "number", "nights": "int", "channel": "category"}).spec
EVERY, WEB = By("agent")(events("bookings")), By("agent")(events("bookings").where(channel="c1"))
SUMS = FeatureSet(
    "sums", EVERY.count("3d", "100d"), EVERY.sum("rate", "3d", "100d"), EVERY.mean("nights", "100d"),
    EVERY.mean_gap("3d"),
    EVERY.first("channel", "100d"), EVERY.share("100d", channel="c2"), EVERY.distinct("subject", "100d"),
    EVERY.since_last(), EVERY.last("channel"), WEB.count("3d"), WEB.mean("rate", "100d"), WEB.last("nights"),
)  # fmt: skip
TREES = FeatureSet("trees", EVERY.std("rate", "100d"), EVERY.max("rate", "3d"), EVERY.last("nights"))
SHORT = FeatureSet("short", EVERY.sum("rate", "3d"), EVERY.std("nights", "1d"), WEB.since_last(), WEB.max("rate", "2d"))


def table_of(n, agents, *, span=300.0, seed=5):
    """Rows of agents with as many rows as they are heavy; some late, some corrected, some deleted."""
    draw = np.random.default_rng(seed)
    at = np.round(np.sort(draw.uniform(0, span, n)) * 4) / 4
    known = at + draw.choice([0.0, 0.0, 0.25, 5.0], n)
    again = draw.choice(n, n // 20, replace=False)
    place = np.concatenate((np.arange(n), again))
    known = np.concatenate((known, known[again] + draw.uniform(0.1, 9, again.size)))
    op = np.where(draw.random(place.size) < 0.5, "correct", "delete")
    op[:n] = "insert"
    who, weight = list(agents), np.array(list(agents.values()), float)
    rate = draw.normal(size=n) * 10.0 ** draw.integers(0, 3, n)
    columns = {
        "id": [f"r{i}" for i in place], "op": op.tolist(),
        "occurred_at": moments(at[place]), "known_at": moments(known),
        "subject_id": [f"s{i}" for i in draw.integers(0, 40, n)[place]],
        "agent_id": pa.array(np.array(who)[draw.choice(len(who), n, p=weight / weight.sum())][place].tolist()),
        "rate": rate[place], "nights": draw.integers(0, 9, place.size),
        "channel": [f"c{i}" for i in draw.integers(0, 4, place.size)],
    }  # fmt: skip
    return pa.table(columns).select(["id", "occurred_at", "known_at", "op", "subject_id", "agent_id", *SPEC.columns])


def moments(days):
    return pa.array([DAY0 + timedelta(days=float(d)) for d in days], INSTANT)


@pytest.mark.parametrize("declared", [SUMS, TREES, SHORT], ids=lambda declared: declared.name)
@pytest.mark.parametrize("at", [299.0, 150.0])
def test_a_night_reads_less_and_says_the_same(declared, at, tmp_path, monkeypatch):
    agents = {"hot": 60_000, "long": 4_500, "middle": 3_000, "some": 600, "few": 250, "rare": 20}
    table = table_of(70_000, agents)
    read = []
    trimmed = fold_shelf.trimmed

    def watched(program, cutoffs, offsets, order, records):
        kept = trimmed(program, cutoffs, offsets, order, records)
        read.append((order.size, kept[1].size))
        return kept

    monkeypatch.setattr(fold_shelf, "trimmed", watched)
    rows = table.filter(pc.less(table["known_at"], pa.scalar(day(at), INSTANT)))
    sources, roles = {"bookings": SourceTable(SPEC, rows)}, Roles("hotel", subjects="bookings")
    asked = spine([{"cutoff": at, "agent": agent} for agent in (*agents, "stranger", None)])
    keys = asked.column_names
    store = SortedStore.build(tmp_path, sources, [declared], roles=roles, keys=keys, through=day(at))
    found = store.evaluate(asked, zone=UTC_ZONE).table
    expected = compute(asked, sources, [declared], roles=roles, zone=UTC_ZONE).table
    assert found.equals(expected)
    ((whole, kept),) = read
    assert kept < whole * (0.5 if declared is SUMS and at == 299 else 1)


def test_all_history_is_read_whole(tmp_path):
    table = table_of(2_000, {"a": 1})
    sources, roles = {"bookings": SourceTable(SPEC, table)}, Roles("hotel", subjects="bookings")
    declared = FeatureSet("own", EVERY.count("all"), EVERY.sum("rate", "3d"))
    asked = spine([{"cutoff": 330, "agent": "a"}])
    store = SortedStore.build(tmp_path, sources, [declared], roles=roles, keys=asked.column_names, through=day(330))
    expected = compute(asked, sources, [declared], roles=roles, zone=UTC_ZONE).table
    assert store.evaluate(asked, zone=UTC_ZONE).table.equals(expected)
