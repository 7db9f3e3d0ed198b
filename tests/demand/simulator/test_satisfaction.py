"""Scores follow what happened, and who answers depends on the score."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demand.simulator import World, tables_of
from demand.simulator.satisfaction import ANSWERS, WRITES, after_order, after_request, score
from tests.builders.simulator import actions, day_after, live, query, year

LUCK = np.random.default_rng(3).normal(size=4000)
NOTHING, YES = np.zeros(4000), np.ones(4000, bool)


@settings(deadline=None)
@given(st.floats(-9, 14))
def test_a_score_is_one_to_five(mood):
    assert 1 <= score(np.array([mood]))[0] <= 5


@settings(deadline=None)
@given(st.floats(0, 30), st.floats(0, 30))
def test_who_waits_longer_is_no_more_content(one, other):
    short, long = sorted((one, other))
    moods = [after_request(~YES[:1], np.array([h]), NOTHING[:1], NOTHING[:1])[0] for h in (short, long)]
    assert moods[0] >= moods[1]


def test_a_grave_scenario_and_a_slow_answer_cost_stars_and_help_gives_some():
    def mean(*, grave=False, hours=0.5, pleased=0.0):
        return score(after_request(YES & grave, NOTHING + hours, NOTHING + pleased, LUCK)).mean()

    assert mean(grave=True) < mean() - 0.5
    assert mean(hours=20) < mean() - 0.5
    assert mean(pleased=0.3) > mean() + 0.15


def test_an_order_with_a_request_is_liked_less():
    assert score(after_order(YES, NOTHING, LUCK)).mean() < score(after_order(~YES, NOTHING, LUCK)).mean() - 0.8


def test_the_very_content_and_the_very_discontent_answer_most():
    assert ANSWERS.argmin() == 2 and (ANSWERS[[0, -1]] > ANSWERS[1:-1].max()).all()


def test_the_answers_are_not_the_opinion():
    """The mean of those who answer is off, because they are not a random share."""
    every = score(after_order(~YES, NOTHING, LUCK))
    weights = ANSWERS[every - 1]
    assert abs((every * weights).sum() / weights.sum() - every.mean()) > 0.05


def ask(sql: str):
    return query(sql, {"surveys": year()["surveys"]})


def test_a_survey_is_sent_before_it_is_answered_and_answered_by_some():
    [found] = ask(
        """SELECT count(*) FILTER (step = 'sent') AS sent, count(*) FILTER (step = 'answered') AS answered,
                  count(*) FILTER (step = 'sent' AND score IS NOT NULL) AS leaked, count(DISTINCT id) AS ids,
                  count(*) AS rows
           FROM surveys"""
    )
    assert found["leaked"] == 0 and found["ids"] == found["rows"]
    assert 0.15 < found["answered"] / found["sent"] < 0.35


def test_requests_leave_lower_scores_than_orders():
    orders, requests = ask("SELECT about, avg(score) AS score, count(score) AS n FROM surveys GROUP BY 1 ORDER BY 1")
    assert min(orders["n"], requests["n"]) > 20 and requests["score"] < orders["score"] - 0.5


def test_a_survey_about_a_request_comes_after_it():
    [found] = query(
        """SELECT count(*) AS n, count(*) FILTER (s.occurred_at > c.first) AS after
           FROM surveys s JOIN (SELECT subject_id, min(occurred_at) AS first FROM contacts WHERE initiator = 'user'
                                GROUP BY 1) c USING (subject_id)
           WHERE about = 'request'""",
        year(),
    )
    assert found["n"] == found["after"] > 50


@pytest.fixture(scope="module")
def busy():
    """The same weeks, with the experts called away every day or not."""
    world = World(7, 12_000)
    before = live(world, 100)
    open_cards = before[-1].truth["risks"]
    cards = open_cards.filter(pc.equal(open_cards["industry"], "prepaid_card"))["subject_id"].to_pylist()
    names = ("prepaid_expert_call", "prepaid_hardship_expert")
    calls = {
        day: pa.concat_tables(actions(cards[day % 7 :: 7], name, day_after(100 + day), 9) for name in names)
        for day in range(14)
    }
    called = tables_of(live(world, 25, calls))["surveys"]
    quiet = World(7, 12_000)
    live(quiet, 100)
    return called, tables_of(live(quiet, 25))["surveys"]


def test_experts_who_are_called_away_keep_others_waiting(busy):
    waited = [
        {row["id"]: row["waited_hours"] for row in table.to_pylist() if row["about"] == "request"} for table in busy
    ]
    both = waited[0].keys() & waited[1].keys()
    longer = [waited[0][row] - waited[1][row] for row in both]
    assert max(longer) > 10 and min(longer) >= 0


NEVER_SERVED = """
WITH never AS (
    SELECT subject_id FROM hotel_status WHERE status = 'cancelled'
    UNION SELECT subject_id FROM cleaning_jobs WHERE status IN ('cancelled', 'cancelled_by_platform')
    UNION SELECT subject_id FROM trip_status WHERE status = 'cancelled'
    UNION SELECT subject_id FROM beauty_status WHERE status = 'cancelled'
    UNION SELECT subject_id FROM meal_status WHERE status = 'refund_requested'
    UNION SELECT subject_id FROM parcel_status WHERE status = 'refund_requested' AND subject_id NOT IN (
        SELECT subject_id FROM parcel_status WHERE status = 'received')
    UNION SELECT subject_id FROM ticket_status WHERE status IN ('called_off', 'returned', 'transferred', 'no_ticket'))
"""


def test_nobody_has_an_opinion_of_a_service_that_never_took_place():
    [found] = query(
        f"""{NEVER_SERVED}, said AS (SELECT subject_id FROM reviews
                                    UNION ALL SELECT subject_id FROM surveys WHERE about = 'order')
            SELECT (SELECT count(*) FROM never) AS never, (SELECT count(*) FROM said) AS said,
                   (SELECT count(*) FROM said JOIN never USING (subject_id)) AS both""",
        year(),
    )
    assert found["both"] == 0 and min(found["never"], found["said"]) > 200


def test_a_show_that_is_moved_is_asked_about_once_it_was_played():
    found = query(
        """SELECT o.show_on, s.occurred_at FROM surveys s
           JOIN (SELECT subject_id, arg_max(show_on, known_at) AS show_on FROM ticket_orders GROUP BY 1) o
           USING (subject_id) WHERE s.about = 'order' AND s.step = 'sent'""",
        year(),
    )
    assert len(found) > 5 and all(row["occurred_at"].date() > row["show_on"] for row in found)


def test_a_part_of_those_who_answer_writes_and_nobody_who_does_not():
    [found] = ask(
        """SELECT count(*) FILTER (step = 'sent' AND text IS NOT NULL) AS leaked, count(text) AS written,
                  count(*) FILTER (step = 'answered') AS answered FROM surveys"""
    )
    assert found["leaked"] == 0 and 0.2 < found["written"] / found["answered"] < 0.6


def test_the_discontent_write_most():
    assert WRITES.argmax() == 0 and WRITES.argmin() == 2
