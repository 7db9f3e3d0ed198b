"""Which sources concern an industry, and which key values industries share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from demand.contract import Problem, Roles, SourceTable
from demand.contract.database import session
from pipelines.config import WorkspaceConfig
from pipelines.workspace.contacts import REQUESTS
from pipelines.workspace.outcomes import OUTCOMES

_SHARED = """
SELECT list_sort(list(DISTINCT industry)) AS industries, count(DISTINCT value) AS values, min(value) AS example
FROM keyed
WHERE value IN (SELECT value FROM keyed GROUP BY value HAVING count(DISTINCT industry) > 1)
HAVING count(*) > 0
"""

_ROWS_AT_ONCE = 1 << 14

MEANT_TO_BE_SHARED = ("user_id", "city_id", "destination_id")
"""Customers buy in several industries, that is what their history is for; and a place is the same for all of them."""


def find_roles(industry: str, config: WorkspaceConfig, sources: Mapping[str, SourceTable], subjects: pa.Table) -> Roles:
    """The part that each source plays for an industry.

    A change log is the subjects' own if it speaks of one of them; a source with a role counts if it shares a value of
    a key with them (several industries may live in one workspace).
    """
    settings = config.industries[industry].subjects
    closing = {c for c in sources if settings.closed_when and f"{c}.".lower() in settings.closed_when.lower()}
    logs = [
        name
        for name, s in sources.items()
        if s.spec.kind == "changes" and (name in closing or _share_a_value(s, subjects, ["subject"]))
    ]
    others: dict[str, tuple[str, ...]] = {}
    for name, source in sources.items():
        role = source.spec.role
        if role and _share_a_value(source, subjects, source.spec.keys):
            others[role] = (*others.get(role, ()), name)
    return Roles(industry, settings.source, tuple(logs), REQUESTS, others, settings.due, OUTCOMES)


def shared_keys(subjects: Mapping[str, pa.Table]) -> list[Problem]:
    """Key values that occur in several industries: perhaps the same agent, perhaps an accident. One problem a key.

    Parameters
    ----------
    subjects : industry -> its subjects
    """
    keys = dict.fromkeys(c for t in subjects.values() for c in t.column_names if c.endswith("_id"))
    problems = []
    with session() as db:
        for column in (key for key in keys if key not in MEANT_TO_BE_SHARED):
            keyed = [
                pa.table(
                    {"value": t[column].cast(pa.string()), "industry": pa.array([industry] * t.num_rows, pa.string())}
                )
                for industry, t in subjects.items()
                if column in t.column_names
            ]
            db.register("keyed", pa.concat_tables(keyed))
            for row in db.sql(_SHARED).to_arrow_table().to_pylist():
                found = f"values of `{column}` occur in more than one of {', '.join(row['industries'])}"
                remedy = "if they are not the same thing, put a prefix before them in the source's SQL"
                example = str(row["example"])
                problems.append(Problem(found, "", remedy, "", "subjects", column, row["values"], example, "warning"))
            db.unregister("keyed")
    return problems


def _share_a_value(source: SourceTable, subjects: pa.Table, keys: Sequence[str]) -> bool:
    for column in (f"{k}_id" for k in keys):
        if column not in subjects.column_names or column not in source.table.column_names:
            continue
        known = pc.unique(subjects[column]).drop_null()
        # mostly one of the first rows will do
        for some in pa.table([source.table[column]], [column]).to_batches(max_chunksize=_ROWS_AT_ONCE):
            if pc.any(pc.is_in(some[column], value_set=known)).as_py():
                return True
    return False
