"""Others learn from what is done: who is paid in advance asks more, a merchant who is told does better."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from demand.simulator import World, tables_of, truth_of
from demand.simulator.learning import ASKS_MORE, BEST, MOST_LEARNT, care, habit
from tests.builders.simulator import actions, day_after, live

FIRED, DAYS = 40, 110


def world(acts: dict[int, pa.Table] | None = None):
    return live(World(7, 3000), DAYS, acts)


@pytest.fixture(scope="module")
def untouched():
    return world()


def bookings(batches) -> list[dict]:
    return [row for row in tables_of(batches)["hotel_bookings"].to_pylist() if row["op"] == "insert"]


def risks(batches) -> dict[tuple, float]:
    return {(row["subject_id"], row["cutoff"]): row["p_request"] for row in truth_of(batches)["risks"].to_pylist()}


def test_a_habit_grows_with_every_payment_but_not_for_ever():
    assert habit(np.array([0, 1, 2])).tolist() == [1, ASKS_MORE, ASKS_MORE**2]
    assert habit(np.array([MOST_LEARNT]))[0] == habit(np.array([50]))[0]


def test_a_merchant_improves_after_being_told_several_times_up_to_a_point():
    told = care(np.arange(40))
    assert (told[:3] == 1).all() and told[3] < 1 and told[-1] == BEST
    assert (np.diff(told) <= 0).all()


@pytest.fixture(scope="module")
def paid(untouched):
    tables = tables_of(untouched[:FIRED])
    subjects = tables["cleaning_orders"]["subject_id"].to_pylist()[-60:]
    users = dict(zip(*(tables["cleaning_orders"][c].to_pylist() for c in ("subject_id", "user_id")), strict=True))
    return [users[s] for s in subjects], world({FIRED: actions(subjects, "cleaning_credit", day_after(FIRED))})


def test_users_who_were_paid_ask_more_about_later_orders_only(untouched, paid):
    users, batches = paid
    before, after = risks(untouched), risks(batches)
    of_user = {row["subject_id"]: row for row in bookings(batches)}
    raised = {s for (s, c), p in after.items() if s in of_user and p > before[s, c] * 1.0001}
    assert raised and {of_user[s]["user_id"] for s in raised} <= set(users)
    assert min(of_user[s]["occurred_at"].date() for s in raised) >= day_after(FIRED)


def test_they_use_their_coupons(untouched, paid):
    _, batches = paid
    new = {}
    for name, each in (("with", batches), ("without", untouched)):
        rows = tables_of(each)["coupons"]
        new[name] = set(zip(rows["id"].to_pylist(), rows["step"].to_pylist(), strict=True))
    steps = [step for _, step in new["with"] - new["without"]]
    assert steps.count("issued") > steps.count("used") > 0
    assert not new["without"] - new["with"]


def test_later_guests_of_a_store_that_was_told_ask_less(untouched):
    by_store: dict[str, list[str]] = {}
    for row in bookings(untouched[:FIRED]):
        by_store.setdefault(row["store_id"], []).append(row["subject_id"])
    store, subjects = max(by_store.items(), key=lambda item: len(item[1]))
    called = world({FIRED: actions(subjects, "hotel_upgrade", day_after(FIRED))})
    before, after = risks(untouched), risks(called)
    later = {row["subject_id"]: row["store_id"] for row in bookings(called) if row["subject_id"] not in subjects}
    changed = {s for (s, c), p in after.items() if s in later and p != before[s, c]}
    assert changed and {later[s] for s in changed} == {store}
    lowered = [after[k] / before[k] for k in after if k[0] in changed and before[k] > 0]
    assert np.mean(lowered) < 1 and pc.count_distinct(pa.array(list(changed))).as_py() >= 3
