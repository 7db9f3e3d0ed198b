"""The project's engine, from the files to the finished table."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq

from demand.contract import ColumnSpec, Roles, SourceSpec, SourceTable
from experiments.benchmarks.contenders.workload import NAMES, WORK, Asked
from features import By, Feature, FeatureSet, events
from features.engine import Engine, LocalEngine
from features.plan import Plan
from features.resolve import resolve

FILES = ("spine.parquet", "events.parquet")
REPEATED = ["store_id", "city_id", "kind", "channel", "op"]
ZONE = ZoneInfo("Asia/Shanghai")
SPEC = SourceSpec(
    name="events",
    kind="events",
    keys=("user", "store", "city"),
    columns={
        "kind": ColumnSpec("category", "before"),
        "channel": ColumnSpec("category", "before"),
        "price_cents": ColumnSpec("cents", "before"),
        "score": ColumnSpec("number", "before"),
    },
)


def run(folder: Path, threads: int) -> pa.Table:
    """The features by their names in `workload`."""
    pa.set_cpu_count(threads)
    return computed(folder, LocalEngine(threads))


def computed(folder: Path, engine: Engine) -> pa.Table:
    """The features as an engine computes them."""
    files = [folder / "spine.parquet", *sorted(folder.glob("events*.parquet"))]
    spine, *tables = (pq.read_table(name, read_dictionary=REPEATED) for name in files)
    table = pa.concat_tables(tables)
    return engine.run(spine, {"events": SourceTable(SPEC, table)}, plan_for(spine), ZONE).rename_columns(NAMES)


def plan_for(spine: pa.Table) -> Plan:
    """What is asked for, over these files."""
    return resolve([declared()], {"events": SPEC}, Roles("orders", subjects="events"), spine.column_names)[1]


def declared() -> FeatureSet:
    """The features in the order of `WORK`."""
    return FeatureSet("benchmark", *(_declared(asked) for asked in WORK))


def _declared(asked: Asked) -> Feature:
    keys, kind, function, column, days = asked
    rows = events("events")
    group = By(*keys)(rows.where(kind=kind) if kind else rows)
    window = f"{days}d" if days else "all"
    if function == "share_asked":
        return group.share(window, kind="asked")
    if function in ("count", "since_last", "mean_gap"):
        return getattr(group, function)(window)
    return getattr(group, function)(column, window)
