"""The typhoon: until its alert nothing tells of it, from then on it is felt."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from demand.simulator import World, geography, tables_of
from demand.simulator.clock import day_date
from demand.simulator.geography import CITIES
from demand.simulator.trends import STORM_ALERT, STORM_ENDS
from tests.builders.simulator import live

ALERT = datetime(2024, 7, 22, 22, tzinfo=UTC)  # six in the morning in China
BEGINS = date(2024, 6, 1)
BEFORE, AFTER = np.arange(STORM_ALERT - 14, STORM_ALERT), np.arange(STORM_ALERT, STORM_ENDS + 1)


@dataclass(frozen=True)
class Weeks:
    """Seven weeks before the alert: what was known by then, and rates by industry of (days, orders, scenarios)."""

    told: dict[str, pa.Table]
    before: dict[str, np.ndarray]
    after: dict[str, np.ndarray]


def lived() -> Weeks:
    world = World(7, 400_000, BEGINS)
    batches = live(world, (day_date(STORM_ALERT) - BEGINS).days)
    now = {each: each.population.exposed(STORM_ALERT) for each in world.industries}
    before, after = ({each.name: each.rates(who, days) for each, who in now.items()} for days in (BEFORE, AFTER))
    batches += live(world, 1)
    told = {source: rows.filter(pc.less(rows["known_at"], ALERT)) for source, rows in tables_of(batches).items()}
    return Weeks(told, before, after)


@pytest.fixture(scope="module")
def struck() -> Weeks:
    return lived()


@pytest.fixture(scope="module")
def spared() -> Weeks:
    """The same weeks in a world that no typhoon comes to."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(geography, "_UNDER_THE_STORM", np.zeros(len(CITIES), bool))
        return lived()


def test_what_is_known_before_the_alert_is_the_same_where_no_typhoon_comes(struck, spared):
    assert [source for source, rows in struck.told.items() if not rows.equals(spared.told[source])] == []
    assert sum(len(rows) for rows in struck.told.values()) > 900_000


def test_so_are_the_rates_of_the_days_before(struck, spared):
    assert [name for name, rates in struck.before.items() if not np.array_equal(rates, spared.before[name])] == []
    assert all(rates.any() for rates in struck.before.values())


@pytest.mark.parametrize(
    ("industry", "scenario"),
    [
        *(("hotel", "no_room"), ("hotel", "cancel_fee"), ("catering", "store_closed"), ("travel", "weather_cancel")),
        *(
            ("home_cleaning", "worker_no_show"),
            ("home_cleaning", "platform_cancel"),
            ("performances", "show_cancelled"),
        ),
    ],
)
def test_from_the_alert_on_it_is_felt(struck, spared, industry, scenario):
    number = next(i for i in World(7, 100).industries if i.name == industry).scenarios.index(scenario)
    here, elsewhere = (weeks.after[industry][:, :, number].sum() for weeks in (struck, spared))
    assert here > 1.005 * elsewhere
