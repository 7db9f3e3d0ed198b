"""What is shipped is complete: eight industries, every scenario with its signs, wishes, actions and standard."""

from __future__ import annotations

import pytest

from demand.catalog import FIELDS, Intervention, load_catalog

CATALOG = load_catalog()
CROSS = ("refund_slow", "other")
INDUSTRIES = {
    "catering": (
        *("queue_too_long", "reservation_unavailable", "store_closed", "out_of_stock", "voucher_rejected"),
        *("extra_charge", "fake_content", "voucher_expiring", "duplicate_pay", "privacy"),
    ),
    "hotel": ("no_room", "cancel_fee", "room_mismatch", "late_checkin"),
    "travel": (
        *("forced_purchase", "hidden_fee", "itinerary_change", "weather_cancel", "group_not_formed"),
        "guide_no_show",
    ),
    "beauty": ("misleading_claim", "upsell_on_site", "allergy_injury", "booking_refused", "fake_content"),
    "performances": (
        *("ticket_rush_fail", "show_cancelled", "refund_fee", "real_name_mismatch", "eticket_failed"),
        *("obstructed_view", "duplicate_pay"),
    ),
    "home_cleaning": ("worker_no_show", "worker_late", "platform_cancel", "damage", "price_add_on"),
    "prepaid_card": ("refund_loss", "merchant_runaway", "booking_full", "coach_change"),
    "retail": ("not_as_described", "expired_goods", "pickup_not_ready", "wrong_store", "fake_content"),
}

MEASURES = {
    ("queue_too_long", "wait estimate"): "catering_wait_estimate",
    ("queue_too_long", "alternative store"): "catering_alternative_store",
    ("queue_too_long", "queue coupon"): "catering_queue_coupon",
    ("reservation_unavailable", "hold slot"): "catering_hold_slot",
    ("reservation_unavailable", "extend validity"): "catering_extend_validity",
    ("store_closed", "verify store"): "catering_verify_store",
    ("store_closed", "alternative store"): "catering_alternative_store",
    ("store_closed", "up to the order's amount"): "catering_closed_guarantee",
    ("out_of_stock", "out-of-stock coupon"): "catering_stock_coupon",
    ("voucher_rejected", "merchant nudge"): "catering_merchant_nudge",
    ("voucher_rejected", "agent"): "catering_voucher_agent",
    ("extra_charge", "merchant nudge"): "catering_merchant_nudge",
    ("extra_charge", "agent"): "catering_voucher_agent",
    ("no_room", "confirm call a day before"): "hotel_confirm_call",
    ("no_room", "confirm call six hours before"): "hotel_confirm_call_again",
    ("no_room", "pre-arranged upgrade"): "hotel_upgrade",
    ("no_room", "up to three times the first night"): "hotel_first_night_guarantee",
    ("cancel_fee", "rule explanation before the deadline"): "hotel_cancel_rules",
    ("forced_purchase", "pre-trip rights card"): "travel_rights_card",
    ("hidden_fee", "pre-trip rights card"): "travel_rights_card",
    ("forced_purchase", "hotline"): "travel_hotline",
    ("hidden_fee", "hotline"): "travel_hotline",
    ("itinerary_change", "batch rebook or refund"): "travel_batch_rebook",
    ("weather_cancel", "batch rebook or refund"): "travel_batch_rebook",
    ("group_not_formed", "early notice"): "travel_group_notice",
    ("guide_no_show", "emergency group"): "travel_guide_emergency",
    ("misleading_claim", "licence check"): "beauty_licence_check",
    ("misleading_claim", "cooling notice"): "beauty_cooling_notice",
    ("upsell_on_site", "cooling notice"): "beauty_cooling_notice",
    ("allergy_injury", "emergency group at once"): "beauty_emergency_group",
    ("ticket_rush_fail", "expectation message before the sale opens"): "show_sale_expectation",
    ("ticket_rush_fail", "queue position"): "show_queue_position",
    ("ticket_rush_fail", "waitlist"): "show_waitlist",
    ("show_cancelled", "automatic refund"): "show_automatic_refund",
    ("refund_fee", "reminder before each tier"): "show_refund_tier_reminder",
    ("real_name_mismatch", "fix before the gate"): "show_real_name_fix",
    ("eticket_failed", "ticket ready"): "show_ticket_ready",
    ("eticket_failed", "list at the gate"): "show_gate_list",
    ("obstructed_view", "seat note"): "show_seat_note",
    ("worker_no_show", "reassign early"): "cleaning_reassign",
    ("worker_late", "reassign early"): "cleaning_reassign",
    ("worker_late", "honest slot offer"): "cleaning_slot_offer",
    ("worker_no_show", "credit"): "cleaning_credit",
    ("platform_cancel", "advance reminder"): "cleaning_cancel_notice",
    ("platform_cancel", "priority rebook"): "cleaning_priority_rebook",
    ("damage", "expert"): "cleaning_damage_expert",
    ("refund_loss", "before-purchase disclosure"): "prepaid_purchase_disclosure",
    ("refund_loss", "before-nth-session disclosure"): "prepaid_session_disclosure",
    ("refund_loss", "refund preview"): "prepaid_refund_preview",
    ("refund_loss", "pause or transfer"): "prepaid_pause_transfer",
    ("refund_loss", "expert for hardship"): "prepaid_hardship_expert",
    ("merchant_runaway", "stop sale"): "prepaid_stop_sale",
    ("merchant_runaway", "reserve fund"): "prepaid_reserve_fund",
    ("merchant_runaway", "batch notice"): "prepaid_batch_notice",
}
"""The measures of the domain, by the scenario they are for."""

OWN = [(industry, scenario) for industry, names in INDUSTRIES.items() for scenario in (*names, "refund_slow")]
POOLS = {"dispatch_desk", "emergency_desk", "expert_calls", "merchant_calls", "review_desk"}


@pytest.mark.parametrize("industry", INDUSTRIES)
def test_an_industry_has_exactly_its_scenarios(industry: str) -> None:
    assert {s.id for s in CATALOG.scenarios_of(industry)} == {*INDUSTRIES[industry], *CROSS, "unknown"}


@pytest.mark.parametrize("measure", MEASURES, ids=lambda m: f"{m[0]}: {m[1]}")
def test_a_measure_of_the_domain_is_an_intervention_for_its_scenario(measure: tuple[str, str]) -> None:
    assert CATALOG.intervention(MEASURES[measure]).covers(measure[0])


def test_every_scenario_has_a_sign_that_comes_before_it() -> None:
    assert [s.id for s in CATALOG.scenarios if not s.indicators and s.id not in ("other", "unknown")] == []


def test_every_scenario_says_what_customers_want() -> None:
    assert [s.id for s in CATALOG.scenarios if not s.expectations and s.id != "unknown"] == []


def test_every_expectation_is_wanted_in_some_scenario() -> None:
    assert {e.id for e in CATALOG.expectations} == {e for s in CATALOG.scenarios for e in s.expectations}


def test_no_scenario_ranks_the_same_wish_twice() -> None:
    assert [s.id for s in CATALOG.scenarios if len(set(s.expectations)) < len(s.expectations)] == []


def test_every_scenario_of_an_industry_has_an_action_there() -> None:
    acted = {i: CATALOG.interventions_of(i) for i in INDUSTRIES}
    assert [pair for pair in OWN if not any(a.covers(pair[1]) for a in acted[pair[0]])] == []


def test_every_scenario_of_an_industry_has_a_standard_of_its_own() -> None:
    found = {pair: CATALOG.standard(*pair) for pair in OWN}
    assert [pair for pair, standard in found.items() if standard is None or standard.scenario != pair[1]] == []


def test_harm_and_closed_doors_are_answered_by_a_person_within_minutes() -> None:
    urgent = [p for p in OWN if next(s for s in CATALOG.scenarios if s.id == p[1]).severity == "urgent"]
    assert urgent
    assert {CATALOG.standard(*p).first_response.total_seconds() for p in urgent} == {300}  # type: ignore[union-attr]


@pytest.mark.parametrize("part", ["scenarios", "expectations", "interventions", "standards"])
def test_no_id_stands_twice(part: str) -> None:
    ids = [entry.id for entry in getattr(CATALOG, part)]
    assert len(set(ids)) == len(ids)


def test_the_pools_are_few() -> None:
    assert {i.capacity_pool for i in CATALOG.interventions} - {None} == POOLS


def worth(action: Intervention) -> float:
    """Cents of requests that it prevents where its dearest scenario is certain, less what that would cost."""
    industries = [i for i in INDUSTRIES if i in action.industries or "*" in action.industries]
    cents = max(CATALOG.request_cents(i, s) for i in industries for s in action.scenarios)
    return cents * action.effect.reduction - action.liability_cents


def test_every_action_can_be_worth_its_cost_below_an_even_chance() -> None:
    weighed = [i for i in CATALOG.interventions if not i.contractual]
    assert [i.id for i in weighed if i.cost_cents > 0.5 * worth(i)] == []


def test_money_that_is_said_is_money_that_a_fund_pays() -> None:
    promising = [i for i in CATALOG.interventions if "{amount}" in i.wording.en]
    assert [i.id for i in promising if not i.fund] == []


def test_no_action_with_money_is_silent_about_the_amount() -> None:
    paying = [i for i in CATALOG.interventions if i.kind in ("guarantee", "advance_compensation")]
    assert [i.id for i in paying if "{amount}" not in i.wording.en] == []


def test_chinese_is_written_in_chinese_and_english_in_english() -> None:
    empty = dict.fromkeys(FIELDS, "")
    texts = [i.text for i in (*CATALOG.scenarios, *CATALOG.interventions, *CATALOG.standards, *CATALOG.expectations)]
    texts += [sign for s in CATALOG.scenarios for sign in s.indicators]
    texts += [i.wording for i in CATALOG.interventions]
    wrong = [t for t in texts if not t.en.isascii() or t.zh.format(**empty).isascii()]
    assert wrong == []
