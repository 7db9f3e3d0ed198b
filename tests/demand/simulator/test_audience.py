"""Patience is one: messages of all senders draw on it, and some users have had enough."""

import numpy as np
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demand.simulator import World, tables_of
from demand.simulator.audience import CAMPAIGNS, MEMORY, Audience, campaign, opt_out_chance, weakened
from demand.simulator.clock import day_number, instant
from demand.simulator.rows import NEVER
from tests.builders.simulator import START, live

FIRST = day_number(START)
ALWAYS, NOBODY = np.full(2000, NEVER), np.zeros(2000, np.int64)


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
    audience = Audience(1, ALWAYS)
    for day in sorted(days):
        send(audience, [3, 5], day)
        send(audience, [4], day)
    asked = max(days, default=0) + 3
    recent = sum(day > asked - MEMORY for day in days)
    assert audience.burden(np.array([3, 4, 5, 6]), asked).tolist() == [recent, recent, recent, 0]


def test_marketing_and_service_draw_on_the_same_patience():
    audience = Audience(1, ALWAYS)
    day = next(d for d in range(FIRST, FIRST + 30) if campaign(d) >= 0)
    audience.market(day)
    everyone = np.arange(2000)
    before = audience.burden(everyone, day)
    assert 0 < before.sum() < 800
    send(audience, [int(before.argmax())], day)
    assert audience.burden(everyone, day).max() == 2


def test_an_opt_out_stops_what_comes_after_it():
    audience = Audience(1, ALWAYS)
    send(audience, [8], FIRST, rested=1.0)
    early, late = instant(FIRST, 11.0), instant(FIRST + 2)
    assert audience.accepts(np.array([8, 9]), early).all()
    assert audience.accepts(np.array([8, 9]), late).tolist() == [False, True]


def test_an_opt_out_is_a_row_and_happens_once():
    audience = Audience(1, ALWAYS)
    for day in (FIRST, FIRST + 2):
        send(audience, [8], day, rested=1.0)
    rows = [batch for day in range(FIRST, FIRST + 5) for layout, batch in audience.release(day).items() if len(batch)]
    assert [batch["ident"].tolist() for batch in rows] == [[8]]
    assert not rows[0]["allowed"].any() and (rows[0]["known"] > rows[0]["occurred"]).all()


def test_marketing_respects_consents():
    audience = Audience(1, NOBODY)
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


def test_some_users_have_had_enough_of_marketing(tables):
    consents = tables["message_consents"]
    consents = consents.filter(pc.invert(consents["allowed"]))
    assert 0 < len(consents) < 0.03 * len(tables["marketing_messages"])
    assert set(consents["after_message_of"].to_pylist()) == {"marketing"}


def test_nobody_gets_marketing_after_an_opt_out(tables):
    left = {row["user_id"]: row["occurred_at"] for row in tables["message_consents"].to_pylist() if not row["allowed"]}
    for row in tables["marketing_messages"].to_pylist():
        assert row["user_id"] not in left or row["occurred_at"] <= left[row["user_id"]]


def test_who_accepts_messages_is_on_record_from_the_first_day(tables):
    given = tables["message_consents"].filter(tables["message_consents"]["allowed"])
    users = {row["user_id"] for row in tables["users"].to_pylist() if row["app_messages"] and row["op"] == "insert"}
    assert set(given["user_id"].to_pylist()) <= users and len(given) > 0.9 * len(users)
