"""Whether consents and limits name channels and capacity pools that some action uses.

A name that none uses would hold nobody back: customers who opted out would be written to, a limit would never bind.
"""

from __future__ import annotations

from collections.abc import Iterator

from demand.contract import ConfigError, Problem
from pipelines.config import FILE, did_you_mean
from pipelines.workspace import Workspace


def names_no_action_uses(ws: Workspace) -> Iterator[Problem]:
    """A problem for each; the catalogue's actions of every industry count.

    Raises
    ------
    DemandError
        If the catalogue cannot be read.
    """
    actions = ws.catalog.interventions
    channels = {a.channel for a in actions} | {c for a in actions for c in a.needs.consent}
    pools = {a.capacity_pool for a in actions if a.capacity_pool is not None}
    for industry, settings in ws.config.industries.items():
        for channel in sorted(set(settings.subjects.reach.consent) - channels):
            yield Problem(
                f"no action uses the channel `{channel}`: its consents would hold nobody back",
                f"{FILE}: industries.{industry}.subjects.reach.consent",
                _instead(channel, channels, "channel"),
            )
    for pool in sorted(set(ws.config.limits.capacities) - pools):
        yield Problem(
            f"no action draws on the pool `{pool}`: its limit would never bind",
            f"{FILE}: limits.{pool}_per_night",
            _instead(pool, pools, "capacity_pool"),
        )


def require_names(ws: Workspace) -> None:
    """Stop where there is such a name.

    Raises
    ------
    ConfigError
        With all of them.
    """
    problems = list(names_no_action_uses(ws))
    if problems:
        raise ConfigError(problems=problems)


def _instead(name: str, known: set[str], key: str) -> str:
    add = f"add an action with `{key}: {name}` to your catalog.yaml"
    return f"{did_you_mean(name, known)}; or {add}" if known else add
