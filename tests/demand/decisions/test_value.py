"""Value is what the prevented requests would have cost; cost includes what a guarantee pays on average."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from demand.catalog import Intervention
from demand.contract import ContractError
from demand.decisions import live_subjects
from demand.decisions.live import to_micros
from demand.decisions.value import cost_cents, probabilities, reachable, value_cents
from tests.builders.decisions import DAY, NIGHT, action, axes, catalog, live, scores


def worth(start: timedelta = 0 * DAY, lead: timedelta = 0 * DAY, **fields: object) -> int:
    one, content = live({"p": 0.4, "q": 0.2}), catalog(action(**fields))
    reach = reachable(one, np.array([to_micros(NIGHT + start)]), lead)
    return int(value_cents(one, content.interventions[0], reach, content)[0])


def test_value_is_probability_times_effect_times_cost_of_a_request() -> None:
    assert worth() == 0.4 * 0.5 * 10_000


def test_every_covered_scenario_counts() -> None:
    assert worth(scenarios=["no_room", "cancel_fee"]) == 0.6 * 0.5 * 10_000


def test_an_intervention_may_cover_any_scenario() -> None:
    assert worth(scenarios=["*"]) == 0.6 * 0.5 * 10_000


def test_requests_that_come_before_it_works_do_not_count() -> None:
    assert worth(start=3 * DAY, lead=4 * DAY) == 0.4 * 0.5 * 0.5 * 10_000


def test_within_a_bucket_the_risk_is_even() -> None:
    assert worth(start=timedelta(hours=12)) == round(0.4 * 0.5 * 10_000 * 13.5 / 14)


def test_what_works_after_the_horizon_is_worth_nothing() -> None:
    assert worth(start=15 * DAY) == 0


def test_probabilities_are_summed_over_time() -> None:
    assert np.allclose(probabilities(live({"p": 0.4, "q": 0.2})), [[0.4, 0.2]])


def test_a_guarantee_costs_its_liability_times_the_probability_rounded_up() -> None:
    guarantee = Intervention(**action(kind="guarantee", cost_cents=5, liability_cents=999, fund="f"))
    assert cost_cents(guarantee, np.array([0.0, 0.1, 1.0])).tolist() == [5, 105, 1004]


def test_scores_that_do_not_fit_their_axes_are_refused() -> None:
    with pytest.raises(ContractError, match="2 scenarios x 3 buckets"):
        short = scores({}).set_column(6, "incidence", [[[0.5]]])
        live_subjects(short, axes(), "hotel", NIGHT)


def test_scores_without_axes_are_refused() -> None:
    with pytest.raises(ContractError, match="no row of industry hotel"):
        live_subjects(scores({}), axes("retail"), "hotel", NIGHT)
