"""What an industry's subjects asked for: the rows of its request sources, under one roof.

A row version that is no request (its `where` fails, or the platform started it) stays in as a deletion, so that a
correction can take back what an earlier version said.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import duckdb
import pyarrow as pa

from demand.contract import ColumnSpec, ConfigError, Problem, SourceSpec, SourceTable
from demand.contract.database import session
from pipelines.config import FILE, IndustryConfig, RequestsConfig

REQUESTS = "requests"
"""The name of the synthetic source."""

_CONTACTS = """
WITH told AS (
    SELECT {request_id} AS request_id, subject_id, occurred_at, known_at, op, ({scenario}\n)::VARCHAR AS scenario,
           ({initiator}\n)::VARCHAR AS initiator, coalesce(({where}\n)::BOOLEAN, false) AS matches
    FROM "{source}"
    WHERE subject_id IN (SELECT subject_id FROM subjects)
)
SELECT * EXCLUDE (matches) REPLACE (CASE WHEN matches THEN op ELSE 'delete' END AS op)
FROM told
WHERE request_id IN (SELECT request_id FROM told WHERE matches)
ORDER BY occurred_at, known_at, request_id
"""

_WITH_USER = """
SELECT c.*, s.user_id
FROM contacts c LEFT JOIN (SELECT subject_id, arg_max(user_id, visible_from) AS user_id FROM subjects GROUP BY ALL) s
  USING (subject_id)
ORDER BY c.occurred_at, c.known_at, c.request_id
"""

_AS_SOURCE = """
SELECT c.request_id AS id, c.occurred_at, c.known_at,
       CASE WHEN c.initiator = 'platform' THEN 'delete' ELSE c.op END AS op, c.subject_id{keys}, c.scenario
FROM contacts c ASOF JOIN subjects s ON c.subject_id = s.subject_id AND c.known_at >= s.visible_from
ORDER BY c.occurred_at, c.known_at, c.request_id
"""


def contacts_of(
    industry: str, config: IndustryConfig, sources: Mapping[str, SourceTable], subjects: pa.Table
) -> list[pa.Table]:
    """The contacts of an industry's subjects, a table for each entry of its `requests`.

    Returns
    -------
    request_id, subject_id, occurred_at, known_at, op, scenario, initiator and, where subjects have users, user_id

    Raises
    ------
    ConfigError
        If an expression cannot be evaluated.
    """
    tables = []
    for i, request in enumerate(config.requests):
        # ids are unique within a source; several entries must not look like versions of each other
        request_id = "id" if len(config.requests) == 1 else f"'{request.source}[{i}]:' || id"
        where = f"{FILE}: industries.{industry}.requests[{i}]"
        tables.append(_contacts(request, request_id, sources[request.source], subjects, where))
    return tables


def requests_source(source: SourceTable, contacts: list[pa.Table], subjects: pa.Table) -> SourceTable:
    """The synthetic source `requests`: a row for each request row as it came, with the keys of its subject.

    Rows whose subject was not known yet when they became known are left out.

    Parameters
    ----------
    source : where the subjects come from; its keys are carried over
    contacts : from `contacts_of`
    subjects : from `demand.subjects.build_subjects`
    """
    keys = [k for k in source.spec.keys if k != "subject"]
    with session() as db:
        db.register("contacts", pa.concat_tables(contacts, promote_options="default"))
        db.register("subjects", subjects)
        table = db.sql(_AS_SOURCE.format(keys="".join(f', s."{k}_id"' for k in keys))).to_arrow_table()
    spec = SourceSpec(REQUESTS, "events", ("subject", *keys), {"scenario": ColumnSpec("category", "contact")})
    return SourceTable(spec, table)


def _contacts(
    request: RequestsConfig, request_id: str, source: SourceTable, subjects: pa.Table, where: str
) -> pa.Table:
    initiator = request.initiator or ("initiator" if "initiator" in source.table.column_names else "'user'")
    sql = _CONTACTS.format(
        request_id=request_id,
        scenario=request.scenario or ("scenario" if "scenario" in source.table.column_names else "NULL"),
        initiator=initiator,
        where=request.where or "true",
        source=source.spec.name,
    )
    with duckdb.connect() as db:
        db.execute("SET TimeZone = 'UTC'; SET python_enable_replacements = false; SET enable_external_access = false")
        db.register(source.spec.name, source.table)
        db.register("subjects", subjects)
        try:
            contacts = db.sql(sql).to_arrow_table()
        except duckdb.Error as error:
            found = str(error).split("\n")[0]
            raise ConfigError(problems=[Problem(found, where, "mend `where`, `scenario` or `initiator`")]) from None
        if "user_id" not in subjects.column_names:
            return contacts
        db.register("contacts", contacts)
        return db.sql(_WITH_USER).to_arrow_table()


def newest_known(tables: list[pa.Table]) -> datetime | None:
    """The newest `known_at` of some tables; None if they have no row."""
    import pyarrow.compute as pc  # not needed to open a workspace

    moments = [pc.max(table["known_at"]).as_py() for table in tables if table.num_rows]
    return max(moments, default=None)


def known_in_the_future(tables: Mapping[str, pa.Table]) -> list[Problem]:
    """The rows that say they were known later than now, a problem for each table that has some.

    Parameters
    ----------
    tables : source -> its rows
    """
    import pyarrow.compute as pc  # not needed to open a workspace

    now = datetime.now(UTC)
    problems = []
    for name, table in tables.items():
        ahead = table.filter(pc.greater(table["known_at"], pa.scalar(now, table["known_at"].type)))
        if ahead.num_rows:
            last = ahead.sort_by("known_at").slice(ahead.num_rows - 1).to_pylist()[0]
            found = "rows known in the future: no night comes after them, and every label would count as final"
            example = f"id {last['id']} known {last['known_at']:%Y-%m-%d %H:%M}"
            remedy = "mend these moments or leave the rows out by `where`; or mend this machine's clock"
            expected = f"nothing later than now ({now:%Y-%m-%d %H:%M} UTC)"
            problems.append(Problem(found, "", remedy, expected, name, "known_at", ahead.num_rows, example))
    return problems
