"""What training leaves in the workspace for people, reports and MLflow."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from demand.contract import FeatureMeta, StateError
from pipelines.evaluations import read_json, write_json
from pipelines.registry import TrackedRun
from pipelines.runs import Run
from pipelines.training.evaluation import Evaluation
from pipelines.training.plots import draw_beeswarm, draw_calibration, draw_lift
from pipelines.workspace import Workspace

EXPLAINED_ROWS = 1000


def write_features(state: Path, metas: Mapping[str, Sequence[FeatureMeta]]) -> Path:
    """`state/features.json`: the meaning of every feature, by industry."""
    path = state / "features.json"
    return write_json(path, {**_before(path), **{name: [m.to_dict() for m in meta] for name, meta in metas.items()}})


def _before(path: Path) -> dict[str, Any]:
    """What stands there; nothing where it cannot be read, since it is about to be written anew."""
    try:
        return read_json(path)
    except StateError:
        return {}


def log_evaluation(run: TrackedRun, name: str, figures: Mapping[str, Any]) -> None:
    """One industry's sizes as parameters, its figures with their intervals as metrics."""
    numbers = {k: v for k, v in figures.items() if isinstance(v, int | float) and not isinstance(v, bool)}
    scenario = {f"scenario_{k}": v for k, v in figures["scenario"].items() if isinstance(v, int | float)}
    run.metrics({f"{name}/{key}": float(value) for key, value in {**numbers, **scenario}.items()})
    moments = {k: figures[k] for k in ("t0", "test_from", "test_to", "fallback") if figures.get(k)}
    run.params({f"{name}/{key}": value for key, value in moments.items()})


def log_plots(run: TrackedRun, evaluations: Sequence[Evaluation]) -> None:
    """Calibration, lift and beeswarm of every industry, from the last slice."""
    with TemporaryDirectory(prefix="demand-plots-") as folder:
        for evaluation in evaluations:
            draw(evaluation, Path(folder, "plots", evaluation.test.industry))
        run.folder(Path(folder))


def draw(evaluation: Evaluation, folder: Path) -> None:
    """The three pictures of one industry."""
    name, test = evaluation.test.industry, evaluation.test
    draw_calibration(evaluation.y, evaluation.p, title=f"{name}: calibration", path=folder / "calibration.png")
    draw_lift(evaluation.y, evaluation.p, title=f"{name}: lift", path=folder / "lift.png")
    places = np.linspace(0, len(test) - 1, min(len(test), EXPLAINED_ROWS)).round().astype(int)
    x = test.x.iloc[places]
    contributions = evaluation.forecaster.explain(x)
    draw_beeswarm(
        contributions.points, x, contributions.names, title=f"{name}: what moves it", path=folder / "beeswarm.png"
    )


def run_tags(ws: Workspace, run: Run) -> dict[str, str]:
    """What an MLflow run names so that it can be repeated: data, configuration, code and the run of the workspace."""
    tags = {
        "data_digest": ws.digest(),
        "config_digest": run.config_digest,
        "code_version": run.code_version,
        "git_commit": git_commit(ws.root),
        "demand_run_id": run.run_id,
    }
    return {key: value for key, value in tags.items() if value}


def git_commit(root: Path) -> str | None:
    """The commit of the repository that keeps the workspace, if one does."""
    try:
        done = subprocess.run(
            ["git", "-C", str(root), "rev-parse", "HEAD"], capture_output=True, text=True, timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
