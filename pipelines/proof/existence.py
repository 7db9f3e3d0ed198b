"""Part B of the proof: every change and every request finds its subject, known no later than itself.

A few rows that do not are set aside and counted; many mean that the subject table holds survivors only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from demand.contract import Problem, SourceTable
from demand.subjects import find_orphans
from pipelines.config import WorkspaceConfig, read_expression


@dataclass(frozen=True)
class Existence:
    """The orphans of each source that was asked, and what is said about them.

    `orphans` has id, known_at, subject_id, subject_known_at of the rows to set aside; a source with more than the
    limit is not among them but among the `problems`.
    """

    orphans: Mapping[str, pa.Table]
    problems: tuple[Problem, ...]
    quarantined: tuple[Problem, ...]


def existence(config: WorkspaceConfig, sources: Mapping[str, SourceTable]) -> Existence:
    """Look for rows about subjects that nobody had heard of.

    Parameters
    ----------
    config : says which sources hold subjects, changes that close them, and requests
    sources : the mapped sources; those that could not be mapped are left out

    Returns
    -------
    what was found; the limit is `quarantine.limit`, a share of the source's rows
    """
    orphans: dict[str, pa.Table] = {}
    problems: list[Problem] = []
    quarantined: list[Problem] = []
    for name, owners in _asked(config, sources).items():
        rows = sources[name]
        found = find_orphans(rows, [sources[s] for s in owners])
        if not found.num_rows:
            continue
        if found.num_rows > config.quarantine.limit * rows.table.num_rows:
            problems.append(_survivors_only(name, owners, found, rows.table.num_rows, config.quarantine.limit))
        else:
            orphans[name] = found
            quarantined.append(_set_aside(name, found))
    return Existence(orphans, tuple(problems), tuple(quarantined))


def _asked(config: WorkspaceConfig, sources: Mapping[str, SourceTable]) -> dict[str, list[str]]:
    """Each change log and request source that speaks of subjects, with the sources that may hold them.

    The logs are those that close subjects or bring requests; a log about something else (stock, opening hours) has
    owners of its own.
    """
    asked: dict[str, dict[str, None]] = {}
    for industry in config.industries.values():
        closed_when = industry.subjects.closed_when
        named = {c[0].lower() for c in read_expression(closed_when).columns} if closed_when else set()
        speakers = [n for n in config.sources if n.lower() in named]
        speakers += [r.source for r in industry.requests]
        for name in speakers:
            asked.setdefault(name, {})[industry.subjects.source] = None
    return {
        name: list(owners)
        for name, owners in asked.items()
        if name in sources and owners.keys() <= sources.keys() and "subject_id" in sources[name].table.column_names
    }


def _example(orphans: pa.Table) -> str:
    first = orphans.slice(0, 1).to_pylist()[0]
    known = f"row {first['id']} known {first['known_at']:%Y-%m-%d %H:%M} UTC, subject {first['subject_id']}"
    if first["subject_known_at"] is None:
        return f"{known} does not exist"
    return f"{known} known {first['subject_known_at']:%Y-%m-%d %H:%M} UTC"


def _survivors_only(name: str, owners: list[str], orphans: pa.Table, rows: int, limit: float) -> Problem:
    never = orphans["subject_known_at"].null_count
    share = f"{orphans.num_rows:,} of {rows:,} rows ({orphans.num_rows / rows:.1%})"
    found = f"the subject table holds survivors only: {share} have no subject known by then, {never:,} none at all"
    remedy = f"bring every subject into {' and '.join(owners)} as it opens, also those that ended early"
    if not never:
        found = f"changes before there is anything to change: {share} are known before their subject"
        remedy = "known_at is too early, or the subject's is too late: mend one of the two moments"
    return Problem(
        found,
        table=name,
        column="subject_id",
        rows=orphans.num_rows,
        example=_example(orphans),
        expected=f"at most {limit:.1%} (quarantine.limit)",
        remedy=remedy,
    )


def _set_aside(name: str, orphans: pa.Table) -> Problem:
    return Problem(
        "quarantined: no subject known by then",
        table=name,
        column="subject_id",
        rows=orphans.num_rows,
        example=_example(orphans),
        remedy="a change or request cannot be known before its subject: mend one of the two moments",
        severity="warning",
    )
