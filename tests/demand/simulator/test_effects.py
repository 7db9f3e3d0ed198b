"""What interventions do: every one something, to some people harm, too late little, and not everything is gone."""

from datetime import timedelta

import numpy as np
import pytest

from demand.catalog import load_catalog
from demand.simulator import calibration
from demand.simulator.effects import (
    FLOOR,
    MOST_MOVED,
    Circumstances,
    in_time,
    neighbour,
    rate_ratios,
    rebound,
    true_effect,
    with_moved,
    woken,
)

CATALOG = load_catalog()
EVERY = list(CATALOG.interventions)
SCENARIOS = ("no_room", "cancel_fee", "room_mismatch", "other")


def people(**changed) -> Circumstances:
    """A thousand who differ in nothing but their response, reached a week ahead."""
    usual = {
        "response": (np.arange(1000) + 0.5) / 1000,
        "propensity": np.zeros(1000),
        "english": np.zeros(1000, np.int64),
        "hours_left": np.full(1000, 7 * 24.0),
        "weight": np.ones(1000),
    }
    return Circumstances(**(usual | {name: np.broadcast_to(value, 1000) for name, value in changed.items()}))


def ratios(name: str, scenario: str, **changed) -> np.ndarray:
    return rate_ratios(CATALOG.intervention(name), (scenario,), people(**changed))[:, 0]


@pytest.mark.parametrize("intervention", EVERY, ids=lambda each: each.id)
def test_every_intervention_does_something_to_what_it_covers_and_nothing_to_the_rest(intervention):
    covered = next(s for s in intervention.scenarios)
    changed = rate_ratios(intervention, (covered, "nothing_of_the_kind"), people())
    assert (changed[:, 0] != 1).all() and (changed[:, 0] >= FLOOR).all()
    assert (changed[:, 1] == 1).all()


def test_what_is_true_is_not_what_the_catalogue_assumes():
    true = np.array([1 - np.exp(-true_effect(each).strength) for each in EVERY])
    assumed = np.array([each.effect.reduction for each in EVERY])
    assert 0.5 < np.corrcoef(true, assumed)[0, 1] < 0.95
    assert (true > assumed).any() and (true < assumed).any()


def test_kinds_and_channels_differ():
    def mean(kind):
        return np.mean([true_effect(each).strength for each in EVERY if each.kind == kind])

    assert mean("guarantee") < mean("reminder") < mean("expert_group") < mean("advance_compensation")


def test_a_reminder_harms_those_it_wakes_and_helps_the_others():
    changed = ratios("hotel_cancel_rules", "cancel_fee")
    assert changed[0] > 1 > changed[500] > changed[-1]


@pytest.mark.parametrize("notice", ["prepaid_seven_day_note", "prepaid_batch_notice"])
def test_some_notices_raise_contacts_altogether(notice):
    assert ratios(notice, CATALOG.intervention(notice).scenarios[0]).mean() > 1


def test_harm_is_not_scaled(monkeypatch):
    monkeypatch.setattr(calibration, "SCALE", 0.0)
    changed = ratios("hotel_cancel_rules", "cancel_fee")
    assert changed.max() > 1 and changed.min() == 1


def test_the_scale_moves_every_reduction_the_same_way(monkeypatch):
    monkeypatch.setattr(calibration, "SCALE", 1.0)
    before = ratios("hotel_room_held", "no_room")
    monkeypatch.setattr(calibration, "SCALE", 2.0)
    assert ratios("hotel_room_held", "no_room") == pytest.approx(before**2, abs=FLOOR)


def test_an_action_fired_after_its_lead_time_does_little():
    lead = CATALOG.intervention("hotel_confirm_call").lead_time / timedelta(hours=1)
    early, late = (1 - ratios("hotel_confirm_call", "no_room", hours_left=h).mean() for h in (lead + 1, lead / 2))
    assert 0 < late < 0.2 * early


def test_what_needs_no_preparation_is_in_time_until_the_end():
    show = CATALOG.intervention("show_queue_position")
    assert in_time(show, np.array([5.0, 0.0, -1.0])).tolist() == [1, 1, 0]


def test_a_trouble_that_goes_on_has_no_too_late():
    assert ratios("refund_hasten", "refund_slow", hours_left=-500) == pytest.approx(
        ratios("refund_hasten", "refund_slow", hours_left=500)
    )


def test_a_reminder_is_forgotten_with_time():
    soon, far = (ratios("hotel_arrival_note", "late_checkin", hours_left=24.0 * days)[500] for days in (2, 60))
    assert soon < far < 1


def test_a_person_calms_whom_a_message_does_not():
    def gained(name, scenario):
        usual, loud = (1 - ratios(name, scenario, propensity=z)[500] for z in (0.0, 1.0))
        return loud / usual

    assert gained("hotel_arrival_note", "late_checkin") < 0.8 < 1.1 < gained("travel_hotline", "forced_purchase")


def test_a_call_in_a_foreign_language_helps_less():
    chinese, english = (ratios("travel_hotline", "hidden_fee", english=e)[500] for e in (0, 1))
    assert chinese < english < 1


def test_those_who_complain_readily_are_woken_more_often():
    reminder = CATALOG.intervention("voucher_expiry_reminder")
    calm, loud = (woken(reminder, people(propensity=z)).mean() for z in (-0.5, 0.8))
    assert calm < loud


def test_a_weary_reader_is_neither_helped_nor_harmed_as_much():
    rested, weary = (ratios("hotel_cancel_rules", "cancel_fee", weight=w) for w in (1.0, 0.5))
    assert (abs(weary - 1) < abs(rested - 1)).all()


def test_part_of_what_is_prevented_comes_as_a_neighbouring_scenario():
    call = CATALOG.intervention("hotel_confirm_call")
    expected = np.full((1000, 4), 0.1)
    alone = rate_ratios(call, SCENARIOS, people())
    total = with_moved(call, SCENARIOS, alone, expected)
    moved = true_effect(call).moved
    assert (total[:, 2] - alone[:, 2]) / alone[:, 2] == pytest.approx(moved * (1 - alone[:, 0]))
    assert (total[:, 0] == alone[:, 0]).all()


def test_nothing_moves_to_what_cannot_happen():
    call = CATALOG.intervention("hotel_confirm_call")
    expected = np.array([[0.1, 0.1, 0.0, 0.0]])
    alone = rate_ratios(call, SCENARIOS, people().only(np.array([500])))
    assert (with_moved(call, SCENARIOS, alone, expected) == alone).all()


def test_what_moves_is_bounded():
    call = CATALOG.intervention("hotel_confirm_call")
    expected = np.array([[1.0, 0.0, 1e-6, 1.0]])
    alone = rate_ratios(call, SCENARIOS, people().only(np.array([500])))
    assert with_moved(call, SCENARIOS, alone, expected)[0, 2] <= alone[0, 2] * (1 + MOST_MOVED)


def test_every_scenario_of_the_catalogue_has_a_neighbour_of_its_industry():
    for industry in {name for each in EVERY for name in each.industries} - {"*"}:
        scenarios = (*(s.id for s in CATALOG.scenarios_of(industry)), "other")
        for scenario in scenarios:
            to = neighbour(scenario, scenarios)
            assert (to == -1) == (scenario == "other") and (to == -1 or scenarios[to] != scenario)


def test_what_was_put_off_comes_after_the_delay_but_no_more_than_was_prevented():
    progress = CATALOG.intervention("refund_progress")
    during = ratios("refund_progress", "refund_slow")
    after = during * rebound(progress, during[:, None])[:, 0]
    helped = during < 1
    assert after[helped] - during[helped] == pytest.approx(true_effect(progress).delayed * (1 - during[helped]))
    assert (after[~helped] == during[~helped]).all()
