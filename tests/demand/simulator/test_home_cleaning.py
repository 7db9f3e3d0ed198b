"""Cleaning jobs: everything the catalogue names goes wrong, as often as the truth says, and shows beforehand."""

import pytest

from tests.builders.simulator import cleanings, query, truth_of_cleanings, year


def ask(sql: str):
    return query(sql, cleanings() | truth_of_cleanings())


@pytest.mark.parametrize(
    ("sign", "scenarios", "times"),
    [
        ("(SELECT arg_max(late_minutes, known_at) FROM cleaning_arrivals a WHERE a.subject_id = o.subject_id "
         "AND a.known_at < o.eve) > 15", ("worker_late",), 2.5),
        ("(SELECT count(*) FROM cleaning_offers f WHERE f.subject_id = o.subject_id AND f.answer <> 'accepted' "
         "AND f.known_at < o.eve) >= 2", ("worker_no_show", "platform_cancel"), 2),
        ("NOT EXISTS (SELECT 1 FROM cleaning_jobs j WHERE j.subject_id = o.subject_id AND j.status = 'assigned' "
         "AND j.known_at < o.eve)", ("worker_no_show",), 2),
        ("EXISTS (SELECT 1 FROM cleaning_jobs j WHERE j.subject_id = o.subject_id "
         "AND (j.worker_new OR j.worker_damages > 1) AND j.known_at < o.eve)", ("damage",), 1.5),
        ("o.service IN ('moving', 'windows', 'deep')", ("damage",), 1.5),
        ("o.quote = 'from_price'", ("price_add_on",), 2),
        ("o.hours / (1.2 + o.home_sqm / 50) < 0.8", ("price_add_on",), 1.5),
        ("(SELECT sum(add_ons) / sum(jobs) FROM cleaning_extras x WHERE x.store_id = o.store_id "
         "AND x.known_at < o.eve AND x.known_at > o.eve - INTERVAL 60 DAY) > 0.1", ("price_add_on",), 2),
        ("(SELECT count(*) FROM page_views v WHERE v.subject_id = o.subject_id AND v.page = 'price_list' "
         "AND v.known_at < o.eve) > 0", ("price_add_on",), 1.5),
    ],
)  # fmt: skip
def test_a_sign_comes_before_what_it_leads(sign, scenarios, times):
    """Of jobs still on in the night before the slot: requests from then on, whose signs had been seen by then."""
    without, with_sign = ask(
        f"""WITH orders AS (SELECT *, date_trunc('day', slot_start + INTERVAL 8 HOUR) - INTERVAL 8 HOUR AS eve
                            FROM cleaning_orders WHERE op = 'insert')
            SELECT coalesce({sign}, false) AS sign, count(*) AS jobs,
                   avg((EXISTS (SELECT 1 FROM contacts c WHERE c.subject_id = o.subject_id
                        AND c.scenario IN ({", ".join(f"'{name}'" for name in scenarios)})
                        AND c.occurred_at >= o.eve))::INT) AS share
            FROM orders o WHERE known_at < eve - INTERVAL 12 HOUR AND slot_start < TIMESTAMPTZ '2024-12-25 00:00:00+00'
            AND NOT EXISTS (SELECT 1 FROM cleaning_jobs j WHERE j.subject_id = o.subject_id
                AND j.status LIKE 'cancelled%' AND j.known_at < o.eve)
            GROUP BY 1 ORDER BY 1"""
    )
    assert with_sign["jobs"] > 40 and with_sign["share"] > times * without["share"]


def test_nobody_complains_that_the_platform_cancelled_before_it_did():
    [found] = ask(
        """SELECT count(*) AS n, count(*) FILTER (s.at IS NULL OR c.at < s.at) AS early
           FROM (SELECT subject_id, min(occurred_at) AS at FROM contacts
                 WHERE scenario = 'platform_cancel' GROUP BY 1) c
           LEFT JOIN (SELECT subject_id, min(occurred_at) AS at FROM cleaning_jobs
                 WHERE status = 'cancelled_by_platform' GROUP BY 1) s USING (subject_id)"""
    )
    assert found["n"] > 20 and found["early"] == 0


def test_refunds_are_asked_about_while_they_are_missing():
    [found] = ask(
        """SELECT count(*) AS n, count(*) FILTER (c.at < s.asked) AS early, count(*) FILTER (c.at > s.paid) AS late
           FROM (SELECT subject_id, min(occurred_at) AS at FROM contacts WHERE scenario = 'refund_slow' GROUP BY 1) c
           JOIN (SELECT subject_id, min(occurred_at) FILTER (step = 'requested') AS asked,
                        max(occurred_at) FILTER (step = 'paid') + INTERVAL 1 DAY AS paid
                 FROM refunds WHERE initiator <> 'agent' GROUP BY 1) s USING (subject_id)"""
    )
    assert found["n"] > 10 and found["early"] == found["late"] == 0


def test_workers_are_away_and_jobs_unassigned_around_the_lunar_new_year():
    """The weeks around 10 February 2024 against March."""
    [found] = ask(
        """WITH days AS (SELECT *, (occurred_at + INTERVAL 8 HOUR)::DATE AS day FROM cleaning_crews WHERE op = 'insert')
           SELECT avg(on_leave / (workers + on_leave)) FILTER (day BETWEEN '2024-02-05' AND '2024-02-16') AS away,
                  avg(on_leave / (workers + on_leave)) FILTER (day BETWEEN '2024-03-04' AND '2024-03-24') AS usual,
                  avg(unassigned / jobs_ahead) FILTER (day BETWEEN '2024-02-05' AND '2024-02-16') AS waiting,
                  avg(unassigned / jobs_ahead) FILTER (day BETWEEN '2024-03-04' AND '2024-03-24') AS ordinary
           FROM days"""
    )
    assert found["away"] > 5 * found["usual"] and found["waiting"] > 2 * found["ordinary"]


def test_a_job_without_a_worker_is_more_common_around_the_lunar_new_year_and_at_the_hours_everybody_wants():
    """`short` says that nobody is free until the last day; only tests may read it."""
    orders = """SELECT o.*, t.value AS short, (slot_start + INTERVAL 8 HOUR)::DATE AS day FROM cleaning_orders o
                JOIN traits t ON t.subject_id = o.subject_id AND t.trait = 'short' WHERE o.op = 'insert'"""
    [found] = ask(
        f"""SELECT avg(short) FILTER (day BETWEEN '2024-02-06' AND '2024-02-17') AS new_year,
                   avg(short) FILTER (day BETWEEN '2024-02-26' AND '2024-12-20') AS usual,
                   avg(short) FILTER (slot_hour IN (9, 10, 14, 15)) AS peak,
                   avg(short) FILTER (slot_hour NOT IN (9, 10, 14, 15)) AS off_peak FROM ({orders})"""
    )
    assert found["new_year"] > 2 * found["usual"] and found["peak"] > 1.1 * found["off_peak"]


def test_the_typhoon_comes_after_its_alert_and_leaves_jobs_undone():
    """Slots of 25 to 27 July 2024 under the storm, against the same cities in the weeks around it."""
    alerts = query(
        "SELECT city_id, min(known_at) AS known FROM weather_alerts WHERE alert = 'typhoon_warning' GROUP BY 1", year()
    )
    assert {row["city_id"] for row in alerts} == {"city-000004", "city-000005"}
    assert max(row["known"] for row in alerts).isoformat() == "2024-07-22T22:01:00+00:00"
    usual, struck = ask(
        """SELECT (slot_start + INTERVAL 8 HOUR)::DATE BETWEEN '2024-07-25' AND '2024-07-27' AS struck,
                  count(DISTINCT o.subject_id) AS orders,
                  count(DISTINCT c.subject_id) / count(DISTINCT o.subject_id) AS share
           FROM cleaning_orders o LEFT JOIN contacts c ON c.subject_id = o.subject_id
                AND c.scenario IN ('worker_no_show', 'platform_cancel')
           WHERE city_id IN ('city-000004', 'city-000005')
                 AND (slot_start + INTERVAL 8 HOUR)::DATE BETWEEN '2024-06-20' AND '2024-08-31' GROUP BY 1 ORDER BY 1"""
    )
    assert struck["orders"] > 5 and struck["share"] > 1.5 * usual["share"]


@pytest.mark.parametrize(
    "source", ["cleaning_orders", "cleaning_jobs", "cleaning_offers", "cleaning_arrivals", "cleaning_crews"]
)
def test_some_rows_are_known_late(source):
    [found] = ask(
        f"""SELECT avg((known_at > occurred_at + INTERVAL 1 HOUR)::INT) AS late FROM {source} WHERE op = 'insert'"""
    )
    assert 0.01 < found["late"] < 0.15


@pytest.mark.parametrize("source", ["cleaning_orders", "cleaning_crews", "contacts"])
def test_a_few_rows_are_corrected(source):
    [found] = ask(
        f"""SELECT count(*) FILTER (op = 'correct') AS corrected, count(*) FILTER (op = 'insert') AS inserted
            FROM {source}"""
    )
    assert 0 < found["corrected"] < 0.1 * found["inserted"]


def test_no_change_is_known_before_its_order():
    for source in ("cleaning_jobs", "cleaning_offers", "cleaning_arrivals"):
        [found] = ask(
            f"""SELECT count(*) AS n FROM {source} s LEFT JOIN
                (SELECT subject_id, min(known_at) AS known FROM cleaning_orders GROUP BY 1) o USING (subject_id)
                WHERE o.known IS NULL OR o.known > s.known_at"""
        )
        assert found["n"] == 0, source
