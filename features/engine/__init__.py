"""How a plan is computed: one protocol, one engine, and DuckDB beside it as an oracle.

    local.py: visible.py (two clocks) + encode.py (codes) + asked.py (spine) + program.py (folds)
              -> order_kernels.py, fold_kernels.py (compiled: arrays in, arrays out) -> matrix.py

A spine, sources and a plan go in, the plan's columns come out in spine order. Engines import `demand.contract` and
`features.plan`, nothing else of the toolkit; kernels import numpy and numba only.
"""

from features.engine.duckdb_engine import DuckDBEngine
from features.engine.local import LocalEngine
from features.engine.protocol import Engine

__all__ = ["DuckDBEngine", "Engine", "LocalEngine"]
