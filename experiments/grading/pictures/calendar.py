"""What holidays do: orders and requests of special days relative to the ordinary workdays around them."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator
from scipy.stats import t as student

from demand.catalog import calendar_days
from experiments.grading.expected import Floats
from experiments.grading.pictures import style
from experiments.grading.pictures.counts import Days, asked, by_day, opened, whole_days
from pipelines.workspace import Workspace

_AROUND = 28
"""Days before and after from which the ordinary workdays are taken: near enough for growth to cancel out."""

_FEWEST = 0.5
"""Requests a day on ordinary workdays below which a ratio would be luck."""


_KEYS = (
    {"color": style.ORDERS, "marker": "o", "markersize": 4},
    {"color": style.REQUESTS, "marker": "D", "markersize": 4},
)


def draw(ws: Workspace) -> Figure:
    days = whole_days(ws)
    kinds = _kinds(days)
    figure = style.figure_of(
        1.5 + 0.28 * len(ws.industries),
        "The calendar",
        "Orders and requests a day, relative to the ordinary workdays within four weeks; means with 90% intervals.",
    )
    grid = figure.add_gridspec(
        1, len(kinds) - 1, wspace=0.1, **style.placed(figure, left=1.12, right=0.15, top=0.82, bottom=0.68)
    )
    counts = [(by_day(opened(ws, industry), days), by_day(asked(ws, industry), days)) for industry in ws.industries]
    first = None
    for column, (name, of) in enumerate(list(kinds.items())[1:]):
        axes = figure.add_subplot(grid[0, column], sharey=first, sharex=first)
        first = first or axes
        for row, both in enumerate(counts):
            levels = [_level(one, of, kinds["ordinary workdays"]) for one in both]
            for level, key, shift in zip(levels, _KEYS, (-0.16, 0.16), strict=True):
                if level is not None:
                    low, middle, high = level
                    axes.plot([low, high], [row + shift] * 2, color=key["color"], linewidth=1.3, alpha=0.6)
                    axes.plot([middle], [row + shift], linestyle="", **key)
            if levels == [None, None]:
                axes.text(1.04, row, "too few", fontsize=style.SMALL, color="#666666", va="center")
        _dressed(axes, f"{name} ({int(of.sum())} days)", ws.industries)
        axes.tick_params(labelleft=not column)
    figure.legend(
        handles=[
            style.line(label=label, linewidth=1.3, **key)
            for label, key in zip(("orders opened", "requests"), _KEYS, strict=True)
        ],
        loc="lower center", ncols=2, bbox_to_anchor=(0.5, 0.0),
    )  # fmt: skip
    return figure


def _kinds(days: Days) -> dict[str, np.ndarray]:
    """Which of `days` are of which kind; every day is of one."""
    entries = calendar_days()
    spring = np.isin(days, [np.datetime64(d.day) for d in entries if (d.kind, d.holiday) == ("off", "spring_festival")])
    off = np.isin(days, [np.datetime64(d.day) for d in entries if d.kind == "off"]) & ~spring
    made_up = np.isin(days, [np.datetime64(d.day) for d in entries if d.kind == "work"])
    weekend = ((days.astype(np.int64) + 3) % 7 >= 5) & ~spring & ~off & ~made_up
    return {
        "ordinary workdays": ~(spring | off | made_up | weekend),
        "weekends": weekend,
        "make-up workdays": made_up,
        "public holidays": off,
        "lunar new year": spring,
    }


def _level(counts: Floats, of: np.ndarray, ordinary: np.ndarray) -> tuple[float, float, float] | None:
    """Low end, mean and high end of the days' ratios; None where there is too little to compare."""
    ratios = []
    for day in np.flatnonzero(of):
        near = slice(max(day - _AROUND, 0), day + _AROUND + 1)
        usual = counts[near][ordinary[near]]
        if len(usual) and usual.mean() >= _FEWEST:
            ratios.append(counts[day] / usual.mean())
    if len(ratios) < 3:
        return None
    middle, n = float(np.mean(ratios)), len(ratios)
    half = float(student.ppf(0.95, n - 1) * np.std(ratios, ddof=1) / np.sqrt(n))
    return max(middle - half, 0.05), middle, middle + half


def _dressed(axes: Axes, title: str, industries: tuple[str, ...]) -> None:
    axes.axvline(1, color=style.QUIET, linewidth=0.8, zorder=0)
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(FixedLocator([0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4]))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}×"))
    axes.set_yticks(range(len(industries)), [style.called(i) for i in industries], fontsize=style.TEXT)
    axes.set_ylim(len(industries) - 0.5, -0.5)
    for row in range(1, len(industries)):
        axes.axhline(row - 0.5, color="#eeeeee", linewidth=0.7, zorder=0)
    axes.tick_params(axis="y", length=0)
    axes.set_title(title, fontsize=style.TEXT)
