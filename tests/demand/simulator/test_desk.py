"""The desk has so many slots a day, whoever asks for them."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from demand.simulator.desk import EMERGENCY, EXPERT, FRONT_LINE, Desk, first_served

moments = st.lists(st.integers(0, 50), max_size=60)


def lots(count: int) -> np.ndarray:
    return np.random.default_rng(5).random(count)


@settings(deadline=None)
@given(moments, st.integers(-2, 70))
def test_never_more_are_served_than_there_are_slots(at, slots):
    served = first_served(np.array(at, np.int64), lots(len(at)), slots)
    assert served.sum() == min(max(slots, 0), len(at))


@settings(deadline=None)
@given(moments, st.integers(0, 60))
def test_one_more_slot_serves_the_same_and_one_more(at, slots):
    at = np.array(at, np.int64)
    fewer, more = (first_served(at, lots(len(at)), n) for n in (slots, slots + 1))
    assert (more >= fewer).all()


@settings(deadline=None)
@given(moments, st.integers(0, 60), st.randoms())
def test_who_is_served_does_not_depend_on_the_order(at, slots, random):
    at, lot, order = np.array(at, np.int64), lots(len(at)), list(range(len(at)))
    random.shuffle(order)
    order = np.array(order, np.int64)
    assert (first_served(at[order], lot[order], slots) == first_served(at, lot, slots)[order]).all()


@settings(deadline=None)
@given(st.integers(0, 80), st.integers(0, 80))
def test_actions_and_questions_share_the_experts(actions, asked):
    desk = Desk(20_000)
    desk.admit(EXPERT, np.zeros(actions, np.int64), lots(actions))
    hours = desk.answer(np.zeros(asked, np.int64), lots(asked), np.ones(asked, bool))
    left = max(0, desk.slots[EXPERT] - actions)
    assert (hours < 12).sum() == min(left, asked)


def test_a_full_desk_answers_more_slowly_before_it_answers_the_next_day():
    desk = Desk(20_000)
    slots = desk.slots[FRONT_LINE] + desk.slots[EXPERT]

    def asked(count):
        desk.open()
        return desk.answer(np.arange(count), lots(count), np.zeros(count, bool))

    assert asked(slots // 4).mean() < asked(slots).mean() < 12 < asked(slots + 1).max()


def test_an_expert_without_hard_questions_helps_the_front_line_unless_called_away():
    desk = Desk(20_000)
    asked = desk.slots[FRONT_LINE] + desk.slots[EXPERT]
    assert desk.answer(np.arange(asked), lots(asked), np.zeros(asked, bool)).max() < 12
    desk.open()
    desk.admit(EXPERT, np.arange(5), lots(5))
    assert (desk.answer(np.arange(asked), lots(asked), np.zeros(asked, bool)) > 12).sum() == 5


def test_a_new_day_has_all_slots_again():
    desk = Desk(20_000)
    assert desk.admit(EMERGENCY, np.arange(99), lots(99)).sum() == desk.slots[EMERGENCY]
    assert desk.left(EMERGENCY) == 0
    desk.open()
    assert desk.left(EMERGENCY) == desk.slots[EMERGENCY]


def test_a_larger_marketplace_has_a_larger_desk():
    small, large = Desk(40_000).slots, Desk(400_000).slots
    assert all(8 < large[group] / small[group] < 12 for group in small)
