"""Workspaces that many tests read: made once per run, also when several workers ask at the same time."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory, worker_id) -> Path:
    base = tmp_path_factory.getbasetemp()
    return base if worker_id == "master" else base.parent


def made_once(folder: Path, name: str, make: Callable[[Path], None]) -> Path:
    """The folder `name`, made by whichever worker comes first while the others wait."""
    connection = sqlite3.connect(folder / f"{name}.db", timeout=900, isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")
    try:
        if not (folder / f"{name}.done").exists():
            shutil.rmtree(folder / name, ignore_errors=True)
            make(folder / name)
            (folder / f"{name}.done").touch()
    finally:
        connection.close()
    return folder / name


@pytest.fixture(scope="session")
def small_market(shared_folder) -> Path:
    """The small embedded marketplace; read it, or copy it before you change it."""
    from pipelines.simulate import simulate

    return made_once(shared_folder, "small-market", lambda path: simulate(path, size="small"))


@pytest.fixture(scope="session")
def trained_market(shared_folder, small_market) -> Path:
    """The small embedded marketplace with a champion; read it, or copy it before you change it."""
    from pipelines.train import train
    from pipelines.workspace import open_workspace

    def make(path: Path) -> None:
        shutil.copytree(small_market, path)
        train(open_workspace(path))

    return made_once(shared_folder, "trained-market", make)


@pytest.fixture
def own_market(trained_market, tmp_path) -> Path:
    """A trained marketplace of the test's own, at another place than where it was made."""
    return Path(shutil.copytree(trained_market, tmp_path / "market"))
