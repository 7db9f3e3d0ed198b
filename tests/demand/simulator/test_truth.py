"""The truth is exact: probabilities say how often requests come, and signs point to them beforehand."""

import numpy as np
import pyarrow.compute as pc
import pytest

from tests.builders.simulator import query, truth_of_year, year


def ask(sql: str):
    return query(sql, year() | truth_of_year())


@pytest.mark.parametrize("industry", ["hotel", "prepaid_card", "home_cleaning"])
def test_as_many_requests_come_as_the_truth_says(industry):
    """At cutoffs one horizon apart the windows do not overlap, so the sum of p(1 - p) is the variance."""
    [found] = ask(
        f"""WITH asked AS (
                SELECT subject_id, occurred_at,
                       lag(occurred_at) OVER (PARTITION BY subject_id ORDER BY occurred_at) AS last
                FROM contacts WHERE initiator = 'user' AND op = 'insert'
            ), requests AS (SELECT * FROM asked WHERE last IS NULL OR occurred_at - last > INTERVAL 7 DAY
            ), fixed AS (
                SELECT *, horizon_us // 86400000000 AS days FROM risks
                WHERE industry = '{industry}' AND cutoff < TIMESTAMPTZ '2024-12-01 00:00:00+00'
            ), grid AS (SELECT * FROM fixed WHERE datediff('day', DATE '2024-01-01', cutoff::DATE) % days = 0)
            SELECT sum(p_request) AS expected, sum(p_request * (1 - p_request)) AS variance, sum(y)::DOUBLE AS came
            FROM (SELECT g.*, (EXISTS (SELECT 1 FROM requests r WHERE r.subject_id = g.subject_id
                    AND r.occurred_at >= g.cutoff AND r.occurred_at < g.cutoff + INTERVAL 1 DAY * g.days))::INT AS y
                  FROM grid g)"""
    )
    assert found["came"] > 20
    assert abs(found["came"] - found["expected"]) < 3 * np.sqrt(found["variance"])


def test_scenarios_sum_to_the_request():
    risks = truth_of_year()["risks"]
    offsets = risks["p_scenario"].combine_chunks().offsets.to_numpy()
    sums = np.add.reduceat(risks["p_scenario"].combine_chunks().values.to_numpy(), offsets[:-1])
    assert np.allclose(sums, risks["p_request"].to_numpy(), atol=1e-12)
    assert pc.max(risks["p_request"]).as_py() <= 1 and pc.min(risks["p_request"]).as_py() >= 0


def test_every_live_order_has_one_truth_a_night():
    [found] = ask("SELECT count(*) AS n, count(DISTINCT (subject_id, cutoff)) AS keys FROM risks")
    assert found["n"] == found["keys"] > 30_000


def test_an_unconfirmed_room_comes_before_the_complaint_about_it():
    """Among bookings a day before arrival; requests after that."""
    found = ask(
        """SELECT EXISTS (SELECT 1 FROM hotel_status s WHERE s.subject_id = b.subject_id AND s.status = 'confirmed'
                          AND s.known_at < b.eve) AS confirmed, count(*) AS bookings,
                  avg((EXISTS (SELECT 1 FROM contacts c WHERE c.subject_id = b.subject_id AND c.scenario = 'no_room'
                               AND c.occurred_at >= b.eve))::INT) AS share
           FROM (SELECT *, arrival::TIMESTAMP - INTERVAL 38 HOUR AS eve FROM hotel_bookings
                 WHERE op = 'insert' AND known_at < arrival::TIMESTAMP - INTERVAL 4 DAY) b
           GROUP BY 1 ORDER BY 1"""
    )
    unconfirmed, confirmed = found
    assert unconfirmed["bookings"] > 20 and unconfirmed["share"] > 3 * confirmed["share"]


def test_a_job_unassigned_the_day_before_is_more_often_missed():
    unassigned, assigned = ask(
        """SELECT EXISTS (SELECT 1 FROM cleaning_jobs j WHERE j.subject_id = o.subject_id AND j.status = 'assigned'
                          AND j.known_at < o.slot_start - INTERVAL 24 HOUR) AS assigned,
                  avg((EXISTS (SELECT 1 FROM contacts c WHERE c.subject_id = o.subject_id
                               AND c.scenario IN ('worker_no_show', 'platform_cancel')
                               AND c.occurred_at >= o.slot_start - INTERVAL 24 HOUR))::INT) AS share
           FROM cleaning_orders o WHERE op = 'insert' AND known_at < slot_start - INTERVAL 48 HOUR
           GROUP BY 1 ORDER BY 1"""
    )
    assert unassigned["share"] > 2 * assigned["share"]


def test_a_look_at_the_refund_calculator_comes_before_the_dispute():
    no, yes = ask(
        """WITH cards AS (SELECT subject_id, known_at + INTERVAL 45 DAY AS at FROM card_sales
                          WHERE op = 'insert' AND known_at < TIMESTAMPTZ '2024-09-01 00:00:00+00')
           SELECT (SELECT count(*) FROM page_views v WHERE v.subject_id = k.subject_id
                   AND v.page = 'refund_calculator' AND v.known_at < k.at) >= 2 AS looked,
                  avg((EXISTS (SELECT 1 FROM contacts c WHERE c.subject_id = k.subject_id
                               AND c.scenario = 'refund_loss' AND c.occurred_at >= k.at))::INT) AS share
           FROM cards k GROUP BY 1 ORDER BY 1"""
    )
    assert yes["share"] > 2 * no["share"]


def test_cards_are_sold_cheaper_before_a_studio_runs_away():
    """Cards of studios about which `merchant_runaway` is reported within 60 days of the sale, against the others."""
    quiet, doomed = ask(
        """SELECT EXISTS (SELECT 1 FROM contacts c WHERE c.store_id = s.store_id AND c.scenario = 'merchant_runaway'
                          AND c.occurred_at BETWEEN s.occurred_at AND s.occurred_at + INTERVAL 60 DAY) AS doomed,
                  avg(discount) AS discount FROM card_sales s GROUP BY 1 ORDER BY 1"""
    )
    assert doomed["discount"] > quiet["discount"] + 0.03
