"""The workspace's own MLflow database: made once and whole, and right again after the workspace has moved.

MLflow migrates a cold database step by step, and several processes doing so at once fail, as does whoever comes
after one that was killed half-way. So a new database is made under another name and linked to its place when it
is complete. MLflow also stores absolute paths; when the workspace lies elsewhere than they say, they are rewritten.
"""

from __future__ import annotations

import logging
import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import Protocol

from demand.contract import StateError
from pipelines.disk import on_disk
from pipelines.registry.silence import import_mlflow

EXPERIMENT = "demand"

_PATHS = (
    ("experiments", "artifact_location"),
    ("runs", "artifact_uri"),
    ("logged_models", "artifact_location"),
    ("model_versions", "source"),
    ("model_versions", "storage_location"),
)


class HasState(Protocol):
    """Whatever keeps its state in a folder: a workspace."""

    @property
    def state(self) -> Path: ...


def database_uri(state: Path) -> str:
    """The address of the database in `state`, for `MlflowClient` and `MLFLOW_TRACKING_URI`."""
    return f"sqlite:///{(state.resolve() / 'mlflow.db').as_posix()}"


def prepare_database(state: Path) -> str:
    """Make the database if there is none, and let its paths point here. Returns its address.

    Raises
    ------
    StateError
        If there is a file that is no MLflow database of this toolkit, or MLflow cannot work at this place.
    """
    state = state.resolve()
    if unfit := sorted(set("#?%") & set(state.as_posix())):
        raise StateError(
            found=f"the path {state} contains {' '.join(unfit)}",
            expected="a path that can stand in a database address",
            remedy="move the workspace to a folder without these characters",
        )
    path = state / "mlflow.db"
    if not path.exists():
        _create(path, state / "artifacts")
    _relocate(path, state / "artifacts")
    return database_uri(state)


def _create(path: Path, artifacts: Path) -> None:
    mlflow = import_mlflow()
    artifacts.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"mlflow.db.new-{os.getpid()}")
    fresh.unlink(missing_ok=True)
    try:
        uri = f"sqlite:///{fresh.as_posix()}"
        client = mlflow.MlflowClient(tracking_uri=uri, registry_uri=uri)
        # alembic's own configuration raises the level again while it migrates
        before = logging.root.manager.disable
        logging.disable(max(before, logging.WARNING))
        try:
            client.create_experiment(EXPERIMENT, artifact_location=artifacts.as_posix())
        finally:
            logging.disable(before)
        with suppress(FileExistsError):  # another process was first, and its database is whole
            path.hardlink_to(fresh)
    finally:
        fresh.unlink(missing_ok=True)


def _relocate(path: Path, artifacts: Path) -> None:
    """Rewrite every stored path that begins where the artifacts used to lie."""
    with on_disk(path), closing(sqlite3.connect(path, timeout=60, isolation_level=None)) as db:
        here, there = artifacts.as_posix(), _recorded(db, path)
        if there == here:
            return
        db.execute("BEGIN IMMEDIATE")
        there = _recorded(db, path)
        for table, column in _PATHS:
            db.execute(
                f"UPDATE {table} SET {column} = ? || substr({column}, ?)"
                f" WHERE {column} = ? OR substr({column}, 1, ?) = ?",
                (here, len(there) + 1, there, len(there) + 1, there + "/"),
            )
        db.execute("COMMIT")


def _recorded(db: sqlite3.Connection, path: Path) -> str:
    try:
        row = db.execute("SELECT artifact_location FROM experiments WHERE name = ?", (EXPERIMENT,)).fetchone()
    except sqlite3.DatabaseError as error:
        row, cause = None, str(error)
    else:
        cause = f"no experiment {EXPERIMENT!r}"
    if row is None:
        raise StateError(
            found=f"{path} is not a model registry of this toolkit ({cause})",
            expected="the database that `demand train` makes",
            remedy="move the file away and run `demand train`",
        )
    return str(row[0])
