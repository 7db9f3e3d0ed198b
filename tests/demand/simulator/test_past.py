"""A marketplace with a past: rows about what was done, and a truth that knows of it."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from demand.simulator import World, tables_of, truth_of
from demand.simulator.logged_policy import TAKES_PART
from tests.builders.simulator import live, query


def past(policy: str):
    batches = live(World(7, 12_000, policy=policy), 90)
    return tables_of(batches), truth_of(batches)


@pytest.fixture(scope="module")
def rule():
    return past("logged")


@pytest.fixture(scope="module")
def eye():
    return past("confounded")


def test_without_a_policy_nothing_is_done_and_no_source_tells_of_it():
    batches = live(World(7, 600), 30)
    assert "interventions" not in tables_of(batches) and not len(truth_of(batches)["effects"])


def test_the_rule_writes_down_whom_it_looked_at_and_with_which_chance(rule):
    rows = rule[0]["interventions"]
    assert rows["propensity"].null_count == 0 == rows["intervention"].null_count
    assert 0.2 < pc.mean(rows["fired"]).as_py() < 0.6


def test_agents_write_down_only_what_they_did(eye):
    rows = eye[0]["interventions"]
    assert pc.all(rows["fired"]).as_py() and rows["propensity"].null_count == len(rows) > 20


def test_only_some_users_take_part(rule):
    [found] = query(
        """SELECT count(DISTINCT i.user_id) / count(DISTINCT b.user_id) AS share
           FROM hotel_bookings b LEFT JOIN interventions i USING (subject_id)""",
        rule[0],
    )
    assert found["share"] == pytest.approx(TAKES_PART, abs=0.1)


def test_everything_done_has_its_truth(rule):
    rows = rule[0]["interventions"]
    fired = rows.filter(rows["fired"])["subject_id"].to_pylist()
    told = rule[1]["effects"]["subject_id"].to_pylist()
    assert len(told) >= len(fired) - 15 and set(told) <= set(fired)  # the last evening's act tomorrow


def test_on_average_it_helped_and_some_were_harmed(rule):
    effects = rule[1]["effects"]
    before, after = (effects[name].to_numpy() for name in ("p_without", "p_with"))
    assert after.sum() < before.sum() and (after > before * 1.05).any()


def test_what_was_done_in_the_evening_is_in_the_truth_of_the_night(rule):
    """So the truth is exact on every night: an order is acted on before it is first asked about."""
    [found] = query(
        """SELECT count(*) AS n, max(abs(r.p_request - e.p_with)) AS off
           FROM effects e JOIN risks r ON r.subject_id = e.subject_id
           AND r.cutoff = e.acts_from::TIMESTAMP AT TIME ZONE 'UTC' - INTERVAL 6 HOUR""",
        rule[1],
    )
    assert found["n"] > 50 and found["off"] == pytest.approx(0, abs=1e-12)


def test_rows_of_users_who_take_no_part_are_those_of_a_world_without_a_past(rule):
    alone = tables_of(live(World(7, 12_000), 90))
    part = set(rule[0]["interventions"]["user_id"].to_pylist())
    for source in ("contacts", "messages", "hotel_status", "refunds"):
        kept = [
            table[source].filter(pc.invert(pc.is_in(table[source]["user_id"], pa.array(sorted(part)))))
            for table in (alone, rule[0])
        ]
        assert kept[0] == kept[1], source


def test_agents_chose_those_who_were_at_greater_risk(eye, rule):
    means = [np.mean(truth["effects"]["p_without"].to_numpy()) for _, truth in (eye, rule)]
    assert means[0] > 1.15 * means[1]
