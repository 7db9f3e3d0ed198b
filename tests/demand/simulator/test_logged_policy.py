"""What was done in the past: by a rule whose chances are known, or by eye."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demand.catalog import load_catalog
from demand.contract import ContractError
from demand.simulator.dice import Dice
from demand.simulator.logged_policy import (
    LOOKS_BAD,
    Candidates,
    confounded,
    fires,
    logged,
    policy_named,
    possible,
    shelf,
)

CATALOG = load_catalog()
ITEMS = shelf(CATALOG.interventions_of("hotel"))


def candidates(count: int = 4000, **changed) -> Candidates:
    draws = np.random.default_rng(4)
    usual = {
        "ident": np.arange(count),
        "days_left": draws.integers(0, 40, count),
        "asked": draws.integers(0, 3, count),
        "trouble": draws.normal(size=count),
    }
    return Candidates(**(usual | changed))


def test_the_shelf_holds_no_promise_and_no_payment():
    for industry in {name for each in CATALOG.interventions for name in each.industries} - {"*"}:
        items = shelf(CATALOG.interventions_of(industry))
        assert items and not any(each.contractual or each.channel == "payment" for each in items)


def test_the_rule_fires_as_often_as_it_says():
    found = logged(candidates(), ITEMS, Dice(1))
    for level in np.unique(fires(candidates())):
        of = (found.propensity == level) & (found.intervention >= 0)
        assert found.fired[of].mean() == pytest.approx(level, abs=4 * np.sqrt(level * (1 - level) / of.sum()))


def test_whether_it_fires_does_not_depend_on_what_came_into_question():
    found = logged(candidates(40_000), ITEMS, Dice(1))
    for item in range(len(ITEMS)):
        of = found.intervention == item
        assert found.fired[of].sum() == pytest.approx(found.propensity[of].sum(), rel=0.1)


@settings(deadline=None)
@given(st.integers(1, 60))
def test_a_propensity_is_a_chance_and_nothing_is_done_too_late(count):
    of = candidates(count)
    found, can = logged(of, ITEMS, Dice(2)), possible(candidates(count), ITEMS)
    assert ((found.propensity > 0) & (found.propensity < 1)).all()
    assert all(can[row, choice] if choice >= 0 else not can[row].any() for row, choice in enumerate(found.intervention))
    assert not found.fired[found.intervention < 0].any()


def test_the_rule_does_not_look_at_what_is_hidden():
    one, other = (logged(candidates(trouble=np.full(4000, level)), ITEMS, Dice(1)) for level in (-9.0, 9.0))
    assert (one.fired == other.fired).all() and (one.propensity == other.propensity).all()


def test_agents_act_where_it_looks_bad_and_write_no_chance_down():
    trouble = LOOKS_BAD + np.random.default_rng(5).normal(size=4000)
    found = confounded(candidates(days_left=np.full(4000, 30), trouble=trouble), ITEMS, Dice(1))
    assert 0.4 < found.fired.mean() < 0.6
    assert trouble[found.fired].mean() > trouble[~found.fired].mean() + 1
    assert np.isnan(found.propensity).all()


@pytest.mark.parametrize("policy", [logged, confounded])
def test_an_evening_without_candidates_has_no_choices(policy):
    assert len(policy(candidates(0), ITEMS, Dice(1)).intervention) == 0


@pytest.mark.parametrize("policy", [logged, confounded])
def test_a_choice_does_not_depend_on_the_order_of_candidates(policy):
    of, order = candidates(500), np.random.default_rng(1).permutation(500)
    mixed = Candidates(of.ident[order], of.days_left[order], of.asked[order], of.trouble[order])
    straight, shuffled = policy(of, ITEMS, Dice(1)), policy(mixed, ITEMS, Dice(1))
    assert (shuffled.intervention == straight.intervention[order]).all()
    assert (shuffled.fired == straight.fired[order]).all()


def test_an_unknown_policy_is_refused():
    assert policy_named("logged") == "logged"
    with pytest.raises(ContractError, match="one of none, logged, confounded"):
        policy_named("clever")
