"""Rolling origins: what deployment would have given, against tables anybody could draw, and whether to believe it.

features once -> at each origin trained on what was known, tested until the next -> figures, slices, alarms -> page
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from demand.contract import StateError, parse_duration
from features import FeatureSet
from pipelines.asked import asked_industries
from pipelines.backtesting.dropping import check_columns
from pipelines.backtesting.industry import Backtested, backtest_industry
from pipelines.backtesting.material import gather
from pipelines.backtesting.origins import Origins
from pipelines.backtesting.outcome import Backtest
from pipelines.backtesting.page import write_page
from pipelines.backtesting.written import alarm_tags, log_origins, read_backtest, write_backtest
from pipelines.registry import open_registry
from pipelines.runs import Run, record
from pipelines.training.written import run_tags
from pipelines.workspace import Workspace

Progress = Callable[[str], None]


def backtest(
    ws: Workspace,
    industries: str | Sequence[str] | None = None,
    *,
    origins: Origins | None = None,
    span: str | timedelta | None = None,
    extra: Sequence[FeatureSet] = (),
    drop: str | Sequence[str] = (),
    slices: bool = True,
    as_of: str | datetime | None = None,
    progress: Progress | None = None,
) -> Backtest:
    """Train and test at rolling origins, and say what the figures are worth.

    Parameters
    ----------
    ws : an open workspace
    industries : only these
    origins : how many, or which moments; by default `evaluate.origins`, or four up to the last slice
    span : how long each origin is tested, such as `28d`; by default until the next one, the last to the end
    extra : feature sets beside the workspace's own
    drop : doubtful columns: figures with all, without each, without all; see `backtesting.dropping.features_of`
    slices : whether to look at merchants that are new
    as_of : as if it were then: no label that was known later is used

    Returns
    -------
    Backtest
        `table`: one row an industry and origin, and one pooled. `compare(baseline)`, `drops()`, `alarms`. `path`: the
        page `reports/backtest.html`; the figures are in `state/backtest.json` and in MLflow.

    Raises
    ------
    StateError
        If no industry has room for an origin.
    ContractError, ConfigError
        If an industry, a column or an origin is wrong, or `evaluate` names what is not there.
    """
    say = progress or (lambda line: None)
    moment = None if as_of is None else ws.parse_as_of(as_of)
    asked = asked_industries(ws, [industries] if isinstance(industries, str) else industries)
    drop = (drop,) if isinstance(drop, str) else tuple(drop)
    length = parse_duration(span) if isinstance(span, str) else span
    with record(ws, "backtest", moment or ws.latest()) as run:
        materials = []
        for name in asked:
            materials.append(gather(ws, name, moment=moment, extra=extra))
            say(f"{name}: {len(materials[-1].examples):,} rows, {len(materials[-1].examples.meta)} features")
        check_columns(materials, drop)
        found = [
            backtest_industry(material, origins=origins, span=length, drop=drop, slices=slices, say=say)
            for material in materials
        ]
        done = [one for one in found if one is not None]
        if not done:
            raise StateError(
                found=f"no room for an origin in {', '.join(asked)}",
                expected="cutoffs on both sides of a moment, a horizon and a reporting delay apart",
                remedy="start `cutoffs: {from: ...}` earlier, or backtest at a later moment",
            )
        state = write_backtest(ws, done)
        page = write_page(ws, read_backtest(ws))
        run_id = _track(ws, run, done, page, drop)
        run.input_digest = ws.digest()
        run.quarantined = sum(p.rows or 0 for p in ws.quarantined)
        run.counts.update({one.industry: len(one.figures["origins"]) for one in done})
    figures = {one.industry: one.figures for one in done}
    kept = {"figures": figures, "alarms": {one.industry: one.alarms for one in done}, "run_id": run_id, "state": state}
    return Backtest("backtest", _summary(ws, asked, figures), _table(figures), page, kept)


def _track(ws: Workspace, run: Run, done: Sequence[Backtested], page: Path, drop: Sequence[str]) -> str:
    tags = {"verb": "backtest", **run_tags(ws, run), **alarm_tags(done)}
    with open_registry(ws).run(run.run_id, tags) as tracked:
        tracked.params({f"{one.industry}/origins": len(one.figures["origins"]) for one in done})
        if drop:
            tracked.params({"drop": ", ".join(drop)})
        for one in done:
            log_origins(tracked, one.industry, one)
        tracked.text(page.read_text(encoding="utf-8"), "backtest.html")
        return tracked.run_id


def _summary(ws: Workspace, asked: Sequence[str], figures: Mapping[str, Any]) -> dict[str, Any]:
    summary: dict[str, Any] = {}
    for name in asked:
        summary[name] = _say(figures[name]) if name in figures else "too short a time for an origin"
    alarms = [f"{name}: {a['text']['en']}" for name, f in figures.items() for a in f["alarms"]]
    summary["alarms"] = "; ".join(alarms) or "none"
    summary["quarantined"] = sum(p.rows or 0 for p in ws.quarantined)
    return summary


def _say(figures: Mapping[str, Any]) -> str:
    pooled = figures["pooled"]
    each = ", ".join(f"{one['gain']:.1%}" for one in figures["origins"])
    interval = f"[{pooled['gain_low']:.1%}, {pooled['gain_high']:.1%}]"
    return f"gain {pooled['gain']:.1%} {interval} over {pooled['origins']} origins ({each})"


def _table(figures: Mapping[str, Any]) -> pa.Table:
    """The plain numbers of every origin, and pooled."""
    rows = []
    for name, one in figures.items():
        parts = [*((f["t0"], f) for f in one["origins"]), ("pooled", one["pooled"])]
        for origin, part in parts:
            plain = {k: v for k, v in part.items() if isinstance(v, int | float | str)}
            rows.append({"industry": name, "origin": origin, **plain})
    columns = list(dict.fromkeys(k for row in rows for k in row))
    return pa.Table.from_pylist([{c: row.get(c) for c in columns} for row in rows])
