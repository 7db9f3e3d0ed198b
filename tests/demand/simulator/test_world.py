"""The marketplace, day by day: the same rows for the same seed, and two clocks that hold."""

from datetime import date, timedelta

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from demand.contract import ContractError
from demand.simulator import World, tables_of, truth_of
from demand.simulator import industry as industry_module
from demand.simulator.clock import CUTOFF_HOUR
from demand.simulator.population import Population
from tests.builders.simulator import actions, first_days, live, query, year

ORDERS = {"hotel": "hotel_bookings", "prepaid_card": "card_sales", "home_cleaning": "cleaning_orders"}
LOGS = {"hotel_bookings": "hotel_status", "card_sales": "card_status", "cleaning_orders": "cleaning_jobs"}
LEADS_TO_ORDERS = {"coupons", "meal_content", "parcel_content", "slot_searches", "ticket_attempts"}
DUE = {"hotel_bookings": "arrival", "card_sales": "valid_until", "cleaning_orders": "slot_start"}


def ask(sql: str, **tables: pa.Table):
    return query(sql, tables or year())


def test_the_same_seed_gives_the_same_rows_and_truth():
    again = tuple(live(World(7, 2000), 75))
    assert tables_of(again) == tables_of(first_days())
    assert truth_of(again) == truth_of(first_days())


def test_another_seed_gives_another_marketplace():
    other = tables_of(live(World(8, 600), 5))
    assert other["hotel_bookings"] != tables_of(first_days()[:5])["hotel_bookings"]


def test_days_one_by_one_are_the_same_as_all_in_one_go():
    whole = tables_of(first_days())
    for source, table in whole.items():
        by_day = pa.concat_tables([batch.tables[source] for batch in first_days()])
        order = [("known_at", "ascending"), ("id", "ascending"), ("op", "ascending")]
        assert by_day.sort_by(order) == table.sort_by(order), source


def test_orders_that_are_over_leave_and_no_row_changes(monkeypatch):
    kept = Population.retire
    monkeypatch.setattr(Population, "retire", lambda *_: None)
    everyone = tables_of(live(World(7, 600), 300))
    monkeypatch.setattr(Population, "retire", kept)
    world = World(7, 600)
    assert tables_of(live(world, 300)) == everyone
    assert all(industry.population.first > 0 for industry in world.industries if industry.name != "prepaid_card")


def test_an_action_for_an_order_that_has_left_is_refused():
    world = World(7, 600)
    live(world, 200)
    with pytest.raises(ContractError, match="over for weeks"):
        world.step(world.today, actions(["booking-000000"], "hotel_confirm_call", world.today))
    assert world.orders_so_far()["hotel"] > world.industries[0].population.first


def test_how_many_days_are_drawn_ahead_changes_nothing(monkeypatch):
    monkeypatch.setattr(industry_module, "BLOCK", 9)
    assert tables_of(live(World(7, 2000), 40)) == tables_of(first_days()[:40])


def test_a_row_arrives_on_the_day_whose_next_cutoff_is_the_first_to_know_it():
    for batch in first_days()[1:]:  # the first takes what was loaded before
        for source, table in batch.tables.items():
            local = pc.add(table["known_at"], timedelta(hours=8 - CUTOFF_HOUR))
            assert set(pc.cast(local, pa.date32(), safe=False).to_pylist()) <= {batch.day}, source


def test_nothing_is_known_before_it_happens_and_some_rows_are_known_late():
    for source, table in year().items():
        assert pc.all(pc.greater_equal(table["known_at"], table["occurred_at"])).as_py(), source
    [late] = ask(
        "SELECT avg((known_at > occurred_at + INTERVAL 1 HOUR)::INT) AS share FROM contacts WHERE op = 'insert'"
    )
    assert 0.01 < late["share"] < 0.1


def test_a_row_is_inserted_once_before_it_is_corrected_or_deleted():
    for source, table in year().items():
        [found] = ask(
            """SELECT count(*) FILTER (inserts <> 1) AS wrong, count(*) FILTER (later < first) AS early
               FROM (SELECT id, count(*) FILTER (op = 'insert') AS inserts,
                            min(known_at) FILTER (op = 'insert') AS first,
                            min(known_at) FILTER (op <> 'insert') AS later FROM rows GROUP BY id)""",
            rows=table,
        )
        assert found == {"wrong": 0, "early": 0}, source


def test_there_are_a_few_corrections_and_deletions():
    ops = pc.value_counts(year()["contacts"]["op"]).to_pylist()
    counts = {entry["values"]: entry["counts"] for entry in ops}
    assert 0 < counts["correct"] < 0.1 * counts["insert"] and 0 < counts["delete"] < 0.1 * counts["insert"]


@pytest.mark.parametrize("orders", ORDERS.values())
def test_every_change_and_contact_finds_its_order_known_no_later(orders):
    prefix = {"hotel_bookings": "booking-%", "card_sales": "card-%", "cleaning_orders": "cleaning-%"}[orders]
    for source in (LOGS[orders], "contacts"):
        [found] = ask(
            f"""SELECT count(*) AS orphans FROM {source} r
                LEFT JOIN (SELECT subject_id, min(known_at) AS known FROM {orders} GROUP BY 1) o USING (subject_id)
                WHERE r.subject_id LIKE '{prefix}' AND (o.known IS NULL OR o.known > r.known_at)"""
        )
        assert found["orphans"] == 0, source


def test_nothing_about_an_order_is_known_before_it_and_nothing_happens_before_but_what_leads_to_it():
    every = year()
    orders = [name for name in every if name.endswith(("_orders", "_bookings", "card_sales"))]
    opened = " UNION ALL ".join(
        f"SELECT subject_id, min(occurred_at) AS opened, min(known_at) AS known FROM {name} GROUP BY 1"
        for name in orders
    )
    about = [name for name, table in every.items() if "subject_id" in table.column_names and name not in orders]
    assert len(orders) == 8 and len(about) > 20
    for source in about:
        [found] = ask(
            f"""SELECT count(*) FILTER (r.known_at < o.known) AS unknown,
                       count(*) FILTER (r.occurred_at < o.opened) AS early
                FROM {source} r JOIN ({opened}) o USING (subject_id)"""
        )
        assert found["unknown"] == 0, source
        assert found["early"] == 0 or source in LEADS_TO_ORDERS, source


def test_the_number_of_orders_is_what_was_asked_for():
    sold = {industry.layouts[0].source for industry in World(7, 4000).industries}
    orders = sum(pc.count_distinct(year()[source]["id"]).as_py() for source in sold)
    assert orders == pytest.approx(4000, rel=0.08)  # shops open in April


@pytest.mark.parametrize(("industry", "source"), ORDERS.items())
def test_between_8_and_18_orders_in_a_hundred_end_in_a_request(industry, source):
    [found] = ask(
        f"""SELECT count(DISTINCT c.subject_id) / count(DISTINCT o.subject_id) AS share
            FROM {source} o LEFT JOIN contacts c ON c.subject_id = o.subject_id AND c.initiator = 'user'"""
    )
    assert 0.08 < found["share"] < 0.18, industry


@pytest.mark.parametrize("source", ORDERS.values())
def test_orders_are_still_open_at_the_end(source):
    [found] = ask(f"SELECT count(*) AS n FROM {source} WHERE {DUE[source]}::DATE > DATE '2024-12-31'")
    assert found["n"] > 0


def test_hotels_fill_up_on_national_day():
    [found] = ask(
        """SELECT avg(occupancy) FILTER (day BETWEEN DATE '2024-10-01' AND DATE '2024-10-07') AS holiday,
                  avg(occupancy) FILTER (day BETWEEN DATE '2024-09-09' AND DATE '2024-09-15') AS ordinary
           FROM (SELECT *, (occurred_at + INTERVAL 8 HOUR)::DATE AS day FROM hotel_rooms)"""
    )
    assert found["holiday"] > found["ordinary"] + 0.05


def test_people_ask_again_and_write_in_two_languages():
    [found] = ask(
        """SELECT count(*) FILTER (text SIMILAR TO '[ -~]+') AS english, count(*) AS contacts,
                  count(DISTINCT subject_id) AS subjects FROM contacts WHERE initiator = 'user'"""
    )
    assert 0.05 < found["english"] / found["contacts"] < 0.3
    assert found["contacts"] > 1.1 * found["subjects"]


def test_no_request_comes_between_midnight_and_the_nights_cutoff():
    [found] = ask(
        """SELECT min(hour(occurred_at + INTERVAL 8 HOUR)) AS first FROM (
               SELECT min(occurred_at) AS occurred_at FROM contacts WHERE initiator = 'user' GROUP BY subject_id)"""
    )
    assert found["first"] >= 2


@pytest.mark.parametrize("size", ["huge", 0, -3, 2.5])
def test_a_wrong_size_is_refused(size):
    with pytest.raises(ContractError, match="write size=2000"):
        World(7, size)


def test_days_come_in_order():
    world = World(7, 300)
    with pytest.raises(ContractError, match="step day by day"):
        world.step(date(2024, 1, 2))


def test_a_tiny_marketplace_lives_too():
    tables = tables_of(live(World(7, 3), 40))
    assert set(tables) == set(year())
