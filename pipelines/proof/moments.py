"""At which moments A is tried: where training asks, where nobody would, and where rare violations hide.

Each source has moments of its own, because industries may live in different years. Of a table whose columns become
known later than their row, some moments lie between the two: a mapping that uses such a column moves there or nowhere.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import datetime, timedelta

import pyarrow.compute as pc

from demand.contract import MICROSECOND, DemandError
from demand.contract.database import session
from pipelines.config import NEVER, read_expression
from pipelines.sources import tables_of
from pipelines.workspace import Workspace

CUTOFFS, ODD_INSTANTS, KNOWN_INSTANTS, LATE_INSTANTS = 7, 5, 6, 6
_SEED = 7

_LATE = """
SELECT "{late}" AS late FROM prepared WHERE "{late}" > "{start}"
ORDER BY hash("{position}", {seed}) LIMIT {number}
"""


def proof_moments(
    ws: Workspace, name: str, *, all: bool = False, cutoffs: dict[str, list[datetime]] | None = None
) -> tuple[datetime, ...]:
    """The moments at which A is tried for a source, ascending and without repetition; the same in every run.

    Parameters
    ----------
    name : a source that is mapped by SQL
    all : every cutoff of its industries instead of some
    cutoffs : those used by each industry, if they are known already
    """
    chance = random.Random(f"{_SEED} {name}")
    cutoffs = used_cutoffs(ws) if cutoffs is None else cutoffs
    speaking = [i for i in ws.industries if name in _spoken_of(ws, i)] or ws.industries
    used = sorted({c for industry in speaking for c in cutoffs[industry]})
    chosen = set(used if all else chance.sample(used, min(CUTOFFS, len(used))))
    known = ws.mapped.sources[name].table["known_at"]
    if len(known):
        first, last = pc.min(known).as_py(), pc.max(known).as_py()
        span = (last - first) // MICROSECOND
        chosen |= {first + timedelta(microseconds=chance.randint(1, span + 1)) for _ in range(ODD_INSTANTS)}
        chosen |= {known[chance.randrange(len(known))].as_py() + MICROSECOND for _ in range(KNOWN_INSTANTS)}
    return tuple(sorted(chosen | set(_late(ws, name))))


def _late(ws: Workspace, name: str) -> Iterable[datetime]:
    """Moments at which a column of a row that has begun is about to become known."""
    tables = tables_of(ws.config, ws.raw, name)
    entries = [
        (prepared, i)
        for prepared in map(ws.raw.prepared, tables)
        for i, moment in enumerate(prepared.settings.known)
        if i > 0 and moment.at != NEVER
    ]
    for prepared, i in entries:
        columns = [prepared.POSITION, prepared.at(0), prepared.at(i)]
        with session() as db:
            db.register("prepared", prepared.table.select(columns))
            number = max(LATE_INSTANTS // len(entries), 1)
            sql = _LATE.format(
                late=prepared.at(i), start=prepared.at(0), position=prepared.POSITION, seed=_SEED, number=number
            )
            yield from db.sql(sql).to_arrow_table()["late"].to_pylist()


def used_cutoffs(ws: Workspace) -> dict[str, list[datetime]]:
    """The cutoffs at which each industry is asked in training."""
    return {industry: _used(ws, industry) for industry in ws.industries}


def _spoken_of(ws: Workspace, industry: str) -> set[str]:
    settings = ws.industry(industry)
    closed_when = settings.subjects.closed_when
    named = {c[0].lower() for c in read_expression(closed_when).columns} if closed_when else set()
    logs = {source for source in ws.config.sources if source.lower() in named}
    return {settings.subjects.source, *(r.source for r in settings.requests), *logs}


def _used(ws: Workspace, industry: str) -> list[datetime]:
    try:
        return ws.spine(industry)["cutoff"].unique().to_pylist()
    except DemandError:  # said by `check` and by part B
        return []
