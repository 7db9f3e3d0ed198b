"""The whole chain in one go, ending with what to open next.

On a folder that is not there yet: the embedded marketplace is made, checked, trained on, and tonight is run.
On a workspace: the same without making it. Industries that live in different years are each scored at their own last
fair cutoff, and the result says so.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from pipelines.backtesting.written import with_origins
from pipelines.nightly import nightly
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
    size, seed : of the embedded marketplace

    Returns
    -------
    Result
        Five lines for a person; `path` is the page to open; `extra["industries"]` is what `summary.json` holds.
    """
    say = progress or (lambda line: None)
    root = Path(path)
    if not (root / "demand.yaml").exists():
        say(f"simulate: a marketplace of size {size} into {root}")
        simulate(root, size=size, seed=seed, progress=progress)
    ws = open_workspace(root)
    say("train: one model per industry")
    trained = train(ws, progress=progress)
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
        _five_lines(ws, industries, nights, results),
        trained.table,
        results[-1].path,
        {"industries": industries, "summary": summary_path},
    )


def _nights(ws: Workspace) -> dict[datetime, list[str]]:
    nights: dict[datetime, list[str]] = {}
    for industry in ws.industries:
        nights.setdefault(ws.last_fair_cutoff(industry), []).append(industry)
    return dict(sorted(nights.items()))


def _write_summary(ws: Workspace, nights: dict[datetime, list[str]]) -> Path:
    evaluation = json.loads((ws.state / "evaluation.json").read_text())
    for moment, names in nights.items():
        for name in names:
            evaluation["industries"][name]["scored_at"] = moment.isoformat()
    evaluation["industries"] = with_origins(ws, evaluation["industries"])
    path = ws.root / "summary.json"
    partial = path.with_suffix(".json.partial")
    partial.write_text(json.dumps(evaluation, indent=2, ensure_ascii=False) + "\n")
    partial.replace(path)
    return path


def _five_lines(
    ws: Workspace, industries: dict[str, Any], nights: dict[datetime, list[str]], results: list[Result]
) -> dict[str, Any]:
    quality = ", ".join(
        f"{name} {figures['gain']:.1%} [{figures['gain_low']:.1%}, {figures['gain_high']:.1%}]"
        for name, figures in industries.items()
        if figures.get("gain") is not None
    )
    when = "; ".join(f"{', '.join(names)} at {m.astimezone(ws.zone):%Y-%m-%d %H:%M}" for m, names in nights.items())
    total = lambda key: sum(int(r.summary.get(key, 0)) for r in results)  # noqa: E731
    return {
        "scored": f"{total('subjects'):,} live orders ({when})",
        "gain in log loss over the better of base rate and days table": quality,
        "interventions": f"{total('treat'):,} sent, {total('holdout'):,} held out, {total('blocked'):,} blocked",
        "quarantined": f"{max(int(r.summary['quarantined']) for r in results):,} rows (why: `demand check {ws.root}`)",
        "next": f"open the page, then read docs/first-night.md or run `demand status {ws.root}`",
    }
