"""The list of the riskiest orders says what, when, why, and what will be done."""

from __future__ import annotations

import pytest

from demand.contract import FeatureMeta, Text
from pipelines.reports.decided import outcomes
from pipelines.reports.risks import top_risks
from tests.builders.reports import candidate, decision, inputs, reason, score

CALLS = FeatureMeta(
    "calls", "contacts", "count", "contacts", Text("calls", "来电"), Text("{value} calls", "{value} 次来电")
)


def risks_of(given, cases=200):
    return top_risks(given, outcomes(given), cases=cases)


def test_the_riskiest_come_first_and_no_more_than_asked_for():
    found = risks_of(inputs(scores=[score(s, p) for s, p in (("a", 0.1), ("b", 0.9), ("c", 0.5))]), cases=2)
    assert [r.subject for r in found] == ["b", "c"]


def test_the_likely_scenario_is_the_one_with_the_largest_share_of_the_risk():
    (risk,) = risks_of(inputs(scores=[score("a", 0.5, split=(0.2, 0.8))]))
    assert (risk.scenario, risk.scenario_share) == ("cancel_fee", pytest.approx(0.8))


def test_the_expected_moment_is_local():
    (risk,) = risks_of(inputs(scores=[score("a", 0.5)]))
    assert risk.onset[1].isoformat() == "2024-12-31T21:12:00+08:00"


def test_reasons_are_worded_in_both_languages_in_their_order():
    given = inputs(
        scores=[score("a", 0.5)],
        reasons=[reason("a", "calls", rank=2, value=2), reason("a", "calls", rank=1, value=7)],
        meta={"hotel": {"calls": CALLS}},
    )
    (risk,) = risks_of(given)
    assert [r.words for r in risk.reasons] == [Text("7 calls", "7 次来电"), Text("2 calls", "2 次来电")]


def test_a_feature_whose_meaning_is_not_known_is_shown_by_its_name():
    (risk,) = risks_of(inputs(scores=[score("a", 0.5)], reasons=[reason("a", "days_open", value=12)]))
    assert risk.reasons[0].words == Text("days open: 12", "days open：12")


CALL = "Call the hotel and have the room confirmed"


@pytest.mark.parametrize(
    "tables, outcome, action, note",
    [
        ({}, "none", "Not decided yet", ""),
        ({"decisions": [decision("a")]}, "act", CALL, "fires Tue 31 Dec, 02:00"),
        ({"decisions": [decision("a", fire_at=None)]}, "act", CALL, "fires at once"),
        ({"decisions": [decision("a", approval="pending")]}, "act", CALL, "waits for approval"),
        ({"decisions": [decision("a", status="failed")]}, "act", CALL, "sending failed"),
        ({"decisions": [decision("a", "holdout")]}, "held", "Held out", "no action, to measure the effect"),
        ({"decisions": [decision("a", "blocked", reason_code="budget")]}, "none", "No action", "No money left"),
        ({"candidates": [candidate("a", "not_worth_it")]}, "none", "No action", "Costs more than it saves"),
        ({"decisions": [decision("b")]}, "none", "No action", "No intervention fits this order"),
    ],
)  # fmt: skip
def test_tonight_says_what_is_done_and_when_or_why_not(tables, outcome, action, note):
    (risk,) = risks_of(inputs(scores=[score("a", 0.5)], **tables))
    assert (risk.outcome, risk.action.en, risk.note.en) == (outcome, action, note)
