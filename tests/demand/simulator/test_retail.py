"""Shops: everything that goes wrong happens, as often as the truth says, and shows beforehand."""

import pytest

from tests.builders.simulator import parcels, query, truth_of_parcels


def ask(sql: str):
    return query(sql, parcels() | truth_of_parcels())


def without_and_with(sign: str, scenario: str, where: str = "true") -> tuple[dict, dict]:
    """Parcels by a sign known on the eve of the promised day (at 10 in the morning): share of requests after that."""
    found = ask(
        f"""SELECT coalesce({sign}, false) AS sign, count(*) AS parcels,
                   avg((EXISTS (SELECT 1 FROM contacts c WHERE c.subject_id = o.subject_id
                        AND c.scenario = '{scenario}' AND c.occurred_at >= o.eve))::INT) AS share
            FROM (SELECT *, promised::TIMESTAMPTZ - INTERVAL 22 HOUR AS eve FROM parcel_orders WHERE op = 'insert') o
            WHERE {where} GROUP BY 1 ORDER BY 1"""
    )
    assert len(found) == 2
    return found[0], found[1]


def test_between_2_and_6_live_parcels_in_a_hundred_ask_within_the_horizon():
    [found] = ask("SELECT avg(p_request) AS mean FROM risks WHERE industry = 'retail'")
    assert 0.02 < found["mean"] < 0.06


def test_nothing_is_sold_before_april():
    for source in ("parcel_orders", "shop_days"):
        [found] = ask(f"SELECT min(occurred_at + INTERVAL 8 HOUR) AS first FROM {source}")
        assert f"{found['first']:%Y-%m-%d}" == "2024-04-01", source


@pytest.mark.parametrize(
    ("sign", "scenario", "where", "times"),
    [
        (
            """NOT EXISTS (SELECT 1 FROM parcel_status s WHERE s.subject_id = o.subject_id AND s.status = 'ready'
                AND s.known_at < o.promised::TIMESTAMPTZ + INTERVAL 2 HOUR)""",
            *("pickup_not_ready", "kind = 'pickup'", 4),
        ),
        (
            """(SELECT avg(wrong_branch) FROM shop_days d WHERE d.store_id = o.store_id
                AND d.known_at < o.eve AND d.known_at > o.eve - INTERVAL 30 DAY) > 1.2""",
            *("wrong_store", "true", 2),
        ),
        ("shelf_days < 0.25 * if(goods = 'snacks', 150, 12)", "expired_goods", "goods IN ('fresh_food', 'snacks')", 2),
        (
            """EXISTS (SELECT 1 FROM parcel_content x WHERE x.subject_id = o.subject_id AND x.claim <> 'plain'
                AND x.known_at < o.eve)""",
            *("fake_content", "true", 3),
        ),
        (
            """(SELECT count(*) FROM parcel_returns r WHERE r.product_id = o.product_id
                AND r.known_at < o.eve AND r.known_at > o.eve - INTERVAL 180 DAY) >= 3""",
            *("not_as_described", "promised > DATE '2024-08-01'", 1.5),
        ),
    ],
)
def test_a_sign_comes_before_what_it_leads(sign, scenario, where, times):
    without, with_sign = without_and_with(sign, scenario, where)
    assert with_sign["parcels"] > 15 and with_sign["share"] > times * without["share"]


def test_a_slow_refund_is_complained_about_while_it_is_waited_for():
    [found] = ask(
        """SELECT count(*) AS n, count(*) FILTER (s.asked IS NULL OR s.asked > c.at) AS early FROM
           (SELECT subject_id, min(occurred_at) AS at FROM contacts WHERE scenario = 'refund_slow' GROUP BY 1) c
           LEFT JOIN (SELECT subject_id, min(occurred_at) AS asked FROM parcel_status
                      WHERE status = 'refund_requested' GROUP BY 1) s USING (subject_id)"""
    )
    assert found["n"] > 5 and found["early"] == 0


def test_campaigns_sell_more():
    found = ask("SELECT month(occurred_at) AS month, day(occurred_at) AS day FROM parcel_orders WHERE op = 'insert'")
    campaign = sum(row["month"] == 11 and 10 <= row["day"] <= 12 for row in found) / 3
    ordinary = sum(row["month"] == 11 and 18 <= row["day"] <= 27 for row in found) / 10
    assert campaign > 1.4 * ordinary


def test_rows_are_corrected_and_known_late():
    [found] = ask(
        """SELECT count(*) FILTER (op = 'correct') AS corrected,
                  avg((known_at > occurred_at + INTERVAL 1 HOUR)::INT) AS late FROM parcel_orders"""
    )
    assert found["corrected"] > 5 and 0.005 < found["late"] < 0.15


def test_ids_and_clocks_hold():
    for name in parcels():
        [found] = ask(
            f"""SELECT count(*) FILTER (known_at < occurred_at) AS early,
                       count(*) FILTER (op = 'insert') - count(DISTINCT id) AS twice FROM {name}"""
        )
        assert found == {"early": 0, "twice": 0}, name
