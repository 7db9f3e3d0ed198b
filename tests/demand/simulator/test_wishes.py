from datetime import timedelta

import numpy as np
import pytest

from demand.catalog import load_catalog
from demand.simulator import World, tables_of
from demand.simulator.texts import EXPECTATIONS
from demand.simulator.wishes import usual_wishes, wish


@pytest.fixture(scope="module")
def world():
    return World(seed=3, size=4000)


@pytest.fixture(scope="module")
def contacts(world):
    batches = [world.step(world.start + timedelta(days=day)) for day in range(70)]
    return tables_of(batches)["contacts"].to_pylist()


def hotel(world):
    return next(industry for industry in world.industries if industry.name == "hotel")


def test_the_catalogue_says_which_wish_is_likeliest():
    weights = usual_wishes(load_catalog(), "hotel", ("cancel_fee", "no_room"))
    assert [EXPECTATIONS[i] for i in np.argsort(-weights[0])[:3]] == ["refund_full", "refund_partial", "explanation"]
    assert EXPECTATIONS[int(weights[1].argmax())] == "fulfil_now"
    assert (weights > 0).all()


def test_a_scenario_outside_the_catalogue_has_wishes_too():
    assert EXPECTATIONS[int(usual_wishes(load_catalog(), "hotel", ("unheard_of",)).argmax())] == "explanation"


def test_one_subject_wants_one_thing_of_one_scenario(world):
    own = hotel(world)
    subjects, usual = np.arange(len(own.population)), usual_wishes(world.catalog, own.name, own.scenarios)
    alone = wish(own, usual, subjects[7:8], np.array([1]))
    assert alone[0] == wish(own, usual, subjects, np.full(len(subjects), 1))[7]


def test_who_wants_money_wants_it_in_other_scenarios_too():
    own = hotel(World(seed=3, size=60_000))
    subjects, usual = np.arange(len(own.population)), np.ones((len(own.scenarios), len(EXPECTATIONS)))
    money = [wish(own, usual, subjects, np.full(len(subjects), s)) < 3 for s in (0, 1)]
    assert np.corrcoef(*money)[0, 1] > 0.06


def test_contacts_of_users_carry_what_they_want(contacts):
    wished = {row["expectation"] for row in contacts if row["initiator"] == "user"}
    assert None not in wished and wished <= set(EXPECTATIONS) and len(wished) >= 6


def test_a_correction_changes_no_text_and_no_wish(contacts):
    first = {row["id"]: row for row in contacts if row["op"] == "insert"}
    again = [row for row in contacts if row["op"] == "correct"]
    assert again
    same = [all(row[name] == first[row["id"]][name] for name in ("text", "expectation")) for row in again]
    assert all(same)


def test_every_contact_says_something(contacts):
    assert all(row["text"] for row in contacts)
