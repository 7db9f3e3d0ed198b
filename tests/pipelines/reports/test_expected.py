"""What is expected is the sum of the probabilities, whichever way it is cut."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.reports.expected import _spread_over_days, expected_requests
from tests.builders.reports import NIGHT, ZONE, axes, inputs, realistic_night, score


def test_an_industry_expects_the_sum_of_its_probabilities():
    (hotel,) = expected_requests(inputs(scores=[score("a", 0.5), score("b", 0.1)]))
    assert (hotel.live, hotel.expected) == (2, pytest.approx(0.6))


def test_scenarios_come_largest_first_and_sum_to_the_whole():
    (hotel,) = expected_requests(inputs(scores=[score("a", 0.5, split=(0.2, 0.8))]))
    assert [name.en for name, _ in hotel.scenarios] == ["Dispute about a cancellation fee", "No room on arrival"]
    assert [value for _, value in hotel.scenarios] == pytest.approx([0.4, 0.1])


def test_an_industry_that_expects_more_comes_first():
    found = inputs(
        industries=("hotel", "home_cleaning"),
        axes_rows=[axes(), axes("home_cleaning", ("worker_late", "damage"))],
        scores=[score("a", 0.2), score("b", 0.4, industry="home_cleaning")],
    )
    assert [e.industry for e in expected_requests(found)] == ["home_cleaning", "hotel"]


def test_an_industry_without_a_live_order_expects_nothing_and_is_left_out():
    assert expected_requests(inputs()) == ()


def test_the_axes_of_another_run_are_not_mixed_in():
    stale = {**axes(days=(0, 7)), "run_id": "before"}
    (hotel,) = expected_requests(inputs(scores=[score("a", 0.5)], axes_rows=[stale, axes()]))
    assert hotel.horizon_days == 2


def test_the_first_day_is_the_local_day_of_the_cutoff():
    (hotel,) = expected_requests(inputs(scores=[score("a", 0.5)]))
    assert [d.isoformat() for d in hotel.days] == ["2024-12-31", "2025-01-01"]
    assert hotel.days[0] == NIGHT.astimezone(ZONE).date()


def test_scenarios_beyond_the_sixth_shade_are_summed_up_by_day_but_all_named_in_the_list():
    names = [f"problem_{i}" for i in range(8)]
    shares = [(8 - i) / 36 for i in range(8)]
    (hotel,) = expected_requests(inputs(axes_rows=[axes(scenarios=names)], scores=[score("a", 0.9, split=shares)]))
    assert len(hotel.scenarios) == 8
    assert [name.en for name, _ in hotel.by_day][-1] == "3 other scenarios"
    assert sum(sum(values) for _, values in hotel.by_day) == pytest.approx(0.9)


def test_a_realistic_night_adds_up_over_scenarios_and_days():
    for e in expected_requests(realistic_night(live={"hotel": 40, "prepaid_card": 20})):
        assert sum(value for _, value in e.scenarios) == pytest.approx(e.expected)
        assert sum(sum(values) for _, values in e.by_day) == pytest.approx(e.expected)


def test_a_bucket_of_three_days_is_spread_evenly_over_them():
    assert _spread_over_days(np.array([[0.6, 0.3]]), (0.0, 3.0, 4.0)).tolist() == [pytest.approx([0.2, 0.2, 0.2, 0.3])]


def test_a_horizon_of_hours_is_one_day():
    assert _spread_over_days(np.array([[0.1, 0.2]]), (0.0, 0.25, 0.5)).tolist() == [[pytest.approx(0.3)]]


@given(st.lists(st.floats(0.1, 9), min_size=1, max_size=6), st.integers(1, 4))
def test_spreading_over_days_loses_nothing(widths, scenarios):
    edges = (0.0, *np.cumsum(widths))
    whole = np.arange(1.0, scenarios * len(widths) + 1).reshape(scenarios, -1)
    assert _spread_over_days(whole, edges).sum(axis=1) == pytest.approx(whole.sum(axis=1))
