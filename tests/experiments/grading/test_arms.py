"""Whether the truth stays true where something was done."""

from collections import Counter
from datetime import timedelta

import pyarrow.compute as pc
import pytest

from demand.simulator import World
from experiments.grading.arms import START, cells_of_waves, random_actions
from experiments.grading.rates import together


@pytest.fixture(scope="module")
def cells():
    return cells_of_waves(3, 6_000, waves=4)


def test_a_wave_acts_on_about_half_of_the_live_orders_with_many_interventions():
    world = World(3, 4_000, START, truth="grid")
    for ahead in range(60):
        world.step(START + timedelta(days=ahead))
    actions = random_actions(world, 3)
    assert 0.4 < actions.num_rows / world.risks().num_rows < 0.6
    assert actions.equals(random_actions(world, 3))
    assert len(Counter(actions["intervention"].to_pylist())) > 20
    assert pc.max(actions["fire_at"]).as_py().date() < world.today


def test_both_arms_of_every_industry_are_held_against_the_truth(cells):
    assert {(c.industry, c.arm) for c in cells} >= {(c.industry, a) for c in cells for a in ("acted", "untouched")}
    assert sum(c.came for c in cells) > 20


def test_requests_come_as_often_as_the_truth_says_in_both_arms(cells):
    assert together(cells).p_value > 0.001
