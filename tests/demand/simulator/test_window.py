"""Values by day are drawn ahead, once, and are those of their day."""

import numpy as np
import pytest

from demand.simulator.window import Window


@pytest.fixture
def drawn():
    return []


@pytest.fixture
def window(drawn):
    def draw(days):
        drawn.extend(days.tolist())
        return np.column_stack([days, days**2]).astype(np.float64)

    return Window(draw)


@pytest.mark.parametrize("asked", [[(5, 9)], [(5, 9), (6, 40), (38, 39)], [(5, 9), (400, 410)], [(50, 60), (20, 30)]])
def test_a_day_has_its_own_values_whatever_was_asked_before(window, asked):
    for first, last in asked:
        days = np.arange(first, last)
        assert window.of(days).tolist() == [[day, day**2] for day in days]


def test_days_that_follow_each_other_are_drawn_once(window, drawn):
    for today in range(100, 300):
        window.of(np.array([today]))
        window.of(np.arange(today, today + 14))
    assert len(drawn) == len(set(drawn))
