"""Every live order has exactly one outcome, and a reason if it is nothing."""

from __future__ import annotations

import pytest

from pipelines.reports.decided import outcomes
from tests.builders.reports import candidate, decision, inputs, score


def outcome_of(**tables):
    (row,) = outcomes(inputs(scores=[score("a", 0.5)], **tables)).to_pylist()
    return row["outcome"], row["reason_code"]


@pytest.mark.parametrize(
    "arm, outcome", [("treat", "act"), ("explore", "act"), ("holdout", "held"), ("blocked", "none")]
)
def test_the_arm_of_the_decision_is_the_outcome(arm, outcome):
    assert outcome_of(decisions=[decision("a", arm)])[0] == outcome


def test_a_void_decision_was_not_made():
    assert outcome_of(decisions=[decision("a", status="void")]) == ("none", "no_candidate")


def test_an_order_without_a_decision_takes_the_reason_of_its_candidate():
    assert outcome_of(candidates=[candidate("a", "no_consent")]) == ("none", "no_consent")


def test_a_candidate_that_only_lacked_room_says_more_than_one_that_was_never_possible():
    candidates = [candidate("a", "no_phone", value_cents=900), candidate("a", "capacity", eligible=True)]
    assert outcome_of(candidates=candidates) == ("none", "capacity")


def test_a_blocked_decision_keeps_its_own_reason():
    tables = {"decisions": [decision("a", "blocked", reason_code="budget")], "candidates": [candidate("a", "no_phone")]}
    assert outcome_of(**tables) == ("none", "budget")


def test_orders_come_riskiest_first_and_ties_by_name():
    rows = outcomes(inputs(scores=[score("c", 0.1), score("b", 0.4), score("a", 0.1)]))
    assert rows["subject_id"].to_pylist() == ["b", "a", "c"]
