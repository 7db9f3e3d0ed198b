"""Restaurants: everything that goes wrong happens, as often as the truth says, and shows beforehand."""

import pyarrow as pa
import pytest

from tests.builders.simulator import meals, query, truth_of_meals


def ask(sql: str):
    return query(sql, meals() | truth_of_meals())


def before_and_without(sign: str, scenario: str) -> tuple[dict, dict]:
    """Meals without and with a sign (a condition on the order `o`, with `o.eve` of the visit): share of later requests.

    The visit is that of the trait `turn_day`, which only tests may read.
    """
    found = ask(
        f"""WITH visits AS (
                SELECT o.*, to_timestamp((t.value - 1) * 86400 + 36000)::TIMESTAMPTZ AS eve
                FROM meal_orders o JOIN traits t ON t.subject_id = o.subject_id AND t.trait = 'turn_day'
                WHERE o.op = 'insert' AND t.value < 20090)
            SELECT coalesce({sign}, false) AS sign, count(*) AS meals,
                   avg((EXISTS (SELECT 1 FROM contacts c WHERE c.subject_id = o.subject_id
                        AND c.scenario = '{scenario}' AND c.occurred_at >= o.eve))::INT) AS share
            FROM visits o WHERE known_at < eve GROUP BY 1 ORDER BY 1"""
    )
    assert len(found) == 2
    return found[0], found[1]


def test_between_2_and_7_live_meals_in_a_hundred_ask_within_the_week():
    [found] = ask("SELECT avg(p_request) AS mean FROM risks WHERE industry = 'catering'")
    assert 0.02 < found["mean"] < 0.07


@pytest.mark.parametrize(
    ("sign", "scenario", "times"),
    [
        (
            """(SELECT avg(long_wait_minutes) FROM restaurant_days d WHERE d.store_id = o.store_id
                AND d.known_at < o.eve AND d.known_at > o.eve - INTERVAL 30 DAY) > 36""",
            *("queue_too_long", 1.5),
        ),
        (
            """(SELECT coalesce(sum(guests), 0) FROM restaurant_days d WHERE d.store_id = o.store_id
                AND d.known_at < o.eve AND d.known_at > o.eve - INTERVAL 54 HOUR) = 0""",
            *("store_closed", 3),
        ),
        (
            """EXISTS (SELECT 1 FROM dish_stock d WHERE d.product_id = o.product_id AND d.sold_out
                AND d.known_at < o.eve AND d.known_at > o.eve - INTERVAL 30 HOUR)""",
            *("out_of_stock", 3),
        ),
        (
            """(SELECT count(*) FROM slot_searches s WHERE s.subject_id = o.subject_id AND NOT s.found
                AND s.known_at < o.eve) >= 1""",
            *("reservation_unavailable", 1.5),
        ),
        (
            "(SELECT count(*) FROM meal_payments p WHERE p.subject_id = o.subject_id AND p.known_at < o.eve) > 1",
            *("duplicate_pay", 5),
        ),
        (
            """EXISTS (SELECT 1 FROM meal_content x WHERE x.subject_id = o.subject_id AND x.claim <> 'plain'
                AND x.known_at < o.eve)""",
            *("fake_content", 3),
        ),
    ],
)
def test_a_sign_comes_before_what_it_leads(sign, scenario, times):
    without, with_sign = before_and_without(sign, scenario)
    assert with_sign["meals"] > 15 and with_sign["share"] > times * without["share"]


def test_a_refused_voucher_is_complained_about_after_the_attempt():
    [found] = ask(
        """SELECT avg((c.at >= r.at)::INT) AS later, count(*) AS n FROM
           (SELECT subject_id, min(occurred_at) AS at FROM contacts WHERE scenario = 'voucher_rejected' GROUP BY 1) c
           JOIN (SELECT subject_id, min(occurred_at) AS at FROM meal_redemptions WHERE NOT accepted GROUP BY 1) r
           USING (subject_id)"""
    )
    assert found["n"] > 5 and found["later"] > 0.9


def test_nobody_speaks_of_privacy_before_july():
    [found] = ask("SELECT min(occurred_at) AS first FROM contacts WHERE scenario = 'privacy'")
    assert f"{found['first']:%Y-%m}" >= "2024-07"


def test_a_redeemed_meal_is_no_longer_live():
    [found] = ask(
        """SELECT count(*) AS n FROM risks r JOIN (SELECT subject_id, min(known_at) AS known FROM meal_status
           WHERE status IN ('redeemed', 'refunded') GROUP BY 1) s USING (subject_id) WHERE s.known < r.cutoff"""
    )
    assert found["n"] == 0


def test_under_the_typhoon_nobody_eats_in_zhejiang():
    [found] = ask(
        """SELECT sum(guests) FILTER (city IN ('Hangzhou', 'Ningbo')) AS struck,
                  sum(guests) FILTER (city NOT IN ('Hangzhou', 'Ningbo')) AS elsewhere
           FROM restaurant_days d JOIN (SELECT DISTINCT store_id, city FROM meal_orders) USING (store_id)
           WHERE (d.occurred_at + INTERVAL 8 HOUR)::DATE BETWEEN DATE '2024-07-25' AND DATE '2024-07-27'"""
    )
    assert found["struck"] == 0 < found["elsewhere"]


def test_guests_come_at_weekends():
    """Redemptions a day, against the other days of the week."""
    [found] = ask(
        """SELECT count(*) FILTER (day >= 6) / 2 AS weekend, count(*) FILTER (day < 6) / 5 AS working
           FROM (SELECT isodow(occurred_at + INTERVAL 8 HOUR) AS day FROM meal_redemptions
                 WHERE accepted AND op = 'insert')"""
    )
    assert found["weekend"] > 1.25 * found["working"]


def test_rows_are_corrected_and_known_late():
    [found] = ask(
        """SELECT count(*) FILTER (op = 'correct') AS corrected,
                  avg((known_at > occurred_at + INTERVAL 1 HOUR)::INT) AS late FROM meal_orders"""
    )
    assert found["corrected"] > 5 and 0.005 < found["late"] < 0.15


def test_ids_and_clocks_hold():
    for name, table in meals().items():
        assert isinstance(table, pa.Table)
        [found] = ask(
            f"""SELECT count(*) FILTER (known_at < occurred_at) AS early,
                       count(*) FILTER (op = 'insert') - count(DISTINCT id) AS twice FROM {name}"""
        )
        assert found == {"early": 0, "twice": 0}, name


def test_no_voucher_was_rejected_after_it_was_redeemed():
    [found] = ask(
        """SELECT count(*) AS n, count(*) FILTER (c.occurred_at >= s.redeemed) AS after
           FROM (SELECT subject_id, min(occurred_at) AS occurred_at FROM contacts
                 WHERE scenario = 'voucher_rejected' AND initiator = 'user' GROUP BY 1) c
           LEFT JOIN (SELECT subject_id, min(occurred_at) AS redeemed FROM meal_status
                      WHERE status = 'redeemed' GROUP BY 1) s USING (subject_id)"""
    )
    assert found["after"] == 0 < found["n"]
