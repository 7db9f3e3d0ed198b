"""Do acted-on and untouched orders ask as often as the truth says? Waves of random actions in worlds of their own.

On the day of a wave half of the live orders, drawn at random, get an intervention of their industry, drawn at random.
From the next cutoff on nothing is done for a whole horizon: the truth at that cutoff, given what was done, is held
against the requests that then come. Later waves meet a marketplace that earlier ones have changed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta

import duckdb
import numpy as np
import pyarrow as pa

from demand.simulator import Size, World
from experiments.grading.rates import Cell, Rates, together, told

START = date(2024, 1, 1)
WARM_UP, WAVES, GAP = timedelta(days=100), 8, timedelta(days=31)
ACTED, UNTOUCHED = "acted", "untouched"


def arms(seeds: Sequence[int], *, size: Size = 20_000, progress: Callable[[str], None] | None = None) -> Rates:
    """Compare over all seeds together; cells that expect fewer than five requests are left out."""
    say = progress or (lambda line: None)
    cells: list[Cell] = []
    for seed in seeds:
        cells += cells_of_waves(seed, size)
        say(f"arms: seed {seed}: {sum(cell.came for cell in cells):,} requests so far")
    return told(together(cells), say)


def cells_of_waves(seed: int, size: Size, *, waves: int = WAVES) -> list[Cell]:
    """The cells of one world, a wave every `GAP` after `WARM_UP`.

    Parameters
    ----------
    seed, size : of the world
    waves : how many
    """
    world = World(seed, size, START, truth="grid")
    asked, expected = [], []
    day, last = START, START + WARM_UP + waves * GAP
    while day < last + timedelta(days=14):  # by then a scenario that was entered wrongly is right
        since = day - START - WARM_UP
        wave = since >= timedelta(0) and since % GAP == timedelta(0) and day < last
        batch = world.step(day, actions := random_actions(world, seed) if wave else None)
        asked.append(batch.tables["contacts"])
        day += timedelta(days=1)
        if actions is not None:
            acted = pa.table({"subject_id": actions["subject_id"], "arm": pa.repeat(ACTED, actions.num_rows)})
            expected.append(_with_arm(world.risks(), acted))
    return _cells(pa.concat_tables(expected), pa.concat_tables(asked))


def random_actions(world: World, seed: int) -> pa.Table:
    """An intervention, drawn from those of the industry, for half of the live orders; they act at once."""
    live, dice = world.risks(), np.random.default_rng([seed, world.today.toordinal()])
    ids = {i.name: [each.id for each in world.catalog.interventions_of(i.name)] for i in world.industries}
    chosen = live.filter(pa.array(dice.random(live.num_rows) < 0.5))
    interventions = [ids[i][int(dice.integers(len(ids[i])))] for i in chosen["industry"].to_pylist()]
    morning = datetime.combine(world.today, datetime.min.time(), UTC) - timedelta(hours=6)  # 02:00 in Shanghai
    return pa.table(
        {
            "decision_id": [f"{world.today}/{s}" for s in chosen["subject_id"].to_pylist()],
            "subject_id": chosen["subject_id"],
            "intervention": interventions,
            "fire_at": pa.array([morning] * chosen.num_rows, pa.timestamp("us", "UTC")),
        }
    )


def _with_arm(risks: pa.Table, acted: pa.Table) -> pa.Table:
    with duckdb.connect() as db:
        db.register("risks", risks)
        db.register("acted", acted)
        return db.sql(
            f"SELECT r.*, coalesce(a.arm, '{UNTOUCHED}') AS arm FROM risks r LEFT JOIN acted a USING (subject_id)"
        ).to_arrow_table()


_CELLS = """
WITH versions AS (
    SELECT *, row_number() OVER (PARTITION BY id ORDER BY known_at DESC, op = 'delete' DESC) AS newest FROM contacts
), requests AS (
    SELECT subject_id, occurred_at, scenario FROM versions
    WHERE newest = 1 AND op <> 'delete' AND initiator = 'user'
), firsts AS (
    SELECT e.subject_id, e.cutoff, arg_min(r.scenario, r.occurred_at) AS came
    FROM expected e JOIN requests r ON r.subject_id = e.subject_id
        AND r.occurred_at >= e.cutoff AND r.occurred_at < e.cutoff + to_microseconds(e.horizon_us)
    GROUP BY ALL
), chances AS (
    SELECT subject_id, cutoff, industry, arm, unnest(scenarios) AS scenario, unnest(p_scenario) AS p FROM expected
)
SELECT industry, scenario, arm, sum(p) AS expected, sum(p * (1 - p)) AS variance,
    count(*) FILTER (came = scenario) AS came
FROM chances LEFT JOIN firsts USING (subject_id, cutoff) GROUP BY ALL ORDER BY ALL
"""


def _cells(expected: pa.Table, contacts: pa.Table) -> list[Cell]:
    with duckdb.connect() as db:
        db.execute("SET TimeZone = 'UTC'")
        db.register("expected", expected)
        db.register("contacts", contacts)
        return [Cell(**row) for row in db.sql(_CELLS).to_arrow_table().to_pylist()]
