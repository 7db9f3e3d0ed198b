"""The nightly operations page: `demand report`."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from demand.contract import StateError
from pipelines.disk import on_disk
from pipelines.lock import hold
from pipelines.reports import Page, build_page, night_name, read_inputs, render
from pipelines.reports.inputs import Inputs
from pipelines.result import Result
from pipelines.runs import DONE, read_runs, record
from pipelines.store import Store
from pipelines.workspace import Workspace

MOST_BYTES = 500_000
CASES = (200, 150, 100, 50, 25)
"""How many orders the list of risks holds: the most of these with which the page stays below `MOST_BYTES`."""


def report(
    ws: Workspace, *, as_of: str | datetime | None = None, progress: Callable[[str], None] | None = None
) -> Result:
    """Write the page of one scored moment: `reports/<night>.html`, and of the newest also `reports/latest.html`.

    The page says what is known: before the night is decided it says that instead.

    Parameters
    ----------
    ws : an open workspace
    as_of : the night, or an instant; the newest one that was scored when not given
    progress : is told what is being done

    Raises
    ------
    StateError
        If the night was not scored; if the store, or a file that training or scoring wrote, cannot be read.
    BusyError
        If another process works on the workspace.
    """
    say = progress or (lambda line: None)
    moment = _scored_night(ws, as_of)
    with hold(ws.state, what="report"), record(ws, "report", moment) as run:
        say("report: reading the night")
        inputs = read_inputs(ws, moment)
        say("report: writing the page")
        page, html = _compose(inputs)
        folder = ws.root / "reports"
        path = folder / f"{night_name(ws, moment)}.html"
        _write(path, html)
        if moment >= _newest_reported(ws, moment):
            _write(folder / "latest.html", html)
        head = page.headline
        run.quarantined = sum(p.rows or 0 for p in inputs.quarantined)
        run.counts.update(subjects=head.live, cases=len(page.risks), bytes=len(html.encode()))
    summary = {
        "subjects": head.live,
        "expected_requests": round(head.expected, 1),
        "interventions": head.actions,
        "held_out": head.held_out,
        "quarantined": run.quarantined,
    }
    return Result("report", summary, path=path)


def _scored_night(ws: Workspace, as_of: str | datetime | None) -> datetime:
    scored = Store(ws.state / "store").moments("scores")
    if not scored:
        raise StateError("no night was scored yet", "scores to show", f"run `{ws.command('score')}`, then report")
    moment = scored[-1] if as_of is None else ws.parse_as_of(as_of)
    if moment not in scored:
        raise StateError(
            found=f"{ws.shown(moment)} was not scored",
            expected=f"a scored night, the newest is {ws.shown(scored[-1])}",
            remedy=f"run `{ws.command('score', as_of=moment)}`, then report",
        )
    return moment


def _newest_reported(ws: Workspace, moment: datetime) -> datetime:
    """The newest night that has a page."""
    runs = read_runs(ws).to_pylist()
    return max((r["as_of"] for r in runs if r["verb"] == "report" and r["status"] == DONE), default=moment)


def _compose(inputs: Inputs) -> tuple[Page, str]:
    """The page with as many cases as its size allows."""
    for cases in CASES:
        page = build_page(inputs, cases=cases)
        html = render(page)
        if len(html.encode()) <= MOST_BYTES:
            break
    return page, html


def _write(target: Path, text: str) -> None:
    """All or nothing: a reader sees the former page or this one."""
    partial = target.with_name(f".{target.name}.{os.getpid()}.part")
    with on_disk(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            partial.write_text(text, encoding="utf-8")
            partial.replace(target)
        finally:
            partial.unlink(missing_ok=True)
