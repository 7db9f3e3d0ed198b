"""Rows wait until they are known, in little room, and come out as they went in."""

import numpy as np
import pytest

from demand.simulator import rows as module
from demand.simulator.clock import instant
from demand.simulator.rows import NEVER, Column, Layout, Outbox

LAYOUT = Layout("visits", "subject_id", "booking", "v", (Column("minutes", "int"), Column("weight", "number")))
CLOSED = np.full(500, NEVER)


def filled() -> Outbox:
    """A row a day for each of 500 subjects, at random moments of the next forty days, half of them planned."""
    draw, outbox = np.random.default_rng(1), Outbox([LAYOUT])
    outbox.release(19_000, CLOSED)
    for planned in (False, True):
        ident = draw.permutation(500) + 0
        known = instant(19_001 + draw.integers(0, 40, 500), 24 * draw.random(500))
        minutes, weight = draw.integers(0, 90, 500), draw.normal(size=500)
        outbox.put(
            LAYOUT, {"ident": ident}, planned=planned, seq=ident, occurred=known, known=known, minutes=minutes,
            weight=weight,
        )  # fmt: skip
    return outbox


@pytest.mark.parametrize("closed", [CLOSED, np.full(500, instant(19_020))])
def test_packed_rows_come_out_as_they_went_in(monkeypatch, closed):
    as_they_are = [filled_rows[LAYOUT] for filled_rows in released(filled(), closed)]
    monkeypatch.setattr(module, "_MANY", 0)
    monkeypatch.setattr(module, "_LONG", 2)
    packed = [filled_rows[LAYOUT] for filled_rows in released(filled(), closed)]
    assert sum(map(len, packed)) > 500
    for one, other in zip(as_they_are, packed, strict=True):
        assert one.tobytes() == other.tobytes()


def released(outbox, closed):
    return [outbox.release(day, closed) for day in range(19_001, 19_042)]


def test_the_oldest_planned_row_is_known_without_unpacking(monkeypatch):
    whole = filled().oldest()
    monkeypatch.setattr(module, "_MANY", 0)
    monkeypatch.setattr(module, "_LONG", 2)
    assert filled().oldest() == whole == 0
