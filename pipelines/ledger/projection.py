"""What the store shows of the ledger: the decisions of a night that stand, their receipts, what was considered."""

from __future__ import annotations

from datetime import datetime

from pipelines.ledger.ledger import Ledger
from pipelines.store import Store


def project(ledger: Ledger, store: Store, as_of: datetime, *, run_id: str) -> None:
    """Rebuild the tables `decisions` and `receipts` of one moment; take there what its plan left to be published."""
    with ledger.reading() as step:
        decided, received, waiting = step.decisions(as_of), step.receipts(as_of), step.unpublished(as_of)
    for name, rows in waiting.items():
        store.replace(name, as_of=as_of, rows=rows, run_id=run_id)
    store.replace("decisions", as_of=as_of, rows=decided, run_id=run_id)
    store.replace("receipts", as_of=as_of, rows=received, run_id=run_id)
    if waiting:
        with ledger.writing() as step:
            step.published(as_of)
