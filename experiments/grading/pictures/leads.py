"""Do signs come before what they announce? Requests by whole days since the sign, with what chance allows."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from experiments.grading.indicators import AFTER, BEFORE, Around, Lead, leads
from experiments.grading.pictures import style
from pipelines.workspace import Workspace

_COLUMNS, _ROW = 3, 1.6
_AT_RISK = 200
"""Days with fewer open orders are left out: a single request would be a peak."""


def draw(ws: Workspace) -> Figure | None:
    found = [lead for industry in ws.industries for lead in leads(ws, industry)]
    found = [lead for lead in found if (lead.with_sign.orders[lead.days >= 0] >= _AT_RISK).sum() > 1]
    if not found:
        return None
    rows = -(-len(found) // _COLUMNS)
    top, bottom = 1.25, 0.72
    figure = style.figure_of(
        top + bottom + _ROW * rows - 0.75,
        "Signs come before what they announce",
        "Requests of the scenario per hundred open orders and day, by whole days since the first row of its sign; "
        f"bands are 90% intervals.\nDays with fewer than {_AT_RISK} open orders are left out. In bold orange: how many "
        "times as often they come from day 0 on.",
    )
    grid = figure.add_gridspec(
        rows, _COLUMNS, hspace=0.95, wspace=0.22,
        **style.placed(figure, left=0.42, right=0.12, top=top, bottom=bottom),
    )  # fmt: skip
    for number, lead in enumerate(found):
        axes = figure.add_subplot(grid[number // _COLUMNS, number % _COLUMNS])
        _panel(axes, lead, str(ws.catalog.words(lead.scenario)))
        if number >= len(found) - _COLUMNS:
            axes.set_xlabel("days since the sign", fontsize=style.SMALL, labelpad=2)
    figure.legend(
        handles=[
            style.line(style.REQUESTS, "orders that showed the sign", linewidth=1.6),
            style.line(style.QUIET, "orders that never did, by days since the middle of their time", linewidth=1.6),
        ],
        loc="lower center", ncols=2, bbox_to_anchor=(0.5, 0.0),
    )  # fmt: skip
    return figure


def _panel(axes: Axes, lead: Lead, words: str) -> None:
    tops = [
        _stairs(axes, lead.days, around, colour)
        for around, colour in ((lead.without, style.QUIET), (lead.with_sign, style.REQUESTS))
    ]
    axes.axvline(0, color=style.INK, linewidth=0.8, linestyle=(0, (2, 2)))
    axes.set_xlim(-BEFORE, AFTER)
    axes.set_xticks(range(-BEFORE, AFTER + 1, 7))
    axes.set_ylim(0, max(tops))
    axes.yaxis.set_major_locator(MaxNLocator(3))
    times = lead.times
    compared = f"{times:.{0 if times >= 10 else 1}f}×" if np.isfinite(times) else "none without"
    for text, x, lines, how in (
        (style.called(lead.industry), 0.0, 2, {"fontweight": "bold"}),
        (compared, 1.0, 2, {"color": style.REQUESTS, "fontweight": "bold", "ha": "right"}),
        (words, 0.0, 1, {}),
        (f"sign: {lead.text}", 0.0, 0, {"color": "#555555", "fontsize": style.SMALL}),
    ):
        axes.annotate(text, (x, 1), xytext=(0, 4 + 11 * lines), xycoords="axes fraction",
                      textcoords="offset points", annotation_clip=False, **how)  # fmt: skip


def _stairs(axes: Axes, days: np.ndarray, around: Around, colour: str) -> float:
    """Draw the days with enough orders; up to where the axis should reach for them."""
    enough = around.orders >= _AT_RISK
    rate = np.where(enough, 100 * around.rate, np.nan)
    low, high = (np.where(enough, 100 * side, np.nan) for side in around.interval())
    edges = np.append(days, days[-1] + 1)
    axes.stairs(high, edges, baseline=low, fill=True, color=colour, alpha=0.22, linewidth=0)
    axes.stairs(rate, edges, color=colour, linewidth=1.4, baseline=None)
    highest = np.nanmax(rate, initial=0.0)
    return float(max(1.1 * highest, min(np.nanmax(high, initial=0.0), 1.6 * highest)))
