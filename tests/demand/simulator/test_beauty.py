"""Salons: everything that goes wrong happens, as often as the truth says, and shows beforehand."""

import numpy as np
import pytest

from demand.simulator.beauty import Beauty
from demand.simulator.clock import day_number
from demand.simulator.store_status import REASONS, STATUS, StoreStatus
from tests.builders.simulator import START, query, treatments, truth_of_treatments


def ask(sql: str):
    return query(sql, treatments() | truth_of_treatments())


def test_between_2_and_6_live_appointments_in_a_hundred_ask_within_two_weeks():
    [found] = ask("SELECT avg(p_request) AS mean FROM risks")
    assert 0.02 < found["mean"] < 0.06


@pytest.mark.parametrize(
    ("sign", "scenarios", "times"),
    [
        ("NOT o.licence_fits", ("misleading_claim",), 2),
        (
            """(SELECT avg(bold::INT) FROM beauty_content c WHERE c.creator_id = o.creator_id
                AND c.known_at < o.known_at) > 0.4""",
            ("misleading_claim", "fake_content"),
            2,
        ),
        ("o.discount > 0.35", ("upsell_on_site",), 2),
        (
            """(SELECT avg(pushy::INT) FROM beauty_review_words w WHERE w.store_id = o.store_id
                AND w.known_at < o.known_at AND w.known_at > o.known_at - INTERVAL 120 DAY) > 0.3""",
            ("upsell_on_site",),
            2,
        ),
        (
            "(SELECT count(*) FROM slot_searches s WHERE s.subject_id = o.subject_id AND NOT s.found) >= 2",
            ("booking_refused",),
            2,
        ),
        (
            """EXISTS (SELECT 1 FROM beauty_status s WHERE s.subject_id = o.subject_id AND s.status = 'moved_by_salon'
                AND s.known_at < o.visits_on::TIMESTAMPTZ - INTERVAL 14 HOUR)""",
            ("booking_refused",),
            2,
        ),
        ("o.service IN ('facial', 'injection', 'laser') AND o.allergy_noted", ("allergy_injury",), 2),
    ],
)
def test_a_sign_comes_before_what_it_leads(sign, scenarios, times):
    """Requests from the morning of the day before the visit on, at which every sign has been seen."""
    found = ask(
        f"""SELECT coalesce({sign}, false) AS sign, count(*) AS visits,
                   avg((EXISTS (SELECT 1 FROM contacts c WHERE c.subject_id = o.subject_id
                        AND c.scenario IN ({", ".join(f"'{name}'" for name in scenarios)})
                        AND c.occurred_at >= o.visits_on::TIMESTAMPTZ - INTERVAL 14 HOUR))::INT) AS share
            FROM beauty_orders o WHERE op = 'insert' AND visits_on < DATE '2024-12-20' GROUP BY 1 ORDER BY 1"""
    )
    without, with_sign = found
    assert with_sign["visits"] > 40 and with_sign["share"] > times * without["share"]


def test_skin_suffers_more_where_it_was_not_tested():
    untested, tested = ask(
        """SELECT EXISTS (SELECT 1 FROM beauty_status s WHERE s.subject_id = o.subject_id
                          AND s.status = 'patch_tested') AS tested, count(*) AS visits,
                  avg((EXISTS (SELECT 1 FROM contacts c WHERE c.subject_id = o.subject_id
                       AND c.scenario = 'allergy_injury'))::INT) AS share
           FROM beauty_orders o WHERE op = 'insert' AND service IN ('facial', 'injection', 'laser')
           GROUP BY 1 ORDER BY 1"""
    )
    assert tested["visits"] > 400 and untested["share"] > 1.5 * tested["share"]


def test_injuries_are_rare_and_come_after_the_treatment():
    [found] = ask(
        """SELECT count(DISTINCT c.subject_id) / (SELECT count(DISTINCT id) FROM beauty_orders) AS share,
                  count(*) FILTER (c.occurred_at < o.visits_on::TIMESTAMPTZ - INTERVAL 8 HOUR) AS early
           FROM contacts c JOIN (SELECT * FROM beauty_orders WHERE op = 'insert') o USING (subject_id)
           WHERE c.scenario = 'allergy_injury'"""
    )
    assert 0.001 < found["share"] < 0.01 and found["early"] == 0


def test_refunds_are_asked_about_while_they_are_missing():
    [found] = ask(
        """SELECT count(*) AS n, count(*) FILTER (c.at < s.asked) AS early, count(*) FILTER (c.at > s.paid) AS late
           FROM (SELECT subject_id, min(occurred_at) AS at FROM contacts WHERE scenario = 'refund_slow' GROUP BY 1) c
           JOIN (SELECT subject_id, min(occurred_at) FILTER (step = 'requested') AS asked,
                        max(occurred_at) FILTER (step = 'paid') + INTERVAL 1 DAY AS paid
                 FROM refunds WHERE initiator <> 'agent' GROUP BY 1) s USING (subject_id)"""
    )
    assert found["n"] > 10 and found["early"] == found["late"] == 0


def test_people_come_on_saturdays():
    [found] = ask(
        """SELECT count(*) FILTER (dayofweek(visits_on) = 6) / 52.0 AS saturday,
                  count(*) FILTER (dayofweek(visits_on) BETWEEN 1 AND 4) / 209.0 AS weekday
           FROM beauty_orders WHERE op = 'insert' AND visits_on <= DATE '2024-12-31'"""
    )
    assert found["saturday"] > 1.8 * found["weekday"]


@pytest.mark.parametrize("source", ["beauty_orders", "contacts"])
def test_some_rows_are_corrected_and_some_are_late(source):
    [found] = ask(
        f"""SELECT count(*) FILTER (op = 'correct') AS corrected, count(*) FILTER (op = 'insert') AS inserted,
                   count(*) FILTER (op = 'insert' AND known_at > occurred_at + INTERVAL 1 HOUR) AS late
            FROM {source}"""
    )
    assert 0 < found["corrected"] < 0.1 * found["inserted"] and 0 < found["late"] < 0.1 * found["inserted"]


def test_no_visit_is_made_while_the_salon_is_away_for_the_new_year():
    start = day_number(START)
    industry = Beauty(7, orders=30_000, users=5000, start=start)
    industry.open(start)
    status = StoreStatus(7, start=start, industries=[industry])
    told = [rows for day in range(start, start + 80) for rows in status.release(day).values()]
    rows = np.concatenate(told)
    rows = rows[(rows["reason"] == REASONS.index("holiday")) & (rows["op"] == 0)]
    p, served = industry.population, 0
    for closed in rows[rows["status"] == STATUS.index("closed")]:
        again = rows["occurred"][(rows["ident"] == closed["ident"]) & (rows["status"] == STATUS.index("open"))]
        here = (p["store"].values == closed["ident"]) & (p["done"].values > closed["occurred"])
        served += int((here & (p["done"].values < again.min(initial=closed["occurred"]))).sum())
    assert served == 0 < len(rows)
