"""What a backtest leaves behind: `state/backtest.json`, the origins in `summary.json`, and MLflow runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pipelines.backtesting.industry import Backtested
from pipelines.evaluations import read_json, write_json
from pipelines.registry import TrackedRun
from pipelines.workspace import Workspace

PARENT = "mlflow.parentRunId"
FILE = "backtest.json"


def write_backtest(ws: Workspace, done: Sequence[Backtested]) -> Path:
    """`state/backtest.json`; industries not asked for keep what stands there, if it is about the same data."""
    before = read_backtest(ws)
    content = {
        "data_digest": ws.digest(),
        "industries": {**before, **{one.industry: one.figures for one in done}},
    }
    path = write_json(ws.state / FILE, content)
    _into_summary(ws)
    return path


def read_backtest(ws: Workspace) -> dict[str, Any]:
    """Industry -> figures of its last backtest over the data and configuration as they are now; {} without one."""
    path = ws.state / FILE
    content = read_json(path, verb="backtest")
    return dict(content["industries"]) if content.get("data_digest") == ws.digest() else {}


def with_origins(ws: Workspace, industries: Mapping[str, Any]) -> dict[str, Any]:
    """The industries of `summary.json`, each with its figures per rolling origin where there was a backtest."""
    tested = read_backtest(ws)
    return {
        name: {**figures, "rolling_origins": tested[name]["origins"], "pooled": tested[name]["pooled"]}
        if name in tested
        else figures
        for name, figures in industries.items()
    }


def log_origins(parent: TrackedRun, name: str, one: Backtested) -> None:
    """A nested run for each origin, with the origin's parameters and its metrics with their intervals."""
    for figures in one.figures["origins"]:
        day = figures["t0"][:10]
        with parent.registry.run(f"{name} {day}", {PARENT: parent.run_id, "industry": name, "origin": day}) as run:
            moments = ("t0", "test_from", "test_to", "test_until", "rounds", "rows_train", "rows_test", "fallback")
            run.params({key: figures[key] for key in moments if figures.get(key)})
            run.metrics(_numbers(figures))
    parent.metrics({f"{name}/pooled/{key}": value for key, value in _numbers(one.figures["pooled"]).items()})
    for row in one.figures.get("drop", ()):
        label = "_".join([row["kind"], *row["columns"]])[:150].replace("*", "any")
        parent.metrics({f"{name}/drop/{label}/{key}": row[key] for key in ("gain", "auroc", "log_loss")})


def alarm_tags(done: Sequence[Backtested]) -> dict[str, str]:
    """How many alarms there are, and of each industry whom they suspect."""
    named = {f"alarm/{one.industry}": ", ".join(dict.fromkeys(a.suspect for a in one.alarms)) for one in done}
    return {
        "alarms": str(sum(len(one.alarms) for one in done)),
        **{key: value for key, value in named.items() if value},
    }


def _numbers(figures: Mapping[str, Any]) -> dict[str, float | None]:
    """Plain figures, and those of every baseline and scenario under a path of their own."""
    found = {k: float(v) for k, v in figures.items() if isinstance(v, int | float) and not isinstance(v, bool)}
    for name, baseline in figures["baselines"].items():
        found |= {f"over_{name}/{key}": float(baseline[key]) for key in ("gain", "gain_low", "gain_high")}
    found |= {f"auroc/{name}": float(v) for name, v in figures["scenario"]["auroc"].items() if v is not None}
    return dict(found)


def _into_summary(ws: Workspace) -> None:
    path = ws.root / "summary.json"
    if not path.exists():
        return
    summary = read_json(path, verb="quickstart")
    summary["industries"] = with_origins(ws, summary["industries"])
    write_json(path, summary)
