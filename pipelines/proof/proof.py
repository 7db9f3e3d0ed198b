"""The proof that nothing looks ahead.

A. Commutation: at many moments, the sources mapped from what the raw tables could show then are, row by row and both
   ways, the sources mapped from the whole tables up to that moment.
B. Existence: every change and request finds its subject (`pipelines.existence`).

The proof rests on `known`: it sees a mapping that uses a value before its moment, not a moment that is declared wrong.
Sources that are read directly carry both clocks in each row and are mapped row by row, so A holds for them as it is.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import monotonic

from demand.contract import MICROSECOND, DemandError, Problem
from pipelines.commutation import Difference, compare_rows
from pipelines.existence import existence
from pipelines.sources import try_map
from pipelines.workspace import Workspace

CUTOFFS, ODD_INSTANTS, KNOWN_INSTANTS = 8, 8, 8
_SEED = 7

_FOUND = {
    "changed": "looks ahead: rows known then said something else in {columns}",
    "hindsight": "looks ahead: rows are said to be known then, but could not be seen",
    "vanished": "looks ahead: rows that could be seen then are gone or have another id",
    "broken": "looks ahead: cannot be mapped from what was known",
}
_REMEDIES = {
    "changed": "put these columns into a row of their own, known when they were, or under their own `known`",
    "hindsight": "known_at is too early: a row is not known before every column that its SQL needs to make it",
    "vanished": "a row and its id must not depend on later rows or columns: use `row_id`, keep rows with a bad end",
    "broken": "the SQL must also work on the tables as they were",
}


@dataclass(frozen=True)
class Proof:
    """What the proof found.

    Parameters
    ----------
    problems : every way in which something looks ahead; none: passed
    quarantined : rows set aside because their subject was not known
    moments : at which A was tried, ascending
    sources : for which A was tried
    seconds : wall time
    """

    problems: tuple[Problem, ...]
    quarantined: tuple[Problem, ...]
    moments: tuple[datetime, ...]
    sources: tuple[str, ...]
    seconds: float

    @property
    def passed(self) -> bool:
        return not self.problems


def prove(
    ws: Workspace,
    *,
    moments: Sequence[datetime] | None = None,
    all: bool = False,
    progress: Callable[[str], None] | None = None,
) -> Proof:
    """Prove that no source of a workspace looks ahead, or show where one does.

    Parameters
    ----------
    ws : an open workspace whose sources can be mapped
    moments : try A at these; by default some cutoffs really used, odd instants, and instants just after sampled rows
        became known: 24 in all, the same in every run
    all : every cutoff, beside the default ones
    progress : is told how far it is

    Raises
    ------
    ConfigError, ContractError
        If the whole tables cannot be mapped.
    """
    started = monotonic()
    whole = ws.mapped.sources
    mapped_by_sql = tuple(name for name in whole if not ws.raw.reads_directly(name))
    tried: tuple[datetime, ...] = ()
    findings: dict[tuple[str, str], _Finding] = {}
    if mapped_by_sql:
        tried = tuple(sorted(set(moments))) if moments is not None else proof_moments(ws, all=all)
    for number, moment in enumerate(tried, start=1):
        if progress is not None:
            progress(f"proof: moment {number} of {len(tried)}, {moment:%Y-%m-%d %H:%M} UTC")
        for name, difference in _differences(ws, mapped_by_sql, moment):
            findings.setdefault((name, difference.kind), _Finding(moment, difference)).add(difference)
    found = existence(ws.config, whole)
    return Proof(
        problems=(*(_problem(ws, name, f, len(tried)) for (name, _), f in findings.items()), *found.problems),
        quarantined=found.quarantined,
        moments=tried,
        sources=mapped_by_sql,
        seconds=monotonic() - started,
    )


def proof_moments(ws: Workspace, *, all: bool = False) -> tuple[datetime, ...]:
    """The moments at which A is tried, ascending and without repetition; the same in every run."""
    chance = random.Random(_SEED)
    cutoffs = sorted({c for industry in ws.industries for c in _cutoffs(ws, industry)})
    chosen = set(cutoffs if all else chance.sample(cutoffs, min(CUTOFFS, len(cutoffs))))
    known = sorted({k for s in ws.mapped.sources.values() for k in s.table["known_at"].unique().to_pylist()})
    if known:
        span = (known[-1] - known[0]) // MICROSECOND
        chosen |= {known[0] + timedelta(microseconds=chance.randint(1, span + 1)) for _ in range(ODD_INSTANTS)}
    for source in ws.mapped.sources.values():
        rows = source.table["known_at"]
        share = max(KNOWN_INSTANTS // len(ws.mapped.sources), 1)
        chosen |= {rows[chance.randrange(len(rows))].as_py() + MICROSECOND for _ in range(share if len(rows) else 0)}
    return tuple(sorted(chosen))


def _cutoffs(ws: Workspace, industry: str) -> list[datetime]:
    try:
        return ws.spine(industry)["cutoff"].unique().to_pylist()
    except DemandError:  # said by `check` and by part B
        return []


@dataclass
class _Finding:
    """One way in which one source looks ahead: where it was seen first, and how often."""

    first: datetime
    example: Difference
    moments: int = 0
    rows: int = 0
    columns: tuple[str, ...] = ()

    def add(self, difference: Difference) -> None:
        self.moments += 1
        self.rows = max(self.rows, difference.rows)
        self.columns = tuple(dict.fromkeys((*self.columns, *difference.columns)))


def _differences(ws: Workspace, names: Iterable[str], moment: datetime) -> Iterable[tuple[str, Difference]]:
    """How each source mapped as of a moment differs from the whole one up to it."""
    then, problems = try_map(ws.config, ws.raw.truncate(moment), names=names)
    for name in names:
        if name in then.sources:
            for difference in compare_rows(ws.mapped.sources[name].table, then.sources[name].table, moment):
                yield name, difference
        else:
            about = next((p for p in problems if name in f"{p.table} {p.where}"), problems[0])
            yield name, Difference("broken", 0, (), str(about))


def _problem(ws: Workspace, name: str, finding: _Finding, tried: int) -> Problem:
    kind, columns = finding.example.kind, ", ".join(finding.columns)
    first = finding.first.astimezone(UTC).isoformat(sep=" ").replace("+00:00", " UTC")
    # another moment under the same id is another row under that id
    remedy = _REMEDIES["vanished" if "known_at" in finding.columns else kind]
    return Problem(
        f"{_FOUND[kind].format(columns=columns)} (at {finding.moments} of {tried} moments, first {first})",
        ws.config.sources[name].path or name,
        remedy,
        "the same rows from the tables as they were and from the whole tables",
        table=name,
        column=columns or None,
        rows=finding.rows or None,
        example=finding.example.example,
    )
