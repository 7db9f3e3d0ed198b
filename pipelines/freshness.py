"""Whether a night stands on old data: how long before it the newest row became known."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pipelines.workspace import Workspace


def stale_industries(ws: Workspace, moment: datetime, industries: Sequence[str]) -> dict[str, datetime | None]:
    """The industries whose newest row is older than `night.freshness` at a moment, with when it became known."""
    newest = {name: ws.newest_known(name, before=moment) for name in industries}
    oldest = moment - ws.config.night.freshness
    return {name: known for name, known in newest.items() if known is None or known < oldest}


def say_stale(ws: Workspace, moment: datetime, industries: Sequence[str]) -> str:
    """The same in words; empty where everything is fresh."""
    said = []
    for name, known in stale_industries(ws, moment, industries).items():
        if known is None:
            said.append(f"{name} has no row before {ws.shown(moment)}")
        else:
            said.append(
                f"{name}: the newest row is of {ws.shown(known)}, {(moment - known).days} days before the night"
            )
    return "; ".join(said)
