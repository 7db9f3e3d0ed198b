"""The training runs of a workspace, read straight from the database: who they are, and what they logged.

A run may be named by its version in the registry (`7`), an alias (`champion`, `candidate`), `last` or `previous`, or by
the beginning of its MLflow id or of its own name (`train-20241231T1800-1f3c...`).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from demand.contract import ContractError, StateError
from pipelines.config import did_you_mean
from pipelines.registry.database import EXPERIMENT, HasState, prepare_database
from pipelines.registry.lookup import MODEL_NAME

LAST, PREVIOUS = "last", "previous"
_SHORTEST = 4

_RUNS = """
SELECT r.run_uuid, r.name, r.start_time, r.artifact_uri, max(CAST(v.version AS INTEGER)), max(v.storage_location)
FROM runs r JOIN experiments e ON e.experiment_id = r.experiment_id AND e.name = ?
LEFT JOIN model_versions v ON v.run_id = r.run_uuid AND v.name = ?
WHERE r.status = 'FINISHED' AND r.lifecycle_stage = 'active' GROUP BY r.run_uuid ORDER BY r.start_time, r.run_uuid
"""
_VALUES = {
    "tags": "SELECT key, value FROM tags WHERE run_uuid = ? ORDER BY key",
    "params": "SELECT key, value FROM params WHERE run_uuid = ? ORDER BY key",
    "metrics": "SELECT key, value FROM latest_metrics WHERE run_uuid = ? AND NOT is_nan ORDER BY key",
}


@dataclass(frozen=True)
class PastRun:
    """A finished training run.

    Parameters
    ----------
    run_id, name : MLflow's id, and the toolkit's own
    started_at : when
    version, model : of the registry, and the folder of its model; None where the run registered none
    artifacts : the folder of what else it logged
    tags, params, metrics : what it logged; keys begin with the industry and a slash where they are about one
    """

    run_id: str
    name: str
    started_at: datetime
    version: str | None
    model: Path | None
    artifacts: Path
    tags: dict[str, str]
    params: dict[str, str]
    metrics: dict[str, float]


def find_runs(ws: HasState, names: Sequence[str]) -> list[PastRun]:
    """The finished training runs that some names mean, in the order of the names.

    Raises
    ------
    StateError
        If nothing was trained here, or for `previous` only once.
    ContractError
        If a name means no run, or several.
    """
    if not (ws.state / "mlflow.db").exists():
        raise StateError(f"no run in {ws.state}", "two trained models", "run `demand train`")
    prepare_database(ws.state)
    with closing(sqlite3.connect(ws.state.resolve() / "mlflow.db", timeout=60)) as db:
        runs = db.execute(_RUNS, (EXPERIMENT, MODEL_NAME)).fetchall()
        aliases = dict(
            db.execute("SELECT alias, version FROM registered_model_aliases WHERE name = ?", (MODEL_NAME,)).fetchall()
        )
        if not runs:
            raise StateError(f"no finished run in {ws.state}", "two trained models", "run `demand train`")
        return [_read(db, _choose(name, runs, aliases)) for name in names]


def _choose(name: str, runs: list[tuple], aliases: dict[str, int]) -> tuple:
    by_version = {str(r[4]): r for r in runs if r[4] is not None}
    if name == LAST:
        return runs[-1]
    if name == PREVIOUS:
        if len(runs) < 2:
            raise StateError("there is only one run", "a run before the last one", "run `demand train` once more")
        return runs[-2]
    version = str(aliases[name]) if name in aliases else name
    if version in by_version:
        return by_version[version]
    meant = [r for r in runs if name in (r[0], r[1])]
    if not meant and len(name) >= _SHORTEST:
        meant = [r for r in runs if r[0].startswith(name) or r[1].startswith(name)]
    if len(meant) == 1:
        return meant[0]
    if meant:
        shown = ", ".join(r[1] for r in meant[:4])
        raise ContractError(f"{name!r} is the beginning of {len(meant)} runs: {shown}", "one run", "write more of it")
    versions = sorted(by_version, key=int)
    listed = f"versions {', '.join(versions[-5:])}" if versions else "no version"
    known = [*versions, *aliases, LAST, PREVIOUS, *(r[1] for r in runs)]
    raise ContractError(
        found=f"no run or model {name!r}",
        expected=f"a version, an alias ({', '.join(sorted(aliases)) or 'there is none'}), `last`, `previous`, "
        f"or a run's id; there are {listed}",
        remedy=did_you_mean(name, known),
    )


def _read(db: sqlite3.Connection, run: tuple) -> PastRun:
    run_id, name, started, artifacts, version, model = run
    values = {kind: dict(db.execute(text, (run_id,)).fetchall()) for kind, text in _VALUES.items()}
    return PastRun(
        run_id,
        name,
        datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=started),
        None if version is None else str(version),
        None if model is None else Path(model),
        Path(artifacts),
        values["tags"],
        values["params"],
        values["metrics"],
    )
