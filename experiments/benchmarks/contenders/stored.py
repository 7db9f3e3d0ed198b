"""The sorted store: one day merged in, if it is not yet, then the night's features, from files to finished table."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from demand.contract import Roles, SourceTable
from experiments.benchmarks.contenders.ours import REPEATED, SPEC, ZONE, declared
from experiments.benchmarks.contenders.workload import NAMES
from features import SortedStore

ROLES = Roles("orders", subjects="events")


def run(folder: Path, threads: int) -> pa.Table:
    """The features by their names in `workload`; `folder` holds spine, day, store and the moment of the night."""
    pa.set_cpu_count(threads)
    spine = pq.read_table(folder / "spine.parquet", read_dictionary=REPEATED)
    night = datetime.fromisoformat((folder / "night").read_text())
    keys = spine.column_names
    store = SortedStore(folder / "store", {"events": SPEC}, [declared()], roles=ROLES, keys=keys)
    if store.through < night:
        day = pq.read_table(folder / "day.parquet", read_dictionary=REPEATED)
        store.merge({"events": SourceTable(SPEC, day)}, since=store.through, through=night)
    matrix = store.evaluate(spine, zone=ZONE, threads=threads)
    return matrix.table.select(matrix.names).rename_columns(NAMES)
