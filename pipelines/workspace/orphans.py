"""Rows about subjects that nobody had heard of count nowhere."""

from __future__ import annotations

from collections.abc import Mapping

from demand.contract import Problem, SourceTable
from demand.contract.database import session
from pipelines.config import QuarantineConfig, WorkspaceConfig

_KEPT = """
SELECT rows.* FROM rows ANTI JOIN orphans ON rows.id = orphans.id AND rows.known_at = orphans.known_at
ORDER BY occurred_at, known_at, id
"""


def without_orphans(
    config: WorkspaceConfig, sources: Mapping[str, SourceTable], *, whole: bool
) -> tuple[dict[str, SourceTable], tuple[Problem, ...], tuple[Problem, ...]]:
    """Set aside what `pipelines.proof.existence` finds.

    Parameters
    ----------
    config, sources : the workspace's, as mapped
    whole : over truncated tables there is no limit, so that the same rows go as from the whole ones

    Returns
    -------
    the sources without these rows, errors (too many of them), and what is said about those set aside
    """
    from pipelines.proof.existence import existence

    if not whole:
        config = config.model_copy(update={"quarantine": QuarantineConfig(limit=1)})
    found = existence(config, sources)
    kept = dict(sources)
    for name, orphans in found.orphans.items():
        table = sources[name].table
        with session() as db:
            db.register("rows", table)
            db.register("orphans", orphans.select(["id", "known_at"]))
            kept[name] = SourceTable(sources[name].spec, db.sql(_KEPT).to_arrow_table().cast(table.schema))
    return kept, found.problems, found.quarantined
