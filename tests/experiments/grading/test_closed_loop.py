"""The policy in small worlds: what goes out acts once, limits hold, nothing done changes nothing."""

import json
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from demand.contract import StateError
from demand.simulator import World
from demand.simulator.clock import day_number
from demand.simulator.industry import QUIET
from experiments.grading import nights
from experiments.grading.closed_loop import closed_loop, graded_seed, summary
from experiments.grading.nights import START, Messenger, Setting, live_through, workspace
from experiments.grading.observed import Sightings, score_night, teach
from pipelines.ledger import Due

SETTING = Setting(orders=1500, nights=3, burn_in=70, lessons=6000)


FUND_UNUSED = [{"resource": "fund", "used": 0, "available": 1}]


def message(action, *, user="u1", hour=9):
    """One that goes out so many hours after the start of 1 June, local."""
    at = datetime(2024, 6, 1, tzinfo=ZoneInfo("Asia/Shanghai")) + timedelta(hours=hour)
    return {"intervention": action.id, "scenario": action.scenarios[0], "user_id": user, "fire_at": at.isoformat()}


def calm(ws, action):
    """Whether the caps count its messages."""
    return ws.catalog.scenario(action.scenarios[0]).severity != "urgent"


@pytest.fixture(scope="module")
def predictors():
    return teach(SETTING.lessons, START, SETTING.burn_in)


@pytest.fixture(scope="module")
def ws(tmp_path_factory):
    return workspace(tmp_path_factory.mktemp("market"), SETTING.orders)


def test_without_actions_the_effect_is_exactly_zero(predictors, monkeypatch):
    monkeypatch.setattr(nights, "_told", lambda sent: None)
    graded = graded_seed(1, SETTING, predictors)
    assert graded["with"] == graded["without"]
    assert graded["effect"] == 0.0
    assert graded["messages"] > 0


def test_every_message_that_goes_out_reaches_the_world_once(predictors, ws, monkeypatch):
    told, acted = [], []
    step = World.step

    def watched(world, day, actions=None):
        batch = step(world, day, actions)
        told.extend(actions["decision_id"].to_pylist() if actions is not None else [])
        acted.extend(batch.effects["decision_id"].to_pylist())
        return batch

    monkeypatch.setattr(World, "step", watched)
    lived = live_through(2, SETTING, predictors, ws, acting=True)
    assert lived.spent.messages == len(told) == len(set(told)) > 0
    assert set(acted) <= set(told)
    assert max(Counter(acted).values()) == 1


def test_nobody_is_written_to_who_had_taken_the_consent_back(predictors, tmp_path, monkeypatch):
    """As known at the cutoff of the night; who had not is written to."""
    setting = replace(SETTING, orders=12_000, nights=8)
    ws, sent, consents = workspace(tmp_path, setting.orders), [], []
    step = World.step

    def watched(world, day, actions=None):
        if actions is not None:
            cutoff = ws.parse_as_of(day)
            of = {industry.prefix: industry for industry in world.industries}
            for row in actions.to_pylist():
                prefix, _, number = row["subject_id"].rpartition("-")
                user = of[prefix].population["user"][np.array([int(number)])][0]
                if ws.catalog.intervention(row["intervention"]).channel == "app_message":
                    sent.append((f"user-{user:06d}", cutoff))
        batch = step(world, day, actions)
        consents.extend(batch.tables["message_consents"].to_pylist())
        return batch

    monkeypatch.setattr(World, "step", watched)
    live_through(4, setting, predictors, ws, acting=True)
    gone = {(row["user_id"], row["known_at"]) for row in consents if not row["app_messages"]}
    assert len(sent) > 20 and len(gone) > 20
    refused = {user for user, _ in gone}
    for user, cutoff in sent:
        assert user not in refused or all(known >= cutoff for who, known in gone if who == user)


def test_a_message_that_is_brought_again_is_not_taken_again():
    messenger = Messenger()
    message = Due("key", nights.datetime(2024, 5, 1), "push", "planned", nights.datetime(2024, 5, 2), {"a": 1})
    assert messenger.find(message) is None
    assert messenger.deliver(message) == messenger.deliver(message) == messenger.find(message)
    assert messenger.collect() == [{"a": 1}]
    assert messenger.collect() == []


def test_limits_are_those_of_the_marketplace_at_the_size_of_the_world(ws, tmp_path):
    whole = workspace(tmp_path, 40_000).config.limits
    assert whole.fund_cents_per_night == 500_000
    assert ws.config.limits.fund_cents_per_night == 500_000 * 1500 // 40_000
    assert all(0 < ws.config.limits.capacities[pool] <= most for pool, most in whole.capacities.items())
    assert ws.config.limits.messages_per_user == whole.messages_per_user


def test_nights_stay_within_their_limits(predictors, ws):
    spent = graded_seed(3, SETTING, predictors)
    assert spent["fund_reserved_most_in_a_night"] <= spent["fund_limit_a_night"]
    for pool, most in spent["actions_most_in_a_night"].items():
        assert most <= ws.config.limits.capacities[pool]


def test_a_night_beyond_its_limits_is_an_error(ws):
    limited = {a.capacity_pool: a for a in ws.catalog.interventions if a.capacity_pool}
    action = limited["emergency_desk"]
    sent = [message(action, user=f"u{n}") for n in range(ws.config.limits.capacities["emergency_desk"] + 1)]
    with pytest.raises(StateError, match="emergency_desk"):
        nights.book(ws, sent, FUND_UNUSED, nights.Spent())


@pytest.mark.parametrize(("hours", "many"), [((9, 10), "2 messages on 2024-06-01"), ((9, 81, 129), "3 within a week")])
def test_a_user_who_is_written_to_too_often_is_an_error(ws, hours, many):
    note = next(a for a in ws.catalog.interventions if a.is_message and a.capacity_pool is None and calm(ws, a))
    spent = nights.Spent()
    for hour in hours[:-1]:
        nights.book(ws, [message(note, hour=hour)], FUND_UNUSED, spent)
    with pytest.raises(StateError, match=many):
        nights.book(ws, [message(note, hour=hours[-1])], FUND_UNUSED, spent)


def test_the_money_of_a_night_is_what_the_world_paid_for_it(predictors, ws):
    spent = graded_seed(3, SETTING, predictors)
    assert 0 <= spent["fund_paid_most_for_a_night"] <= spent["fund_limit_a_night"]
    assert spent["fund_paid_most_for_a_night"] <= spent["fund_paid"]


def test_a_resumed_run_equals_a_whole_one(tmp_path):
    setting, said = replace(SETTING, nights=2), []
    whole = closed_loop(tmp_path / "whole.json", setting, seeds=2)
    closed_loop(tmp_path / "parts.json", setting, seeds=1)
    parts = closed_loop(tmp_path / "parts.json", setting, seeds=2, progress=said.append)
    assert not any("seed 1" in line for line in said)
    assert json.loads((tmp_path / "parts.json").read_text()) == parts
    for seeds in (whole["seeds"], parts["seeds"]):
        for graded in seeds.values():
            del graded["seconds"]
    assert parts == whole


def test_a_file_about_another_setting_is_refused(tmp_path):
    (tmp_path / "out.json").write_text(json.dumps({"setting": {"orders_a_year": 1}, "seeds": {}}))
    with pytest.raises(StateError, match="another file"):
        closed_loop(tmp_path / "out.json", SETTING)


def test_the_interval_is_that_of_students_t():
    side = {"requests": 100, "expected": 99.5, "not_held_out": 90, "held_out": 10, "uncovered": 5}
    effects = (-0.1, -0.12, -0.17)
    seeds = {
        str(n): {"effect": e, "orders": 7, "without": side, "with": side | {"requests": 100 + round(100 * e)}}
        for n, e in enumerate(effects, 1)
    }
    told = summary(seeds)
    assert (told["seeds"], told["orders"]) == (3, 21)
    assert told["mean"] == pytest.approx(-0.13) == pytest.approx(told["pooled"]["requests"])
    half = 4.302653 * np.std(effects, ddof=1) / np.sqrt(3)
    assert told["interval"] == pytest.approx([-0.13 - half, -0.13 + half])
    assert summary({"1": seeds["1"]})["interval"] is None


def test_scores_know_what_the_rows_have_shown_and_nothing_hidden(predictors):
    """The hidden traits of the orders may be anything: the scores stay what they are."""
    tables = []
    for scrambled in (False, True):
        world = World(5, SETTING.orders, START, truth="grid")
        sightings = Sightings(world)
        for _ in range(SETTING.burn_in):
            sightings.take(world.step(world.today))
        for industry in world.industries if scrambled else ():
            for trait in (*industry.hidden, "base"):
                industry.population[trait].values[:] = 0
        cutoff = nights.datetime.fromisoformat("2024-03-10T18:00:00+00:00")
        tables.append(score_night(world, sightings, predictors, cutoff, "run"))
    assert tables[0]["scores"].equals(tables[1]["scores"])
    assert tables[0]["scores"].num_rows > 20


def test_scores_tell_the_risky_from_the_rest(predictors):
    world = World(6, 6000, START, truth="nightly")
    sightings = Sightings(world)
    for _ in range(SETTING.burn_in):
        sightings.take(world.step(world.today))
    cutoff = nights.datetime.fromisoformat("2024-03-10T18:00:00+00:00")
    scores = score_night(world, sightings, predictors, cutoff, "run")["scores"]
    truth = dict(zip(*(world.risks()[c].to_pylist() for c in ("subject_id", "p_request")), strict=True))
    p = np.array(scores["p_request"].to_pylist())
    true = np.array([truth[subject] for subject in scores["subject_id"].to_pylist()])
    assert p.mean() == pytest.approx(true.mean(), rel=0.3)
    assert np.corrcoef(p, true)[0, 1] > 0.4


def test_expected_requests_are_those_of_the_rates_and_leave_no_trace():
    """Over many days the expected requests are as many as came; and looking changes nothing that comes after."""
    watched, left = World(7, 20_000, START, truth="grid"), World(7, 20_000, START, truth="grid")
    expected, came, came_unwatched = 0.0, 0, 0
    for _ in range(75):
        day = day_number(watched.today)
        for world in (watched, left):
            world.step(world.today)
        for industry in watched.industries:
            expected += sum(nights.expected_requests(industry, day).values())
        came += requests_of(watched, day)
        came_unwatched += requests_of(left, day)
    assert expected == pytest.approx(came, abs=4 * came**0.5)
    assert came == came_unwatched > 100


def requests_of(world, day):
    return sum(int((industry.population["quiet_until"].values == day + QUIET).sum()) for industry in world.industries)
