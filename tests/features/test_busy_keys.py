"""Keys with hundreds of rows, many of them late, corrected or deleted, asked about again and again."""

from __future__ import annotations

import math

import numpy as np
import pytest

from features import By, FeatureSet, events
from tests.builders.features import source, spine, values

AGENT = By("agent")(events("bookings"))
WEB = By("agent")(events("bookings").where(channel="web"))
DECLARED = FeatureSet(
    "busy",
    *(of.count("5d", "15d", "all") for of in (AGENT, WEB)),
    *(of.sum("rate", "5d", "15d") for of in (AGENT, WEB)),
    *(of.min("rate", "15d") for of in (AGENT, WEB)),
    *(of.since_last("15d") for of in (AGENT, WEB)),
    AGENT.std("rate", "15d"),
    AGENT.distinct("channel", "5d"),
    AGENT.last("rate", "15d"),
    AGENT.mean_gap("15d"),
)


def busy(seed: int):
    """Rows of two agents in forty days, and a spine that asks about both at a dozen moments."""
    draw = np.random.default_rng(seed)
    rows = []
    for number in range(int(draw.integers(40, 600))):
        row = {"id": f"r{number}", "at": float(draw.integers(0, 80) / 2), "agent": str(draw.choice(["a", "b"]))}
        late = draw.choice([0, 0, 0.5, 3, 30], p=[0.4, 0.2, 0.2, 0.15, 0.05])
        row |= {"known": row["at"] + late, "rate": float(draw.normal()), "channel": str(draw.choice(["web", "app"]))}
        rows.append(row)
        if draw.random() < 0.2:
            later = row["known"] + draw.integers(1, 40) / 2
            rows.append(row | {"known": later, "op": str(draw.choice(["delete", "correct"])), "rate": 7.0})
    cutoffs = np.sort(draw.integers(0, 100, 12)) / 2
    asked = [{"cutoff": float(at), "agent": agent} for at in cutoffs for agent in "ab"]
    return source("bookings", rows, columns={"rate": "number", "channel": "category"}), asked


@pytest.mark.parametrize("seed", range(12))
def test_they_equal_the_obvious_loops(seed):
    table, asked = busy(seed)
    found, expected = (values(DECLARED, spine(asked), table, engine=engine) for engine in ("local", "reference"))
    for name, wanted in expected.items():
        for a, b in zip(found[name], wanted, strict=True):
            assert a == b or (None not in (a, b) and math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-9)), name


@pytest.mark.parametrize("seed", range(12))
def test_each_cutoff_alone_gives_the_same_bits(seed):
    table, asked = busy(seed)
    whole = values(DECLARED, spine(asked), table)
    alone = [values(DECLARED, spine([row]), table) for row in asked]
    assert whole == {name: [each[name][0] for each in alone] for name in whole}


@pytest.mark.parametrize("rows", [254, 256, 300, 5_000])
@pytest.mark.parametrize("decades", [0, 15, 40])
def test_rows_known_a_second_after_the_cutoff_change_no_bit(rows, decades):
    """They decide whether a key has many rows, and lie between those that count."""
    draw = np.random.default_rng(rows + decades)
    rates = draw.normal(size=rows) * 10.0 ** draw.integers(-decades, decades + 1, rows)
    past = [{"id": f"r{n}", "at": 1 + 8 * n / rows, "agent": "a", "rate": float(rate)} for n, rate in enumerate(rates)]
    canaries = [{"id": f"c{n}", "at": 2.5, "known": 10 + 1 / 86_400, "agent": "a", "rate": 1.0} for n in range(3)]
    declared = FeatureSet("own", *(AGENT.std("rate", w) for w in ("3d", "30d")), AGENT.sum("rate"), AGENT.mean("rate"))
    grid = spine([{"cutoff": at, "agent": "a"} for at in (9.3, 10)])
    found = [
        values(declared, grid, source("bookings", told, columns={"rate": "number"})) for told in (past, past + canaries)
    ]
    assert found[0] == found[1]


def test_a_row_that_goes_while_an_earlier_one_is_still_unknown_leaves_every_window():
    early = [{"id": "early", "at": 1, "known": 100, "agent": "a"}]
    gone = [{"id": f"r{n}", "at": 2, "agent": "a"} for n in range(5)]
    gone += [row | {"known": 50, "op": "delete"} for row in gone]
    counted = FeatureSet("own", AGENT.count("15d"))
    grid = spine([{"cutoff": at, "agent": "a"} for at in (45, 51)])
    assert values(counted, grid, source("bookings", early + gone)) == {"agent_bookings_15d": [0.0, 0.0]}
