"""The names of decisions and of their effects: the same question always gives the same name.

A night that is planned twice names its decisions alike, so nothing is done twice; the channel sees the idempotency
key only.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime


def decision_ids(subjects: Sequence[str], interventions: Sequence[str], cutoff: datetime, policy: str) -> list[str]:
    """The names of n decisions of one moment, each about a subject and the intervention beside it.

    Returns
    -------
    32 hexadecimal digits each, of sha256(subject, intervention, cutoff, policy)
    """
    moment = cutoff.astimezone(UTC).isoformat(timespec="microseconds")
    return [_digest("decision", s, i, moment, policy) for s, i in zip(subjects, interventions, strict=True)]


def idempotency_key(decision: str) -> str:
    """The key under which a channel does the decision's effect once: 32 hexadecimal digits."""
    return _digest("effect", decision)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]
