"""The names of decisions and of their effects: the same question always gives the same name.

A night that is planned twice names its decisions alike, so nothing is done twice; the channel sees the idempotency
key only.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime


def decision_id(subject: str, intervention: str, cutoff: datetime, policy: str) -> str:
    """32 hexadecimal digits of sha256(subject, intervention, cutoff, policy)."""
    return _digest("decision", subject, intervention, cutoff.astimezone(UTC).isoformat(timespec="microseconds"), policy)


def idempotency_key(decision: str) -> str:
    """The key under which a channel does the decision's effect once: 32 hexadecimal digits."""
    return _digest("effect", decision)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]
