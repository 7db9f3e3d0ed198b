"""The ledger: what was decided, what is to be sent, what came back; one SQL database, one transaction a step.

`Ledger.open(ws.state)` gives transactions (`reading`, `writing`); everything else is a question or a step inside one.
The store holds a projection of it (`project`), which can be rebuilt at any time. Knows the contract,
`demand.decisions` and the store; `pipelines.decide` and `pipelines.dispatch` write through it.
"""

from pipelines.ledger.ledger import Ledger, Transaction
from pipelines.ledger.outbox import Due, Receipt
from pipelines.ledger.projection import project

__all__ = ["Due", "Ledger", "Receipt", "Transaction", "project"]
