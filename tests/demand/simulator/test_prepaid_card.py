"""Cards: everything the catalogue names goes wrong, as often as the truth says, and shows beforehand."""

import numpy as np
import pytest

from demand.simulator import World
from demand.simulator.card_rows import CARD_SCENARIOS, NOTES
from demand.simulator.clock import day_number
from demand.simulator.prepaid_card import PrepaidCard
from tests.builders.simulator import START, cards, query, truth_of_cards, year


def ask(sql: str):
    return query(sql, cards() | truth_of_cards())


@pytest.mark.parametrize(
    ("kind", "days", "times"),
    [
        *(("rent_arrears", 60, 3), ("payee_changed", 60, 3), ("closed_day", 14, 3)),
        *(("staff_left", 30, 1.5), ("discount_campaign", 30, 1.5), ("complaint", 30, 2)),
    ],
)
def test_a_note_on_the_studio_comes_before_it_vanishes(kind, days, times):
    """Cards asked about every month: `merchant_runaway` within the next four weeks, with such a note lately or not."""
    without, noted = ask(
        f"""WITH nights AS (SELECT unnest(generate_series(TIMESTAMPTZ '2024-03-01 00:00:00+00',
                                     TIMESTAMPTZ '2024-11-25 00:00:00+00', INTERVAL 28 DAY)) AS night),
                 held AS (SELECT s.subject_id, s.store_id, n.night FROM card_sales s JOIN nights n
                          ON s.known_at < n.night AND s.valid_until::TIMESTAMPTZ > n.night WHERE s.op = 'insert')
            SELECT EXISTS (SELECT 1 FROM studio_notes x WHERE x.store_id = h.store_id AND x.kind = '{kind}'
                           AND x.known_at < h.night AND x.known_at > h.night - INTERVAL {days} DAY) AS noted,
                   count(*) AS held,
                   avg((EXISTS (SELECT 1 FROM contacts c WHERE c.subject_id = h.subject_id
                        AND c.scenario = 'merchant_runaway' AND c.occurred_at >= h.night
                        AND c.occurred_at < h.night + INTERVAL 28 DAY))::INT) AS share
            FROM held h GROUP BY 1 ORDER BY 1"""
    )
    assert noted["held"] > 100 and noted["share"] > times * without["share"]


def test_doors_stay_shut_and_rents_unpaid_before_customers_say_that_a_studio_has_run_away():
    """Notes in the eight weeks before the first such contact about a studio, against those of quiet studios."""
    found = ask(
        """WITH first AS (SELECT store_id, min(occurred_at) AS ran FROM contacts
                          WHERE scenario = 'merchant_runaway' GROUP BY 1),
                near AS (SELECT n.kind, count(*) / (SELECT count(*) FROM first) AS a_studio FROM studio_notes n
                         JOIN first USING (store_id) WHERE n.known_at BETWEEN ran - INTERVAL 56 DAY AND ran GROUP BY 1),
                all_of AS (SELECT count(DISTINCT store_id) AS studios FROM card_sales),
                quiet AS (SELECT kind, count(*) / any_value(studios) / 366 * 56 AS a_studio
                          FROM studio_notes, all_of GROUP BY 1)
           SELECT kind, near.a_studio AS near, quiet.a_studio AS usual FROM near JOIN quiet USING (kind)"""
    )
    assert {row["kind"] for row in found} == set(NOTES)
    assert all(row["near"] > row["usual"] for row in found if row["kind"] in ("rent_arrears", "payee_changed"))


def test_the_profiles_tell_which_studios_have_money_in_escrow_and_those_are_feared_less():
    world, runaway = World(7, 4000), CARD_SCENARIOS.index("merchant_runaway")
    card = next(industry for industry in world.industries if isinstance(industry, PrepaidCard))
    told = query(
        """SELECT arg_max(escrow, known_at) AS escrow FROM stores WHERE store_id LIKE 'studio-%'
           GROUP BY store_id ORDER BY store_id""",
        year(),
    )
    assert [row["escrow"] for row in told] == card.studios.escrow.tolist()
    eve = int(card.shutdowns()[0].min()) - 5
    card.studios.escrow[:] = True
    safe = card.mood(eve)[:, runaway]
    card.studios.escrow[:] = False
    assert 0 < safe.sum() < 0.6 * card.mood(eve)[:, runaway].sum()


def test_a_coach_who_leaves_is_missed_by_those_who_trained_there_and_by_no_others():
    others, theirs = ask(
        """SELECT n.coach_id = s.coach_id AS theirs,
                  avg((EXISTS (SELECT 1 FROM contacts c WHERE c.subject_id = s.subject_id
                       AND c.scenario = 'coach_change' AND c.occurred_at >= n.occurred_at
                       AND c.occurred_at < n.occurred_at + INTERVAL 22 DAY))::INT) AS share
           FROM studio_notes n JOIN card_sales s USING (store_id)
           WHERE n.kind = 'staff_left' AND s.op = 'insert' AND s.known_at < n.occurred_at
                 AND s.valid_until > n.occurred_at GROUP BY 1 ORDER BY 1"""
    )
    assert theirs["share"] > 4 * others["share"]


PAID_BACK = """
    WITH used AS (SELECT subject_id, count(*) AS used FROM card_redemptions GROUP BY 1),
         paid AS (SELECT subject_id, occurred_at AS paid_at, amount_cents FROM refunds
                  WHERE step = 'paid' AND initiator <> 'agent'),
         asked AS (SELECT subject_id, min(occurred_at) AS asked FROM refunds WHERE initiator <> 'agent' GROUP BY 1),
         sold AS (SELECT * FROM card_sales QUALIFY row_number() OVER (PARTITION BY id ORDER BY known_at) = 1)
    SELECT * EXCLUDE (used), coalesce(u.used, 0) AS used, asked < s.occurred_at + INTERVAL 7 DAY AS early,
           s.occurred_at >= TIMESTAMPTZ '2024-08-01 00:00:00+08' AND NOT s.had_before AS protected
    FROM sold s JOIN paid USING (subject_id) JOIN asked USING (subject_id) LEFT JOIN used u USING (subject_id)
"""


def test_used_sessions_are_charged_at_list_price():
    wrong = ask(
        f"""SELECT * FROM ({PAID_BACK}) WHERE NOT (early AND protected)
            AND abs(amount_cents - greatest(price_cents - used * list_price_cents / sessions, 0)) > 1"""
    )
    assert wrong == []


def test_the_new_rule_gives_the_whole_price_back_within_seven_days():
    """In force from 1 August: not to those who had the same service before, nor for cards sold earlier."""
    [found] = ask(
        f"""SELECT count(*) FILTER (early AND protected) AS whole,
                   count(*) FILTER (early AND protected AND amount_cents <> price_cents) AS less,
                   count(*) FILTER (early AND NOT protected) AS partly FROM ({PAID_BACK})"""
    )
    assert found["whole"] > 10 and found["partly"] > 0 and found["less"] == 0


def test_from_the_rule_on_more_cards_are_given_back_in_their_first_week_and_fewer_disputed():
    before, after = ask(
        """SELECT s.occurred_at >= TIMESTAMPTZ '2024-08-01 00:00:00+08' AS after,
                  avg((EXISTS (SELECT 1 FROM refunds r WHERE r.subject_id = s.subject_id AND r.step = 'requested'
                       AND r.initiator <> 'agent'
                       AND r.occurred_at < s.occurred_at + INTERVAL 7 DAY))::INT) AS given_back
           FROM card_sales s WHERE op = 'insert' AND NOT had_before
                 AND occurred_at < TIMESTAMPTZ '2024-12-20 00:00:00+00'
           GROUP BY 1 ORDER BY 1"""
    )
    assert after["given_back"] > 3 * before["given_back"]
    before, after = ask(
        """WITH young AS (SELECT r.cutoff, unnest(scenarios) AS scenario, unnest(p_scenario) AS p,
                                 s.occurred_at >= TIMESTAMPTZ '2024-08-01 00:00:00+08' AS after
                          FROM risks r JOIN card_sales s USING (subject_id)
                          WHERE s.op = 'insert' AND NOT s.had_before AND r.cutoff < s.occurred_at + INTERVAL 2 DAY)
           SELECT after, avg(p) AS p FROM young WHERE scenario = 'refund_loss' GROUP BY 1 ORDER BY 1"""
    )
    assert after["p"] < 0.85 * before["p"]


def test_the_rule_is_announced_weeks_before_it_is_in_force():
    [rule] = query("SELECT * FROM policy_changes", year())
    assert rule["known_at"].date().isoformat() == "2024-06-14" and rule["in_force_on"].isoformat() == "2024-08-01"


def test_a_sum_below_its_share_is_disputed_once_it_is_told():
    fair, short = ask(
        f"""WITH told AS (SELECT subject_id, min(occurred_at) AS told FROM refunds
                        WHERE step = 'computed' AND initiator <> 'agent' GROUP BY 1)
            SELECT amount_cents < 0.9 * price_cents * (1 - used / sessions) AS short,
                   avg((EXISTS (SELECT 1 FROM contacts c WHERE c.subject_id = k.subject_id
                        AND c.scenario = 'refund_loss' AND c.occurred_at > t.told))::INT) AS share
            FROM ({PAID_BACK}) k JOIN told t ON t.subject_id = k.subject_id GROUP BY 1 ORDER BY 1"""
    )
    assert short["share"] > 2 * fair["share"] and short["share"] > 0.03


def test_refunds_are_asked_about_while_they_are_missing():
    [found] = ask(
        """SELECT count(*) AS n, count(*) FILTER (c.at < s.asked) AS early, count(*) FILTER (c.at > s.paid) AS late
           FROM (SELECT subject_id, min(occurred_at) AS at FROM contacts WHERE scenario = 'refund_slow' GROUP BY 1) c
           JOIN (SELECT subject_id, min(occurred_at) FILTER (step = 'requested') AS asked,
                        max(occurred_at) FILTER (step = 'paid') + INTERVAL 1 DAY AS paid
                 FROM refunds WHERE initiator <> 'agent' GROUP BY 1) s USING (subject_id)"""
    )
    assert found["n"] > 8 and found["early"] == found["late"] == 0


@pytest.mark.parametrize("source", ["card_sales", "card_redemptions", "studio_notes", "contacts"])
def test_some_rows_are_known_late(source):
    [found] = ask(
        f"""SELECT avg((known_at > occurred_at + INTERVAL 1 HOUR)::INT) AS late FROM {source} WHERE op = 'insert'"""
    )
    assert 0.01 < found["late"] < 0.3


def test_some_rows_are_corrected_or_taken_back():
    for source, op in (("card_sales", "correct"), ("studio_notes", "correct"), ("studio_notes", "delete")):
        [found] = ask(f"SELECT count(*) FILTER (op = '{op}') / count(*) AS share FROM {source}")
        assert 0 < found["share"] < 0.1, (source, op)


def test_no_change_is_known_before_its_card():
    for source in ("card_status", "card_redemptions", "refunds"):
        [found] = ask(
            f"""SELECT count(*) AS n FROM {source} s LEFT JOIN
                (SELECT subject_id, min(known_at) AS known FROM card_sales GROUP BY 1) o USING (subject_id)
                WHERE o.known IS NULL OR o.known > s.known_at"""
        )
        assert found["n"] == 0, source


FLIGHTS = """
    (SELECT s.store_id, s.occurred_at AS shut,
            min(o.occurred_at) FILTER (o.reason = 'new_owner' AND o.occurred_at > s.occurred_at) AS again
     FROM (SELECT * FROM store_status WHERE status = 'closed' AND store_id LIKE 'studio-%'
           QUALIFY row_number() OVER (PARTITION BY id ORDER BY known_at DESC) = 1) s
     LEFT JOIN store_status o ON o.store_id = s.store_id AND o.op = 'insert'
     WHERE s.reason = 'vanished' GROUP BY ALL)
"""


def test_some_studios_vanish_in_a_year_and_some_of_them_find_a_new_owner_after_a_while():
    industry = PrepaidCard(7, orders=20_000, users=5000, start=day_number(START))
    shut, again = industry.shutdowns()
    within = shut[:, 0] < day_number(START) + 366
    assert 0.12 < within.mean() < 0.28
    empty = (again - shut)[:, 0]
    found = empty < 1000
    assert 0.5 < found.mean() < 0.8 and len(np.unique(empty[found].round())) > 40


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("orders", [480, 4000])
def test_studios_vanish_in_every_marketplace(seed, orders):
    """Of 4,000 orders a year about 480 are cards."""
    shut, _ = PrepaidCard(seed, orders=orders, users=500, start=day_number(START)).shutdowns()
    assert (shut[:, 0] < day_number(START) + 330).sum() >= 2


def test_nobody_is_there_while_a_studio_is_shut():
    every = year()
    [flights] = query(f"SELECT count(*) AS n FROM {FLIGHTS}", every)
    assert flights["n"] >= 2
    for source, what in (
        ("card_redemptions", "true"),
        ("messages", "kind = 'reply'"),
        ("slot_searches", "found"),
        ("content", "true"),
        ("reviews", "true"),
    ):
        [found] = query(
            f"""SELECT count(*) AS n FROM {source} r JOIN {FLIGHTS} f USING (store_id)
                WHERE {what} AND r.occurred_at > f.shut AND (f.again IS NULL OR r.occurred_at < f.again)""",
            every,
        )
        assert found["n"] == 0, source


def test_a_new_owner_does_not_honour_the_cards_of_the_old_one():
    for source in ("card_redemptions", "reviews"):
        [found] = query(
            f"""SELECT count(*) AS n FROM {source} r JOIN {FLIGHTS} f USING (store_id)
                JOIN (SELECT subject_id, min(occurred_at) AS sold FROM card_sales GROUP BY 1) s USING (subject_id)
                WHERE s.sold < f.shut AND r.occurred_at > f.shut""",
            year(),
        )
        assert found["n"] == 0, source
