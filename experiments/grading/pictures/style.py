"""What the pictures share: one width, one scale of font sizes, colours that colour-blind readers tell apart."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.dates import DateFormatter, MonthLocator
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from demand.catalog import calendar_days
from demand.simulator.trends import STORM_ALERT, STORM_ENDS

WIDTH = 9.375
"""Inches: 900 pixels on a page."""

HEADING, TITLE, TEXT, SMALL = 11.0, 9.5, 8.5, 8.0
"""Points: of the picture, of a panel, of labels, of ticks."""

ORDERS, REQUESTS = "#0072b2", "#d55e00"
QUIET, INK = "#8a8a8a", "#222222"
COLOURS = (ORDERS, "#009e73", "#cc79a7", "#e69f00", "#56b4e9", REQUESTS)
"""Okabe and Ito's, which stay apart under every colour blindness."""

STORM_COLOUR, HOLIDAY_COLOUR = "#e3c6ea", "#dfe8d2"
_HOLIDAYS = {"spring_festival": "lunar new year", "labour_day": "Labour Day", "national_day": "National Day"}

_PARAMETERS = {
    "svg.hashsalt": "demand",  # the same picture, the same bytes
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans", "Verdana", "Arial", "Helvetica"],  # every text of an SVG repeats the list
    "font.size": TEXT,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#777777",
    "axes.linewidth": 0.7,
    "axes.titlelocation": "left",
    "axes.titlesize": TITLE,
    "text.color": INK,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "xtick.color": "#444444",
    "ytick.color": "#444444",
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "legend.frameon": False,
    "legend.fontsize": TEXT,
}


def figure_of(height: float, heading: str, explained: str) -> Figure:
    """An empty picture of the common width, with its heading and one line that says how to read it."""
    mpl.rcParams.update(_PARAMETERS)
    figure = Figure(figsize=(WIDTH, height), facecolor="white")
    figure.text(0.08 / WIDTH, 1 - 0.08 / height, heading, fontsize=HEADING, fontweight="bold", va="top")
    figure.text(0.08 / WIDTH, 1 - 0.31 / height, explained, fontsize=TEXT, color="#444444", va="top")
    return figure


def written(figure: Figure, file: Path) -> Path:
    """Of exactly the size that the figure has, and without the time at which it was drawn."""
    figure.savefig(file, metadata={"Date": None})
    return file


def placed(figure: Figure, *, left: float, right: float, top: float, bottom: float) -> dict[str, float]:
    """Margins in inches as the fractions that a grid of panels takes."""
    width, height = figure.get_size_inches()
    return {"left": left / width, "right": 1 - right / width, "top": 1 - top / height, "bottom": bottom / height}


def seasons(axes: Axes, first: np.datetime64, last: np.datetime64) -> list[tuple[str, np.datetime64, np.datetime64]]:
    """Bands behind the curves for long holidays and the typhoon; name, begin and end of those within the days shown."""
    day = np.timedelta64(1, "D")
    bands = [(name, begin, end, HOLIDAY_COLOUR) for name, begin, end in _long_holidays()]
    bands.append(("typhoon", np.datetime64(STORM_ALERT, "D"), np.datetime64(STORM_ENDS, "D") + day, STORM_COLOUR))
    shown = [band for band in bands if first <= band[1] and band[2] <= last + day]
    for _, begin, end, colour in shown:
        axes.axvspan(begin, end, color=colour, linewidth=0, zorder=0)
    return [(name, begin, end) for name, begin, end, _ in shown]


def _long_holidays() -> list[tuple[str, np.datetime64, np.datetime64]]:
    """Name, begin and end of holidays with at least five days off."""
    off: dict[tuple[str, int], list[np.datetime64]] = {}
    for entry in calendar_days():
        if entry.kind == "off":
            off.setdefault((entry.holiday, entry.day.year), []).append(np.datetime64(entry.day))
    return [
        (_HOLIDAYS.get(name, called(name)), min(days), max(days) + np.timedelta64(1, "D"))
        for (name, _), days in off.items() if len(days) >= 5
    ]  # fmt: skip


def months(axes: Axes, first: np.datetime64, last: np.datetime64, *, every: int = 1) -> None:
    """A date axis that names months."""
    axes.set_xlim(first, last + np.timedelta64(1, "D"))
    axes.xaxis.set_major_locator(MonthLocator(interval=every))
    axes.xaxis.set_major_formatter(DateFormatter("%b"))


def called(industry: str) -> str:
    """`home_cleaning` is home cleaning."""
    return industry.replace("_", " ")


def line(color: str, label: str, **how: object) -> Line2D:
    """A key of a legend."""
    return Line2D([], [], color=color, label=label, **how)


def patch(colour: str, label: str) -> Patch:
    """A key of a legend."""
    return Patch(color=colour, label=label, linewidth=0)
