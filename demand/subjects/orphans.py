"""Rows about a subject that nobody had heard of: each change and each request must find its subject.

A subject table from which the cancelled were removed looks perfect until one asks whom the cancellations are about.
"""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from demand.contract import INSTANT, SourceTable
from demand.contract.database import session

_ORPHANS = """
SELECT r.id, r.known_at, r.subject_id, s.known_at AS subject_known_at
FROM "rows" r LEFT JOIN (SELECT subject_id, min(known_at) AS known_at FROM subjects GROUP BY subject_id) s
  ON s.subject_id = r.subject_id
WHERE r.op <> 'delete' AND r.subject_id IS NOT NULL AND (s.known_at IS NULL OR s.known_at > r.known_at)
ORDER BY r.known_at, r.id
"""


def find_orphans(rows: SourceTable, subjects: Sequence[SourceTable]) -> pa.Table:
    """The row versions of a source whose subject is not known by the time they are.

    Whether a row is an orphan is settled the moment it becomes known: nothing learned later changes it.

    Parameters
    ----------
    rows : a change log or a source of requests; a row without a subject is about nobody, and no orphan
    subjects : the sources that subjects come from, of all industries

    Returns
    -------
    id, known_at, subject_id, subject_known_at (null: there is no such subject), in the order of known_at
    """
    known = [s.table.select(["subject_id", "known_at"]) for s in subjects]
    nobody = pa.schema([("subject_id", pa.string()), ("known_at", INSTANT)]).empty_table()
    with session() as db:
        db.register("rows", rows.table)
        db.register("subjects", pa.concat_tables([nobody, *known]))
        return db.sql(_ORPHANS).to_arrow_table()
