"""Pictures of a simulated marketplace, for the guide and for whoever wants to believe it: one SVG per question."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import matplotlib as mpl
import numpy as np
import pyarrow as pa
from matplotlib.figure import Figure

from demand.catalog import calendar_days
from experiments.grading.indicators import leads
from pipelines.workspace import Workspace, open_workspace

_COLOURS = (
    "#1f5f8b",
    "#c8553d",
    "#588b5b",
    "#8a5a9e",
    "#c99a2e",
    "#4aa3a2",
    "#7a6a5b",
    "#b5658a",
    "#5b6c9e",
    "#999999",
)
mpl.rcParams["svg.hashsalt"] = "demand"  # the same picture, the same bytes
mpl.rcParams["svg.fonttype"] = "none"


def pictures(path: str | Path, out: str | Path, *, progress: Callable[[str], None] | None = None) -> list[Path]:
    """Draw every picture of the workspace at `path` into the folder `out`, and name the files.

    `volumes`: orders and requests by day; `scenarios`: what is asked about, by month; `leads`: requests around leading
    indicators; `calendar`: orders and requests by kind of day; `effects`: what actions really did, if there were any.
    """
    say = progress or (lambda line: None)
    ws, folder = open_workspace(path), Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    drawn = []
    for name, draw in _DRAWN.items():
        figure = draw(ws)
        if figure is None:
            continue
        file = folder / f"marketplace-{name}.svg"
        figure.savefig(file, metadata={"Date": None}, bbox_inches="tight")
        drawn.append(file)
        say(f"pictures: {file}")
    return drawn


def _asked(ws: Workspace, sql: str, industry: str) -> dict[str, np.ndarray]:
    with duckdb.connect() as db:
        db.execute(f"SET TimeZone = '{ws.zone.key}'")
        db.register("subjects", ws.subjects(industry))
        db.register("episodes", ws.episodes(industry))
        table: pa.Table = db.sql(sql).to_arrow_table()
    return {name: table[name].to_numpy(zero_copy_only=False) for name in table.column_names}


_ORDERS = "SELECT opened_at::DATE AS day, count(*) AS n FROM subjects GROUP BY 1 ORDER BY 1"
_REQUESTS = "SELECT occurred_at::DATE AS day, count(*) AS n FROM episodes GROUP BY 1 ORDER BY 1"


def _volumes(ws: Workspace) -> Figure:
    figure = Figure(figsize=(10, 5.2))
    above, below = figure.subplots(2, 1, sharex=True)
    for axes, sql, title in ((above, _ORDERS, "orders a day"), (below, _REQUESTS, "requests a day, mean of a week")):
        for number, industry in enumerate(ws.industries):
            found = _asked(ws, sql, industry)
            days = np.arange(found["day"].min(), found["day"].max() + np.timedelta64(1, "D"), dtype="datetime64[D]")
            count = np.zeros(len(days))
            count[np.searchsorted(days, found["day"].astype("datetime64[D]"))] = found["n"]
            if axes is below:
                count = np.convolve(count, np.ones(7) / 7, mode="same")
            axes.plot(days, count, color=_COLOURS[number], linewidth=1.1, label=industry)
        axes.set_title(title, loc="left", fontsize=10)
        axes.spines[["top", "right"]].set_visible(False)
    above.legend(ncols=4, fontsize=8, frameon=False)
    return figure


def _scenarios(ws: Workspace) -> Figure:
    columns = 4 if len(ws.industries) > 4 else max(1, len(ws.industries))
    rows = -(-len(ws.industries) // columns)
    figure = Figure(figsize=(3.4 * columns, 2.9 * rows))
    panels = np.atleast_1d(figure.subplots(rows, columns)).ravel()
    sql = """SELECT date_trunc('month', occurred_at)::DATE AS month, coalesce(scenario, 'unknown') AS scenario,
                    count(*) AS n FROM episodes GROUP BY 1, 2 ORDER BY 1, 2"""
    for panel, industry in zip(panels, ws.industries, strict=False):
        found = _asked(ws, sql, industry)
        months = np.unique(found["month"])
        bottom = np.zeros(len(months))
        for number, scenario in enumerate(dict.fromkeys(found["scenario"])):
            of = found["scenario"] == scenario
            height = np.zeros(len(months))
            height[np.searchsorted(months, found["month"][of])] = found["n"][of]
            panel.bar(
                range(len(months)), height, bottom=bottom, color=_COLOURS[number % 10], label=scenario, width=0.85
            )
            bottom += height
        panel.set_title(industry, loc="left", fontsize=10)
        panel.set_xticks(range(len(months)), [str(m)[5:7] for m in months.astype("datetime64[M]")], fontsize=7)
        panel.legend(fontsize=6, frameon=False)
        panel.spines[["top", "right"]].set_visible(False)
    for panel in panels[len(ws.industries) :]:
        panel.set_visible(False)
    figure.suptitle("requests by month and scenario", x=0.02, ha="left", fontsize=11)
    figure.tight_layout()
    return figure


def _leads(ws: Workspace) -> Figure:
    found = [lead for industry in ws.industries for lead in leads(ws, industry)]
    columns = 4
    rows = -(-len(found) // columns)
    figure = Figure(figsize=(3.2 * columns, 2.4 * rows))
    panels = np.atleast_1d(figure.subplots(rows, columns)).ravel()
    for panel, lead in zip(panels, found, strict=False):
        panel.step(lead.days, 100 * lead.with_sign, where="post", color=_COLOURS[1], linewidth=1.4)
        panel.step(lead.days, 100 * lead.without, where="post", color="#888888", linewidth=1.0)
        panel.axvline(0, color="#333333", linewidth=0.6)
        panel.set_title(f"{lead.industry}: {lead.scenario}\n{lead.text}", loc="left", fontsize=7)
        panel.tick_params(labelsize=7)
        panel.spines[["top", "right"]].set_visible(False)
    for panel in panels[len(found) :]:
        panel.set_visible(False)
    figure.suptitle(
        "requests per hundred orders and day, by days since the indicator (grey: orders that never showed it)",
        x=0.02, ha="left", fontsize=10,
    )  # fmt: skip
    figure.tight_layout()
    return figure


def _calendar(ws: Workspace) -> Figure:
    off = np.array([d.day for d in calendar_days() if d.kind == "off"], dtype="datetime64[D]")
    spring = np.array(
        [d.day for d in calendar_days() if d.kind == "off" and d.holiday == "spring_festival"], dtype="datetime64[D]"
    )
    work = np.array([d.day for d in calendar_days() if d.kind == "work"], dtype="datetime64[D]")
    figure = Figure(figsize=(10, 3.0))
    panels = figure.subplots(1, 2, sharey=True)
    kinds = ("workday", "weekend", "make-up workday", "holiday", "spring festival")
    for panel, sql, title in zip(panels, (_ORDERS, _REQUESTS), ("orders", "requests"), strict=True):
        for number, industry in enumerate(ws.industries):
            found = _asked(ws, sql, industry)
            day, count = found["day"].astype("datetime64[D]"), found["n"].astype(np.float64)
            trend = np.exp(
                np.polyval(np.polyfit(day.astype(np.int64), np.log(count.clip(0.5)), 1), day.astype(np.int64))
            )
            weekend = (day.astype(np.int64) + 3) % 7 >= 5
            kind = np.select([np.isin(day, spring), np.isin(day, off), np.isin(day, work), weekend], [4, 3, 2, 1], 0)
            level = [
                float((count[kind == k] / trend[kind == k]).mean()) if (kind == k).any() else np.nan for k in range(5)
            ]
            panel.plot(range(5), level, marker="o", markersize=3, color=_COLOURS[number], label=industry, linewidth=1)
        panel.axhline(1, color="#333333", linewidth=0.5)
        panel.set_xticks(range(5), kinds, fontsize=7)
        panel.set_title(f"{title} relative to the trend", loc="left", fontsize=10)
        panel.spines[["top", "right"]].set_visible(False)
    panels[0].legend(fontsize=7, frameon=False)
    return figure


def _effects(ws: Workspace) -> Figure | None:
    """By intervention, how far the true effects on its subjects lie apart; by the hidden response, why."""
    found = _acted(ws)
    if not len(found["change"]):
        return None
    kinds = {action.id: action.kind for action in ws.catalog.interventions}
    names, change, response = found["intervention"], found["change"], found["response"]
    kind = np.array([kinds[name] for name in names])
    counted = [name for name in sorted(set(names)) if (names == name).sum() >= 20]
    kept = sorted(counted, key=lambda name: (kinds[name], np.median(change[names == name])))
    shown = list(dict.fromkeys(kinds[name] for name in kept))
    figure = Figure(figsize=(10, 0.2 * len(kept) + 1.4))
    apart, why = figure.subplots(1, 2, width_ratios=(3, 2))
    for number, name in enumerate(kept):
        colour = _COLOURS[shown.index(kinds[name])]
        low, first, middle, third, high = np.quantile(change[names == name], [0.05, 0.25, 0.5, 0.75, 0.95])
        apart.plot([low, high], [number, number], color="#888888", linewidth=1)
        apart.plot([first, third], [number, number], color=colour, linewidth=4, solid_capstyle="butt")
        apart.plot([middle], [number], marker="o", color="white", markersize=3)
    apart.set_yticks(range(len(kept)), kept, fontsize=7)
    apart.set_title("true change of a request's probability, 5 to 95% of orders", loc="left", fontsize=10)
    tenth = np.minimum((response * 10).astype(int), 9)
    for number, name in enumerate(shown):
        means = [change[(kind == name) & (tenth == t)].mean() if ((kind == name) & (tenth == t)).any() else np.nan
                 for t in range(10)]  # fmt: skip
        why.plot(np.arange(10) / 10 + 0.05, means, color=_COLOURS[number], marker="o", markersize=3, label=name)
    why.set_xlabel("hidden response of the customer", fontsize=8)
    why.set_title("its mean by response", loc="left", fontsize=10)
    why.legend(fontsize=7, frameon=False)
    for axes, line in ((apart, "axvline"), (why, "axhline")):
        getattr(axes, line)(0, color="#333333", linewidth=0.6)
        axes.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    return figure


def _acted(ws: Workspace) -> dict[str, np.ndarray]:
    """Of every action that got through: intervention, relative change of the probability, response of the subject."""
    files = {
        name: [
            str(f) for f in sorted((ws.root / "truth").rglob("*.parquet")) if name in f.relative_to(ws.root).as_posix()
        ]
        for name in ("effects", "traits")
    }
    with duckdb.connect() as db:
        table = db.sql(
            """SELECT intervention, p_with / p_without - 1 AS change, value AS response
               FROM read_parquet($effects) JOIN read_parquet($traits) t USING (subject_id)
               WHERE outcome = 'acted' AND p_without > 1e-4 AND trait = 'response' ORDER BY decision_id""",
            params=files,
        ).to_arrow_table()
    return {name: table[name].to_numpy(zero_copy_only=False) for name in table.column_names}


_DRAWN: dict[str, Callable[[Workspace], Figure | None]] = {
    "volumes": _volumes,
    "scenarios": _scenarios,
    "leads": _leads,
    "calendar": _calendar,
    "effects": _effects,
}
