"""Trips: everything that goes wrong happens, as often as the truth says, and shows beforehand."""

import pytest

from tests.builders.simulator import query, trips, truth_of_trips


def ask(sql: str):
    return query(sql, trips() | truth_of_trips())


def test_between_2_and_6_live_trips_in_a_hundred_ask_within_two_weeks():
    [found] = ask("SELECT avg(p_request) AS mean FROM risks")
    assert 0.02 < found["mean"] < 0.06


@pytest.mark.parametrize(
    ("sign", "scenarios", "times"),
    [
        ("o.price_to_cost < 0.95", ("forced_purchase", "hidden_fee"), 2.5),
        ("o.shopping_stops >= 3", ("forced_purchase",), 2),
        (
            """(SELECT avg(shopping_words) FROM trip_content c WHERE c.store_id = o.store_id
                AND c.known_at < o.eve AND c.known_at > o.eve - INTERVAL 90 DAY) > 2""",
            ("forced_purchase",),
            1.5,
        ),
        (
            """NOT EXISTS (SELECT 1 FROM trip_status s WHERE s.subject_id = o.subject_id
                AND s.status = 'guide_assigned' AND s.known_at < o.eve)""",
            ("guide_no_show",),
            4,
        ),
        (
            """EXISTS (SELECT 1 FROM trip_status s WHERE s.subject_id = o.subject_id
                AND s.status = 'itinerary_changed' AND s.known_at < o.eve)""",
            ("itinerary_change",),
            2.5,
        ),
    ],
)
def test_a_sign_comes_before_what_it_leads(sign, scenarios, times):
    """Among trips still on two days before departure, requests after that."""
    found = ask(
        f"""WITH trips AS (SELECT *, departs::TIMESTAMPTZ - INTERVAL 38 HOUR AS eve FROM trip_orders
                           WHERE op = 'insert' AND departs < DATE '2024-12-20')
            SELECT coalesce({sign}, false) AS sign, count(*) AS trips,
                   avg((EXISTS (SELECT 1 FROM contacts c WHERE c.subject_id = o.subject_id
                        AND c.scenario IN ({", ".join(f"'{name}'" for name in scenarios)})
                        AND c.occurred_at >= o.eve))::INT) AS share
            FROM trips o WHERE known_at < eve - INTERVAL 24 HOUR AND NOT EXISTS (
                SELECT 1 FROM trip_status s WHERE s.subject_id = o.subject_id AND s.status = 'cancelled'
                AND s.known_at < o.eve)
            GROUP BY 1 ORDER BY 1"""
    )
    without, with_sign = found
    assert with_sign["trips"] > 40 and with_sign["share"] > times * without["share"]


def test_groups_that_will_not_fill_show_weeks_before_they_are_called_off():
    enough, missing = ask(
        """WITH looks AS (SELECT group_id, known_at, missing FROM trip_groups WHERE missing IS NOT NULL
                          QUALIFY row_number() OVER (PARTITION BY group_id ORDER BY known_at) = 1)
           SELECT l.missing > 0 AS missing,
                  avg((EXISTS (SELECT 1 FROM contacts c WHERE c.subject_id = o.subject_id
                       AND c.scenario = 'group_not_formed' AND c.occurred_at > l.known_at))::INT) AS share
           FROM looks l JOIN trip_orders o USING (group_id) WHERE o.op = 'insert' GROUP BY 1 ORDER BY 1"""
    )
    assert missing["share"] > 8 * enough["share"]


def test_nobody_complains_of_a_tour_called_off_before_it_is():
    [found] = ask(
        """SELECT count(*) AS n, count(*) FILTER (c.at < s.at) AS early
           FROM (SELECT subject_id, min(occurred_at) AS at FROM contacts
                 WHERE scenario IN ('group_not_formed', 'weather_cancel') GROUP BY 1) c
           JOIN (SELECT subject_id, min(occurred_at) AS at FROM trip_status WHERE status = 'cancelled' GROUP BY 1) s
           USING (subject_id)"""
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


def test_the_typhoon_calls_off_whole_departures_after_its_alert():
    found = ask(
        """SELECT o.group_id, min(s.occurred_at) AS first,
                  count(*) FILTER (s.subject_id IS NULL) AS kept
           FROM trip_orders o LEFT JOIN trip_status s ON s.subject_id = o.subject_id AND s.status = 'cancelled'
           WHERE o.op = 'insert' AND o.destination_id IN ('destination-000004', 'destination-000005')
                 AND o.departs BETWEEN DATE '2024-07-25' AND DATE '2024-07-27' GROUP BY 1"""
    )
    assert len(found) > 3 and sum(row["kept"] for row in found) == 0
    notices = ask(
        """SELECT count(*) AS n FROM trip_status WHERE status = 'cancelled'
           AND occurred_at::DATE BETWEEN DATE '2024-07-23' AND DATE '2024-07-26'"""
    )
    usual = ask("SELECT count(*) / 366.0 * 4 AS n FROM trip_status WHERE status = 'cancelled'")
    assert notices[0]["n"] > 2 * usual[0]["n"]


def test_a_forecast_of_bad_weather_comes_before_its_cancellations():
    unwarned, warned = ask(
        """SELECT EXISTS (SELECT 1 FROM trip_forecasts f WHERE f.destination_id = o.destination_id
                          AND f.on_day BETWEEN o.departs AND o.departs + 1) AS warned,
                  avg((EXISTS (SELECT 1 FROM contacts c WHERE c.subject_id = o.subject_id
                       AND c.scenario = 'weather_cancel'))::INT) AS share
           FROM trip_orders o WHERE op = 'insert' GROUP BY 1 ORDER BY 1"""
    )
    assert warned["share"] > 10 * unwarned["share"]


def test_people_travel_on_holidays():
    [found] = ask(
        """SELECT count(*) FILTER (departs BETWEEN DATE '2024-10-01' AND DATE '2024-10-07') / 7.0 AS holiday,
                  count(*) FILTER (departs BETWEEN DATE '2024-11-04' AND DATE '2024-11-24') / 21.0 AS ordinary
           FROM trip_orders WHERE op = 'insert'"""
    )
    assert found["holiday"] > 1.5 * found["ordinary"]


@pytest.mark.parametrize("source", ["trip_orders", "contacts"])
def test_some_rows_are_corrected_and_some_are_late(source):
    [found] = ask(
        f"""SELECT count(*) FILTER (op = 'correct') AS corrected, count(*) FILTER (op = 'insert') AS inserted,
                   count(*) FILTER (op = 'insert' AND known_at > occurred_at + INTERVAL 1 HOUR) AS late
            FROM {source}"""
    )
    assert 0 < found["corrected"] < 0.1 * found["inserted"] and 0 < found["late"] < 0.1 * found["inserted"]


def test_no_change_is_known_before_its_trip():
    [found] = ask(
        """SELECT count(*) AS n FROM trip_status s LEFT JOIN
           (SELECT subject_id, min(known_at) AS known FROM trip_orders GROUP BY 1) o USING (subject_id)
           WHERE o.known IS NULL OR o.known > s.known_at"""
    )
    assert found["n"] == 0
