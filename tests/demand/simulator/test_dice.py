"""A draw belongs to its key: who, what for, when."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demand.simulator.dice import Dice

MANY = np.arange(20_000)


def test_the_same_key_gives_the_same_number():
    assert (Dice(7).uniform("asks", MANY, 3) == Dice(7).uniform("asks", MANY, 3)).all()


@pytest.mark.parametrize(
    "other",
    [
        Dice(8).uniform("asks", MANY, 3),
        Dice(7).uniform("asked", MANY, 3),
        Dice(7).uniform("asks", MANY, 4),
        Dice(7, "hotel.").uniform("asks", MANY, 3),
        Dice(7).uniform("asks", 3, MANY),
    ],
    ids=["seed", "purpose", "day", "prefix", "order of counters"],
)
def test_another_key_gives_an_unrelated_number(other):
    draws = Dice(7).uniform("asks", MANY, 3)
    assert abs(np.corrcoef(draws, other)[0, 1]) < 0.03


@settings(deadline=None)  # the first example may compile
@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=50), st.randoms())
def test_neither_chunks_nor_order_change_a_draw(subjects, random):
    shuffled = random.sample(subjects, len(subjects))
    alone = {subject: Dice(7).uniform("asks", subject, 5)[0] for subject in subjects}
    together = Dice(7).uniform("asks", np.array(shuffled), 5)
    assert together.tolist() == [alone[subject] for subject in shuffled]


def test_uniforms_fill_the_open_interval_evenly():
    draws = Dice(7).uniform("u", MANY)
    assert draws.min() > 0 and draws.max() < 1
    counts, _ = np.histogram(draws, bins=20, range=(0, 1))
    assert (abs(counts - 1000) < 150).all()


@pytest.mark.parametrize("mean", [0.05, 0.8, 4.0, 30.0])
def test_poisson_has_its_mean_and_variance(mean):
    draws = Dice(7).poisson(mean, "n", MANY)
    assert draws.mean() == pytest.approx(mean, rel=0.08)
    assert draws.var() == pytest.approx(mean, rel=0.1)


def test_pick_follows_weights_per_draw():
    weights = np.tile([[1.0, 0.0, 3.0]], (len(MANY), 1))
    counts = np.bincount(Dice(7).pick(weights, "p", MANY), minlength=3)
    assert counts[1] == 0 and counts[0] == pytest.approx(5000, rel=0.05)
