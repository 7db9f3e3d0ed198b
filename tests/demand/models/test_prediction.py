"""When, what and how likely are three views of the same numbers."""

import numpy as np
import pytest

from demand.contract import ContractError
from demand.models import Prediction


def prediction(incidence, edges=(0.0, 1.0, 2.0)):
    array = np.array(incidence, dtype=float)
    return Prediction(("cancelled", "no_room")[: array.shape[1]], edges, array)


ONE = prediction([[[0.1, 0.1], [0.0, 0.2]]])


def test_the_probability_is_the_sum_of_the_incidence():
    assert ONE.p_request == pytest.approx([0.4])


def test_the_distribution_over_scenarios_is_conditional():
    assert ONE.scenario == pytest.approx(np.array([[0.5, 0.5]]))


def test_the_likeliest_scenario_has_a_name():
    assert prediction([[[0.1, 0.1], [0.0, 0.3]]]).top_scenario == ["no_room"]


def test_onset_is_the_moment_by_which_the_share_has_come():
    """A quarter of the requests comes on the first day, the rest on the second."""
    assert ONE.onset(0.25) == pytest.approx([1.0])
    assert ONE.onset(0.5) == pytest.approx([1 + 0.25 / 0.75])


def test_quantiles_are_in_order():
    assert (ONE.onset(0.1) <= ONE.onset(0.5)).all()
    assert (ONE.onset(0.5) <= ONE.onset(0.9)).all()


def test_all_in_one_bucket_is_spread_over_that_bucket():
    assert prediction([[[0.0, 0.4]]]).onset(0.5) == pytest.approx([1.5])


def test_where_no_request_can_come_there_is_no_onset():
    nothing = prediction([[[0.0, 0.0], [0.0, 0.0]]])
    assert np.isnan(nothing.onset(0.5)).all()
    assert nothing.scenario.sum() == pytest.approx(1.0)


def test_a_quantile_outside_is_refused():
    with pytest.raises(ContractError, match="quantile 50"):
        ONE.onset(50)
