"""How the customers of live subjects may be reached, as it was known at the moment."""

from __future__ import annotations

import pyarrow as pa

from demand.contract import visible_states
from demand.contract.database import session
from pipelines.config.industries import owned_by_user
from pipelines.workspace import Workspace

_AT_THE_CUTOFF = """
SELECT coalesce(s."{column}", false) AS flag
FROM live l LEFT JOIN states s
  ON s."{owner}" = l."{owner}" AND s.visible_from < l.cutoff
 AND (s.visible_to IS NULL OR l.cutoff <= s.visible_to)
ORDER BY l.cutoff, l.subject_id
"""


def reach(ws: Workspace, industry: str, live: pa.Table) -> dict[str, pa.Array]:
    """What `subjects.reach` declares, for each live subject; what is not known is no.

    Parameters
    ----------
    live : (n) subject_id, cutoff and the keys, sorted by cutoff and subject

    Returns
    -------
    `has_phone` (bool) and `consent` (list of channels), each where it is declared
    """
    declared = ws.industry(industry).subjects.reach
    columns: dict[str, pa.Array] = {}
    if declared.phone is not None:
        columns["has_phone"] = pa.array(_flags(ws, industry, declared.phone, live), pa.bool_())
    if declared.consent:
        given = {channel: _flags(ws, industry, column, live) for channel, column in declared.consent.items()}
        channels = [[c for c, flags in given.items() if flags[i]] for i in range(live.num_rows)]
        columns["consent"] = pa.array(channels, pa.list_(pa.string()))
    return columns


def _flags(ws: Workspace, industry: str, named: str, live: pa.Table) -> list[bool]:
    log, _, column = named.rpartition(".")
    source = ws.sources[log or ws.industry(industry).subjects.source]
    with session() as db:
        owner = "user_id" if owned_by_user(source.spec.keys) else "subject_id"
        db.register("live", live.select(sorted({"subject_id", "cutoff", owner})))
        db.register("states", visible_states(source.table, owner=owner))
        question = _AT_THE_CUTOFF.format(column=column, owner=owner)
        flags: list[bool] = db.sql(question).to_arrow_table()["flag"].to_pylist()
    return flags
