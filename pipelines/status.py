"""What ran, what is running, and what stands in the way, in one screen."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from demand.contract import DemandError
from pipelines.ledger import Ledger
from pipelines.lock import holder
from pipelines.result import Result
from pipelines.runs import DONE, FAILED, KILLED, read_runs
from pipelines.workspace import Workspace


def status(ws: Workspace) -> Result:
    """Read the state of a workspace; changes nothing.

    Returns
    -------
    Result
        The newest run of each verb, who holds the workspace, the champion, what waits in the outbox,
        what stands in the way, and the command to run next. `table` holds all runs.
    """
    runs = read_runs(ws)
    held = holder(ws.state)
    summary: dict[str, Any] = {
        "workspace": f"{ws.config.workspace} ({', '.join(ws.industries)})",
        "running": f"{held['what']} (process {held['pid']}, since {held['since']})" if held else "nothing",
    }
    newest = {row["verb"]: row for row in runs.to_pylist()}
    for verb, row in newest.items():
        summary[f"last {verb}"] = _say(row, ws)
    summary["champion"] = _champion(ws)
    summary["outbox"] = _outbox(ws)
    obstacles = [
        f"{verb} of {_night(row, ws)} {row['status']}: {row['message'] or 'run it again'}"
        for verb, row in newest.items()
        if row["status"] in (FAILED, KILLED)
    ]
    warned = {(row["as_of"], row["message"]) for row in newest.values() if row["status"] == DONE and row["message"]}
    obstacles += [f"night of {ws.shown(as_of)}: {message}" for as_of, message in sorted(warned)]
    next_step = ws.command("check")
    try:
        latest = ws.latest()
        summary["next night"] = ws.shown(latest)
        next_step = _next(ws, latest, trained=summary["champion"] != "none")
        summary["quarantined"] = sum(p.rows or 0 for p in ws.quarantined)
    except DemandError as error:
        obstacles.append(f"the data: {error.found or error}")
    summary["in the way"] = "; ".join(obstacles) or "nothing"
    summary["next"] = next_step
    return Result("status", summary, runs)


def _next(ws: Workspace, latest: datetime, *, trained: bool) -> str:
    from pipelines.decide import is_committed

    if not trained:
        return ws.command("train")
    if is_committed(ws, latest):
        return f"nothing: the night of {ws.shown(latest)} is done; waiting for newer rows"
    return ws.command("nightly")


def _night(row: dict[str, Any], ws: Workspace) -> str:
    return ws.shown(row["as_of"])


def _say(row: dict[str, Any], ws: Workspace) -> str:
    counts = json.loads(row["counts"] or "{}")
    listed = ", ".join(f"{n:,} {k.replace('_', ' ')}" for k, n in counts.items() if isinstance(n, int))
    return f"{row['status']}, as of {_night(row, ws)}" + (f": {listed}" if listed else "")


def _champion(ws: Workspace) -> str:
    if not (ws.state / "mlflow.db").exists():
        return "none"
    from pipelines.registry import champion_version

    return champion_version(ws) or "none"


def _outbox(ws: Workspace) -> str:
    if not (ws.state / "ledger.db").exists():
        return "empty"
    with Ledger.open(ws.state) as ledger:
        waiting = ledger.count_waiting()
    return f"{waiting:,} to dispatch" if waiting else "empty"
