"""What ran: one row per verb and moment, written before the work begins and after it ends.

    with record(ws, "score", as_of) as run:
        ...
        run.counts["subjects"] = 1234

A row that still says `running` although its process is gone belongs to a run that was killed; `read_runs` says so.
"""

from __future__ import annotations

import hashlib
import json
import os
import socket
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa

from demand.contract import DemandError
from pipelines.store import Store

RUNNING, DONE, FAILED, KILLED = "running", "done", "failed", "killed"


@dataclass
class Run:
    """A run at work; what the verb puts in here is written when it ends.

    Parameters
    ----------
    run_id : goes into every row the run writes
    counts : how many of what, in the order of reading
    quarantined : rows set aside
    input_digest, config_digest, code_version, model_version : what the result depends on
    message : for the reader, when there is something to say
    """

    run_id: str
    verb: str
    as_of: datetime
    started_at: datetime
    code_version: str
    counts: dict[str, int] = field(default_factory=dict)
    quarantined: int = 0
    input_digest: str | None = None
    config_digest: str | None = None
    model_version: str | None = None
    message: str | None = None


@contextmanager
def record(ws: Any, verb: str, as_of: datetime) -> Iterator[Run]:
    """Write the row of this run: `running` at once, then `done`, or `failed` with the error; the last run counts.

    Parameters
    ----------
    ws : the workspace: `state` is where the store lives, `config` and `quarantined` go into the row
    verb : `score`, `decide` ...
    as_of : the moment the verb was asked for

    Yields
    ------
    Run
        Fill in counts and versions.
    """
    store = Store(ws.state / "store")
    started = datetime.now(UTC)
    run_id = f"{verb}-{as_of.astimezone(UTC):%Y%m%dT%H%M}-{uuid.uuid4().hex[:8]}"
    run = Run(run_id, verb, as_of, started, _code_version(), config_digest=config_digest(ws.config))
    _write(store, run, RUNNING, None)
    try:
        yield run
    except BaseException as error:
        said = (error.found or str(error)) if isinstance(error, DemandError) else f"{type(error).__name__}: {error}"
        run.message = said
        _write(store, run, FAILED, datetime.now(UTC))
        raise
    _write(store, run, DONE, datetime.now(UTC))


def read_runs(ws: Any, *, as_of: datetime | None = None) -> pa.Table:
    """Every run, oldest first; one that says `running` but has no living process on this machine is `killed`."""
    store = Store(ws.state / "store")
    one = as_of if as_of is not None and store.has("runs", as_of) else None
    rows = store.read("runs", as_of=one)
    found = [
        {**row, "status": KILLED if row["status"] == RUNNING and not _lives(row["process"]) else row["status"]}
        for row in rows.to_pylist()
        if as_of is None or row["as_of"] == as_of
    ]
    found.sort(key=lambda row: (row["started_at"], row["run_id"]))
    return pa.Table.from_pylist(found, rows.schema)


def quarantined_when_scored(ws: Any, as_of: datetime) -> int:
    """Rows that were set aside when this moment was scored: what the verbs after it report, which read no source."""
    scored = [r for r in read_runs(ws, as_of=as_of).to_pylist() if r["verb"] == "score"]
    return int(scored[-1]["quarantined"]) if scored else 0


def _write(store: Store, run: Run, status: str, finished: datetime | None) -> None:
    row = {
        "run_id": run.run_id,
        "verb": run.verb,
        "as_of": run.as_of,
        "status": status,
        "started_at": run.started_at,
        "quarantined": run.quarantined,
        "finished_at": finished,
        "input_digest": run.input_digest,
        "code_version": run.code_version,
        "config_digest": run.config_digest,
        "model_version": run.model_version,
        "counts": json.dumps(run.counts),
        "message": run.message,
        "process": _this_process(),
    }
    columns = {k: pa.array([v], pa.string()) if v is None else pa.array([v]) for k, v in row.items()}
    store.replace("runs", as_of=run.as_of, rows=pa.table(columns), run_id=run.run_id, part=run.verb)


def _this_process() -> str:
    return f"{socket.gethostname()}:{os.getpid()}:{_born(os.getpid())}"


def _lives(process: str | None) -> bool:
    """Whether that process still runs; where the system cannot be asked (another machine, Windows) it is taken to."""
    if not process:
        return False
    host, pid, born = process.rsplit(":", 2)
    if host != socket.gethostname() or os.name != "posix":
        return True
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return _born(int(pid)) == born


def _born(pid: int) -> str:
    """When a process began, where the system tells (Linux), so that a reused number is not taken for the same one."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return "unknown"


@cache
def _code_version() -> str:
    """A digest of the installed toolkit's own files."""
    digest = hashlib.sha256()
    root = Path(__file__).parents[1]
    for package in ("demand", "features", "pipelines"):
        for file in sorted((root / package).rglob("*.py")):
            digest.update(file.relative_to(root).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:12]


def config_digest(config: Any) -> str:
    """A digest of a configuration, whatever its data."""
    return hashlib.sha256(repr(config).encode()).hexdigest()[:12]
