"""One decision per subject that can be helped: treat, holdout or blocked, each with its propensity."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demand.contract import TABLES, StateError
from demand.decisions import FURTHER, History, Holdout, Limits, make_plan
from demand.decisions.limits import Holdout as HoldoutSettings
from tests.builders.decisions import NIGHT, ZONE, action, catalog, codes, live, plan

HALF = Holdout(share=0.5, salt="s")
PAID = {"cost_cents": 300, "fund": "f"}


def rows(made: Any) -> list[dict[str, Any]]:
    return list(made.decisions.to_pylist())


def people(n: int, **fields: Any) -> list[dict[str, Any]]:
    return [{"subject_id": f"b{i:02}", "user_id": f"u{i}", **fields} for i in range(n)]


def test_the_better_of_two_actions_is_chosen_and_the_other_says_so() -> None:
    made = plan({}, catalog=catalog(action("call", cost_cents=400), action("letter", cost_cents=500)))
    assert codes(made) == {("b1", "call"): "ok", ("b1", "letter"): "lower_value"}


def test_a_decision_to_treat_carries_its_propensity_and_its_key() -> None:
    made = plan(*people(40), catalog=catalog(), holdout=Holdout(share=0.25, salt="s"))
    assert {(r["propensity"], r["idempotency_key"] is not None) for r in rows(made) if r["arm"] == "treat"} == {
        (0.75, True)
    }


def test_a_holdout_is_recorded_with_its_propensity_and_gets_nothing() -> None:
    made = plan(*people(40), catalog=catalog(), holdout=Holdout(share=0.25, salt="s"))
    held = [r for r in rows(made) if r["arm"] == "holdout"]
    assert held and {(r["propensity"], r["idempotency_key"], r["reason_code"]) for r in held} == {
        (0.25, None, "holdout")
    }


def test_a_holdout_names_what_would_have_been_best() -> None:
    made = plan({}, catalog=catalog(action("a", cost_cents=500), action("b")), holdout=Holdout(share=0.99, salt="s"))
    assert [(r["arm"], r["intervention"]) for r in rows(made)] == [("holdout", "b")]


def test_a_holdout_takes_no_capacity_from_others() -> None:
    made = plan(
        *people(40), catalog=catalog(action(capacity_pool="desk")), limits=Limits(capacities={"desk": 5}), holdout=HALF
    )
    assert made.counts()["treat"] == 5


def test_a_promise_is_kept_also_for_the_holdout() -> None:
    made = plan(
        {}, catalog=catalog(action("promise", contractual=True), action("call")), holdout=Holdout(share=0.99, salt="s")
    )
    assert [(r["intervention"], r["arm"], r["propensity"]) for r in rows(made)] == [("promise", "treat", 1.0)]


def test_a_promise_that_cannot_be_kept_leaves_the_holdout_as_it_is() -> None:
    content = catalog(action("promise", contractual=True, capacity_pool="desk"), action("call"))
    made = plan({}, catalog=content, limits=Limits(capacities={"desk": 0}), holdout=Holdout(share=0.99, salt="s"))
    assert codes(made) == {("b1", "promise"): "capacity", ("b1", "call"): "holdout"}


def test_promises_come_first_when_money_is_short() -> None:
    content = catalog(
        action("promise", contractual=True, scenarios=["cancel_fee"], min_probability=0.1, **PAID),
        action("call", **PAID),
    )
    made = plan(
        {"subject_id": "b1"}, {"subject_id": "b2", "p": 0.1, "q": 0.2}, catalog=content, limits=Limits(fund_cents=300)
    )
    assert {r["subject_id"]: r["arm"] for r in rows(made)} == {"b1": "blocked", "b2": "treat"}


def test_the_likeliest_get_the_scarce_capacity() -> None:
    people_ = [{"subject_id": "b1", "p": 0.2}, {"subject_id": "b2", "p": 0.6}, {"subject_id": "b3", "p": 0.4}]
    made = plan(*people_, catalog=catalog(action(capacity_pool="desk")), limits=Limits(capacities={"desk": 1}))
    assert {r["subject_id"]: (r["arm"], r["reason_code"]) for r in rows(made)} == {
        "b1": ("blocked", "capacity"),
        "b2": ("treat", "ok"),
        "b3": ("blocked", "capacity"),
    }


def test_capacity_that_was_used_before_tonight_is_gone() -> None:
    limits, history = Limits(capacities={"desk": 3}), History(used={"desk": 2})
    made = plan(*people(5), catalog=catalog(action(capacity_pool="desk")), limits=limits, history=history)
    assert made.counts()["treat"] == 1


def test_money_that_was_reserved_before_tonight_is_gone() -> None:
    made = plan(
        *people(5),
        catalog=catalog(action(**PAID)),
        limits=Limits(fund_cents=1_000),
        history=History(reserved_cents=500),
    )
    assert made.counts() == {"treat": 1, "holdout": 0, "blocked": 4}


def test_one_user_with_three_orders_gets_one_message_a_day() -> None:
    orders = [{"subject_id": f"b{i}"} for i in range(3)]
    made = plan(*orders, catalog=catalog(action(audience="customer")), limits=Limits(messages_per_day=1))
    assert sorted(codes(made).values()) == ["message_cap", "message_cap", "ok"]


def test_what_is_dear_waits_for_approval() -> None:
    made = plan({}, catalog=catalog(action(cost_cents=600, approval_above_cents=500)))
    assert [(r["arm"], r["approval"], r["reason_code"]) for r in rows(made)] == [
        ("treat", "pending", "approval_required")
    ]


def test_nobody_is_decided_about_who_cannot_be_helped() -> None:
    assert rows(plan({"p": 0.01}, catalog=catalog(action(min_probability=0.1)))) == []


def test_a_night_without_subjects_has_an_empty_plan() -> None:
    made = plan(catalog=catalog())
    assert (made.decisions.num_rows, made.candidates.num_rows, made.counts()["treat"]) == (0, 0, 0)


def test_decisions_and_candidates_have_the_columns_of_the_contract() -> None:
    made = plan({}, catalog=catalog())
    assert made.decisions.column_names == [*TABLES["decisions"].names, *FURTHER]
    assert made.candidates.column_names == [*TABLES["candidates"].names, "probability"]


def test_a_decision_has_the_same_name_whenever_it_is_planned() -> None:
    first, second = (plan(*people(n), catalog=catalog()).decisions["decision_id"].to_pylist() for n in (1, 3))
    assert first[0] == second[0]


def test_the_limits_say_what_is_used_and_what_more_would_be_worth() -> None:
    made = plan(
        *people(3),
        catalog=catalog(action(capacity_pool="desk", **PAID)),
        limits=Limits(fund_cents=900, capacities={"desk": 1}),
    )
    assert {r["resource"]: (r["used"], r["available"]) for r in made.limits.to_pylist()} == {
        "fund": (300, 900),
        "desk": (1, 1),
    }
    assert made.shadow_prices["desk"] == pytest.approx(2_200)


def test_why_not_names_every_action_with_its_reason() -> None:
    made = plan({}, catalog=catalog(action("call"), action("letter", min_probability=0.9)))
    assert made.why_not("b1") == (
        "b1\n- call: will be done (worth 25.00, costs 0.00)\n"
        "- letter: the problem is too unlikely (worth 25.00, costs 0.00)"
    )


def test_why_not_speaks_chinese() -> None:
    assert "将执行" in plan({}, catalog=catalog()).why_not("b1", "zh")


def test_why_not_of_somebody_who_is_not_live_says_what_to_do() -> None:
    with pytest.raises(StateError, match="nothing was considered for b9"):
        plan({}, catalog=catalog()).why_not("b9")


def test_a_plan_shows_itself_in_a_notebook() -> None:
    assert "1 treat" in plan({}, catalog=catalog())._repr_html_()


def test_a_holdout_of_everybody_is_refused() -> None:
    with pytest.raises(Exception, match=r"\[0, 1\)"):
        HoldoutSettings(share=1.0)


@settings(max_examples=12, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(0, 2_000), st.integers(0, 6))
def test_the_order_of_the_rows_changes_nothing(random: Any, fund: int, desk: int) -> None:
    content = catalog(action("a", **PAID), action("b", capacity_pool="desk", audience="customer", cost_cents=10))
    orders = [{"subject_id": f"b{i:02}", "user_id": f"u{i % 4}", "p": (i % 5) / 6} for i in range(12)]
    limits = Limits(fund_cents=fund, capacities={"desk": desk}, messages_per_day=1)
    first = plan(*orders, catalog=content, limits=limits, holdout=HALF)
    random.shuffle(orders)
    second = plan(*orders, catalog=content, limits=limits, holdout=HALF)
    assert (first.decisions, first.candidates) == (second.decisions, second.candidates)


@settings(max_examples=12, deadline=None)
@given(
    st.lists(st.floats(0, 0.9), min_size=1, max_size=12), st.integers(0, 2_500), st.integers(0, 4), st.integers(0, 2)
)
def test_every_subject_that_can_be_helped_has_one_decision_within_all_limits(
    chances: list[float], fund: int, desk: int, cap: int
) -> None:
    content = catalog(
        action("pay", **PAID),
        action("insure", kind="guarantee", liability_cents=900, fund="f", contractual=True, min_probability=0.5),
        action("ask", capacity_pool="desk", audience="customer", cost_cents=10),
    )
    orders = [{"subject_id": f"b{i:02}", "user_id": f"u{i % 3}", "p": p} for i, p in enumerate(chances)]
    made = plan(*orders, catalog=content, limits=Limits(fund, {"desk": desk}, messages_per_day=cap), holdout=HALF)
    able = {r["subject_id"] for r in made.candidates.to_pylist() if r["eligible"]}
    assert [r["subject_id"] for r in rows(made)] == sorted(able)
    treated = [r for r in rows(made) if r["arm"] == "treat"]
    assert sum(r["reserved_cents"] for r in treated) <= fund
    assert sum(r["pool"] == "desk" for r in treated) <= desk
    users = [r["user_id"] for r in treated if r["message"]]
    assert all(users.count(u) <= cap for u in users)


def test_two_industries_share_money_and_capacity() -> None:
    content = catalog(action(capacity_pool="desk", industries=["hotel", "retail"]))
    lives = [live(*people(3), industry="hotel"), live({"subject_id": "x", "p": 0.9}, industry="retail")]
    made = make_plan(
        lives,
        content,
        as_of=NIGHT,
        policy="p",
        limits=Limits(capacities={"desk": 1}),
        holdout=Holdout(),
        history=History(),
        zone=ZONE,
    )
    assert {r["industry"] for r in rows(made) if r["arm"] == "treat"} == {"retail"}
    assert isinstance(made.decisions, pa.Table)
