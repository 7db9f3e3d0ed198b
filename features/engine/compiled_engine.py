"""The compiled engine as a whole: folds that slide along their keys, and folds that have to be walked."""

from __future__ import annotations

import os
from collections.abc import Mapping
from zoneinfo import ZoneInfo

import pyarrow as pa

from demand.contract import SourceTable
from features.engine.asked import Asked
from features.engine.local import swept
from features.engine.matrix import Folded, as_column
from features.engine.source_rows import SourceRows
from features.engine.walk import walked
from features.plan import Base, Fold, Plan


class CompiledEngine:
    """Computes a plan with compiled kernels; see `features.engine.protocol.Engine`."""

    def __init__(self, threads: int | None = None) -> None:
        self.threads = threads or os.cpu_count() or 1

    def run(self, spine: pa.Table, sources: Mapping[str, SourceTable], plan: Plan, zone: ZoneInfo) -> pa.Table:
        """Compute every column of the plan at every row of the spine, in the order of both."""
        if not plan.columns:
            return spine.select([])
        asked, folds = Asked(spine, plan, zone), plan.folds()
        rows = {base.source: SourceRows(sources[base.source].table) for base in read_by(folds)}
        folded = folds_at(asked, {base: rows[base.source] for base in read_by(folds)}, folds, self.threads)
        return pa.table({column.name: as_column(column, folded, asked) for column in plan.columns})


def folds_at(
    asked: Asked, read: Mapping[Base, SourceRows], folds: Mapping[Base, list[Fold]], threads: int
) -> dict[Fold, Folded]:
    """Every fold at every row of what is asked; `read` has the rows of each base, those of events too."""
    sliding = {base: [f for f in some if not f.is_walked] for base, some in folds.items()}
    sliding = {base: some for base, some in sliding.items() if some}
    return swept(asked, read, sliding, threads) | walked(
        asked, read, [fold for some in folds.values() for fold in some if fold.is_walked]
    )


def read_by(folds: Mapping[Base, list[Fold]]) -> list[Base]:
    """Every base that the folds read, and those of the events that their windows begin with."""
    events = [f.since.event for some in folds.values() for f in some if f.since is not None]
    return list(dict.fromkeys([*folds, *(event for event in events if event is not None)]))
