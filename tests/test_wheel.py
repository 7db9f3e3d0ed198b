"""The wheel, installed into an environment of its own outside the checkout, runs the main job."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_the_code_comes_from_the_wheel(wheel_python, tmp_path):
    code = "import demand, features, pipelines; print(demand.__file__, features.__file__, pipelines.__file__)"
    shown = subprocess.run([wheel_python, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert str(ROOT) not in shown


def test_the_wheel_runs_the_quickstart(wheel_quickstart):
    assert (wheel_quickstart / "summary.json").exists()
    assert list((wheel_quickstart / "reports").glob("*.html"))
    assert sorted(p.name for p in wheel_quickstart.parent.iterdir()) == [wheel_quickstart.name]
