"""The pictures of a training run: calibration, lift, and which features carry the predictions.

Drawn on figures of their own, without pyplot: no window, no global state, and a notebook's backend stays as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.figure import Figure

from demand.evaluation import reliability_curve

Floats = npt.NDArray[np.float64]

_SHOWN = 15
_DOTS = 1000
_BLUE, _GREY, _LINE = "#2f6f9f", "#8a8f98", "#c9cdd3"


def draw_calibration(y: Floats, p: Floats, *, title: str, path: Path) -> None:
    """What was promised against what happened, in bins of equal mass."""
    curve = reliability_curve(y, p)
    most = max(max(r.predicted, r.observed) for r in curve) * 1.1 or 1.0
    figure = Figure(figsize=(5, 5), layout="constrained")
    axes = figure.subplots()
    axes.plot([0, most], [0, most], color=_LINE, linewidth=1)
    axes.plot([r.predicted for r in curve], [r.observed for r in curve], "o-", color=_BLUE)
    axes.set(xlabel="predicted probability", ylabel="share with a request", title=title)
    axes.set(xlim=(0, most), ylim=(0, most))
    _save(figure, path)


def draw_lift(y: Floats, p: Floats, *, title: str, path: Path) -> None:
    """The share of all requests found among the top share of subjects; equal predictions share in proportion."""
    _, group, rows = np.unique(-p, return_inverse=True, return_counts=True)
    found = np.bincount(group, weights=y)
    share = np.concatenate([[0.0], np.cumsum(rows) / len(y)])
    recall = np.concatenate([[0.0], np.cumsum(found) / max(found.sum(), 1.0)])
    figure = Figure(figsize=(5, 5), layout="constrained")
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color=_LINE, linewidth=1)
    axes.plot(share, recall, color=_BLUE)
    axes.axvline(0.05, color=_GREY, linewidth=0.8, linestyle=":")
    axes.set(xlabel="share of subjects, the riskiest first", ylabel="share of requests found", title=title)
    axes.set(xlim=(0, 1), ylim=(0, 1))
    _save(figure, path)


def draw_beeswarm(points: Floats, x: pd.DataFrame, names: Sequence[str], *, title: str, path: Path) -> None:
    """One dot per row and feature: how far it moved the probability; coloured by the feature's value.

    Parameters
    ----------
    points : (rows, features) contributions in probability points
    x : (rows, ...) the frame they belong to; categories and missing values are grey
    names : the features, in the order of `points`
    """
    strongest = np.argsort(-np.abs(points).mean(axis=0), kind="stable")[:_SHOWN]
    figure = Figure(figsize=(8, 0.42 * len(strongest) + 1.4), layout="constrained")
    axes = figure.subplots()
    rng = np.random.default_rng(7)
    shade = None
    for place, feature in enumerate(strongest[::-1]):
        moved = points[:_DOTS, feature]
        height = place + _swarm(moved, rng)
        colour = _ranks(x[names[feature]].iloc[:_DOTS])
        missing = np.isnan(colour)
        axes.scatter(moved[missing], height[missing], s=6, color=_GREY, linewidths=0)
        shade = axes.scatter(
            moved[~missing], height[~missing], s=6, c=colour[~missing], cmap="coolwarm", vmin=0, vmax=1, linewidths=0
        )
    axes.axvline(0, color=_LINE, linewidth=1, zorder=0)
    axes.set_yticks(range(len(strongest)), [names[f] for f in strongest[::-1]])
    axes.set(xlabel="contribution to the probability of a request", title=title)
    if shade is not None:
        bar = figure.colorbar(shade, ax=axes, ticks=[0, 1], aspect=40)
        bar.ax.set_yticklabels(["low", "high"])
    _save(figure, path)


def _swarm(values: Floats, rng: np.random.Generator) -> Floats:
    """Vertical places around 0 that spread where many dots fall together."""
    span = np.ptp(values) or 1.0
    cell = np.floor((values - values.min()) / span * 60).astype(np.int64)
    crowd = np.bincount(cell)[cell] / max(np.bincount(cell).max(), 1)
    return rng.uniform(-0.4, 0.4, len(values)) * np.sqrt(crowd)


def _ranks(column: pd.Series) -> Floats:
    if not pd.api.types.is_numeric_dtype(column):
        return np.full(len(column), np.nan)
    return column.rank(pct=True).to_numpy(dtype=np.float64)


def _save(figure: Figure, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110)
