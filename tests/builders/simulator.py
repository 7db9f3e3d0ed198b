"""Worlds lived through, kept for the run: many tests read the same year."""

from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import pyarrow as pa

from demand.simulator import DayBatch, World, tables_of, truth_of

START = date(2024, 1, 1)
SHANGHAI = ZoneInfo("Asia/Shanghai")


def live(world: World, days: int, actions: dict[int, pa.Table] | None = None) -> list[DayBatch]:
    """Step through `days` days; `actions` by number of the day."""
    acts = actions or {}
    return [world.step(world.today, acts.get(number)) for number in range(days)]


@lru_cache
def first_days(size: int = 600, days: int = 75, seed: int = 7) -> tuple[DayBatch, ...]:
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
