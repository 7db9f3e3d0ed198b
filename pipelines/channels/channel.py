"""What every channel promises."""

from __future__ import annotations

from typing import Protocol

from pipelines.ledger import Due, Receipt


class Channel(Protocol):
    """An adapter to the outside; it may be asked again after any interruption."""

    def deliver(self, message: Due) -> Receipt:
        """Do the message's effect unless it is done, and say so.

        The same key gives the same receipt, whatever else the message says the second time.
        """
        ...

    def find(self, message: Due) -> Receipt | None:
        """The receipt of a message that was delivered before; None if it was not."""
        ...
