"""Patience is one: messages of all senders draw on it, and some users have had enough."""

from collections import Counter

import numpy as np
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demand.simulator import World, tables_of
from demand.simulator import audience as audience_module
from demand.simulator.audience import CAMPAIGNS, CONSENTS, MEMORY, Audience, campaign, opt_out_chance, weakened
from demand.simulator.clock import HOUR, day_number, instant
from demand.simulator.rows import NEVER
from tests.builders.simulator import START, actions, live

FIRST = day_number(START)


def of(until: int) -> Audience:
    """Two thousand users who take messages up to that instant."""
    audience = Audience(1, users=2000, start=FIRST)
    audience._until[:], audience._own = until, np.zeros(0, np.int64)
    return audience


def send(audience: Audience, users: list[int], day: int, *, rested: float = 0.0) -> None:
    who = np.array(users)
    at = instant(np.full(len(who), day), 11.0)
    audience.send(who, at, day, np.full(len(who), rested), np.full(len(who), 0.4))


@settings(deadline=None)
@given(st.integers(0, 30))
def test_each_further_message_is_felt_less_and_costs_more_consents(burden):
    assert weakened(burden + 1) < weakened(burden) <= 1
    assert opt_out_chance(0.001, burden + 1) > opt_out_chance(0.001, burden) >= 0.001


@settings(deadline=None)
@given(st.lists(st.integers(0, 40), max_size=25))
def test_the_burden_is_what_came_within_two_weeks(days):
    audience = of(NEVER)
    for day in sorted(days):
        send(audience, [3, 5], day)
        send(audience, [4], day)
    asked = max(days, default=0) + 3
    recent = sum(day > asked - MEMORY for day in days)
    assert audience.burden(np.array([3, 4, 5, 6]), asked).tolist() == [recent, recent, recent, 0]


def test_marketing_and_service_draw_on_the_same_patience():
    audience = of(NEVER)
    day = next(d for d in range(FIRST, FIRST + 30) if campaign(d) >= 0)
    audience.market(day)
    everyone = np.arange(2000)
    before = audience.burden(everyone, day)
    assert 0 < before.sum() < 800
    send(audience, [int(before.argmax())], day)
    assert audience.burden(everyone, day).max() == 2


def test_an_opt_out_stops_what_comes_after_it():
    audience = of(NEVER)
    send(audience, [8], FIRST, rested=1.0)
    early, late = instant(FIRST, 11.0), instant(FIRST + 2)
    assert audience.accepts(np.array([8, 9]), early).all()
    assert audience.accepts(np.array([8, 9]), late).tolist() == [False, True]


def test_an_opt_out_is_a_row_and_happens_once():
    audience = of(NEVER)
    for day in (FIRST, FIRST + 2):
        send(audience, [8], day, rested=1.0)
    rows = [batch for day in range(FIRST, FIRST + 5) for layout, batch in audience.release(day).items() if len(batch)]
    assert [batch["ident"].tolist() for batch in rows] == [[8]]
    assert not rows[0]["app_messages"].any() and (rows[0]["known"] > rows[0]["occurred"]).all()


def test_marketing_respects_consents():
    audience = of(0)
    for day in range(FIRST, FIRST + 60):
        audience.market(day)
    assert audience.burden(np.arange(2000), FIRST + 60).sum() == 0


def test_every_kind_of_campaign_is_sent_within_a_year():
    assert {campaign(day) for day in range(FIRST, FIRST + 366)} == set(range(-1, len(CAMPAIGNS)))


@pytest.fixture(scope="module")
def tables():
    return tables_of(live(World(7, 6000), 150))


def test_marketing_goes_on_without_any_action(tables):
    messages, users = tables["marketing_messages"], pc.count_distinct(tables["users"]["user_id"]).as_py()
    assert 0.5 < len(messages) / users < 4
    assert pc.count_distinct(messages["id"]).as_py() == len(messages)


def test_some_users_have_had_enough_of_marketing_and_some_leave_anyway(tables):
    consents = tables["message_consents"]
    first = pc.equal(consents["occurred_at"], pc.min(consents["occurred_at"]))
    left = consents.filter(pc.invert(first))
    whom = Counter(left["after_message_of"].to_pylist())
    assert set(whom) == {"marketing", None} and not pc.any(left["app_messages"]).as_py()
    assert 0 < whom["marketing"] < 0.03 * len(tables["marketing_messages"]) and whom[None] > 20
    assert pc.count_distinct(left["user_id"]).as_py() == len(left)


def test_nobody_gets_marketing_without_a_consent(tables):
    given = [row for row in tables["message_consents"].to_pylist() if row["app_messages"]]
    left = {row["user_id"]: row["occurred_at"] for row in tables["message_consents"].to_pylist()}
    left |= {user: None for user in {row["user_id"] for row in given} if left[user] == given[0]["occurred_at"]}
    never = {row["user_id"] for row in tables["message_consents"].to_pylist()} - {row["user_id"] for row in given}
    for row in tables["marketing_messages"].to_pylist():
        assert row["user_id"] not in never
        assert left[row["user_id"]] is None or row["occurred_at"] <= left[row["user_id"]]


def test_every_consent_is_on_record_from_the_first_day_and_nowhere_else(tables):
    assert set(tables["message_consents"]["user_id"].to_pylist()) == set(tables["users"]["user_id"].to_pylist())
    assert not {"app_messages", "text_messages"} & set(tables["users"].column_names)


def test_what_is_known_of_consents_is_what_the_rows_say():
    audience = Audience(1, users=2000, start=FIRST)
    audience.record(FIRST)
    told = np.zeros(2000, bool)
    for day in range(FIRST, FIRST + 120):
        assert (audience.allowed(np.arange(2000), int(instant(day))) == told).all() or day == FIRST
        audience.market(day)
        audience.leave(day)
        for layout, rows in audience.release(day).items():
            if layout is CONSENTS:
                told[rows["ident"]] = rows["app_messages"]
    assert 0.5 < told.mean() < 0.86


def test_marketing_spares_those_who_had_enough_of_a_message_that_morning(monkeypatch):
    """Everybody who is written to at nine opts out within minutes; marketing writes from ten on."""
    monkeypatch.setattr(
        audience_module, "opt_out_chance", lambda rested, burden: np.ones(np.broadcast(rested, burden).shape)
    )
    monkeypatch.setattr(Audience, "_later", staticmethod(lambda lot: HOUR // 60 + (HOUR * 0 * lot).astype(np.int64)))
    campaigns = (day for day in range(FIRST + 40, FIRST + 80) if campaign(day) >= 0)
    world, day = World(7, 6000), next(campaigns)
    live(world, day - FIRST)
    world.audience._until[:] = NEVER
    hotels = world.industries[0]
    orders = hotels.live(day)
    everybody = actions([f"booking-{n:06d}" for n in orders], "hotel_cancel_rules", world.today, hour=9)
    batch = world.step(world.today, everybody)
    written = {f"user-{n:06d}" for n in hotels.population["user"][orders]}
    assert len(written) > 40 and len(batch.tables["marketing_messages"]) > 50
    assert not written & set(batch.tables["marketing_messages"]["user_id"].to_pylist())
