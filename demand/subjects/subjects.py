"""Subjects: what a prediction is about, in every version that was ever visible.

An order, a booking, a card: one row of the source opens it; a correction (another arrival day) is a new version and
a deletion ends it. A cohort (users active lately) is the same with many rows a subject: the last visible one counts.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa

from demand.contract import ContractError, SourceTable, conform, visible_states
from demand.contract.database import session
from demand.subjects.days import day_ends
from demand.subjects.sql import user_sql

_ROWS_THAT_ARE_NONE = """
SELECT * REPLACE (CASE WHEN ({where}) THEN op ELSE 'delete' END AS op) FROM "{source}"
"""

_VERSIONS = """
SELECT subject_id, occurred_at, known_at, visible_from, visible_to{keys}, ({due}) AS due
FROM "{source}"
WHERE ({where})
"""

_SUBJECTS = """
SELECT subject_id, $kind AS kind, $industry AS industry, occurred_at AS opened_at, {due_at} AS due_at,
       known_at, visible_from, visible_to{keys}
FROM versions {days}
ORDER BY subject_id, visible_from
"""


def build_subjects(
    source: SourceTable,
    *,
    industry: str,
    kind: str = "obligation",
    where: str | None = None,
    due: str | None = None,
    zone: ZoneInfo,
) -> pa.Table:
    """The subjects of an industry.

    Parameters
    ----------
    source : its rows name their subject in `subject_id`
    where : SQL over the source's columns. Of `events` it picks rows (an edited row may stop to count), of a change
        log it is asked of the last visible version
    due : SQL over the source's columns; a DATE stays open to the last microsecond of that day in `zone`,
        a TIMESTAMP without zone is local
    zone : business time

    Returns
    -------
    table SUBJECTS with the source's `<key>_id` columns; versions of a subject are disjoint in visibility

    Raises
    ------
    ContractError
        If the source has no subject, or an expression cannot be evaluated or is no moment.
    """
    name, place = source.spec.name, f"industries.{industry}.subjects"
    if "subject_id" not in source.table.column_names:
        raise ContractError(
            found=f"{place}.from: source {name} has no key `subject`",
            expected="the key that names what a prediction is about",
            remedy=f"write sources.{name}.keys: {{subject: ...}}",
        )
    columns = [c for c in source.table.column_names if c != "op"]
    with session() as db:
        rows, after = source.table, where or "TRUE"
        if source.spec.kind == "events" and where is not None:
            db.register(name, rows)
            with user_sql(where, place=f"{place}.where", columns=columns):
                rows = db.sql(_ROWS_THAT_ARE_NONE.format(where=where, source=name)).to_arrow_table()
            db.unregister(name)
            after = "TRUE"
        db.register(name, visible_states(rows))
        keys = "".join(f', "{k}_id"' for k in source.spec.keys if k != "subject")
        with user_sql(after, place=f"{place}.where", columns=columns):
            db.sql(f'SELECT subject_id FROM "{name}" WHERE ({after})')
        with user_sql(due or "", place=f"{place}.due", columns=columns):
            sql = _VERSIONS.format(keys=keys, due=due or "NULL::DATE", source=name, where=after)
            versions = db.sql(sql).to_arrow_table()
        db.register("versions", versions)
        due_at, days = _due_at(db, versions, zone, place, due)
        sql = _SUBJECTS.format(due_at=due_at, days=days, keys=keys)
        built = db.sql(sql, params={"kind": kind, "industry": industry}).to_arrow_table()
    return conform(built, "subjects")


def _due_at(
    db: duckdb.DuckDBPyConnection, versions: pa.Table, zone: ZoneInfo, place: str, due: str | None
) -> tuple[str, str]:
    """The SQL of due as an instant, and the join that it needs."""
    kind = versions.schema.field("due").type
    if pa.types.is_date(kind):
        found = versions["due"].unique().drop_null().cast(pa.date32()).to_pylist()
        db.register("days", day_ends(found, zone))
        return "moment", "LEFT JOIN days ON day = due"
    if pa.types.is_timestamp(kind):
        return ("due" if kind.tz else f"(due AT TIME ZONE '{zone.key}')"), ""
    raise ContractError(
        found=f"{place}.due: `{due}` is of type {kind}",
        expected="a DATE or a TIMESTAMP",
        remedy="name a column of type date or time",
    )
