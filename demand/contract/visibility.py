"""Two clocks as one interval: when a row may be seen.

A row may be used at cutoff t iff `occurred_at < t` and `known_at < t`, it is the newest version of its id known
before t, and that version is not a deletion. Of versions known at once the later `occurred_at` is the newer; of those
that occurred at once, too, a deletion is, and otherwise the one that stands further down in the table. (The mapping of
sources lets no two versions with one id and one `known_at` through, so that there the order of a file never matters.)

Both questions turn into one interval per row, computed once:

    visible at t   <=>   visible_from < t  AND  (visible_to IS NULL OR t <= visible_to)

Everything that asks "what did we know then?" (spines, closings, features) joins on this interval.
"""

from __future__ import annotations

import pyarrow as pa

from demand.contract.database import session
from demand.contract.errors import ContractError

_ROWS = """
SELECT * EXCLUDE (op, "position in table")
FROM (SELECT *, greatest(occurred_at, known_at) AS visible_from,
             lead(known_at) OVER (
                 PARTITION BY id ORDER BY known_at, occurred_at, op = 'delete', "position in table") AS visible_to
      FROM source)
WHERE op <> 'delete' AND (visible_to IS NULL OR visible_from < visible_to)
"""

_STATES = f"""
WITH versions AS ({_ROWS}),
bounds AS (
    SELECT DISTINCT owner, bound
    FROM (SELECT "{{owner}}" AS owner, visible_from AS bound FROM versions
          UNION ALL SELECT "{{owner}}", visible_to FROM versions WHERE visible_to IS NOT NULL)
    WHERE owner IS NOT NULL
), spans AS (
    SELECT owner, bound, lead(bound) OVER (PARTITION BY owner ORDER BY bound) AS next_bound FROM bounds
)
SELECT v.* EXCLUDE (visible_from, visible_to), s.bound AS visible_from, s.next_bound AS visible_to
FROM spans s JOIN versions v
  ON v."{{owner}}" = s.owner AND v.visible_from <= s.bound AND (v.visible_to IS NULL OR v.visible_to > s.bound)
QUALIFY row_number() OVER (
    PARTITION BY s.owner, s.bound ORDER BY v.occurred_at DESC, v.known_at DESC, v.id DESC) = 1
"""


def visible_rows(table: pa.Table) -> pa.Table:
    """The rows of an event source with the interval in which each may be seen.

    Parameters
    ----------
    table : id, occurred_at, known_at, op and further columns; corrections share the row's id

    Returns
    -------
    the same columns without `op`, plus `visible_from` (exclusive) and `visible_to` (inclusive, null: still visible);
    deletions and versions that were never visible are left out
    """
    return _run(_ROWS, table)


def visible_states(table: pa.Table, *, owner: str = "subject_id") -> pa.Table:
    """The last visible version of each owner, as disjoint intervals.

    At any moment at most one row of an owner is visible: the greatest by (occurred_at, known_at, id).

    Parameters
    ----------
    table : a change log of full versions: id, occurred_at, known_at, op and further columns
    owner : the column that names whose state it is; rows without one are left out
    """
    if owner not in table.column_names:
        raise ContractError(
            found=f"the change log has no column {owner}",
            expected=f"one of {', '.join(table.column_names)}",
            remedy="name the key that owns the state under `keys: {subject: ...}`",
        )
    return _run(_STATES.format(owner=owner), table)


def _run(sql: str, table: pa.Table) -> pa.Table:
    with session() as db:
        positions = pa.array(range(table.num_rows), pa.int64())
        db.register("source", table.append_column("position in table", positions))
        return db.sql(sql).to_arrow_table()
