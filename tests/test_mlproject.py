"""`mlflow run` does the same as the command."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_mlflow_run_quickstart_writes_the_same_summary_as_the_command(tmp_path, wheel_quickstart):
    environment = {
        **os.environ,
        "MLFLOW_TRACKING_URI": f"sqlite:///{tmp_path / 'outer.db'}",
        "MLFLOW_DISABLE_TELEMETRY": "true",
    }
    bin_folder = Path(sys.executable).parent
    by_mlflow = tmp_path / "by-mlflow"
    command = [sys.executable, "-m", "mlflow", "run", str(ROOT), "-e", "quickstart", "--env-manager", "local",
               "-P", f"path={by_mlflow}", "-P", "size=small"]  # fmt: skip
    environment["PATH"] = f"{bin_folder}{os.pathsep}{environment['PATH']}"
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    by_command = wheel_quickstart / "summary.json"
    assert json.loads((by_mlflow / "summary.json").read_text()) == json.loads(by_command.read_text())
