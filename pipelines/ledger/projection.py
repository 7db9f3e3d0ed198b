"""What the store shows of the ledger: the decisions of nights that stand, their receipts, what was considered."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from pipelines.ledger.ledger import Ledger
from pipelines.store import Store


def project(ledger: Ledger, store: Store, nights: Iterable[datetime], *, run_id: str) -> None:
    """Rebuild the tables `decisions` and `receipts` of these moments; take there what their plans left to publish."""
    moments = sorted(nights)
    with ledger.reading() as step:
        decided = {as_of: step.decisions(as_of) for as_of in moments}
        received = {as_of: step.receipts(as_of) for as_of in moments}
        waiting = {as_of: tables for as_of in moments if (tables := step.unpublished(as_of))}
    for as_of, tables in waiting.items():
        for name, rows in tables.items():
            store.replace(name, as_of=as_of, rows=rows, run_id=run_id)
    store.replace_nights("decisions", decided, run_id=run_id)
    store.replace_nights("receipts", received, run_id=run_id)
    if waiting:
        with ledger.writing() as step:
            for as_of in waiting:
                step.published(as_of)
