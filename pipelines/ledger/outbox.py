"""The outbox as values: a message that is due, and what its channel answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

PLANNED, SENDING, SENT, FAILED, VOID = "planned", "sending", "sent", "failed", "void"
"""A message waits, is on its way (its effect may or may not have happened), has a receipt, or was replaced."""


@dataclass(frozen=True)
class Due:
    """A message that waits, or that was on its way when a process ended."""

    idempotency_key: str
    as_of: datetime
    channel: str
    status: str
    expires_at: datetime
    payload: Mapping[str, Any]


@dataclass(frozen=True)
class Receipt:
    """What a channel says about a message: `accepted`, or `expired` where it came too late to be sent."""

    idempotency_key: str
    status: str
    occurred_at: datetime
    known_at: datetime
    detail: str | None = None
