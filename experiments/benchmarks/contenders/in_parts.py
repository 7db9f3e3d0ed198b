"""The project's engine within a budget of memory (`MEMORY_BUDGET`, bytes), from files that are read in batches."""

from __future__ import annotations

import os
from pathlib import Path

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from demand.contract import SourceFiles
from experiments.benchmarks.contenders.ours import REPEATED, SPEC, ZONE, plan_for
from experiments.benchmarks.contenders.workload import NAMES
from features.engine import PartitionedEngine


def run(folder: Path, threads: int) -> pa.Table:
    """The features by their names in `workload`."""
    pa.set_cpu_count(threads)
    engine = PartitionedEngine(int(os.environ["MEMORY_BUDGET"]), threads=threads)
    spine = pq.read_table(folder / "spine.parquet", read_dictionary=REPEATED)
    files = ds.dataset(sorted(map(str, folder.glob("events*.parquet"))), format=_format())
    return engine.run(spine, {"events": SourceFiles(SPEC, files)}, plan_for(spine), ZONE).rename_columns(NAMES)


def _format() -> ds.ParquetFileFormat:
    return ds.ParquetFileFormat(read_options=ds.ParquetReadOptions(dictionary_columns=set(REPEATED)))
