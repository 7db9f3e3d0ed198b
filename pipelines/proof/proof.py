"""The proof that nothing looks ahead: its three parts together, and what they found.

The proof rests on `known`: it sees a mapping that uses a value before its moment, not a moment that is declared wrong,
nor rows that are missing from the file.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from time import monotonic

import pyarrow as pa

from demand.contract import Problem
from pipelines.proof.commutation import Finding, commutation
from pipelines.proof.existence import existence
from pipelines.proof.guesses import refuted_guesses
from pipelines.proof.moments import proof_moments, used_cutoffs
from pipelines.proof.picture import as_html, moved_rows
from pipelines.workspace import Workspace


@dataclass(frozen=True)
class Proof:
    """What the proof found.

    Parameters
    ----------
    problems : every way in which something looks ahead; none: passed
    quarantined : rows set aside because their subject was not known
    warnings : what a guess leaves open
    moments : at which A was tried, ascending, over all sources
    sources : for which A was tried
    trials : of a source at a moment
    seconds : wall time
    findings : what A found, with the rows that moved
    """

    problems: tuple[Problem, ...]
    quarantined: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    moments: tuple[datetime, ...]
    sources: tuple[str, ...]
    trials: int
    seconds: float
    findings: tuple[Finding, ...] = ()

    @property
    def passed(self) -> bool:
        return not self.problems

    @property
    def moved(self) -> pa.Table:
        """Rows that moved, one row a value: source, kind, moment, id, column, then, now, comes_from, known_at."""
        return moved_rows(self.findings)

    def _repr_html_(self) -> str:
        return as_html(self.findings) or f"<p>{'passed' if self.passed else 'refused'}</p>"


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
    moments : try A at these; by default each source at some of the cutoffs really used, at odd instants, just after
        sampled rows became known, and just before sampled columns did; the same in every run
    all : every cutoff, beside the others
    progress : is told how far it is

    Raises
    ------
    ConfigError, ContractError
        If the whole tables cannot be mapped.
    """
    started = monotonic()
    whole = ws.mapped.sources
    mapped_by_sql = tuple(name for name in whole if not ws.raw.reads_directly(name))
    if moments is not None:
        chosen = {name: tuple(sorted(set(moments))) for name in mapped_by_sql}
    else:
        cutoffs = used_cutoffs(ws) if mapped_by_sql else {}
        chosen = {name: proof_moments(ws, name, all=all, cutoffs=cutoffs) for name in mapped_by_sql}
    findings = commutation(ws, chosen, progress=progress)
    found = existence(ws.config, whole)
    guesses = refuted_guesses(ws, whole)
    return Proof(
        problems=(*(f.problem for f in findings), *found.problems, *guesses.problems),
        quarantined=found.quarantined,
        warnings=guesses.warnings,
        moments=tuple(sorted({m for tried in chosen.values() for m in tried})),
        sources=mapped_by_sql,
        trials=sum(map(len, chosen.values())),
        seconds=monotonic() - started,
        findings=findings,
    )
