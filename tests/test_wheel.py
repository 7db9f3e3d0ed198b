"""The wheel, installed into an environment of its own outside the checkout, runs the main job.

The environment borrows the pinned dependencies of this one (a path file), but not the checkout: what runs is the wheel.
"""

import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run(
        [*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(ROOT)], check=True
    )
    (wheel,) = folder.glob("demand_toolkit-*.whl")
    environment = folder / "environment"
    venv.create(environment, with_pip=False)
    binaries = environment / ("Scripts" if sys.platform == "win32" else "bin")
    target = subprocess.run(
        [binaries / "python", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        capture_output=True, text=True, check=True).stdout.strip()  # fmt: skip
    scripts = ["--target", target, "--no-deps", "--no-index", str(wheel)]
    subprocess.run([*pip, "install", *scripts], check=True)
    Path(target, "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return binaries / "python"


def test_the_code_comes_from_the_wheel(installed, tmp_path):
    code = "import demand, features, pipelines; print(demand.__file__, features.__file__, pipelines.__file__)"
    shown = subprocess.run([installed, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert str(ROOT) not in shown


def test_the_wheel_runs_the_quickstart(installed, tmp_path):
    command = [installed, "-m", "pipelines", "quickstart", "first", "--size", "small"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    assert (tmp_path / "first" / "summary.json").exists()
    assert list((tmp_path / "first" / "reports").glob("*.html"))
    assert not (tmp_path / "mlruns").exists()
