"""What is asked about: every scenario of every industry in words, month by month."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from experiments.grading.expected import Floats
from experiments.grading.pictures import style
from experiments.grading.pictures.counts import asked
from pipelines.workspace import Workspace

_ROW, _TITLE, _GAP = 0.185, 0.3, 0.22
"""Inches: of a scenario, of an industry's name, between industries."""

_TOP, _BOTTOM = 0.62, 0.1
_WORDS, _TOTAL = 2.62, 0.48
"""Inches beside the bars: for the words, for the year's number."""


def draw(ws: Workspace) -> Figure:
    found = {industry: _monthly(ws, industry) for industry in ws.industries}
    months = np.unique(np.concatenate([of for _, of in found.values()]))
    tables = {industry: _table(ws, *of, months) for industry, of in found.items()}
    columns = _balanced(tables)
    height = _TOP + _BOTTOM + max(sum(_height(len(tables[i])) for i in column) for column in columns)
    figure = style.figure_of(
        height,
        "What is asked about, by month",
        "Each row is scaled to its own busiest month; the number beside it is the year's.",
    )
    for number, column in enumerate(columns):
        left, top = number * style.WIDTH / 2 + 0.08, height - _TOP
        for industry in column:
            rows = tables[industry]
            box = (left + _WORDS, top - _TITLE - _ROW * len(rows), style.WIDTH / 2 - _WORDS - _TOTAL - 0.16)
            axes = figure.add_axes(
                (box[0] / style.WIDTH, box[1] / height, box[2] / style.WIDTH, _ROW * len(rows) / height)
            )
            _panel(axes, style.called(industry), rows, months, left=-_WORDS / box[2])
            top -= _height(len(rows))
    return figure


def _monthly(ws: Workspace, industry: str) -> tuple[np.ndarray, np.ndarray]:
    named = ws.episodes(industry)["scenario"].fill_null("unknown").to_numpy(zero_copy_only=False)
    return named, asked(ws, industry).astype("datetime64[M]")


def _table(ws: Workspace, named: np.ndarray, month: np.ndarray, months: np.ndarray) -> list[tuple[str, Floats]]:
    """The words of each scenario and its requests by month; the most frequent first, what has no name last."""
    rows = []
    for scenario in np.unique(named):
        counts = np.bincount(np.searchsorted(months, month[named == scenario]), minlength=len(months))
        rows.append((scenario in ("other", "unknown"), -counts.sum(), str(ws.catalog.words(scenario)), counts))
    return [(words, counts.astype(np.float64)) for _, _, words, counts in sorted(rows, key=lambda row: row[:3])]


def _height(rows: int) -> float:
    return _TITLE + _ROW * rows + _GAP


def _balanced(tables: dict[str, list[tuple[str, Floats]]]) -> tuple[list[str], list[str]]:
    """The industries in two columns of nearly the same height, in the order of the workspace."""
    names = list(tables)
    heights = np.array([_height(len(tables[name])) for name in names])
    cut = min(range(1, len(names) + 1), key=lambda k: max(heights[:k].sum(), heights[k:].sum()))
    return names[:cut], names[cut:]


def _panel(axes: Axes, title: str, rows: list[tuple[str, Floats]], months: np.ndarray, *, left: float) -> None:
    axes.set_xlim(-0.5, len(months) - 0.5)
    axes.set_ylim(len(rows), 0)
    axes.axis("off")
    beside = axes.get_yaxis_transform()
    axes.text(left, -0.12, title, transform=beside, fontsize=style.TITLE, fontweight="bold", va="bottom")
    for x, month in enumerate(months):
        axes.text(x, -0.12, f"{month.item():%b}"[0], fontsize=7, color="#666666", ha="center", va="bottom")
    for number, (words, counts) in enumerate(rows):
        base = number + 0.92
        axes.text(left, base - 0.1, words, transform=beside, fontsize=style.TEXT, va="baseline")
        axes.plot([-0.5, len(months) - 0.5], [base, base], color="#cccccc", linewidth=0.5)
        axes.add_patch(_bars(counts, base))
        axes.text(
            1.06, base - 0.1, f"{int(counts.sum()):,}", transform=beside,
            fontsize=style.SMALL, color="#444444", va="baseline",
        )  # fmt: skip


def _bars(counts: Floats, base: float) -> PathPatch:
    """The bars of one row as one path: eight hundred rectangles would be half of the file."""
    heights = 0.74 * counts / max(counts.max(), 1)
    outlines = [
        [(x - 0.39, base), (x - 0.39, base - h), (x + 0.39, base - h), (x + 0.39, base), (x - 0.39, base)]
        for x, h in enumerate(heights) if h > 0
    ]  # fmt: skip
    return PathPatch(
        Path.make_compound_path(*[Path(o, closed=True) for o in outlines]), color=style.REQUESTS, linewidth=0
    )
