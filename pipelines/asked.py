"""Which industries a verb was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipelines.workspace import Workspace


def asked_industries(ws: Workspace, industries: Sequence[str] | None) -> list[str]:
    """The industries that are named, in the workspace's order; all when none is.

    Raises
    ------
    ContractError
        If one is unknown.
    """
    for name in industries or ():
        ws.industry(name)
    return [name for name in ws.industries if industries is None or name in industries]
