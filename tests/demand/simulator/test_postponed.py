"""What was put off comes back on the days it was put off to, and on no other."""

import numpy as np

from demand.simulator.postponed import Postponed

DAYS = np.arange(10, 16)


def raised(postponed: Postponed, subjects: list[int]) -> np.ndarray:
    rates = np.ones((len(DAYS), len(subjects), 2))
    postponed.raise_rates(rates, np.array(subjects), DAYS)
    return rates


def test_nothing_put_off_changes_nothing():
    assert (raised(Postponed(), [1, 2]) == 1).all()


def test_rates_are_raised_for_its_days_and_its_subject_only():
    postponed = Postponed()
    postponed.add(np.array([7]), 12, 2, np.array([[1.5, 1.0]]))
    rates = raised(postponed, [3, 7, 9])
    assert rates[:, 1, 0].tolist() == [1, 1, 1.5, 1.5, 1, 1]
    assert (rates[:, [0, 2]] == 1).all() and (rates[:, :, 1] == 1).all()


def test_two_delays_of_one_subject_may_overlap():
    postponed = Postponed()
    for first in (11, 12):
        postponed.add(np.array([7, 2]), first, 2, np.full((2, 2), 2.0))
    assert raised(postponed, [7])[:, 0, 0].tolist() == [1, 2, 4, 2, 1, 1]


def test_the_order_in_which_delays_are_added_does_not_matter():
    one, other = Postponed(), Postponed()
    parts = [(np.array([5, 1]), 11, 3), (np.array([1]), 13, 1), (np.array([5]), 10, 6)]
    for subjects, first, days in parts:
        one.add(subjects, first, days, np.full((len(subjects), 2), 1.25))
    for subjects, first, days in reversed(parts):
        other.add(subjects, first, days, np.full((len(subjects), 2), 1.25))
    assert (raised(one, [1, 5]) == raised(other, [1, 5])).all()


def test_what_is_over_is_forgotten():
    postponed = Postponed()
    postponed.add(np.array([7]), 10, 2, np.full((1, 2), 2.0))
    postponed.add(np.array([7]), 11, 4, np.full((1, 2), 3.0))
    postponed.forget(12)
    assert len(postponed) == 1
    assert raised(postponed, [7])[:, 0, 0].tolist() == [1, 3, 3, 3, 3, 1]
