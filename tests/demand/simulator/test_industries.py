"""Every industry: all that the catalogue names goes wrong, and as often as the truth says."""

import numpy as np
import pytest

from demand.catalog import load_catalog
from demand.simulator.world import World
from tests.builders import simulator as lived
from tests.builders.simulator import expected_and_came, query

YEARS = {
    "hotel": (lived.bookings, lived.truth_of_bookings, 100),
    "prepaid_card": (lived.cards, lived.truth_of_cards, 100),
    "home_cleaning": (lived.cleanings, lived.truth_of_cleanings, 100),
    "catering": (lived.meals, lived.truth_of_meals, 100),
    "travel": (lived.trips, lived.truth_of_trips, 100),
    "retail": (lived.parcels, lived.truth_of_parcels, 50),
    "beauty": (lived.treatments, lived.truth_of_treatments, 60),
    "performances": (lived.tickets, lived.truth_of_tickets, 300),
}
INDUSTRIES = {industry.name: industry for industry in World(7, 100).industries}


def test_no_industry_is_left_out():
    assert set(YEARS) == set(INDUSTRIES)


@pytest.mark.parametrize("name", YEARS)
def test_every_scenario_of_the_catalogue_happens(name):
    found = query("SELECT DISTINCT scenario FROM contacts WHERE initiator = 'user'", YEARS[name][0]())
    named = {scenario.id for scenario in load_catalog().scenarios_of(name)} - {"unknown"}
    assert {row["scenario"] for row in found} == set(INDUSTRIES[name].scenarios) == named


@pytest.mark.parametrize("name", YEARS)
def test_as_many_requests_come_as_the_truth_says(name):
    """Per scenario, at cutoffs one horizon apart: a z-score for each that a wrong kernel would drive far off."""
    rows, truth, most = YEARS[name]
    found = query(expected_and_came(INDUSTRIES[name].horizon_days), rows() | truth())
    assert sum(row["came"] for row in found) > most
    for row in found:
        assert abs(row["came"] - row["expected"]) < 3.3 * np.sqrt(row["variance"]) + 1, row
