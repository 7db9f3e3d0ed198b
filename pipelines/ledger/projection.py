"""What the store shows of the ledger: the decisions of a night that stand, and their receipts."""

from __future__ import annotations

from datetime import datetime

from pipelines.ledger.ledger import Ledger
from pipelines.store import Store


def project(ledger: Ledger, store: Store, as_of: datetime, *, run_id: str) -> None:
    """Rebuild the tables `decisions` and `receipts` of one moment from the ledger."""
    with ledger.reading() as step:
        decided, received = step.decisions(as_of), step.receipts(as_of)
    store.replace("decisions", as_of=as_of, rows=decided, run_id=run_id)
    store.replace("receipts", as_of=as_of, rows=received, run_id=run_id)
