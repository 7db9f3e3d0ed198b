"""When a subject was known to be closed: a condition on the last visible version of a change log."""

from __future__ import annotations

import pyarrow as pa

from demand.contract import SourceTable, visible_states
from demand.contract.database import session
from demand.subjects.sql import user_sql

_CLOSED = """
SELECT subject_id, visible_from, visible_to
FROM "{source}"
WHERE ({closed_when})
ORDER BY subject_id, visible_from
"""


def build_closings(changes: SourceTable, closed_when: str) -> pa.Table:
    """The intervals in which subjects were known to be closed.

    A subject without a version yet is open; one that is opened again by a later version is open again.

    Parameters
    ----------
    changes : a change log of full versions, owned by `subject_id`
    closed_when : SQL over its columns, which may carry the source's name: `booking_status.status IS NOT NULL`

    Returns
    -------
    subject_id, visible_from (exclusive), visible_to (inclusive, null: still closed); disjoint per subject

    Raises
    ------
    ContractError
        If the log has no subject, or the condition cannot be evaluated.
    """
    name = changes.spec.name
    states = visible_states(changes.table)
    with session() as db:
        db.register(name, states)
        with user_sql(closed_when, place="subjects.closed_when", columns=[f"{name}.{c}" for c in states.column_names]):
            return db.sql(_CLOSED.format(source=name, closed_when=closed_when)).to_arrow_table()
