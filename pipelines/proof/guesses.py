"""Part C of the proof: where a moment is a guess, whether the data refutes it.

A subject that is said to be known some days before its due must be known to those who closed it early, and no row of
the file can have become known after the file was written. That no subject ever closes before its due is said by
`check_industries`: then a guess cannot be refuted at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

import pyarrow.compute as pc

from demand.contract import DemandError, Problem, SourceTable
from demand.contract.database import session
from demand.subjects import build_closings, build_subjects
from pipelines.config import read_expression
from pipelines.proof.kinds import is_evidence, is_guess
from pipelines.workspace import Workspace

_EARLY = """
WITH opened AS (
    SELECT subject_id, min(known_at) AS known_at FROM bookings GROUP BY subject_id
), due AS (
    SELECT subject_id, max(due_at) AS due_at FROM subjects GROUP BY subject_id
), closed AS (
    SELECT subject_id, min(visible_from) AS known_at FROM closings GROUP BY subject_id
), early AS (
    SELECT subject_id, closed.known_at AS closed, opened.known_at AS opened
    FROM closed JOIN due USING (subject_id) JOIN opened USING (subject_id)
    WHERE closed.known_at < due.due_at
), too_late AS (
    SELECT * FROM early WHERE opened > closed ORDER BY closed, subject_id
)
SELECT (SELECT count(*) FROM early) AS early, count(*) AS orphans,
       first(subject_id) AS id, first(closed) AS closed, first(opened) AS opened
FROM too_late
"""


@dataclass(frozen=True)
class Guesses:
    """What C found: guesses that the data refutes, and rows for which a guess cannot be right."""

    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]


def refuted_guesses(ws: Workspace, sources: Mapping[str, SourceTable]) -> Guesses:
    """Ask the early closers, and the newest evidence.

    Parameters
    ----------
    sources : as mapped, rows about unknown subjects still among them
    """
    guessed = {name for name in sources if is_guess(name, ws.raw)}
    problems: dict[Problem, None] = {}
    warnings: dict[Problem, None] = {}
    for industry in ws.industries:
        settings = ws.industry(industry)
        closed_when = settings.subjects.closed_when
        named = {c[0].lower() for c in read_expression(closed_when).columns} if closed_when else set()
        logs = [name for name in sources if name.lower() in named]
        spoken = [settings.subjects.source, *logs, *(r.source for r in settings.requests)]
        if not guessed.intersection(spoken):
            continue
        for log in logs:
            problems |= dict.fromkeys(_early_closers(ws, industry, sources, log))
        warnings |= dict.fromkeys(_after_evidence(sources, list(dict.fromkeys(spoken)), guessed, ws))
    return Guesses(tuple(problems), tuple(warnings))


def _early_closers(ws: Workspace, industry: str, sources: Mapping[str, SourceTable], log: str) -> Iterator[Problem]:
    """B among those that close before their due: they are few, so B over all changes does not speak for them."""
    s = ws.industry(industry).subjects
    owner = sources[s.source]
    if s.due is None:
        return
    try:
        subjects = build_subjects(owner, industry=industry, kind=s.kind, where=s.where, due=s.due, zone=ws.zone)
        closings = build_closings(sources[log], str(s.closed_when))
    except DemandError:  # said with the industry
        return
    with session() as db:
        db.register("bookings", owner.table)
        db.register("subjects", subjects)
        db.register("closings", closings)
        found = db.sql(_EARLY).to_arrow_table().to_pylist()[0]
    limit = ws.config.quarantine.limit
    if found["orphans"] > limit * found["early"]:
        share = found["orphans"] / found["early"]
        some = f"{found['orphans']:,} of {found['early']:,} that close before their due ({share:.1%})"
        yield Problem(
            f"a guessed moment is refuted by the early closers: {some} are closed before they are known",
            table=s.source,
            column="known_at",
            rows=found["orphans"],
            example=f"subject {found['id']} closed {_minute(found['closed'])}, known {_minute(found['opened'])}",
            expected=f"at most {limit:.1%} (quarantine.limit)",
            remedy=f"rows of {s.source} were known earlier than is assumed: mend the `known` of its raw tables",
        )


def _after_evidence(
    sources: Mapping[str, SourceTable], spoken: list[str], guessed: set[str], ws: Workspace
) -> Iterator[Problem]:
    """Rows that are said to have become known after everything that is recorded."""
    recorded = [pc.max(sources[n].table["known_at"]).as_py() for n in spoken if n in sources and is_evidence(n, ws.raw)]
    recorded += [
        pc.max(sources[n].table["occurred_at"]).as_py()
        for n in spoken
        if n in sources and ws.config.sources[n].delay is not None
    ]
    moments = [m for m in recorded if m is not None]
    if not moments:
        return
    newest = max(moments)
    for name in (n for n in spoken if n in guessed and n in sources and not is_evidence(n, ws.raw)):
        table = sources[name].table
        late = table.filter(pc.greater(table["known_at"], newest))
        if late.num_rows:
            first = late.sort_by([("known_at", "ascending"), ("id", "ascending")]).slice(0, 1).to_pylist()[0]
            yield Problem(
                f"rows are assumed to be known after the newest evidence, {_minute(newest)}",
                table=name,
                column="known_at",
                rows=late.num_rows,
                example=f"row {first['id']} known {_minute(first['known_at'])}",
                remedy="they are in the file, so they were known by then: the assumption is too late for them",
                severity="warning",
            )


def _minute(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
