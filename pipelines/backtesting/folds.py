"""Folds: the model of each origin on the rows after it, and their figures, one by one and pooled."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from demand.evaluation import auroc, calibration_error, gain_intervals, lift_at, log_loss
from pipelines.backtesting.material import Material
from pipelines.training.evaluation import slice_figures
from pipelines.training.figures import Clusters, loss_figures, merit_figures, without_nan
from pipelines.training.slices import Slice, learn, relearn, split_at

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Fold:
    """One origin: trained at `t0`, tested until `until` (None: to the end)."""

    t0: datetime
    until: datetime | None
    learned: Slice

    def without(self, features: Collection[str]) -> Fold:
        """The same origin with a model that does not see some features."""
        return replace(self, learned=relearn(self.learned, without=features))


@dataclass(frozen=True)
class Said:
    """Test rows with what was said about them, of one fold or of several.

    Parameters
    ----------
    y, p : (rows,) what happened, what the model said
    tables : name -> (rows,) what each baseline said
    clusters : (rows,) the unit that intervals resample
    scenarios : name -> (rows,) chance of a request of that scenario
    happened : (rows,) the scenario of the request, None where there was none
    """

    y: Floats
    p: Floats
    tables: Mapping[str, Floats]
    clusters: Clusters
    scenarios: Mapping[str, Floats]
    happened: npt.NDArray[np.object_]


def roll(
    material: Material,
    origins: Sequence[tuple[datetime, datetime | None]],
    *,
    say: Callable[[str], None] = lambda line: None,
) -> list[Fold]:
    """Train and test at every origin.

    Raises
    ------
    ContractError
        If an origin leaves nothing to learn from or nothing to test.
    """
    folds = []
    for t0, until in origins:
        sides = split_at(material.ws, material.examples, t0, until=until, label_as_of=material.label_as_of)
        folds.append(Fold(t0, until, learn(material.ws, *sides)))
        say(f"{material.industry}: trained at {t0:%Y-%m-%d}, tested on {len(folds[-1].learned.test):,} rows")
    return folds


def said(fold: Fold, more: Mapping[str, Floats] | None = None) -> Said:
    """The test rows of one fold; `more` are further baselines."""
    learned, prediction = fold.learned, fold.learned.prediction
    chance = np.minimum(prediction.incidence.sum(axis=2), 1.0)
    labels = learned.test.labels
    happened = labels["scenario"].astype(object).where(labels["requested"], None).to_numpy()
    return Said(
        learned.y,
        learned.p,
        {**learned.tables, **(more or {})},
        learned.clusters,
        {name: chance[:, i] for i, name in enumerate(prediction.scenarios)},
        happened,
    )


def pool(parts: Sequence[Said]) -> Said:
    """The test rows of several folds, one after the other; a baseline that one of them lacks is left out."""
    together = [name for name in parts[0].tables if all(name in part.tables for part in parts)]
    scenarios = dict.fromkeys(name for part in parts for name in part.scenarios)
    return Said(
        np.concatenate([part.y for part in parts]),
        np.concatenate([part.p for part in parts]),
        {name: np.concatenate([part.tables[name] for part in parts]) for name in together},
        np.concatenate([part.clusters for part in parts]),
        {
            name: np.concatenate([part.scenarios.get(name, np.zeros(len(part.y))) for part in parts])
            for name in scenarios
        },
        np.concatenate([part.happened for part in parts]),
    )


def origin_figures(material: Material, fold: Fold, rows: Said) -> dict[str, Any]:
    """What `backtest.json` says about one origin: all that `evaluation.json` says, and every baseline in full."""
    figures = slice_figures(fold.learned, material.examples, fold.t0)
    until = {"test_until": None if fold.until is None else fold.until.isoformat()}
    return figures | until | {"baselines": baseline_figures(rows)}


def pooled_figures(rows: Said) -> dict[str, Any]:
    """The figures of several origins as one, with intervals over the clusters of all of them."""
    figures = {
        "rows_test": len(rows.y),
        "positives_test": int(rows.y.sum()),
        "base_rate_test": float(rows.y.mean()),
        **loss_figures(rows.y, rows.p, rows.tables, rows.clusters),
        **merit_figures(rows.y, rows.p),
        "scenario": {"auroc": scenario_aurocs(rows)},
        "baselines": baseline_figures(rows),
    }
    return dict(without_nan(figures))


def scenario_aurocs(rows: Said) -> dict[str, float]:
    """AUROC of each scenario that happened, over all rows."""
    return {
        name: auroc(rows.happened == name, chance)
        for name, chance in rows.scenarios.items()
        if (rows.happened == name).any()
    }


def baseline_figures(rows: Said) -> dict[str, dict[str, float]]:
    """Log loss, ranking and calibration of every baseline, and the model's gain over it with its interval."""
    gains = gain_intervals(rows.y, rows.p, rows.tables, rows.clusters)
    return {
        name: without_nan(
            {
                "log_loss": log_loss(rows.y, p),
                "auroc": auroc(rows.y, p),
                "calibration_error": calibration_error(rows.y, p),
                "lift_at_5_percent": lift_at(rows.y, p),
                "gain": gains[name].estimate,
                "gain_low": gains[name].low,
                "gain_high": gains[name].high,
            }
        )
        for name, p in rows.tables.items()
    }
