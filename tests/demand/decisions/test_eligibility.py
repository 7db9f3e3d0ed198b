"""Every candidate has one code, and the code names what rules it out."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from demand.catalog import Catalog
from demand.decisions import REASON_CODES, History, Limits
from demand.decisions.eligibility import consider
from demand.decisions.live import to_micros
from tests.builders.decisions import DAY, NIGHT, ZONE, action, catalog, codes, live, plan

HOUR = timedelta(hours=1)
CAPPED = Limits(messages_per_day=1, messages_per_week=2)


def code(
    row: dict[str, Any] | None = None, *, limits: Limits | None = None, history: History | None = None, **fields: Any
) -> str:
    made = plan(row or {}, catalog=catalog(action(**fields)), limits=limits, history=history)
    return codes(made)["b1", "call"]


def sent(*moments: Any) -> History:
    return History(messages={"u1": tuple(to_micros(m) for m in moments)})


def test_what_nothing_speaks_against_is_done() -> None:
    assert code() == "ok"


def test_too_unlikely() -> None:
    assert code({"p": 0.09}, min_probability=0.1) == "below_min_probability"


def test_the_probability_is_that_of_the_covered_scenarios_alone() -> None:
    assert code({"p": 0.09, "q": 0.9}, min_probability=0.1) == "below_min_probability"


def test_too_late() -> None:
    assert code({"due": NIGHT + DAY}, lead_time="25h") == "lead_time_missed"


@pytest.mark.parametrize(("due", "expected"), [(NIGHT + DAY + 6 * HOUR, "outside_hours"), (NIGHT + 2 * DAY, "ok")])
def test_a_call_that_could_only_be_made_at_night_is_not_made(due: Any, expected: str) -> None:
    assert code({"due": due}, lead_time="1d", hours=None) == expected


def fires(**fields: Any) -> Any:
    return plan({}, catalog=catalog(action(**fields))).decisions["fire_at"][0].as_py()


@pytest.mark.parametrize(("kind", "hour"), [("in_process", 9), ("expert_group", 9), ("reminder", 2)])
def test_people_work_by_day_and_machines_at_any_hour(kind: str, hour: int) -> None:
    assert fires(kind=kind, hours=None) == NIGHT.replace(hour=hour)


def test_hours_of_its_own_take_the_place_of_the_usual_ones() -> None:
    assert fires(hours={"from": "06:30", "to": "12:00"}) == NIGHT.replace(hour=6, minute=30)


def test_costs_more_than_it_saves() -> None:
    assert code({"p": 0.2}, cost_cents=1_000) == "not_worth_it"


def test_saves_a_cent_more_than_it_costs() -> None:
    assert code({"p": 0.2}, cost_cents=999) == "ok"


def test_a_promise_is_kept_whatever_it_costs() -> None:
    assert code({"p": 0.2}, cost_cents=9_000, contractual=True) == "ok"


def test_a_message_needs_somebody_to_read_it() -> None:
    assert code({"user_id": None}, needs={"user": True}) == "no_user"


def test_a_call_needs_a_number() -> None:
    assert code({"has_phone": False}, needs={"phone": True}) == "no_phone"


def test_a_number_that_nobody_recorded_is_not_there() -> None:
    assert code(needs={"phone": True}) == "no_phone"


def test_a_call_to_a_recorded_number_is_made() -> None:
    assert code({"has_phone": True}, needs={"phone": True}) == "ok"


@pytest.mark.parametrize(("given", "expected"), [(["sms", "app"], "ok"), (["app"], "no_consent"), (None, "no_consent")])
def test_consent_is_needed_for_every_named_channel(given: list[str] | None, expected: str) -> None:
    assert code({"consent": given or []}, needs={"consent": ["sms"]}) == expected


@pytest.mark.parametrize(
    ("given", "channel", "audience", "expected"),
    [
        (["sms"], "sms", "customer", "ok"),
        ([], "sms", "customer", "no_consent"),
        ([], "phone", "customer", "ok"),
        ([], "sms", "merchant", "ok"),
    ],
)
def test_a_channel_whose_consents_are_known_is_used_for_nobody_else(
    given: list[str], channel: str, audience: str, expected: str
) -> None:
    act = action("call", channel=channel, audience=audience)
    subjects = replace(live({"consent": given}), by_consent=frozenset({"sms"}))
    found = consider(subjects, catalog(act), Limits(), History(), ZONE)
    assert found["reason_code"].to_pylist() == [expected]


def test_the_same_is_not_done_again_within_its_cooldown() -> None:
    history = History(fired={("b1", "call"): (to_micros(NIGHT - 13 * DAY),)})
    assert code(history=history, cooldown="14d") == "cooldown"


def test_it_may_be_done_again_when_the_cooldown_is_over() -> None:
    history = History(fired={("b1", "call"): (to_micros(NIGHT - 14 * DAY),)})
    assert code(history=history, cooldown="14d") == "ok"


def test_another_action_has_a_cooldown_of_its_own() -> None:
    assert code(history=History(fired={("b1", "letter"): (to_micros(NIGHT),)})) == "ok"


def test_a_subject_with_a_decision_of_tonight_gets_no_second_one() -> None:
    assert code(history=History(decided=frozenset({"b1"}))) == "already_decided"


def test_one_message_a_day() -> None:
    assert code(limits=CAPPED, history=sent(NIGHT), audience="customer") == "message_cap"


def test_yesterdays_message_does_not_count_today() -> None:
    assert code(limits=CAPPED, history=sent(NIGHT - DAY), audience="customer") == "ok"


def test_two_messages_a_week() -> None:
    assert code(limits=CAPPED, history=sent(NIGHT - DAY, NIGHT - 6 * DAY), audience="customer") == "message_cap"


def test_messages_that_are_planned_for_later_count_too() -> None:
    assert code(limits=CAPPED, history=sent(NIGHT + DAY, NIGHT + 6 * DAY), audience="customer") == "message_cap"


def test_a_week_later_the_cap_is_free() -> None:
    assert code(limits=CAPPED, history=sent(NIGHT - 7 * DAY, NIGHT - 8 * DAY), audience="customer") == "ok"


def test_what_reaches_no_customer_is_not_capped() -> None:
    assert code(limits=CAPPED, history=sent(NIGHT, NIGHT)) == "ok"


def urgent() -> Catalog:
    content = catalog(action(audience="customer"))
    worse = [s.model_copy(update={"severity": "urgent"}) for s in content.scenarios]
    return content.model_copy(update={"scenarios": tuple(worse)})


def test_harm_may_break_the_message_cap() -> None:
    assert codes(plan({}, catalog=urgent(), limits=CAPPED, history=sent(NIGHT))) == {("b1", "call"): "ok"}


def quiet_standard(**fields: Any) -> dict[str, Any]:
    default = {
        "id": "quiet",
        "text": {"en": "a", "zh": "b"},
        "industries": ["*"],
        "scenario": "*",
        "first_response": "1h",
        "resolution": "1d",
        "quiet_hours": {"start": "21:00", "end": "08:00"},
    }
    return {**default, **fields}


@pytest.mark.parametrize(("audience", "hour"), [("customer", 8), ("operations", 2)])
def test_the_standards_quiet_hours_hold_for_customers_only(audience: str, hour: int) -> None:
    made = plan({}, catalog=catalog(action(audience=audience), standards=[quiet_standard()]))
    assert made.decisions["fire_at"].to_pylist() == [NIGHT.replace(hour=hour)]


def test_the_main_scenario_is_the_likeliest_that_is_covered() -> None:
    made = plan({"p": 0.1, "q": 0.2}, catalog=catalog(action(scenarios=["no_room", "cancel_fee"])))
    assert made.candidates["scenario"].to_pylist() == ["cancel_fee"]


def test_an_action_whose_scenarios_are_not_predicted_is_listed_as_too_unlikely() -> None:
    content = catalog(action(min_probability=0.01))
    lost = content.interventions[0].model_copy(update={"scenarios": ("refund_slow",)})
    made = plan({}, catalog=content.model_copy(update={"interventions": (lost,)}))
    assert codes(made) == {("b1", "call"): "below_min_probability"}


def test_an_action_of_another_industry_is_no_candidate() -> None:
    assert codes(plan({}, catalog=catalog(action(industries=["retail"])))) == {}


def test_every_subject_meets_every_action() -> None:
    made = plan({}, {"subject_id": "b2"}, catalog=catalog(action("a"), action("b")))
    assert set(codes(made)) == {("b1", "a"), ("b1", "b"), ("b2", "a"), ("b2", "b")}


def test_every_code_has_words_in_both_languages() -> None:
    assert all(words.en and words.zh for words in REASON_CODES.values())
