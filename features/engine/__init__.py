"""How a plan is computed: one protocol, one engine, and DuckDB beside it as an oracle.

    local.py: source_rows.py (visible.py: two clocks, encode.py: codes) + asked.py (spine) + program.py (folds)
              -> *_kernels.py (compiled by compiled.py: arrays in, arrays out) -> matrix.py
    walk.py: windows that begin with an event or a holiday, and streaks, over the same rows -> walk_kernels.py
    compiled_engine.py: both, each for its folds
    partitioned.py: the same within a budget of memory: splits.py (keys to go apart by), narrow.py (what is read),
              settled.py (when it is seen), spill.py + folded_files.py (all files that there are), budget.py (costs)
    shelf.py: a source's rows kept on disk (generations.py) <- merge_day.py adds, fold_shelf.py (trim.py) reads keys

A spine, sources and a plan go in, the plan's columns come out in spine order. Engines import `demand.contract` and
`features.plan`, nothing else of the toolkit; kernels import numpy and numba only.
"""

from features.engine.compiled_engine import CompiledEngine
from features.engine.duckdb_engine import DuckDBEngine
from features.engine.local import LocalEngine
from features.engine.partitioned import PartitionedEngine
from features.engine.protocol import Engine

__all__ = ["CompiledEngine", "DuckDBEngine", "Engine", "LocalEngine", "PartitionedEngine"]
