"""What is done tonight, what it uses, and why the rest is left."""

from __future__ import annotations

import pytest

from pipelines.reports.decided import outcomes
from pipelines.reports.inputs import ResourceUse
from pipelines.reports.plan import night_plan
from tests.builders.reports import DAY, NIGHT, candidate, decision, inputs, realistic_night, score


def plan_of(given):
    return night_plan(given, outcomes(given))


def test_interventions_are_counted_by_kind_with_their_cost():
    given = inputs(scores=[score("a", 0.5), score("b", 0.3)], decisions=[decision("a"), decision("b")])
    (call,) = plan_of(given).activities
    assert (call.name.en, call.count, call.cost_cents) == ("Call the hotel and have the room confirmed", 2, 800)


def test_avoided_requests_are_those_the_intervention_covers_times_the_effect_it_is_assumed_to_have():
    given = inputs(scores=[score("a", 0.5, split=(0.6, 0.4))], decisions=[decision("a")])
    (call,) = plan_of(given).activities  # covers no_room and room_mismatch, not cancel_fee
    assert (call.expected, call.effect) == (pytest.approx(0.3), 0.35)
    assert call.avoided == pytest.approx(0.3 * 0.35)


def test_an_intervention_that_the_catalogue_has_forgotten_promises_no_effect():
    given = inputs(scores=[score("a", 0.5)], decisions=[decision("a", intervention="old_call")])
    (call,) = plan_of(given).activities
    assert (call.name.en, call.avoided, call.expected) == ("Old call", None, pytest.approx(0.5))


def test_what_could_not_be_sent_is_not_counted_as_done():
    given = inputs(scores=[score("a", 0.5)], decisions=[decision("a", status="failed")])
    assert (plan_of(given).activities, plan_of(given).failed) == ((), 1)


def test_what_waits_for_approval_is_planned_and_said_to_wait():
    given = inputs(scores=[score("a", 0.5)], decisions=[decision("a", approval="pending")])
    assert (plan_of(given).activities[0].count, plan_of(given).waiting) == (1, 1)


def test_the_first_and_last_moment_of_a_kind_are_local():
    given = inputs(
        scores=[score("a", 0.5), score("b", 0.3)],
        decisions=[decision("a", fire_at=NIGHT + 3 * DAY), decision("b", fire_at=NIGHT)],
    )
    (call,) = plan_of(given).activities
    assert (call.first_fire.isoformat(), call.last_fire.day) == ("2024-12-31T02:00:00+08:00", 3)


def test_orders_left_alone_are_counted_by_reason_most_frequent_first():
    given = inputs(
        scores=[score(s, 0.2) for s in "abc"],
        decisions=[decision("a", "blocked", reason_code="capacity")],
        candidates=[candidate("b", "no_consent"), candidate("c", "no_consent")],
    )
    assert [(r.words.en, r.orders) for r in plan_of(given).refusals] == [
        ("No consent to be contacted", 2),
        ("No capacity left", 1),
    ]


def test_before_the_decision_nothing_is_refused():
    assert plan_of(inputs(scores=[score("a", 0.5)])).refusals == ()


def test_money_comes_first_then_the_fullest_pool_and_what_has_no_limit_is_left_out():
    uses = (
        ResourceUse("expert_calls", 1, 10),
        ResourceUse("merchant_calls", 9, 10, 412.0),
        ResourceUse("dispatch_desk", 3, None),
        ResourceUse("fund", 100, 5000),
    )
    limits = plan_of(inputs(limits=uses)).limits
    assert [x.words.en for x in limits] == ["Money", "Calls to merchants", "Expert calls"]


def test_every_live_order_is_done_held_refused_or_failed():
    given = realistic_night(live={"hotel": 60, "home_cleaning": 30})
    plan = plan_of(given)
    done, refused = sum(a.count for a in plan.activities), sum(r.orders for r in plan.refusals)
    assert done + plan.held_out + refused + plan.failed == given.tables["scores"].num_rows
