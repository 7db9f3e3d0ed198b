"""Books balance: whatever is done, however it ends, nothing is paid that was not reserved."""

from functools import lru_cache

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from demand.simulator import World, tables_of
from demand.simulator.action import ACTED, NO_SLOT, OPTED_OUT, REPEATED, Action, Done
from demand.simulator.clock import HOUR, day_number, instant
from demand.simulator.fund_ledger import FundLedger, at_stake, fund_of, split
from demand.simulator.rows import to_table
from tests.builders.simulator import START, actions, day_after, live, query

FIRST = day_number(START)
BALANCE = """
    SELECT fund, idempotency_key,
           coalesce(sum(amount_cents) FILTER (side = 'debit'), 0) AS debits,
           coalesce(sum(amount_cents) FILTER (side = 'credit'), 0) AS credits,
           coalesce(sum(amount_cents) FILTER (side = 'debit' AND entry = 'reserve'), 0) AS reserved,
           coalesce(sum(amount_cents) FILTER (side = 'debit' AND entry = 'commit'), 0) AS committed,
           coalesce(sum(amount_cents) FILTER (side = 'debit' AND entry = 'pay'), 0) AS paid,
           coalesce(sum(amount_cents) FILTER (side = 'debit' AND entry = 'release'), 0) AS released,
           coalesce(sum(amount_cents) FILTER (side = 'debit' AND entry = 'recover'), 0) AS recovered,
           count(*) FILTER (entry = 'pay') AS payments, min(amount_cents) AS least
    FROM ledger GROUP BY ALL"""


@lru_cache
def world() -> World:
    return World(7, 2000)


def balances(ledger: pa.Table) -> list[dict]:
    return query(BALANCE, {"ledger": ledger})


def check(found: list[dict]) -> None:
    for each in found:
        assert each["debits"] == each["credits"] and each["least"] > 0
        assert each["reserved"] == each["paid"] + each["released"]
        assert each["recovered"] <= each["paid"] <= each["committed"] <= each["reserved"]
        assert each["payments"] in (0, 2)


@given(
    cents=st.integers(1, 10**9),
    needed=st.floats(0, 1, exclude_min=True),
    returned=st.floats(0, 1),
)
def test_what_is_reserved_is_paid_or_released_and_no_more_comes_back_than_was_paid(cents, needed, returned):
    paid, released, recovered = (
        int(each[0]) for each in split(np.array([cents]), np.array([needed]), np.array([returned]))
    )
    assert paid + released == cents and paid > 0 <= released and 0 <= recovered <= paid


one = st.tuples(
    st.integers(0, 20), st.integers(0, 100), st.integers(0, 60 * 24 * 5), st.sampled_from([ACTED, NO_SLOT, OPTED_OUT])
)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.lists(one, max_size=8), max_size=3), st.integers(0, 3))
def test_books_balance_whatever_is_done(evenings, asked):
    hotel, catalog = world().industries[0], world().catalog
    ledger, items = FundLedger(world().industries, catalog, FIRST), [i for i in catalog.interventions if fund_of(i)]
    seen = set()
    for evening in evenings:
        done = []
        for ident, item, minute, outcome in evening:
            intervention, at = items[item % len(items)], int(instant(FIRST)) + minute * HOUR // 60
            outcome = REPEATED if (key := (ident, intervention.id, minute)) in seen else outcome
            seen.add(key)
            done.append(Done(Action("d", hotel, ident, int(ident), intervention, at), outcome))
        ledger.book(done)
    subjects = np.arange(0, 21, 2)
    for day in range(asked):
        ledger.claim(hotel, subjects, np.full(len(subjects), day), instant(np.full(len(subjects), FIRST + 6 + day), 12))
    ledger.expire(world().industries, FIRST + 400)
    rows = [ledger.release(day) for day in range(FIRST, FIRST + 900)]
    if not (parts := [to_table(*each) for day in rows for each in day.items()]):
        return
    table = pa.concat_tables(parts)
    check(balances(table))
    assert len(set(table["id"].to_pylist())) == table.num_rows


@lru_cache
def acted() -> pa.Table:
    """A world in which cards, bookings and meals are compensated and guaranteed from the first weeks on."""
    every = World(7, 2000)
    days = live(every, 20)
    fired = []
    for prefix, intervention in (
        ("booking", "hotel_first_night_guarantee"),
        ("meal", "catering_queue_coupon"),
        ("card", "prepaid_advance_refund"),
        ("cleaning", "cleaning_reassign"),
    ):
        industry = next(each for each in every.industries if each.prefix == prefix)
        subjects = [f"{prefix}-{n:06d}" for n in industry.live(FIRST + 20).tolist()][:40]
        fired.append(actions(subjects, intervention, day_after(20), hour=10))
    days.append(every.step(every.today, pa.concat_tables(fired)))
    days += live(every, 170)
    return tables_of(days)["fund_ledger"]


def test_actions_are_paid_from_their_funds_and_the_books_balance():
    found = balances(acted())
    check(found)
    assert {"protection", "coupons", "operations"} <= {each["fund"] for each in found}
    assert sum(each["recovered"] for each in found) > 0
    assert any(each["released"] == each["reserved"] for each in found)


def test_a_guarantee_is_paid_only_to_those_who_asked_and_released_otherwise():
    found = query(
        """SELECT idempotency_key, max((entry = 'pay')::INT) AS paid, max((entry = 'release')::INT) AS released
           FROM ledger WHERE intervention = 'hotel_first_night_guarantee' GROUP BY 1""",
        {"ledger": acted()},
    )
    assert len(found) > 5 and sum(each["paid"] for each in found) < len(found) / 2
    assert all(each["paid"] or each["released"] for each in found)


def test_a_guarantee_pays_once_when_a_request_of_its_scenario_arises_and_for_no_other():
    hotel, catalog = world().industries[0], world().catalog
    promise = catalog.intervention("hotel_first_night_guarantee")
    ledger, at = FundLedger(world().industries, catalog, FIRST), int(instant(FIRST, 10))
    ledger.book([Done(Action("d", hotel, n, n, promise, at), ACTED) for n in (0, 1)])
    covered = [promise.covers(scenario) for scenario in hotel.scenarios]
    scenario = np.array([covered.index(True), covered.index(False)])
    for day in (1, 2):
        ledger.claim(hotel, np.array([0, 1]), scenario, instant(np.full(2, FIRST + day), 12))
    rows = [ledger.release(day) for day in range(FIRST, FIRST + 60)]
    paid = query("SELECT subject_id, count(*) AS n FROM ledger WHERE entry = 'pay' GROUP BY 1",
                 {"ledger": pa.concat_tables(to_table(*each) for day in rows for each in day.items())})  # fmt: skip
    assert paid == [{"subject_id": "booking-000000", "n": 2}]


def test_a_coupon_is_paid_whole_when_it_is_issued():
    cents = {i.id: at_stake(i) for i in World(7, 2000).catalog.interventions}
    found = query("SELECT amount_cents FROM ledger WHERE intervention = 'catering_queue_coupon' AND entry = 'pay'",
                  {"ledger": acted()})  # fmt: skip
    assert found and {each["amount_cents"] for each in found} == {cents["catering_queue_coupon"]}


def test_both_sides_of_an_entry_are_known_at_the_same_moment_after_it_happened():
    [found] = query(
        """SELECT count(*) AS n, count(*) FILTER (known < 2 AND sides = 2 AND cents = 1 AND early = 0) AS right
           FROM (SELECT count(DISTINCT known_at) AS known, count(*) AS sides, count(DISTINCT amount_cents) AS cents,
                        count(*) FILTER (known_at <= occurred_at) AS early
                 FROM ledger GROUP BY idempotency_key, entry)""",
        {"ledger": acted()},
    )
    assert found["n"] > 40 and found["n"] == found["right"]


def test_the_past_of_the_rule_costs_money_and_a_world_without_a_past_pays_only_what_the_desk_grants():
    logged = tables_of(live(World(7, 6000, policy="logged"), 60))["fund_ledger"]
    check([each for each in balances(logged) if each["paid"]])
    assert logged.num_rows > 40
    without = tables_of(live(World(7, 6000), 60))["fund_ledger"]
    assert set(without["fund"].to_pylist()) == {"service_desk"}
    assert without["intervention"].null_count == without.num_rows
