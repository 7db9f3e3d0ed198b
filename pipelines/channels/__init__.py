"""Channels: how a message leaves the house. Shipped: files, for whatever takes them from there.

A channel does a message's effect once per idempotency key, however often it is asked, and always gives the same
receipt for it. `pipelines.dispatch` asks channels; they know the contract and the ledger's `Receipt`, nothing else.
"""

from pipelines.channels.channel import Channel
from pipelines.channels.file import FileChannel, open_channels

__all__ = ["Channel", "FileChannel", "open_channels"]
