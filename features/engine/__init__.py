"""How a plan is computed: one protocol, today one engine (DuckDB) beside the oracle in `features/reference.py`.

A spine, sources and a plan go in, the plan's columns come out in spine order. Engines import `demand.contract` and
`features.plan`, nothing else of the toolkit.
"""

from features.engine.duckdb_engine import DuckDBEngine
from features.engine.protocol import Engine

__all__ = ["DuckDBEngine", "Engine"]
