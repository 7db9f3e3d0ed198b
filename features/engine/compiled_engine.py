"""The compiled engine as a whole: columns that slide along their keys, and columns that have to be walked."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

import pyarrow as pa

from demand.contract import SourceTable
from features.engine.local import LocalEngine
from features.engine.walk import walked_columns
from features.plan import Plan, folds_of


class CompiledEngine:
    """Computes a plan with compiled kernels; see `features.engine.protocol.Engine`."""

    def run(self, spine: pa.Table, sources: Mapping[str, SourceTable], plan: Plan, zone: ZoneInfo) -> pa.Table:
        """Compute every column of the plan at every row of the spine, in the order of both."""
        walked = [c for c in plan.columns if any(fold.is_walked for fold in folds_of(c.expression))]
        swept = Plan(tuple(c for c in plan.columns if c not in walked))
        table = LocalEngine().run(spine, sources, swept, zone)
        if not walked:
            return table
        found = walked_columns(spine, sources, walked, zone)
        return pa.table({c.name: found[c.name] if c.name in found else table[c.name] for c in plan.columns})
