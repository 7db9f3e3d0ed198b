"""The shipped catalogue holds together; a workspace's own file changes it; every mistake is told at once."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from demand.catalog import FIELDS, Catalog, load_catalog
from demand.contract import ConfigError

SHIPPED = load_catalog()


def load(tmp_path: Path, content: object, *, entries: tuple[str, ...] = ("shipped", "catalog.yaml")) -> Catalog:
    (tmp_path / "catalog.yaml").write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")
    return load_catalog(entries, tmp_path)


def refused(tmp_path: Path, content: object, **options: tuple[str, ...]) -> str:
    with pytest.raises(ConfigError) as error:
        load(tmp_path, content, **options)
    return str(error.value)


def test_the_nine_expectations_are_shipped() -> None:
    assert {e.id for e in SHIPPED.expectations} == {
        *("refund_full", "refund_partial", "compensation", "rebook", "fulfil_now"),
        *("explanation", "apology", "merchant_penalty", "escalate_authority"),
    }


@pytest.mark.parametrize("industry", ["hotel", "prepaid_card", "home_cleaning"])
def test_every_scenario_of_an_industry_can_be_acted_on(industry: str) -> None:
    actions = SHIPPED.interventions_of(industry)
    own = [s.id for s in SHIPPED.scenarios_of(industry) if industry in s.industries]
    assert [s for s in own if not any(a.covers(s) for a in actions)] == []


def test_every_shipped_intervention_says_where_its_effect_comes_from() -> None:
    assert [i.id for i in SHIPPED.interventions if not i.effect.source.en] == []


def test_every_shipped_wording_can_be_filled_in() -> None:
    said = [w.format(**dict.fromkeys(FIELDS, "x")) for i in SHIPPED.interventions for w in (i.wording.en, i.wording.zh)]
    assert not [s for s in said if "{" in s]


def test_a_workspace_changes_only_the_fields_it_names(tmp_path: Path) -> None:
    catalog = load(tmp_path, {"interventions": [{"id": "hotel_confirm_call", "cost_cents": 900}]})
    call, before = catalog.intervention("hotel_confirm_call"), SHIPPED.intervention("hotel_confirm_call")
    assert call == before.model_copy(update={"cost_cents": 900})


def test_a_workspace_drops_an_intervention_by_leaving_it_no_industry(tmp_path: Path) -> None:
    catalog = load(tmp_path, {"interventions": [{"id": "hotel_confirm_call", "industries": []}]})
    assert "hotel_confirm_call" not in {i.id for i in catalog.interventions_of("hotel")}


def test_a_workspace_sets_its_own_value_of_a_request(tmp_path: Path) -> None:
    catalog = load(tmp_path, {"value_of_request_cents": {"city_hotel": 1234}})
    assert catalog.request_cents("city_hotel", "late_checkin", "hotel") == 1234


def test_a_catalogue_may_stand_without_the_shipped_one(tmp_path: Path) -> None:
    own = {"scenarios": [{"id": "leak", "industries": ["*"], "text": {"en": "a leak", "zh": "漏水"}}]}
    assert [s.id for s in load(tmp_path, own, entries=("catalog.yaml",)).scenarios] == ["leak"]


def test_an_empty_file_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "catalog.yaml").write_text("", "utf-8")
    assert load_catalog(["shipped", "catalog.yaml"], tmp_path) == SHIPPED


@pytest.mark.parametrize(
    ("fields", "remedy"),
    [
        ({"costs_cents": 5}, "write cost_cents"),
        ({"effect": {"reductoin": 0.2, "source": {"en": "a", "zh": "b"}}}, "write reduction"),
        ({"needs": {"fone": True}}, "write phone"),
    ],
)
def test_an_unknown_key_names_the_nearest_right_one(tmp_path: Path, fields: dict, remedy: str) -> None:
    assert remedy in refused(tmp_path, {"interventions": [{"id": "hotel_confirm_call", **fields}]})


def test_an_unknown_list_names_the_nearest_right_one(tmp_path: Path) -> None:
    assert "write interventions" in refused(tmp_path, {"intervention": []})


def test_all_problems_come_at_once(tmp_path: Path) -> None:
    said = refused(
        tmp_path,
        {
            "scenarios": [{"id": "leak", "industries": ["*"], "text": {"en": "a leak"}}],
            "interventions": [{"id": "hotel_confirm_call", "lead_time": "soon", "scenarios": ["no_rom"]}],
            "standards": [{"id": "default", "severity": "awful"}],
            "value_of_request_cents": {"hotel": -1},
        },
    )
    assert all(word in said for word in ("5 problem", "zh: ...", "'soon'", "write no_room", "awful", "-1"))


def test_an_intervention_for_an_unknown_scenario_names_the_nearest(tmp_path: Path) -> None:
    said = refused(tmp_path, {"interventions": [{"id": "hotel_confirm_call", "scenarios": ["no_rom"]}]})
    assert "catalog.yaml: interventions[hotel_confirm_call].scenarios: unknown scenario 'no_rom'" in said


def test_an_intervention_for_a_scenario_of_another_industry_is_refused(tmp_path: Path) -> None:
    said = refused(tmp_path, {"interventions": [{"id": "hotel_confirm_call", "scenarios": ["damage"]}]})
    assert "'damage' occurs in home_cleaning only" in said


@pytest.mark.parametrize(
    ("wording", "remedy"),
    [
        ({"en": "order {ordr}", "zh": "订单 {ordr}"}, "unknown field {ordr}"),
        ({"en": "order {order}", "zh": "订单"}, "different fields"),
        ({"en": "order {", "zh": "订单"}, "write {{ for a brace"),
    ],
)
def test_a_wording_that_cannot_be_filled_in_is_refused(tmp_path: Path, wording: dict, remedy: str) -> None:
    assert remedy in refused(tmp_path, {"interventions": [{"id": "hotel_confirm_call", "wording": wording}]})


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"liability_cents": 0}, "a guarantee without liability_cents"),
        ({"fund": None}, "without a fund"),
        ({"expires_after": "0d"}, "expires_after is 0"),
    ],
)
def test_a_guarantee_that_could_not_pay_is_refused(tmp_path: Path, fields: dict, found: str) -> None:
    assert found in refused(tmp_path, {"interventions": [{"id": "hotel_arrival_guarantee", **fields}]})


def test_money_is_whole_cents(tmp_path: Path) -> None:
    said = refused(tmp_path, {"interventions": [{"id": "hotel_confirm_call", "cost_cents": 4.5}]})
    assert "interventions[hotel_confirm_call].cost_cents" in said


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"catalog: mine\.yaml"):
        load_catalog(["mine.yaml"], tmp_path)


def test_a_file_that_is_not_yaml_is_named(tmp_path: Path) -> None:
    (tmp_path / "catalog.yaml").write_text("scenarios: [", "utf-8")
    with pytest.raises(ConfigError, match=r"catalog\.yaml, line 1: not readable as YAML"):
        load_catalog(["catalog.yaml"], tmp_path)
