"""Tickets: everything that goes wrong happens, as often as the truth says, and shows beforehand."""

from dataclasses import replace

import numpy as np
import pytest

from demand.simulator.clock import day_number
from demand.simulator.performances import Performances
from demand.simulator.show_facts import Shows
from tests.builders.simulator import START, query, tickets, truth_of_tickets


def ask(sql: str):
    return query(sql, tickets() | truth_of_tickets())


def test_between_5_and_12_live_orders_in_a_hundred_ask_within_two_weeks():
    [found] = ask("SELECT avg(p_request) AS mean FROM risks")
    assert 0.05 < found["mean"] < 0.12


def test_the_true_probabilities_tell_orders_apart_but_not_perfectly():
    """The AUROC that the true probabilities themselves are expected to reach."""
    p = np.sort(truth_of_tickets()["risks"]["p_request"].to_numpy())
    below = np.cumsum(1 - p) - (1 - p) / 2
    assert 0.75 < (p * below).sum() / (p.sum() * (1 - p).sum()) < 0.88


BEFORE_THE_SHOW = """
WITH shown AS (SELECT *, show_on::TIMESTAMPTZ - INTERVAL 38 HOUR AS eve FROM ticket_orders
               WHERE op = 'insert' AND show_on < DATE '2024-12-20')
SELECT coalesce({sign}, false) AS sign, count(*) AS orders,
       avg((EXISTS (SELECT 1 FROM contacts c WHERE c.subject_id = o.subject_id AND c.scenario = '{scenario}'
            AND c.occurred_at >= o.eve))::INT) AS share
FROM shown o WHERE known_at < eve - INTERVAL 24 HOUR AND NOT EXISTS (
    SELECT 1 FROM ticket_status s WHERE s.subject_id = o.subject_id AND s.known_at < o.eve
    AND s.status IN ('postponed', 'returned', 'called_off', 'transferred', 'no_ticket'))
GROUP BY 1 ORDER BY 1
"""


@pytest.mark.parametrize(
    ("sign", "scenario", "times"),
    [
        ("o.for_others", "real_name_mismatch", 1.5),
        (
            """EXISTS (SELECT 1 FROM ticket_delivery d WHERE d.subject_id = o.subject_id
                AND d.event = 'name_rejected' AND d.known_at < o.eve)""",
            "real_name_mismatch",
            4,
        ),
        (
            """NOT EXISTS (SELECT 1 FROM ticket_delivery d WHERE d.subject_id = o.subject_id
                AND d.event = 'verified' AND d.known_at < o.eve)""",
            "real_name_mismatch",
            4,
        ),
        (
            """EXISTS (SELECT 1 FROM ticket_delivery d WHERE d.subject_id = o.subject_id
                AND d.event = 'load_failed' AND d.known_at < o.eve)""",
            "eticket_failed",
            2,
        ),
        (
            """(SELECT avg(scans_failed_share) FROM gate_reports g WHERE g.store_id = o.store_id
                AND g.known_at < o.eve AND g.known_at > o.eve - INTERVAL 90 DAY) > 0.03""",
            "eticket_failed",
            2,
        ),
        (
            """(SELECT avg(obstructed::INT) FROM seat_reports r WHERE r.block_id = o.block_id
                AND r.known_at < o.eve AND r.known_at > o.eve - INTERVAL 180 DAY) > 0.3""",
            "obstructed_view",
            2.5,
        ),
    ],
)
def test_a_sign_comes_before_what_it_leads(sign, scenario, times):
    """Among orders still on two days before the show, requests after that."""
    without, with_sign = ask(BEFORE_THE_SHOW.format(sign=sign, scenario=scenario))
    assert with_sign["orders"] > 40 and with_sign["share"] > times * without["share"]


def test_the_more_people_there_are_for_each_ticket_the_more_fail_in_the_rush():
    """Registrations as they were known on the eve of the sale."""
    few, many = ask(
        """WITH eve AS (SELECT show_id, wanted_per_ticket > 2 AS many FROM show_demand
                        QUALIFY row_number() OVER (PARTITION BY show_id ORDER BY known_at DESC) = 1)
           SELECT many, count(*) AS orders, avg((EXISTS (SELECT 1 FROM contacts c
               WHERE c.subject_id = o.subject_id AND c.scenario = 'ticket_rush_fail'))::INT) AS share
           FROM ticket_orders o JOIN eve USING (show_id)
           WHERE op = 'insert' AND kind = 'registration' AND sale_on < DATE '2024-12-15' GROUP BY 1 ORDER BY 1"""
    )
    assert few["orders"] > 100 and many["orders"] > 100 and many["share"] > 1.4 * few["share"] > 0


def test_a_rush_is_tried_many_times_in_an_hour_from_a_place_in_the_queue():
    [found] = ask(
        """SELECT avg(tries) AS tries, max(hours) AS hours, min(place) AS place FROM (
               SELECT o.subject_id, count(*) AS tries, min(a.queue_number) AS place,
                      date_diff('minute', min(a.occurred_at), max(a.occurred_at)) / 60.0 AS hours
               FROM ticket_orders o JOIN ticket_attempts a USING (subject_id)
               WHERE o.op = 'insert' AND o.kind = 'registration' GROUP BY 1)"""
    )
    assert found["tries"] > 2.5 and found["hours"] < 3 and found["place"] > 0


def test_nobody_complains_of_a_rush_before_it_is_on():
    """Apart from a few whose registration does not work: the day before at the earliest."""
    found = ask(
        """SELECT date_diff('day', o.sale_on, (c.occurred_at + INTERVAL 8 HOUR)::DATE) AS day, count(*) AS requests
           FROM contacts c JOIN ticket_orders o USING (subject_id)
           WHERE o.op = 'insert' AND c.scenario = 'ticket_rush_fail' GROUP BY 1"""
    )
    days = {row["day"]: row["requests"] for row in found}
    assert min(days) >= -2 and sum(n for day, n in days.items() if day < 0) < 0.1 * sum(days.values())


def test_a_sale_that_stops_foretells_that_the_show_is_called_off():
    going, stopped = ask(
        """SELECT stopped, avg(off::INT) AS off FROM (
               SELECT bool_or(status = 'sale_suspended') AS stopped,
                      bool_or(status IN ('postponed', 'cancelled')) AS off
               FROM shows WHERE show_id IN (SELECT show_id FROM shows WHERE status = 'announced'
                   AND show_on BETWEEN DATE '2024-02-01' AND DATE '2024-12-20') GROUP BY show_id)
           GROUP BY 1 ORDER BY 1"""
    )
    assert stopped["off"] > 5 * going["off"] and stopped["off"] < 0.95


def test_it_is_told_that_a_show_is_called_off_before_its_day():
    [found] = ask(
        """WITH planned AS (SELECT show_id, show_on FROM shows WHERE status = 'announced')
           SELECT count(*) AS told, count(*) FILTER (s.occurred_at >= p.show_on::TIMESTAMPTZ - INTERVAL 8 HOUR) AS late
           FROM shows s JOIN planned p USING (show_id) WHERE s.status IN ('postponed', 'cancelled')"""
    )
    assert found["told"] > 20 and found["late"] == 0


def test_nobody_complains_of_a_show_called_off_before_it_is():
    [found] = ask(
        """SELECT count(*) AS n, count(*) FILTER (c.at < s.at) AS early
           FROM (SELECT subject_id, min(occurred_at) AS at FROM contacts WHERE scenario = 'show_cancelled' GROUP BY 1) c
           JOIN (SELECT subject_id, min(occurred_at) AS at FROM ticket_status
                 WHERE status IN ('called_off', 'postponed') GROUP BY 1) s USING (subject_id)"""
    )
    assert found["n"] > 40 and found["early"] == 0


def test_everybody_with_a_ticket_hears_that_the_show_is_postponed_and_has_its_new_day_from_then_on():
    [found] = ask(
        """SELECT count(*) AS n, count(*) FILTER (c.known_at < s.occurred_at) AS early,
                  count(*) FILTER (c.show_on <= o.show_on) AS backwards
           FROM ticket_orders o JOIN ticket_status s ON s.subject_id = o.subject_id AND s.status = 'postponed'
           LEFT JOIN ticket_orders c ON c.subject_id = o.subject_id AND c.op = 'correct'
           WHERE o.op = 'insert'"""
    )
    assert found["n"] > 20 and found["early"] == found["backwards"] == 0


def test_no_ticket_is_sold_for_a_show_that_was_called_off():
    [found] = ask(
        """SELECT count(*) AS n FROM ticket_orders o JOIN shows s USING (show_id)
           WHERE o.op = 'insert' AND s.status IN ('postponed', 'cancelled') AND o.occurred_at > s.occurred_at"""
    )
    assert found["n"] == 0


def test_bad_weather_is_forecast_before_shows_under_the_open_sky_are_called_off():
    dry, wet = ask(
        """SELECT EXISTS (SELECT 1 FROM show_forecasts f WHERE f.show_id = s.show_id) AS wet, count(*) AS shows,
                  avg((EXISTS (SELECT 1 FROM shows c WHERE c.show_id = s.show_id
                       AND c.status IN ('postponed', 'cancelled')))::INT) AS off
           FROM shows s WHERE status = 'announced' AND show_on < DATE '2024-12-28' GROUP BY 1 ORDER BY 1"""
    )
    assert wet["shows"] > 5 and wet["off"] > 2.5 * dry["off"]


def test_the_fee_rises_as_the_show_comes_near_and_each_tier_names_the_next():
    [found] = ask(
        """SELECT count(*) AS n, count(*) FILTER (fee_share <= before) AS fell,
                  count(*) FILTER (fee_share <> foretold) AS other
           FROM (SELECT fee_share, lag(fee_share) OVER w AS before, lag(next_fee_share) OVER w AS foretold
                 FROM ticket_fees WINDOW w AS (PARTITION BY subject_id ORDER BY occurred_at))
           WHERE before IS NOT NULL"""
    )
    assert found["n"] > 1000 and found["fell"] == found["other"] == 0


def test_fees_are_disputed_around_the_days_on_which_they_rise():
    found = ask(
        """WITH lives AS (SELECT o.subject_id, unnest(range(1, 30)) AS day,
                                 o.show_on FROM ticket_orders o WHERE op = 'insert' AND show_on < DATE '2024-12-20'),
           rises AS (SELECT subject_id, next_on FROM ticket_fees WHERE next_fee_share > fee_share),
           days AS (SELECT l.subject_id, l.show_on - l.day::INT AS on_day,
                           bool_or(r.next_on - (l.show_on - l.day::INT) BETWEEN -2 AND 2) AS rising
                    FROM lives l JOIN rises r USING (subject_id) GROUP BY ALL)
           SELECT rising, avg((EXISTS (SELECT 1 FROM contacts c WHERE c.subject_id = d.subject_id
               AND c.scenario = 'refund_fee' AND (c.occurred_at + INTERVAL 8 HOUR)::DATE = d.on_day))::INT) AS rate
           FROM days d GROUP BY 1 ORDER BY 1"""
    )
    usual, rising = found
    assert rising["rate"] > 1.3 * usual["rate"] > 0


def test_rules_on_fees_are_known_before_they_are_in_force():
    [found] = ask(
        """SELECT count(*) AS n, count(*) FILTER (in_force_on <= known_at::DATE) AS late FROM refund_tiers
           WHERE known_at > TIMESTAMPTZ '2024-01-02 00:00:00+00'"""
    )
    assert found["n"] > 0 and found["late"] == 0


def test_whoever_looks_at_the_fees_disputes_them_more_often():
    without, looked = ask(
        """SELECT looked, avg(asked::INT) AS share FROM (
               SELECT v.at IS NOT NULL AS looked,
                      EXISTS (SELECT 1 FROM contacts c WHERE c.subject_id = o.subject_id
                              AND c.scenario = 'refund_fee' AND (v.at IS NULL OR c.occurred_at > v.at)) AS asked
               FROM ticket_orders o LEFT JOIN (SELECT subject_id, min(known_at) AS at FROM page_views
                   WHERE page = 'return_fees' GROUP BY 1) v USING (subject_id) WHERE o.op = 'insert')
           GROUP BY 1 ORDER BY 1"""
    )
    assert looked["share"] > 2 * without["share"]


def test_only_who_paid_twice_asks_for_the_second_payment():
    [found] = ask(
        """SELECT count(*) AS n, count(*) FILTER (p.payments < 2 OR p.second > c.at) AS wrong
           FROM (SELECT subject_id, min(occurred_at) AS at FROM contacts WHERE scenario = 'duplicate_pay' GROUP BY 1) c
           JOIN (SELECT subject_id, count(*) AS payments, max(occurred_at) AS second FROM ticket_attempts
                 WHERE outcome = 'paid' GROUP BY 1) p USING (subject_id)"""
    )
    assert found["n"] > 5 and found["wrong"] == 0


def test_refunds_are_asked_about_while_they_are_missing():
    [found] = ask(
        """SELECT count(*) AS n, count(*) FILTER (c.at < s.asked) AS early, count(*) FILTER (c.at > s.paid) AS late
           FROM (SELECT subject_id, min(occurred_at) AS at FROM contacts WHERE scenario = 'refund_slow' GROUP BY 1) c
           JOIN (SELECT subject_id, min(occurred_at) FILTER (step = 'requested') AS asked,
                        max(occurred_at) FILTER (step = 'paid') + INTERVAL 1 DAY AS paid
                 FROM refunds WHERE initiator <> 'agent' GROUP BY 1) s USING (subject_id)"""
    )
    assert found["n"] > 10 and found["early"] == found["late"] == 0


def test_shows_are_played_on_weekend_evenings_and_in_holidays():
    found = ask("SELECT show_on, count(*) AS n FROM shows WHERE status = 'announced' GROUP BY 1")
    shows = {row["show_on"].isoformat(): row["n"] for row in found if row["show_on"].year == 2024}
    weekend = sum(row["n"] for row in found if row["show_on"].isoweekday() >= 5)
    golden = [shows.get(f"2024-10-0{day}", 0) for day in range(1, 8)]
    november = [shows.get(f"2024-11-{day:02d}", 0) for day in range(1, 22)]
    assert weekend > 0.6 * sum(row["n"] for row in found)
    assert np.mean(golden) > 1.3 * np.mean(november)


def test_nobody_asks_about_the_gate_or_the_seat_without_a_ticket():
    [found] = ask(
        """SELECT count(*) AS n FROM contacts c WHERE scenario IN ('eticket_failed', 'obstructed_view', 'refund_fee')
           AND NOT EXISTS (SELECT 1 FROM ticket_status s WHERE s.subject_id = c.subject_id AND s.status = 'issued'
                           AND s.occurred_at < c.occurred_at)"""
    )
    assert found["n"] == 0


@pytest.mark.parametrize("source", ["ticket_orders", "contacts"])
def test_some_rows_are_corrected_and_some_are_late(source):
    [found] = ask(
        f"""SELECT count(*) FILTER (op = 'correct') AS corrected, count(*) FILTER (op = 'insert') AS inserted,
                   count(*) FILTER (op = 'insert' AND known_at > occurred_at + INTERVAL 1 HOUR) AS late
            FROM {source}"""
    )
    assert 0 < found["corrected"] < 0.1 * found["inserted"] and 0 < found["late"] < 0.1 * found["inserted"]


@pytest.mark.parametrize(
    "source", ["ticket_status", "ticket_attempts", "ticket_delivery", "ticket_transfers", "ticket_fees"]
)
def test_nothing_is_known_of_an_order_before_the_order_is(source):
    [found] = ask(
        f"""SELECT count(*) AS n FROM {source} s LEFT JOIN
            (SELECT subject_id, min(known_at) AS known FROM ticket_orders GROUP BY 1) o USING (subject_id)
            WHERE o.known IS NULL OR o.known > s.known_at"""
    )
    assert found["n"] == 0


def lived_up_to(days):
    """Rows about orders known before a new day of their show was told, live orders night by night, rates before it."""
    shows = Performances(7, orders=20_000, users=3000, start=day_number(START))
    rows, nights = [], []
    for day in range(shows.start, shows.start + days):
        shows.open(day)
        p, live = shows.population, shows.live(day)
        moves = p["moved_to"][live] != p["planned"][live]
        nights.append((live.tolist(), p["due_day"][live], moves, p["learned"][live] > day))
        for layout, some in shows.outbox.release(day, p["closed_at"]).items():
            if layout.prefix == "ticket":
                rows += [(layout.source, str(row)) for row in some[some["known"] < p["told"][some["ident"]]]]
    who = p.exposed(day)
    who = who[p["told_day"][who] > day]
    ahead = np.arange(day, day + 8)
    return rows, nights, shows.rates(who, ahead) * (ahead[:, None] < p["told_day"][who])[:, :, None]


def test_the_new_day_of_a_show_shows_in_nothing_before_it_is_told(monkeypatch):
    """In a second world all new days are a week later."""
    rows, nights, rates = lived_up_to(70)
    take = Shows.take
    monkeypatch.setattr(Shows, "take", lambda *a: replace(of := take(*a), played_on=of.played_on + 7 * of.moved))
    other_rows, other_nights, other_rates = lived_up_to(70)
    assert rows == other_rows and np.array_equal(rates, other_rates) and rates.any()
    hidden = told = 0
    for (live, due, moves, unknown), (other_live, other_due, *_) in zip(nights, other_nights, strict=True):
        seen, same = np.isin(live, other_live), np.isin(other_live, live)
        equal = due[seen] == other_due[same]
        assert seen[unknown].all() and (equal == (~moves | unknown)[seen]).all()
        hidden, told = hidden + (moves & unknown).sum(), told + (moves & ~unknown).sum()
    assert hidden > 50 and told > 50


def test_nobody_with_a_ticket_asks_why_the_rush_failed_unless_it_came_late():
    [found] = ask(
        """SELECT count(*) FILTER (c.m >= i.m) AS after, count(i.m) AS gained, count(*) - count(i.m) AS without
       FROM (SELECT subject_id, min(occurred_at) AS m FROM contacts WHERE scenario = 'ticket_rush_fail' GROUP BY 1) c
       LEFT JOIN (SELECT subject_id, occurred_at AS m FROM ticket_status WHERE status = 'issued') i USING(subject_id)"""
    )
    assert found["after"] == 0 < found["gained"] < found["without"]
