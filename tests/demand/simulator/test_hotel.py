"""Hotels: everything the catalogue names goes wrong, as often as the truth says, and shows beforehand."""

from datetime import date

import numpy as np
import pytest

from demand.simulator.clock import day_number
from demand.simulator.geography import CITIES
from demand.simulator.hotel import Hotel
from demand.simulator.hotel_rows import HOTEL_SCENARIOS
from tests.builders.simulator import START, bookings, query, truth_of_bookings, year


def ask(sql: str):
    return query(sql, bookings() | truth_of_bookings())


NIGHT = "(SELECT arg_max({}, known_at) FROM hotel_nights n WHERE n.night_id = o.night_id AND n.known_at < o.eve)"


@pytest.mark.parametrize(
    ("sign", "scenario", "times"),
    [
        (f"{NIGHT.format('expected / rooms')} > 0.9", "no_room", 2),
        (
            f"""{NIGHT.format("price_cents")} > 1.1 * (SELECT arg_min(price_cents, known_at) FROM hotel_nights n
                WHERE n.night_id = o.night_id)""",
            *("no_room", 2),
        ),
        (
            """(SELECT avg(turned_away) FROM hotel_rooms r WHERE r.store_id = o.store_id
                AND r.known_at < o.eve AND r.known_at > o.eve - INTERVAL 60 DAY) > 1""",
            *("no_room", 2),
        ),
        (
            """(SELECT arg_max(occupancy, known_at) FROM hotel_rooms r WHERE r.store_id = o.store_id
                AND r.known_at < o.eve) > 0.85""",
            *("late_checkin", 1.5),
        ),
        (
            """(SELECT avg(nearly_out::INT) FROM hotel_room_types t WHERE t.room_id = o.room_id
                AND t.known_at < o.eve AND t.known_at > o.eve - INTERVAL 10 DAY) > 0.5""",
            *("room_mismatch", 1.5),
        ),
        (
            """(SELECT count(*) FROM page_views v WHERE v.subject_id = o.subject_id AND v.page = 'cancel_policy'
                AND v.known_at < o.eve) > 0""",
            *("cancel_fee", 1.5),
        ),
    ],
)
def test_a_sign_comes_before_what_it_leads(sign, scenario, times):
    """Of bookings still on in the night before arrival: requests from then on, whose signs had been seen by then."""
    without, with_sign = ask(
        f"""WITH stays AS (SELECT *, arrival::TIMESTAMPTZ - INTERVAL 6 HOUR AS eve FROM hotel_bookings
                           WHERE op = 'insert' AND arrival BETWEEN DATE '2024-01-20' AND DATE '2024-12-20')
            SELECT coalesce({sign}, false) AS sign, count(*) AS bookings,
                   avg((EXISTS (SELECT 1 FROM contacts c WHERE c.subject_id = o.subject_id
                        AND c.scenario = '{scenario}' AND c.occurred_at >= o.eve))::INT) AS share
            FROM stays o WHERE known_at < eve - INTERVAL 24 HOUR AND NOT EXISTS (
                SELECT 1 FROM hotel_status s WHERE s.subject_id = o.subject_id AND s.status = 'cancelled'
                AND s.known_at < o.eve)
            GROUP BY 1 ORDER BY 1"""
    )
    assert with_sign["bookings"] > 40 and with_sign["share"] > times * without["share"]


UNDER_THE_STORM = "destination_id IN ('destination-000004', 'destination-000005')"
CHANCES = """
    SELECT r.subject_id, (r.cutoff + INTERVAL 8 HOUR)::DATE AS night, p_scenario[list_position(scenarios, '{}')] AS p,
           o.arrival, o.on_holiday, o.destination_id
    FROM risks r JOIN hotel_bookings o USING (subject_id) WHERE o.op = 'insert'
"""


def test_arrivals_on_a_holiday_run_a_greater_risk_of_no_room():
    usual, holiday = ask(
        f"""SELECT on_holiday, avg(p) AS p FROM ({CHANCES.format("no_room")}) WHERE arrival = night + 1
            GROUP BY 1 ORDER BY 1"""
    )
    assert holiday["p"] > 1.4 * usual["p"]


def test_the_typhoon_raises_disputes_about_fees_from_its_alert_on(monkeypatch):
    """Rates of guests who are due within five days, with and without anybody minding the weather."""
    [alert] = query("SELECT min(known_at) AS known FROM weather_alerts WHERE alert = 'typhoon_warning'", year())
    assert alert["known"].isoformat() == "2024-07-22T22:01:00+00:00"
    hotel = Hotel(7, orders=4000, users=1300, start=day_number(START))
    days = day_number(date(2024, 7, 22)) + np.arange(6)
    for day in range(hotel.start, days[-1]):
        hotel.open(day)
    p, fee = hotel.population, HOTEL_SCENARIOS.index("cancel_fee")
    struck = [city.province == "Zhejiang" for city in CITIES]
    there = np.isin(p["city"].values, np.flatnonzero(struck)) & (abs(p["due_day"].values - days[5]) <= 1)
    guests = p.first + np.flatnonzero(there)
    minded = hotel.rates(guests, days)[:, :, fee].sum(axis=1)
    monkeypatch.setattr(hotel.rooms, "worry", lambda days: np.ones((len(days), len(CITIES))))
    ratio = minded / hotel.rates(guests, days)[:, :, fee].sum(axis=1)
    assert ratio[0] == 1 and (ratio[1:] >= 6).all()


def test_guests_cancel_before_the_typhoon_and_after_its_alert():
    [found] = ask(
        f"""SELECT avg((s.at IS NOT NULL)::INT)
                       FILTER (o.arrival BETWEEN DATE '2024-07-25' AND DATE '2024-07-27') AS struck,
                   avg((s.at IS NOT NULL)::INT) FILTER (o.arrival > DATE '2024-07-29') AS usual
            FROM hotel_bookings o LEFT JOIN (SELECT subject_id, min(occurred_at) AS at FROM hotel_status
                 WHERE status = 'cancelled' GROUP BY 1) s
                 ON s.subject_id = o.subject_id AND s.at > TIMESTAMPTZ '2024-07-23 00:00:00+00'
            WHERE o.op = 'insert' AND {UNDER_THE_STORM} AND o.arrival > DATE '2024-07-24'"""
    )
    assert found["struck"] > 2 * found["usual"]


def test_an_ordinary_alert_makes_fees_matter_too():
    """Nights at which a guest is due within five days: disputes within a day of an alert there in the last, or none."""
    calm, warned = query(
        """WITH nights AS (SELECT o.subject_id, o.destination_id, n.night FROM hotel_bookings o
                           JOIN (SELECT unnest(generate_series(TIMESTAMPTZ '2024-01-10 18:00:00+00',
                                 TIMESTAMPTZ '2024-12-20 18:00:00+00', INTERVAL 1 DAY)) AS night) n
                           ON n.night > o.known_at
                           AND o.arrival::TIMESTAMPTZ BETWEEN n.night AND n.night + INTERVAL 5 DAY
                           WHERE o.op = 'insert')
           SELECT EXISTS (SELECT 1 FROM weather_alerts a WHERE a.destination_id = n.destination_id
                          AND a.known_at BETWEEN n.night - INTERVAL 24 HOUR AND n.night) AS warned,
                  avg((EXISTS (SELECT 1 FROM contacts c WHERE c.subject_id = n.subject_id
                       AND c.scenario = 'cancel_fee' AND c.occurred_at BETWEEN n.night
                       AND n.night + INTERVAL 24 HOUR))::INT) AS share
           FROM nights n GROUP BY 1 ORDER BY 1""",
        bookings() | {"weather_alerts": year()["weather_alerts"]},
    )
    assert warned["share"] > 1.5 * calm["share"]


def test_refunds_are_asked_about_while_they_are_missing():
    [found] = ask(
        """SELECT count(*) AS n, count(*) FILTER (c.at < s.asked) AS early, count(*) FILTER (c.at > s.paid) AS late
           FROM (SELECT subject_id, min(occurred_at) AS at FROM contacts WHERE scenario = 'refund_slow' GROUP BY 1) c
           JOIN (SELECT subject_id, min(occurred_at) FILTER (step = 'requested') AS asked,
                        max(occurred_at) FILTER (step = 'paid') + INTERVAL 1 DAY AS paid
                 FROM refunds WHERE initiator <> 'agent' GROUP BY 1) s USING (subject_id)"""
    )
    assert found["n"] > 8 and found["early"] == found["late"] == 0


def test_rooms_left_are_those_that_are_not_booked_and_what_is_expected_is_told_apart():
    [found] = ask(
        """SELECT count(*) AS rows, count(*) FILTER (rooms_left <> greatest(rooms - booked, 0)) AS wrong,
                  count(*) FILTER (expected < booked) AS fewer, count(*) FILTER (expected > rooms) AS oversold
           FROM hotel_nights"""
    )
    assert found["wrong"] == found["fewer"] == 0 < found["oversold"] < found["rows"] / 4


def test_nights_of_the_national_holiday_have_fewer_rooms_left():
    [found] = ask(
        """WITH nights AS (SELECT DISTINCT night_id, arrival FROM hotel_bookings WHERE op = 'insert'),
                told AS (SELECT night_id, arg_max(rooms_left / rooms, known_at) AS left_share
                         FROM hotel_nights GROUP BY 1)
           SELECT avg(left_share) FILTER (arrival BETWEEN DATE '2024-10-01' AND DATE '2024-10-07') AS holiday,
                  avg(left_share) FILTER (arrival BETWEEN DATE '2024-09-02' AND DATE '2024-09-27') AS ordinary
           FROM nights JOIN told USING (night_id)"""
    )
    assert found["holiday"] < found["ordinary"] - 0.05


@pytest.mark.parametrize("source", ["hotel_bookings", "hotel_status", "hotel_nights", "hotel_room_types", "contacts"])
def test_some_rows_are_known_late(source):
    [found] = ask(
        f"""SELECT avg((known_at > occurred_at + INTERVAL 1 HOUR)::INT) AS late FROM {source} WHERE op = 'insert'"""
    )
    assert 0.01 < found["late"] < 0.15


@pytest.mark.parametrize("source", ["hotel_bookings", "hotel_rooms", "contacts"])
def test_a_few_rows_are_corrected(source):
    [found] = ask(f"SELECT count(*) FILTER (op = 'correct') / count(*) AS share FROM {source}")
    assert 0 < found["share"] < 0.1


def test_no_change_is_known_before_its_booking():
    [found] = ask(
        """SELECT count(*) AS n FROM hotel_status s LEFT JOIN
           (SELECT subject_id, min(known_at) AS known FROM hotel_bookings GROUP BY 1) o USING (subject_id)
           WHERE o.known IS NULL OR o.known > s.known_at"""
    )
    assert found["n"] == 0
