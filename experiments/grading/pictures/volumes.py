"""Orders and requests over the year: growth, what breaks it, and the rhythm of the week."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.gridspec import GridSpecBase

from demand.simulator.trends import ORDERS_A_YEAR_LATER, REQUESTS_A_YEAR_LATER
from experiments.grading.expected import Floats
from experiments.grading.pictures import style
from experiments.grading.pictures.counts import Days, asked, by_day, opened, weekly, whole_days
from pipelines.workspace import Workspace

_Counts = dict[str, Floats]

_COLUMNS, _HEIGHT = 4, 8.7
_DASHED = (0, (4, 2))
_SETTLED = 60
"""Days until requests of orders come as densely as they will: before, most orders have had no time to go wrong."""


def draw(ws: Workspace) -> Figure:
    days = whole_days(ws)
    orders = {industry: by_day(opened(ws, industry), days) for industry in ws.industries}
    requests = {industry: by_day(asked(ws, industry), days) for industry in ws.industries}
    figure = style.figure_of(
        _HEIGHT,
        "Orders and requests over the year",
        "Lines are means of a week, dots single days. Bands: long public holidays, and the typhoon with its alert.",
    )
    rows = -(-len(orders) // _COLUMNS)
    parts = figure.add_gridspec(
        3, 1, height_ratios=(1.5, 1.45 * rows, 0.75), hspace=0.44,
        **style.placed(figure, left=0.55, right=0.15, top=0.9, bottom=0.68),
    )  # fmt: skip
    market = parts[0].subgridspec(1, 2, wspace=0.12)
    always = [industry for industry in orders if orders[industry][:14].any()]
    late = [style.called(industry) for industry in orders if industry not in always]
    for column, (of, name, colour, yearly) in enumerate(
        (
            (orders, "orders", style.ORDERS, ORDERS_A_YEAR_LATER),
            (requests, "requests", style.REQUESTS, REQUESTS_A_YEAR_LATER),
        )
    ):
        axes = figure.add_subplot(market[column])
        _market(axes, days, np.sum([of[industry] for industry in always], axis=0), colour, yearly)
        axes.set_title(f"{name} a day" + (f", without {' and '.join(late)}" if late else ""))
    _industries(figure, parts[1].subgridspec(rows, _COLUMNS, hspace=0.5, wspace=0.18), days, orders, requests)
    _rhythms(figure, parts[2].subgridspec(1, max(len(orders), 2), wspace=0.45), days, orders, requests)
    figure.legend(
        handles=[
            style.line(style.ORDERS, "orders", linewidth=1.6),
            style.line(style.REQUESTS, "requests", linewidth=1.6),
            style.line(style.INK, "the growth that was put in", linewidth=1, linestyle=_DASHED),
            style.patch(style.HOLIDAY_COLOUR, "long public holidays"),
            style.patch(style.STORM_COLOUR, "typhoon"),
        ],
        loc="lower center", ncols=5, bbox_to_anchor=(0.5, 0.0), columnspacing=1.6,
    )  # fmt: skip
    return figure


def _market(axes: Axes, days: Days, counts: Floats, colour: str, yearly: float) -> None:
    """The whole market, with the growth that was put in: its level fitted, its slope not."""
    top = 1.28 * counts.max()
    for name, begin, end in style.seasons(axes, days[0], days[-1]):
        axes.text(begin + (end - begin) / 2, 0.985 * top, name, fontsize=style.SMALL, ha="center", va="top")
    axes.plot(days, counts, linestyle="", marker=".", markersize=3, color=colour, alpha=0.4, markeredgewidth=0)
    means = weekly(counts)
    axes.plot(days[3::7][: len(means)], means, color=colour, linewidth=1.6)
    curve = yearly ** (np.arange(len(days)) / 365.25)
    settled = slice(min(_SETTLED, len(days) // 2), None)
    curve *= counts[settled].sum() / curve[settled].sum()
    axes.plot(days[settled], curve[settled], color=style.INK, linewidth=1, linestyle=_DASHED)
    at = len(days) * 5 // 6
    axes.annotate(
        f"+{yearly - 1:.0%} a year", (days[at], curve[at]), xytext=(0, -46), textcoords="offset points",
        ha="center", arrowprops={"arrowstyle": "-", "color": style.QUIET, "linewidth": 0.7, "shrinkB": 3},
    )  # fmt: skip
    axes.set_ylim(0, top)
    style.months(axes, days[0], days[-1], every=2)


def _industries(figure: Figure, grid: GridSpecBase, days: Days, orders: _Counts, requests: _Counts) -> None:
    """Weekly means of each industry, relative to its own mean from its first whole week on."""
    first, highest = None, 0.0
    for number, industry in enumerate(orders):
        axes = figure.add_subplot(grid[number], sharey=first)
        first = first or axes
        style.seasons(axes, days[0], days[-1])
        opens = int(np.argmax(orders[industry] > 0))
        begins = -(-opens // 7)
        for counts, colour in ((orders[industry], style.ORDERS), (requests[industry], style.REQUESTS)):
            means = weekly(counts)[begins:]
            level = means / max(means.mean(), 1e-9)
            axes.plot(days[3::7][begins : begins + len(means)], level, color=colour, linewidth=1.3)
            highest = max(highest, level.max())
        axes.axhline(1, color=style.QUIET, linewidth=0.5, zorder=0)
        axes.set_title(style.called(industry))
        style.months(axes, days[0], days[-1], every=3)
        axes.tick_params(labelleft=number % _COLUMNS == 0)
        if begins > 2:
            axes.text(days[opens // 2], 0.1, f"opens\nin {days[opens].item():%B}", fontsize=style.SMALL, ha="center")
        if not number:
            _heading(axes, "each industry, relative to its own mean over the year")
    if first is not None:
        first.set_ylim(0, 1.05 * highest)


def _rhythms(figure: Figure, grid: GridSpecBase, days: Days, orders: _Counts, requests: _Counts) -> None:
    """Every weekday relative to the mean of its week."""
    first = None
    for column, industry in enumerate(orders):
        axes = figure.add_subplot(grid[column], sharey=first)
        first = first or axes
        for counts, colour in ((requests[industry], style.REQUESTS), (orders[industry], style.ORDERS)):
            weekday = (days.astype(np.int64) + 3) % 7
            levels = np.bincount(weekday, weights=counts, minlength=7) / np.bincount(weekday, minlength=7)
            axes.plot(range(7), levels / levels.mean(), color=colour, marker="o", markersize=2.5, linewidth=1)
        axes.axhline(1, color=style.QUIET, linewidth=0.5, zorder=0)
        axes.set_xticks(range(7), list("MTWTFSS"))
        axes.set_title(style.called(industry), fontsize=style.TEXT)
        axes.tick_params(labelleft=not column)
        if not column:
            _heading(axes, "the rhythm of the week, relative to its mean")


def _heading(axes: Axes, words: str) -> None:
    """Above the titles of a row of panels."""
    axes.annotate(words, (0, 1), xytext=(-26, 20), xycoords="axes fraction", textcoords="offset points",
                  fontsize=style.TITLE, fontweight="bold", annotation_clip=False)  # fmt: skip
