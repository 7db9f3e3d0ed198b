"""Worlds lived through, kept for the run: many tests read the same year."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa

from demand.catalog import load_catalog
from demand.simulator import DayBatch, World, tables_of, truth_of
from demand.simulator.beauty import Beauty
from demand.simulator.catering import Catering
from demand.simulator.clock import day_date, day_number
from demand.simulator.contacts import ask
from demand.simulator.home_cleaning import HomeCleaning
from demand.simulator.hotel import Hotel
from demand.simulator.industry import Industry
from demand.simulator.performances import Performances
from demand.simulator.prepaid_card import PrepaidCard
from demand.simulator.retail import Retail
from demand.simulator.travel import Travel
from demand.simulator.truth import EFFECTS, Risks, Traits
from demand.simulator.wishes import usual_wishes

START = date(2024, 1, 1)
SHANGHAI = ZoneInfo("Asia/Shanghai")


def live(world: World, days: int, actions: dict[int, pa.Table] | None = None) -> list[DayBatch]:
    """Step through `days` days; `actions` by number of the day."""
    acts = actions or {}
    return [world.step(world.today, acts.get(number)) for number in range(days)]


@lru_cache
def first_days(size: int = 2000, days: int = 75, seed: int = 7) -> tuple[DayBatch, ...]:
    return tuple(live(World(seed, size), days))


@lru_cache
def year() -> dict[str, pa.Table]:
    """Every source of the small marketplace, the whole of 2024; treat it as read-only."""
    return tables_of(_batches())


@lru_cache
def truth_of_year() -> dict[str, pa.Table]:
    return truth_of(_batches())


@lru_cache
def _batches() -> tuple[DayBatch, ...]:
    return tuple(live(World(7, "small"), 365))


def actions(subjects: list[str], intervention: str, day: date, hour: int = 2) -> pa.Table:
    """The same intervention for several subjects, fired on one morning."""
    fire_at = datetime(day.year, day.month, day.day, hour, tzinfo=SHANGHAI)
    return pa.table(
        {
            "decision_id": [f"decision-{subject}-{intervention}" for subject in subjects],
            "subject_id": subjects,
            "intervention": [intervention] * len(subjects),
            "fire_at": pa.array([fire_at] * len(subjects), pa.timestamp("us", "UTC")),
        }
    )


def day_after(days: int) -> date:
    return START + timedelta(days=days)


@lru_cache
def _alone(kind: type[Industry]) -> tuple[dict[str, pa.Table], dict[str, pa.Table]]:
    """Rows and truth of one industry on its own, 4,000 orders a year, the whole of 2024."""
    industry = kind(7, orders=4000, users=1300, start=day_number(START))
    industry.open(day_number(START))
    usual = usual_wishes(load_catalog(), industry.name, industry.scenarios)
    batches = []
    for number in range(day_number(START), day_number(START) + 365):
        risks = Risks.of(industry, number)
        industry.open(number)
        traits = Traits.of(industry, number)
        subjects, scenario, at = industry.requests(number)
        if len(subjects):
            known = ask(industry, industry.layout("contacts"), subjects, scenario, at, number, usual)
            industry.react(subjects, scenario, at, known, number)
        rows = industry.outbox.release(number, industry.population["closed_at"])
        batches.append(DayBatch(day_date(number), (rows,), (risks,), (traits,), EFFECTS.empty_table()))
    return tables_of(batches), truth_of(batches)


def meals() -> dict[str, pa.Table]:
    """Every source of a year of restaurants; treat it as read-only."""
    return _alone(Catering)[0]


def truth_of_meals() -> dict[str, pa.Table]:
    return _alone(Catering)[1]


def parcels() -> dict[str, pa.Table]:
    """Every source of a year of shops; treat it as read-only."""
    return _alone(Retail)[0]


def truth_of_parcels() -> dict[str, pa.Table]:
    return _alone(Retail)[1]


def trips() -> dict[str, pa.Table]:
    """Every source of a year of tour operators; treat it as read-only."""
    return _alone(Travel)[0]


def truth_of_trips() -> dict[str, pa.Table]:
    return _alone(Travel)[1]


def treatments() -> dict[str, pa.Table]:
    """Every source of a year of salons; treat it as read-only."""
    return _alone(Beauty)[0]


def truth_of_treatments() -> dict[str, pa.Table]:
    return _alone(Beauty)[1]


def tickets() -> dict[str, pa.Table]:
    """Every source of a year of shows; treat it as read-only."""
    return _alone(Performances)[0]


def truth_of_tickets() -> dict[str, pa.Table]:
    return _alone(Performances)[1]


def cleanings() -> dict[str, pa.Table]:
    """Every source of a year of cleaning agencies; treat it as read-only."""
    return _alone(HomeCleaning)[0]


def truth_of_cleanings() -> dict[str, pa.Table]:
    return _alone(HomeCleaning)[1]


def cards() -> dict[str, pa.Table]:
    """Every source of a year of studios; treat it as read-only."""
    return _alone(PrepaidCard)[0]


def truth_of_cards() -> dict[str, pa.Table]:
    return _alone(PrepaidCard)[1]


def bookings() -> dict[str, pa.Table]:
    """Every source of a year of hotels; treat it as read-only."""
    return _alone(Hotel)[0]


def truth_of_bookings() -> dict[str, pa.Table]:
    return _alone(Hotel)[1]


def query(sql: str, tables: Mapping[str, pa.Table]) -> list[dict[str, Any]]:
    """The rows of a DuckDB query over tables of the marketplace."""
    with duckdb.connect() as db:
        db.execute("SET TimeZone = 'UTC'")
        for name, table in tables.items():
            db.register(name, table)
        rows: list[dict[str, Any]] = db.sql(sql).to_arrow_table().to_pylist()
        return rows


def expected_and_came(days: int) -> str:
    """SQL: by scenario, how many requests within `days` of cutoffs that far apart the truth expects, how many came.

    `days` is the horizon of the industry, so that the sum of p(1 - p) is the variance.
    """
    return f"""
WITH asked AS (SELECT subject_id, occurred_at, scenario,
        lag(occurred_at) OVER (PARTITION BY subject_id ORDER BY occurred_at) AS last
     FROM (SELECT * FROM contacts WHERE initiator = 'user' AND op <> 'delete'
           QUALIFY row_number() OVER (PARTITION BY id ORDER BY known_at DESC) = 1)),
 requests AS (SELECT * FROM asked WHERE last IS NULL OR occurred_at - last > INTERVAL 7 DAY),
 grid AS (SELECT subject_id, cutoff, unnest(scenarios) AS scenario, unnest(p_scenario) AS p FROM risks
          WHERE cutoff < TIMESTAMPTZ '2024-12-30 00:00:00+00' - INTERVAL {days + 6} DAY
          AND datediff('day', DATE '2024-01-01', cutoff::DATE) % {days} = 0)
SELECT g.scenario, sum(p) AS expected, sum(p * (1 - p)) AS variance, count(r.subject_id)::DOUBLE AS came
FROM grid g LEFT JOIN requests r ON r.subject_id = g.subject_id AND r.scenario = g.scenario
     AND r.occurred_at >= g.cutoff AND r.occurred_at < g.cutoff + INTERVAL {days} DAY GROUP BY 1
"""
