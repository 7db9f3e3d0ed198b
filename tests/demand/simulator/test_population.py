"""Subjects arrive, are open for a while and leave; an ident means the same subject for good."""

import numpy as np
import pytest

from demand.simulator.population import Population
from demand.simulator.rows import NEVER


def population(opens, ends, due=None):
    people = Population()
    size = len(opens)
    people.add(
        {
            "open_day": np.array(opens),
            "end_day": np.array(ends),
            "due_day": np.array(due or ends),
            "known": np.zeros(size, np.int64),
            "settled_at": np.full(size, NEVER),
            "base": np.ones((size, 2)),
            "user": 100 + np.arange(size),
        }
    )
    return people


def test_a_trait_is_found_by_ident_after_others_have_left():
    people = population([1, 2, 90], [5, 6, 120])
    people.retire(day=100, still=NEVER)
    assert (people.first, len(people)) == (2, 3)
    assert people["user"][np.array([2])].tolist() == [102]
    people["requests"][np.array([2])] += 1
    assert people["requests"][np.array([2])].tolist() == [1]


def test_whoever_has_left_is_no_longer_there():
    people = population([1, 2, 90], [5, 6, 120])
    people.retire(day=100, still=NEVER)
    with pytest.raises(IndexError, match="before 2 has left"):
        people["user"][np.array([1, 2])]


def test_the_next_order_has_the_next_number_even_if_all_have_left():
    people = population([1, 2], [5, 6])
    people.retire(day=100, still=NEVER)
    assert len(people) == people.first == 2
    assert people.opened_before(101) == 2


@pytest.mark.parametrize(
    ("why", "people", "still"),
    [
        ("a request may still arise", population([1, 2], [95, 6]), NEVER),
        ("it is not yet due", population([1, 2], [5, 6], due=[130, 6]), NEVER),
        ("a planned row waits", population([1, 2], [5, 6]), 0),
        ("it ended only now", population([1, 2], [99, 6]), NEVER),
    ],
)
def test_a_subject_and_all_after_it_stay_while(why, people, still):
    people.retire(day=100, still=still)
    assert people.first == 0, why


def test_a_subject_stays_while_an_action_waits_for_it():
    people = population([1, 2], [5, 6])
    people.hold(np.array([1]), 110)
    people.hold(np.array([1]), 50)
    people.retire(day=100, still=NEVER)
    assert people.first == 1


def test_who_is_exposed_and_live_is_told_by_ident():
    people = population([1, 90, 95, 100], [5, 99, 120, 130])
    people.retire(day=100, still=NEVER)
    assert people.first == 1
    assert people.exposed(100).tolist() == [2]
    assert people.live(100, cutoff=1).tolist() == [2, 3]
    assert people.opened(95).tolist() == [2]
