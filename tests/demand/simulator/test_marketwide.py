"""What belongs to no single industry: weather in its season, content of what is sold, rules whenever one starts."""

from datetime import date

import numpy as np

from demand.simulator import World, tables_of
from demand.simulator.catering import Catering
from demand.simulator.marketwide import CLAIMS, WARM
from demand.simulator.places import CREATORS, boast_of
from tests.builders.simulator import live, query, year


def test_heat_is_warned_of_in_warm_months_only():
    [found] = query(
        """SELECT list(DISTINCT month(occurred_at + INTERVAL 8 HOUR)) FILTER (alert = 'heat') AS hot,
                  list(DISTINCT month(occurred_at + INTERVAL 8 HOUR)) FILTER (alert = 'rainstorm') AS wet
           FROM weather_alerts""",
        year(),
    )
    assert set(found["hot"]) and set(found["hot"]) <= set(WARM)
    assert set(found["wet"]) == set(range(1, 13))


def test_nobody_shows_a_shop_before_shops_open():
    found = query(
        """SELECT store_id LIKE 'shop-%' AS shop, min(occurred_at + INTERVAL 8 HOUR) AS first, count(*) AS n
           FROM content GROUP BY 1 ORDER BY 1""",
        year(),
    )
    others, shops = found
    assert shops["first"].date() >= date(2024, 4, 1) > others["first"].date()
    assert shops["n"] > 5


def test_the_rule_on_refunds_is_known_in_whatever_year_one_starts():
    world = World(7, 1000, date(2025, 3, 1))
    rules = tables_of(live(world, 2))["policy_changes"].to_pylist()
    assert [(row["rule"], row["in_force_on"]) for row in rules] == [("seven_day_refund", date(2024, 8, 1))]
    assert rules[0]["occurred_at"] < rules[0]["known_at"]


def test_a_creator_boasts_alike_in_every_industry():
    """The boast behind meals is that behind loud claims in the content of all industries."""
    world = World(7, 60_000)
    boast = boast_of(7, np.arange(CREATORS))
    p = next(i for i in world.industries if isinstance(i, Catering)).population
    shown = p["creator"].values >= 0
    assert shown.sum() > 50 and (p["boast"].values[shown] == boast[p["creator"].values[shown]]).all()
    tables = tables_of(live(world, 90))
    content = tables["content"].to_pylist()
    loud = np.array([row["claim"] in CLAIMS[2:] for row in content])
    who = boast[[int(row["creator_id"].rpartition("-")[2]) for row in content]]
    assert len({row["store_id"].partition("-")[0] for row in content}) >= 7
    assert who[loud].mean() > who[~loud].mean() + 0.2


def test_a_hotel_holds_as_many_guests_as_it_has_rooms():
    found = query(
        """SELECT s.capacity, list(DISTINCT r.rooms) AS rooms
           FROM (SELECT DISTINCT store_id, capacity FROM stores WHERE op = 'insert') s
           JOIN hotel_rooms r USING (store_id) GROUP BY ALL""",
        year(),
    )
    assert len(found) > 10 and all(row["rooms"] == [row["capacity"]] for row in found)


def test_people_signed_up_at_all_hours_of_the_day():
    [found] = query(
        """SELECT count(*) AS users, count(DISTINCT epoch(occurred_at) % 86400) AS times,
                  avg((hour(occurred_at + INTERVAL 8 HOUR) < 6)::INT) AS night
           FROM users WHERE id NOT LIKE '%/d1'""",
        year(),
    )
    assert found["times"] > 0.9 * found["users"] and found["night"] < 0.02
