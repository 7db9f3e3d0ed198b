"""The store: one Delta table per contract table, one night of it replaced at a time.

Rows go in as Arrow and come out as Arrow, in the order they were written; a reader sees a night whole or not at all.
Knows `demand.contract` only; every verb writes through it, reports and status read from it.
"""

from pipelines.store.cleaning import remove_partial_files
from pipelines.store.store import Store

__all__ = ["Store", "remove_partial_files"]
