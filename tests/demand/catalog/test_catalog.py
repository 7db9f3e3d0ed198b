"""Entries belong to industries by their own name or the catalogue's; the most specific standard holds."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from pydantic import ValidationError

from demand.catalog import QuietHours, Standard, load_catalog
from demand.contract import StateError, Text

CATALOG = load_catalog()


def test_an_industry_of_the_workspace_takes_what_its_catalogue_industry_has() -> None:
    assert CATALOG.interventions_of("city_hotel", "hotel") == CATALOG.interventions_of("hotel")


def test_an_industry_that_the_catalogue_does_not_know_has_only_what_is_everywhere() -> None:
    assert {s.id for s in CATALOG.scenarios_of("florist")} == {"refund_slow", "other", "unknown"}


def test_the_standard_of_a_scenario_comes_before_the_general_one() -> None:
    found = CATALOG.standard("city_hotel", "no_room", catalog_industry="hotel")
    assert found is not None and found.first_response == timedelta(minutes=10)


def test_an_urgent_problem_has_a_standard_of_its_own() -> None:
    found = CATALOG.standard("retail", "other", severity="urgent")
    assert found is not None and found.group == "emergency"


def test_anything_else_falls_back_to_the_platform_default() -> None:
    found = CATALOG.standard("retail", "never_heard_of")
    assert found is not None and found.id == "default"


def test_a_catalogue_without_standards_has_none() -> None:
    assert CATALOG.model_copy(update={"standards": ()}).standard("hotel", "no_room") is None


def test_the_cost_of_a_request_is_the_scenarios_own_then_the_industrys_then_the_general_one() -> None:
    asked = [("x", "no_room", "hotel"), ("x", "late_checkin", "hotel"), ("x", "return", None)]
    assert [CATALOG.request_cents(*a) for a in asked] == [20000, 8000, 4000]


def test_an_unknown_id_is_told_with_those_there_are() -> None:
    with pytest.raises(StateError, match="hotel_confirm_call"):
        CATALOG.intervention("hotel_cnfirm_call")


def test_a_scenario_outside_the_catalogue_is_called_by_its_id() -> None:
    assert CATALOG.words("bad_review") == Text("bad_review", "bad_review")


@pytest.mark.parametrize(
    ("start", "end", "hour", "quiet"),
    [
        ("21:00", "08:00", "23:30", True),
        ("21:00", "08:00", "07:59", True),
        ("21:00", "08:00", "08:00", False),
        ("12:00", "14:00", "12:00", True),
        ("12:00", "14:00", "14:00", False),
    ],
)
def test_quiet_hours_begin_at_their_start_and_end_before_their_end(
    start: str, end: str, hour: str, quiet: bool
) -> None:
    assert QuietHours(start=start, end=end).holds(time.fromisoformat(hour)) is quiet


def standard(**fields: object) -> Standard:
    text = {"en": "a", "zh": "b"}
    return Standard(**{"id": "s", "text": text, "industries": ["*"], "scenario": "*", "first_response": "1h", **fields})


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"resolution": "30m"}, "resolution comes before first_response"),
        ({"resolution": "2h", "intake": "3h"}, "intake is not between"),
        ({"resolution": "2h", "free_cancel_holidays": "15d"}, "without free_cancel"),
        ({"resolution": "2h", "cap_basis": "fixed"}, "without compensation_cap_cents"),
        ({"resolution": "2h", "compensation_cap_cents": 5}, "without a cap_basis"),
    ],
)
def test_a_standard_that_contradicts_itself_is_refused(fields: dict, found: str) -> None:
    with pytest.raises(ValidationError, match=found):
        standard(**fields)


def test_an_entry_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        CATALOG.interventions[0].cost_cents = 1  # type: ignore[misc]
