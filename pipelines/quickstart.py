"""The whole chain in one go, ending with what to open next.

On a folder that is not there yet: the embedded marketplace is made, checked, trained on, and tonight is run.
On a workspace: the same without making it, and without training where the model that scores has learned from the same
data under the same configuration. Industries that live in different years are each scored at their own last fair
cutoff, and the result says so.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from demand.simulator import orders_a_year
from pipelines.backtesting.written import with_origins
from pipelines.check import require_checked
from pipelines.evaluations import evaluation_of_night, figures_table, read_evaluation, trained_on, write_json
from pipelines.nightly import nightly
from pipelines.registry import champion_version
from pipelines.report import report
from pipelines.result import Result
from pipelines.simulate import simulate
from pipelines.train import train
from pipelines.workspace import Workspace, open_workspace

Progress = Callable[[str], None]


def quickstart(
    path: str | Path = "quickstart", *, size: str = "default", seed: int = 7, progress: Progress | None = None
) -> Result:
    """Run simulate (where there is no workspace yet), check, train and one night; write `summary.json`.

    Parameters
    ----------
    path : a folder to make, or a workspace to run
    size, seed : of the embedded marketplace; not used on a workspace that is there

    Returns
    -------
    Result
        A few lines for a person; `path` is the page to open; `extra["industries"]` is what `summary.json` holds.

    Raises
    ------
    ContractError
        If the size is none.
    ConfigError, LeakageError
        If the check finds an error; nothing is trained.
    """
    say = progress or (lambda line: None)
    root = Path(path)
    orders_a_year(size)
    if (root / "demand.yaml").exists():
        say(f"simulate: {root} is a workspace already, so nothing is made; size and seed are not used")
    else:
        say(f"simulate: a marketplace of size {size} into {root}")
        simulate(root, size=size, seed=seed, progress=progress)
    ws = open_workspace(root)
    say(f"check: {root}")
    require_checked(ws, progress=progress)
    model = _train_unless_trained(ws, progress)
    nights = _nights(ws)
    results = [nightly(ws, as_of=moment, industries=names, progress=progress) for moment, names in nights.items()]
    if len(nights) > 1:
        say("report: the pages of all nights, each naming the others")
        for moment in nights:
            report(ws, as_of=moment)
    summary_path = _write_summary(ws, nights)
    industries = json.loads(summary_path.read_text())["industries"]
    return Result(
        "quickstart",
        _few_lines(ws, model, industries, nights, results),
        figures_table(industries),
        results[-1].path,
        {"industries": industries, "summary": summary_path},
    )


def _train_unless_trained(ws: Workspace, progress: Progress | None) -> str:
    """Which model scores, in words."""
    say = progress or (lambda line: None)
    champion = champion_version(ws)
    basis = trained_on(ws, ws.industries)
    if champion is not None and read_evaluation(ws.state, champion).get("trained_on") == basis:
        said = f"version {champion}, trained before on the same data and configuration"
        say(f"train: not again: {said}")
        return said
    say("train: one model per industry")
    version = train(ws, progress=progress).extra["version"]
    champion = champion_version(ws)
    if champion == version:
        return f"version {version}"
    return f"version {champion} scores; version {version}, trained now, is a candidate"


def _nights(ws: Workspace) -> dict[datetime, list[str]]:
    nights: dict[datetime, list[str]] = {}
    for industry in ws.industries:
        nights.setdefault(ws.last_fair_cutoff(industry), []).append(industry)
    return dict(sorted(nights.items()))


def _write_summary(ws: Workspace, nights: dict[datetime, list[str]]) -> Path:
    """The figures of the versions that scored, an industry from the one that scored its night."""
    evaluation: dict[str, Any] = {"industries": {}}
    for moment, names in nights.items():
        measured = evaluation_of_night(ws, moment)
        evaluation |= {k: v for k, v in measured.items() if k != "industries"}
        for name in names:
            figures = measured["industries"].get(name, {})
            evaluation["industries"][name] = {**figures, "scored_at": moment.isoformat()}
    evaluation["industries"] = with_origins(ws, evaluation["industries"])
    return write_json(ws.root / "summary.json", evaluation)


def _few_lines(
    ws: Workspace, model: str, industries: dict[str, Any], nights: dict[datetime, list[str]], results: list[Result]
) -> dict[str, Any]:
    quality = ", ".join(
        f"{name} {figures['gain']:.1%} [{figures['gain_low']:.1%}, {figures['gain_high']:.1%}]"
        for name, figures in industries.items()
        if figures.get("gain") is not None
    )
    when = "; ".join(f"{', '.join(names)} at {m.astimezone(ws.zone):%Y-%m-%d %H:%M}" for m, names in nights.items())
    total = lambda key: sum(int(r.summary.get(key, 0)) for r in results)  # noqa: E731
    return {
        "model": model,
        "scored": f"{total('subjects'):,} live orders ({when})",
        "gain in log loss over the better of base rate and days table": quality,
        "interventions": f"{total('treat'):,} sent, {total('holdout'):,} held out, {total('blocked'):,} blocked",
        "quarantined": f"{max(int(r.summary['quarantined']) for r in results):,} rows (why: `demand check {ws.root}`)",
        "next": f"open the page, then read docs/first-night.md or run `{_command()} status {ws.root}`",
    }


def _command() -> str:
    """How this shell calls the toolkit: `demand`, or its path while its environment is not activated."""
    if shutil.which("demand"):
        return "demand"
    script = Path(sys.executable).with_name("demand")
    if not script.exists():
        return f"{sys.executable} -m pipelines"
    return str(script.relative_to(Path.cwd()) if script.is_relative_to(Path.cwd()) else script)
