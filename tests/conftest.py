"""Workspaces that many tests read, and the installed wheel: made once per run, also when workers ask at once."""

import os
import shutil
import sqlite3
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LONGEST = (
    "tests/test_wheel.py",
    "tests/test_mlproject.py",
    "tests/pipelines/test_nothing_looks_ahead.py",
    "tests/docs/test_guides.py",
    "tests/pipelines/test_nightly.py",
    "tests/pipelines/registry/",
)

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first: at the end of a run only short tests are left to share among the workers."""
    items.sort(key=lambda item: next((i for i, p in enumerate(LONGEST) if item.nodeid.startswith(p)), len(LONGEST)))


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
    """The small embedded marketplace with a champion, without its truth: no verb may need it.

    Read it, or copy it before you change it.
    """
    from pipelines.train import train
    from pipelines.workspace import open_workspace

    def make(path: Path) -> None:
        shutil.copytree(small_market, path, ignore=shutil.ignore_patterns("truth"))
        train(open_workspace(path))

    return made_once(shared_folder, "trained-market", make)


@pytest.fixture
def own_market(trained_market, tmp_path) -> Path:
    """A trained marketplace of the test's own, at another place than where it was made."""
    return Path(shutil.copytree(trained_market, tmp_path / "market"))


@pytest.fixture(scope="session")
def wheel_python(shared_folder) -> Path:
    """The Python of an environment into which the wheel was installed.

    It borrows the pinned dependencies of this one (a path file), but not the checkout: what runs is the wheel.
    """
    binaries = "Scripts" if sys.platform == "win32" else "bin"

    def make(folder: Path) -> None:
        pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
        build = ["wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(ROOT)]
        subprocess.run([*pip, *build], check=True)
        (wheel,) = folder.glob("demand_toolkit-*.whl")
        venv.create(folder / "environment", with_pip=False)
        python = folder / "environment" / binaries / "python"
        code = "import sysconfig; print(sysconfig.get_path('purelib'))"
        target = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
        scripts = ["--target", target, "--no-deps", "--no-index", str(wheel)]
        subprocess.run([*pip, "install", *scripts], check=True)
        Path(target, "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")

    return made_once(shared_folder, "wheel", make) / "environment" / binaries / "python"


@pytest.fixture(scope="session")
def wheel_quickstart(shared_folder, wheel_python) -> Path:
    """What the quickstart of the installed wheel makes, in a folder that was empty; read it."""

    def make(folder: Path) -> None:
        folder.mkdir()
        command = [wheel_python, "-m", "pipelines", "quickstart", "first", "--size", "small"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[-2000:]

    return made_once(shared_folder, "wheel-quickstart", make) / "first"
