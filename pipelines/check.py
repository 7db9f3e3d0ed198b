"""Everything that is wrong with a workspace, at once: its files, its data, and whether anything looks ahead."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from weakref import WeakKeyDictionary

import pyarrow as pa

from demand.contract import ConfigError, DemandError, LeakageError, Problem
from pipelines.check_industries import check_industry
from pipelines.deciding.named import names_no_action_uses
from pipelines.proof import Proof, existence, prove
from pipelines.result import Result
from pipelines.sources import try_map
from pipelines.workspace import Workspace, open_workspace

Progress = Callable[[str], None]

_PROVED: WeakKeyDictionary[Workspace, Proof] = WeakKeyDictionary()
"""An open workspace does not change: it is proved once, however many verbs ask."""


@dataclass
class _Findings:
    """What the parts of the check found, in the order of the parts."""

    problems: list[Problem] = field(default_factory=list)
    live: dict[str, str] = field(default_factory=dict)
    proof: Proof | None = None
    unproved: str = "not run"

    def take(self, error: DemandError, where: str = "") -> None:
        self.problems += error.problems or (Problem(error.found, where, error.remedy, error.expected),)

    @property
    def errors(self) -> list[Problem]:
        return [p for p in self.problems if p.severity == "error"]


class CheckResult(Result):
    """As any result; in a notebook, with the rows that moved."""

    def _repr_html_(self) -> str:
        proof = self.extra["proof"]
        return super()._repr_html_() + ("" if proof is None or proof.passed else proof._repr_html_())


def check(
    ws: Workspace | str | Path,
    *,
    profile: str = "default",
    proof: bool = True,
    all: bool = False,
    progress: Progress | None = None,
) -> Result:
    """Look for every problem of a workspace, and prove that nothing in it looks ahead.

    Parameters
    ----------
    ws : an open workspace, or the folder of one
    profile : under which a folder is opened
    proof : also run the proof
    all : at every cutoff
    progress : is told what is being looked at

    Returns
    -------
    Result
        `summary` counts; `table` has a row for each problem (severity, where, table, column, rows, found, expected,
        example, remedy); `extra["problems"]` are the same as values, `extra["proof"]` is the Proof if it was run, and
        `extra["moved"]` the rows that moved, then and now, where something looks ahead.
        Nothing is raised for what a user can mend.
    """
    say = progress or (lambda line: None)
    found = _Findings()
    if not isinstance(ws, Workspace):
        say(f"check: {Path(ws) / 'demand.yaml'}")
        try:
            ws = open_workspace(ws, profile=profile)
        except DemandError as error:
            found.take(error)
            return _result(None, found)
    _check_catalog(ws, found)
    say("check: sources")
    if _check_sources(ws, found):
        for industry in ws.industries:
            say(f"check: {industry}")
            problems, found.live[industry] = check_industry(ws, industry)
            found.problems += problems
        _check_shared_keys(ws, found)
        if proof:
            _check_proof(ws, found, all=all, progress=progress)
    return _result(ws, found)


def require_checked(ws: Workspace, *, proof: bool = True, progress: Progress | None = None) -> Result:
    """Check, and stop at an error.

    Raises
    ------
    LeakageError
        If the only errors are things that look ahead.
    ConfigError
        If there are others; lists them all.
    """
    result = check(ws, proof=proof, progress=progress)
    errors = [p for p in result.extra["problems"] if p.severity == "error"]
    if not errors:
        return result
    proved = result.extra["proof"]
    looking_ahead = set(proved.problems) if proved is not None else set()
    family = LeakageError if looking_ahead.issuperset(errors) else ConfigError
    number = "1 problem" if len(errors) == 1 else f"{len(errors)} problems"
    raise family(f"the workspace has {number}", problems=errors)


def _check_catalog(ws: Workspace, found: _Findings) -> None:
    try:
        found.problems += names_no_action_uses(ws)
    except DemandError as error:
        found.take(error, "demand.yaml: catalog")


def _check_sources(ws: Workspace, found: _Findings) -> bool:
    """Whether every source can be mapped."""
    try:
        mapped, problems = ws.mapped, list[Problem]()
    except DemandError:
        mapped, problems = try_map(ws.config, ws.raw)
    found.problems += [*problems, *mapped.quarantined, *mapped.warnings]
    if problems:
        found.unproved = "not run: the sources come first"
        return False
    orphans = existence(ws.config, mapped.sources)
    found.problems += [*orphans.problems, *orphans.quarantined]
    return True


def _check_shared_keys(ws: Workspace, found: _Findings) -> None:
    try:
        found.problems += ws.shared_keys()
    except DemandError:  # an industry without subjects has been said
        return


def _check_proof(ws: Workspace, found: _Findings, *, all: bool, progress: Progress | None) -> None:
    proof = None if all else _PROVED.get(ws)
    if proof is None:
        proof = _PROVED[ws] = prove(ws, all=all, progress=progress)
    found.proof = proof
    found.problems += [*proof.problems, *proof.warnings]


def _result(ws: Workspace | None, found: _Findings) -> Result:
    found.problems = list(dict.fromkeys(found.problems))
    aside = [p for p in found.problems if p.found.startswith("quarantined: ")]
    summary: dict[str, object] = {
        "problems": len(found.errors),
        "warnings": len(found.problems) - len(found.errors) - len(aside),
        "quarantined": sum(p.rows or 0 for p in aside),
    }
    if ws is not None and found.live:
        rows = sum(s.table.num_rows for s in ws.mapped.sources.values())
        summary["sources"] = f"{len(ws.mapped.sources)} with {rows:,} rows"
        summary["industries"] = "; ".join(f"{name}: {live}" for name, live in found.live.items())
    summary["proof"] = found.unproved if found.proof is None else _proof_line(found.proof)
    extra = {"problems": found.problems, "proof": found.proof, "moved": found.proof and found.proof.moved}
    return CheckResult("check", summary, _table(found.problems), extra=extra)


def _proof_line(proof: Proof) -> str:
    outcome = "passed" if proof.passed else f"REFUSED in {len(proof.problems)} ways"
    over = f"{len(proof.sources)} mapped sources at {proof.trials:,} moments, {proof.seconds:.1f} s"
    return f"{outcome}: {over}" if proof.sources else f"{outcome}: every source carries both clocks in its rows"


def _table(problems: Sequence[Problem]) -> pa.Table:
    names = ("severity", "where", "table", "column", "rows", "found", "expected", "example", "remedy")
    types = {"rows": pa.int64()}
    return pa.table({n: pa.array([getattr(p, n) for p in problems], types.get(n, pa.string())) for n in names})
