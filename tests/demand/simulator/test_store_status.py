"""The log agrees with what the simulator does to stores, is known late, and is put right where it was wrong."""

from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from demand.simulator import World, tables_of
from demand.simulator.absences import ABSENCES
from demand.simulator.clock import day_number, day_of
from demand.simulator.rows import to_table
from tests.builders.simulator import START, first_days, live, query, year

FIRST = day_number(START)


@lru_cache
def world() -> World:
    return World(7, 80_000)


@lru_cache
def log() -> pa.Table:
    """All that became known in the first year."""
    released = [world().status.release(day) for day in range(FIRST, FIRST + 366)]
    return pa.concat_tables(to_table(*each) for day in released for each in day.items())


def ask(sql: str):
    return query(sql, {"status": log()})


def rows(prefix: str, **where: str):
    """Rows of the stores with this prefix: number of the store, local day, table."""
    found = log().filter(pc.starts_with(log()["store_id"], f"{prefix}-"))
    for column, value in where.items():
        found = found.filter(pc.equal(found[column], value))
    store = np.array([int(name.rpartition("-")[2]) for name in found["store_id"].to_pylist()])
    return store, day_of(found["occurred_at"].cast(pa.int64()).to_numpy()), found


def industry(name: str):
    return next(each for each in world().industries if each.name == name)


def test_nothing_is_known_before_it_is_so():
    found = log()
    assert found.num_rows > 800
    assert pc.all(pc.less(found["occurred_at"], found["known_at"])).as_py()


def test_ids_are_unique_but_for_corrections():
    [found] = ask("""SELECT count(*) FILTER (op = 'insert') AS inserted, count(DISTINCT id) AS ids,
                            count(*) FILTER (op = 'correct') AS corrected FROM status""")
    assert found["inserted"] == found["ids"] and found["corrected"] > 5


def test_every_store_opens_when_its_profile_says_so():
    [found] = query(
        """SELECT count(*) AS n, count(*) FILTER (s.occurred_at = t.occurred_at) AS same
           FROM (SELECT store_id, min(occurred_at) AS occurred_at FROM stores GROUP BY 1) s
           JOIN status t USING (store_id) WHERE t.reason = 'opened'""",
        {"stores": year()["stores"], "status": year()["store_status"]},
    )
    assert found["n"] > 50 and found["n"] == found["same"]


def test_a_studio_is_shut_when_the_log_says_that_it_vanished():
    store, day, _ = rows("studio", reason="vanished")
    stage = industry("prepaid_card").studios.lives.stage(store, day)
    assert len(store) > 3 and (stage >= 1).all()
    assert (industry("prepaid_card").studios.lives.stage(store, day - 1) < 1).all()


def test_a_vanished_studio_is_known_days_later_and_some_had_said_it_was_a_renovation():
    [found] = ask("""SELECT median(date_diff('hour', occurred_at, known_at)) / 24 AS days,
                            min(date_diff('hour', occurred_at, known_at)) AS least FROM status
                     WHERE reason = 'vanished'""")
    assert found["least"] >= 48 and found["days"] > 5
    [found] = ask("""SELECT count(*) AS n FROM status a JOIN status b USING (id)
                     WHERE a.reason = 'renovation' AND a.op = 'insert' AND b.op = 'correct' AND b.reason = 'vanished'
                       AND b.known_at > a.known_at""")
    assert found["n"] > 0


def test_a_restaurant_is_shut_while_the_log_says_so_and_open_from_its_end_on():
    restaurants = industry("catering").restaurants
    for reason in ("renovation", "reported"):
        store, day, found = rows("restaurant", reason=reason, status="closed")
        mistaken = found["id"].to_pylist()
        wrong = set(log().filter(pc.equal(log()["reason"], "report_was_wrong"))["id"].to_pylist())
        right = np.array([name not in wrong for name in mistaken])
        assert (restaurants.shut_for(store[right], day[right]) >= 0).all()
        assert (restaurants.shut_for(store[~right], day[~right]) < 0).all()
    store, day, _ = rows("restaurant", reason="renovation", status="open")
    assert len(store) > 3 and (restaurants.shut_for(store, day) < 0).all()
    assert (restaurants.shut_for(store, day - 1) >= 0).all()


def test_under_the_typhoon_the_open_restaurants_of_the_province_close():
    store, day, _ = rows("restaurant", reason="typhoon", status="closed")
    assert len(store) and industry("catering").restaurants.closed(store, day).all()
    assert (industry("catering").restaurants.shut_for(store, day) < 0).all()


def test_what_a_false_report_said_is_taken_back():
    [found] = ask("""SELECT count(*) AS n, count(*) FILTER (b.status = 'open' AND b.known_at > a.known_at) AS right
                     FROM status a JOIN status b USING (id) WHERE a.op = 'insert' AND b.reason = 'report_was_wrong'""")
    assert found["n"] > 2 and found["n"] == found["right"]


def test_of_every_absence_the_last_row_says_open():
    """Stores that are not shut by their industry are open on most days."""
    [found] = ask("""SELECT count(*) FILTER (status = 'open')::DOUBLE / count(*) AS share
                     FROM (SELECT store_id, arg_max(status, occurred_at) AS status FROM status
                           WHERE store_id NOT LIKE 'studio-%' AND store_id NOT LIKE 'restaurant-%' GROUP BY 1)""")
    assert found["share"] > 0.95


def test_some_of_it_is_known_late():
    [found] = ask("""SELECT count(*) FILTER (date_diff('hour', occurred_at, known_at) > 26)::DOUBLE / count(*) AS late
                     FROM status WHERE reported_by = 'merchant' AND reason <> 'opened' AND op = 'insert'""")
    assert 0.04 < found["late"] < 0.3


@pytest.mark.parametrize("name", sorted(ABSENCES))
def test_shares_of_absences_are_shares(name):
    each = ABSENCES[name]
    assert each.holiday + each.renovation + each.repair + each.move <= 1


def test_the_log_does_not_depend_on_how_it_is_released():
    whole, again = tables_of(first_days())["store_status"], tables_of(live(World(7, 2000), 75))["store_status"]
    assert whole.equals(again)
