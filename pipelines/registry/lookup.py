"""Which version an alias names, and where its files are: read straight from the database.

MLflow takes seconds to import, and a night's scoring needs nothing of it but one path.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from demand.contract import ContractError, StateError
from demand.models import Bundle
from pipelines.disk import on_disk
from pipelines.registry.database import HasState, prepare_database

MODEL_NAME = "demand"

_BY_ALIAS = """
SELECT v.version, v.storage_location
FROM registered_model_aliases a JOIN model_versions v ON v.name = a.name AND v.version = a.version
WHERE a.name = ? AND a.alias = ?
"""
_BY_VERSION = "SELECT version, storage_location FROM model_versions WHERE name = ? AND version = ?"


def load_champion(ws: HasState) -> tuple[Bundle, str]:
    """The model that scores: the bundle behind the alias `champion`, and its version. See `load_bundle`."""
    return load_bundle(ws, "champion")


def load_bundle(ws: HasState, name: str) -> tuple[Bundle, str]:
    """A registered bundle, built from its files by the installed `demand`, and its version.

    In this process `demand` is already imported, so MLflow would use it too, whatever code the model carries;
    hence a bundle of another format is refused instead of guessed at.

    Parameters
    ----------
    ws : the workspace
    name : an alias (`champion`, `candidate`) or a version (`3`)

    Raises
    ------
    StateError
        If there is no such model, its files are gone, or they are of another format.
    """
    found = find_version(ws.state, name)
    if found is None:
        raise StateError(
            found=f"no model {name!r} in {ws.state}",
            expected="a registered model",
            remedy="run `demand train`",
        )
    version, model = found
    files = bundle_files(model, version)
    try:
        return Bundle.from_files(files), version
    except (ContractError, StateError) as error:
        raise StateError(
            found=f"model version {version}: {error.found}", expected=error.expected, remedy=error.remedy
        ) from error
    except Exception as error:  # JSON, LightGBM and what is built from them each have their own
        raise StateError(
            found=f"the files of model version {version} in {model} are damaged ({type(error).__name__})",
            expected="the files that `demand train` wrote",
            remedy="bring `state/artifacts` back from a backup, or run `demand train`",
        ) from error


def champion_version(ws: HasState) -> str | None:
    """The version that scores; None before the first training."""
    found = find_version(ws.state, "champion")
    return None if found is None else found[0]


def find_version(state: Path, name: str) -> tuple[str, Path] | None:
    """The version that an alias or a number names, and the folder of its model; None where there is none."""
    path = state.resolve() / "mlflow.db"
    if not path.exists():
        return None
    prepare_database(state)
    with on_disk(path), closing(sqlite3.connect(path, timeout=60)) as db:
        row = db.execute(_BY_VERSION if name.isdigit() else _BY_ALIAS, (MODEL_NAME, name)).fetchone()
    return None if row is None else (str(row[0]), Path(row[1]))


def bundle_files(model: Path, version: str) -> dict[str, bytes]:
    """The files of a model's bundle, by their path below its folder.

    Raises
    ------
    StateError
        If there are none.
    """
    folder = model / "artifacts" / "bundle"
    files = {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}
    if not files:
        raise StateError(
            found=f"the files of model version {version} are not in {folder}",
            expected="the files that `demand train` wrote",
            remedy="bring `state/artifacts` back, or run `demand train`",
        )
    return files
