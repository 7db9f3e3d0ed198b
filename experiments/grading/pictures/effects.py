"""What the actions of the past really did: how far effects lie apart, and how the hidden response decides."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from demand.catalog import Intervention
from experiments.grading.expected import Floats
from experiments.grading.pictures import style
from experiments.grading.truth import truth_files
from pipelines.workspace import Workspace

FEWEST = 250
"""Actions below which the 5th and the 95th percentile would be a handful of orders."""

_ROWS = 14
"""Of each kind at most."""

_BINS, _FEWEST_IN_BIN = 10, 30
_ROW, _ABOVE, _BELOW = 0.178, 0.9, 2.95
"""Inches: of a row, above the rows, and below them for the panels by response."""

_KINDS = {
    "in_process": "put right",
    "reminder": "reminders",
    "expert_group": "expert calls",
    "emergency_group": "emergency group",
    "advance_compensation": "paid in advance",
    "guarantee": "guarantees",
}


@dataclass(frozen=True)
class Acted:
    """Every action that got through: intervention, the two probabilities, the response of its customer."""

    intervention: np.ndarray
    without: Floats
    with_it: Floats
    response: Floats

    def of(self, rows: np.ndarray) -> Acted:
        return Acted(self.intervention[rows], self.without[rows], self.with_it[rows], self.response[rows])

    @property
    def change(self) -> float:
        """Of the requests to be expected, relative: orders count by their probability."""
        return float(self.with_it.sum() / self.without.sum() - 1)

    @property
    def error(self) -> float:
        """Standard error of `change`, from order to order."""
        residual = self.with_it - (1 + self.change) * self.without
        return float(np.sqrt((residual**2).sum()) / self.without.sum())

    def spread(self, shares: tuple[float, ...]) -> Floats:
        """Quantiles of the orders' own changes, orders counting by their probability as in `change`."""
        own = self.with_it / self.without - 1
        order = np.argsort(own, kind="stable")
        weight = np.cumsum(self.without[order])
        at = np.searchsorted(weight, np.array(shares) * weight[-1])
        return np.asarray(own[order][np.minimum(at, len(own) - 1)])


def draw(ws: Workspace, *, fewest: int = FEWEST) -> Figure | None:
    if not (ws.root / "truth").is_dir():
        return None
    acted = _read(ws)
    groups = {a.id: acted.of(acted.intervention == a.id) for a in ws.catalog.interventions}
    often = [a for a in ws.catalog.interventions if len(groups[a.id].without) >= fewest]
    if not often:
        return None
    often.sort(key=lambda a: -np.ptp(groups[a.id].spread((0.05, 0.95))))
    shown = [a for kind in _KINDS for a in [a for a in often if a.kind == kind][:_ROWS]]
    kinds = [kind for kind in _KINDS if any(a.kind == kind for a in shown)]
    shown.sort(key=lambda a: (kinds.index(a.kind), groups[a.id].change))
    upper = _ROW * (len(shown) + 1.5 * len(kinds))
    figure = style.figure_of(
        upper + _ABOVE + _BELOW,
        "Effects differ",
        "True change of a request's probability on the orders on which something was done; they count by that "
        f"probability.\nOf what was done at least {fewest} times, the {_ROWS} of each kind whose effects lie "
        "furthest apart.",
    )
    above = figure.add_gridspec(1, 1, **style.placed(figure, left=3.5, right=0.75, top=_ABOVE, bottom=_BELOW))
    _apart(figure.add_subplot(above[0]), shown, groups)
    below = figure.add_gridspec(
        1, len(kinds), wspace=0.12,
        **style.placed(figure, left=0.6, right=0.15, top=upper + _ABOVE + 1.0, bottom=0.5),
    )  # fmt: skip
    first = None
    for column, kind in enumerate(kinds):
        axes = figure.add_subplot(below[0, column], sharey=first, sharex=first)
        first = first or axes
        ids = [a.id for a in ws.catalog.interventions if a.kind == kind]
        _by_response(axes, acted.of(np.isin(acted.intervention, ids)), kind)
        if column:
            axes.tick_params(labelleft=False)
    figure.text(0.6 / style.WIDTH, 0.07 / figure.get_size_inches()[1],
                "hidden response of the customer, from low (0) to high (1)", fontsize=style.TEXT)  # fmt: skip
    figure.text(0.08 / style.WIDTH, (_BELOW - 0.6) / figure.get_size_inches()[1],
                "The same by the customer's hidden response, with 90% intervals", fontsize=style.TITLE,
                fontweight="bold")  # fmt: skip
    return figure


def _colour(kind: str) -> str:
    return style.COLOURS[list(_KINDS).index(kind)]


def _apart(axes: Axes, shown: list[Intervention], groups: dict[str, Acted]) -> None:
    """One row an intervention: the middle 90% and 50% of its orders, and what it does altogether."""
    beside = axes.get_yaxis_transform()
    row, kind, ticks = -1.0, "", []
    for action in shown:
        row += 1.0
        if action.kind != kind:
            row, kind = row + (0.5 if kind else 0.0), action.kind
            axes.text(-0.01, row, _KINDS[kind], transform=beside, ha="right", va="center",
                      fontsize=style.TEXT, fontweight="bold", color=_colour(kind))  # fmt: skip
            row += 1.0
        ticks.append(row)
        group = groups[action.id]
        low, first, third, high = group.spread((0.05, 0.25, 0.75, 0.95))
        axes.plot([low, high], [row, row], color=_colour(kind), linewidth=1.2, alpha=0.8)
        axes.plot([first, third], [row, row], color=_colour(kind), linewidth=5, solid_capstyle="butt")
        axes.plot([group.change], [row], marker="o", color="white", markersize=4.5, markeredgecolor=style.INK,
                  markeredgewidth=0.9)  # fmt: skip
        axes.text(1.015, row, f"{len(group.without):,}", transform=beside, ha="left", va="center", fontsize=style.SMALL)
    axes.text(1.015, -0.1, "actions", transform=beside, ha="left", va="center", fontsize=style.SMALL, color="#444444")
    axes.set_xlabel("fewer requests  ←  change  →  more requests", fontsize=style.SMALL)
    axes.set_yticks(ticks, [str(action.text) for action in shown], fontsize=style.TEXT)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(row + 0.7, -0.7)
    axes.axvline(0, color=style.INK, linewidth=0.7)
    axes.grid(axis="x", color="#e4e4e4", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.legend(
        handles=[
            style.line(style.INK, "altogether", marker="o", markersize=4.5, markerfacecolor="white", linestyle=""),
            style.line(style.QUIET, "middle half", linewidth=5),
            style.line(style.QUIET, "5% to 95%", linewidth=1.2),
        ],
        loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=3, borderaxespad=0.2,
    )  # fmt: skip


def _by_response(axes: Axes, acted: Acted, kind: str) -> None:
    """What a kind does altogether, by tenth of the hidden response."""
    tenth = np.minimum((acted.response * _BINS).astype(int), _BINS - 1)
    bins = [(t, acted.of(tenth == t)) for t in range(_BINS) if (tenth == t).sum() >= _FEWEST_IN_BIN]
    at = np.array([(t + 0.5) / _BINS for t, _ in bins])
    change, half = (np.array([f(group) for _, group in bins]) for f in (_change, _half))
    axes.axhline(0, color=style.INK, linewidth=0.7)
    axes.fill_between(at, change - half, change + half, color=_colour(kind), alpha=0.25, linewidth=0)
    axes.plot(at, change, color=_colour(kind), marker="o", markersize=3, linewidth=1.3)
    axes.set_xlim(0, 1)
    axes.set_xticks([0, 0.5, 1], ["0", "½", "1"])
    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.set_title(f"{_KINDS[kind]} ({len(acted.without):,})", fontsize=style.TEXT, color=_colour(kind))


def _change(acted: Acted) -> float:
    return acted.change


def _half(acted: Acted) -> float:
    return 1.645 * acted.error


def _read(ws: Workspace) -> Acted:
    with duckdb.connect() as db:
        table = db.sql(
            """SELECT intervention, p_without, p_with, value AS response
               FROM read_parquet($effects) JOIN read_parquet($traits) t USING (subject_id)
               WHERE outcome = 'acted' AND p_without > 1e-4 AND trait = 'response' ORDER BY decision_id""",
            params={name: truth_files(ws, name) for name in ("effects", "traits")},
        ).to_arrow_table()
    columns = ("intervention", "p_without", "p_with", "response")
    return Acted(*(table[name].to_numpy(zero_copy_only=False) for name in columns))
