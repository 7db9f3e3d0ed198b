"""Do requests come as often as the truth says? One chi-square over industry x scenario x arm."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.stats import chi2

from experiments.grading.truth import graded
from pipelines.workspace import Workspace, open_workspace

SMALLEST = 5.0
"""Cells that expect fewer requests are left out."""

_RECODED = timedelta(days=12)  # a scenario that was entered wrongly is right by then


@dataclass(frozen=True)
class Cell:
    """Requests of one kind among rows whose windows do not overlap: how many the truth expects, how many came."""

    industry: str
    scenario: str
    arm: str
    expected: float
    variance: float
    came: int


@dataclass(frozen=True)
class Rates:
    """The cells, and how likely so large a distance is if the truth is true."""

    cells: tuple[Cell, ...]

    @property
    def statistic(self) -> float:
        return sum((cell.came - cell.expected) ** 2 / cell.variance for cell in self.cells)

    @property
    def p_value(self) -> float:
        return float(chi2.sf(self.statistic, len(self.cells)))


def rates(paths: Sequence[str | Path], *, progress: Callable[[str], None] | None = None) -> Rates:
    """Compare over all workspaces (seeds) together; cells that expect fewer than five requests are left out."""
    cells = []
    for path in paths:
        ws = open_workspace(path)
        cells += [cell for industry in ws.industries for cell in cells_of(ws, industry)]
    return told(together(cells), progress or (lambda line: None))


def together(cells: Iterable[Cell]) -> Rates:
    """The sums over cells of the same industry, scenario and arm, without those that expect too few requests."""
    sums: dict[tuple[str, str, str], Cell] = {}
    for cell in cells:
        key = (cell.industry, cell.scenario, cell.arm)
        have = sums.get(key, Cell(*key, expected=0.0, variance=0.0, came=0))
        expected, variance = have.expected + cell.expected, have.variance + cell.variance
        sums[key] = Cell(*key, expected, variance, have.came + cell.came)
    return Rates(tuple(cell for cell in sums.values() if cell.expected >= SMALLEST))


def told(found: Rates, say: Callable[[str], None]) -> Rates:
    """Say every cell and the test."""
    for cell in found.cells:
        say(f"rates: {cell.industry} {cell.scenario} {cell.arm}: {cell.came:,} came, {cell.expected:,.1f} expected")
    say(f"rates: chi-square {found.statistic:.1f} over {len(found.cells)} cells, p = {found.p_value:.4f}")
    return found


def cells_of(ws: Workspace, industry: str) -> list[Cell]:
    """One industry's cells of one workspace, from cutoffs at least one horizon apart."""
    rows = graded(ws, industry)
    horizon = ws.industry(industry).horizon
    cutoffs = rows.spine["cutoff"].to_numpy()
    last = np.datetime64(ws.latest().replace(tzinfo=None), "us") - np.timedelta64(horizon + _RECODED)
    kept = apart(cutoffs, np.timedelta64(horizon), last)
    taken = rows.only(np.flatnonzero(np.isin(cutoffs, kept)))
    arms = np.array(taken.labels["arm"].to_pylist(), dtype=object)
    came = np.array(taken.labels["scenario"].to_pylist(), dtype=object)
    found = []
    for arm in sorted(set(arms)):
        of_arm = arms == arm
        for number, scenario in enumerate(taken.scenarios):
            p = taken.chances[of_arm, number]
            count = int((came[of_arm] == scenario).sum())
            found.append(Cell(industry, scenario, str(arm), float(p.sum()), float((p * (1 - p)).sum()), count))
    return found


def apart(
    cutoffs: npt.NDArray[np.datetime64], horizon: np.timedelta64, last: np.datetime64
) -> npt.NDArray[np.datetime64]:
    """The first cutoff, and after each the first one a horizon later, up to `last`: windows that do not overlap."""
    kept: list[np.datetime64] = []
    for moment in np.unique(cutoffs):
        if moment <= last and (not kept or moment - kept[-1] >= horizon):
            kept.append(moment)
    return np.array(kept, cutoffs.dtype)
