"""The daily rhythm of orders and requests."""

import numpy as np
import pytest

from demand.simulator.clock import CUTOFF_HOUR, DAY, HOUR, day_of, lived_on
from demand.simulator.rhythm import ORDERS, REQUESTS, Rhythm
from demand.simulator.world import World
from tests.builders.simulator import query, year

WORLD = World(7, 60_000)


def hour_of(instants):
    """Hours after local midnight."""
    return (np.asarray(instants, np.int64) + 8 * HOUR) % DAY / HOUR


def opened(name):
    [industry] = [each for each in WORLD.industries if each.name == name]
    return industry.population


def share(hours, first, last):
    return np.mean((hours >= first) & (hours < last))


def test_an_hour_is_drawn_as_often_as_its_weight_says_and_a_night_belongs_to_the_evening_before():
    hours = Rhythm([1] + [0] * 17 + [3] + [0] * 5).hours(np.linspace(0.001, 0.999, 1000))
    assert np.isin(np.floor(hours), (18, 24)).all() and hours.max() < 25
    assert np.mean(hours < 24) == pytest.approx(0.75, abs=0.01)


def test_every_industry_has_its_rhythm():
    assert set(ORDERS) == {each.name for each in WORLD.industries}


@pytest.mark.parametrize("name", sorted(set(ORDERS) - {"retail"}))
def test_a_few_order_at_night_and_are_counted_to_the_day_whose_cutoff_knows_them(name):
    p = opened(name)
    at, hours = p["opened"].values, hour_of(p["opened"].values)
    assert 0 < share(hours, 0, 6) < 0.06
    assert np.array_equal(lived_on(at), p["open_day"].values)
    night = hours < CUTOFF_HOUR
    assert np.array_equal(day_of(at)[night], p["open_day"].values[night] + 1)


def test_meals_are_bought_before_lunch_and_before_dinner():
    hours = hour_of(opened("catering")["opened"].values)
    lunch, between, dinner = (share(hours, *span) for span in ((10, 13), (13.5, 15.5), (17, 20)))
    assert lunch > 2 * between and dinner > 2 * between


def test_cards_are_bought_after_work_and_cleanings_in_the_morning():
    cards, cleanings = (hour_of(opened(name)["opened"].values) for name in ("prepaid_card", "home_cleaning"))
    assert share(cards, 18, 22) > 1.7 * share(cleanings, 18, 22)
    assert share(cleanings, 8, 12) > 1.7 * share(cards, 8, 12)


def test_people_ask_by_day_and_some_early():
    contacts = query(
        """SELECT hour(occurred_at + INTERVAL 8 HOUR) + 0.5 AS at, subject_id, id FROM contacts
           WHERE initiator = 'user' AND op = 'insert'""",
        year(),
    )
    hours = np.array([row["at"] for row in contacts])
    first = np.array([row["id"].endswith("0") for row in contacts])
    assert 0.01 < share(hours[first], 5, 8) < 0.08
    assert share(hours[~first], 0, 6) == 0 and share(hours[~first], 8, 22) > 0.85


def test_nobody_asks_between_midnight_and_six_where_nothing_else_sets_the_hour():
    hours = REQUESTS.hours(np.linspace(1e-6, 1 - 1e-6, 5000))
    assert hours.min() >= 6 and hours.max() < 24
