"""How good for merchants that are new: those that training never saw, and those that are a month old.

Unseen: merchants are dealt into five groups of about the same number of rows; each group is scored by a model that
learned from the others. What is known about such a merchant at the cutoff (its history) is still there, as it would be
on the night; only its outcomes have taught nothing. Newcomers: rows whose merchant was first seen less than 30 days
before the cutoff, scored by the model of the origin.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from demand.contract.database import session
from demand.evaluation import gain_interval, log_loss
from pipelines.backtesting.folds import Fold, Said, baseline_figures, pool, said
from pipelines.backtesting.material import Material
from pipelines.training.figures import loss_figures, merit_figures, without_nan
from pipelines.training.slices import learn

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

GROUPS = 5
HANDFUL = 10
"""A store of which there are fewer is a branch, not a merchant."""

NEW = timedelta(days=30)
FEWEST_REQUESTS = 5
"""Below that many requests a slice has no figures."""


def merchant_key(material: Material) -> str | None:
    """The key whose values are the industry's merchants: `evaluate.merchant`, or `merchant`, or `store`."""
    configured = material.ws.config.industries[material.industry].evaluate.merchant
    spine = material.examples.spine
    if configured is not None:
        return configured if f"{configured}_id" in spine.column_names else None
    if "merchant_id" in spine.column_names:
        return "merchant"
    if "store_id" in spine.column_names and len(spine["store_id"].unique().drop_null()) >= HANDFUL:
        return "store"
    return None


def deal(merchants: npt.NDArray[np.object_], groups: int = GROUPS) -> dict[str, int]:
    """merchant -> group: the largest first, each into the group with the fewest rows so far."""
    counts = pd.Series(merchants).dropna().value_counts()
    order = sorted(counts.index, key=lambda name: (-int(counts[name]), str(name)))
    rows, dealt = [0] * groups, {}
    for name in order:
        dealt[name] = rows.index(min(rows))
        rows[dealt[name]] += int(counts[name])
    return dealt


def newcomers(material: Material, spine: pa.Table, key: str) -> Mask:
    """(rows,) whether the row's merchant was first seen less than 30 days before its cutoff."""
    source = material.ws.sources[material.ws.config.industries[material.industry].subjects.source]
    column = f"{key}_id"
    with session() as db:
        rows = source.table.select([column, "known_at"])
        db.register("rows", rows)
        sql = f'SELECT "{column}" AS merchant, min(known_at) AS seen FROM rows WHERE "{column}" IS NOT NULL GROUP BY 1'
        first = db.sql(sql).to_arrow_table().to_pandas().set_index("merchant")["seen"]
    seen = pd.DatetimeIndex(pd.Series(spine[column].to_pylist(), dtype=object).map(first))
    cutoff = pd.DatetimeIndex(spine["cutoff"].to_pandas())
    return np.asarray(cutoff - seen < NEW)


def unseen(material: Material, fold: Fold, key: str) -> tuple[Said, Mask]:
    """The rows of a fold that have a merchant, each scored by a model that saw none of its outcomes; and which rows."""
    train, test = fold.learned.train, fold.learned.test
    learned_from, asked = (np.array(side.spine[f"{key}_id"].to_pylist(), dtype=object) for side in (train, test))
    dealt = deal(np.concatenate([learned_from, asked]))
    group = pd.Series(asked).map(dealt).to_numpy(dtype=np.float64, na_value=np.nan)
    held = pd.Series(learned_from).map(dealt).to_numpy(dtype=np.float64, na_value=np.nan)
    parts, places = [], []
    for number in range(GROUPS):
        rows, kept = group == number, held != number
        if not rows.any() or not train.requested[kept].any():
            continue
        learned = learn(material.ws, train.only(kept), test.only(rows))
        parts.append(said(replace(fold, learned=learned)))
        places.append(np.flatnonzero(rows))
    mask = np.zeros(len(asked), dtype=bool)
    if not places:
        return _rows(said(fold), mask), mask
    order = np.concatenate(places)
    mask[order] = True
    return _rows(pool(parts), np.argsort(order, kind="stable")), mask


def merchant_figures(material: Material, folds: list[Fold], *, with_unseen: bool = True) -> dict[str, Any]:
    """`key`, and figures of the slices `unseen` (last origin) and `newcomers` (all origins); {} without merchants."""
    key = merchant_key(material)
    if key is None or not folds:
        return {}
    figures: dict[str, Any] = {"key": key}
    new = [newcomers(material, fold.learned.test.spine, key) for fold in folds]
    young = pool([_rows(said(fold), mask) for fold, mask in zip(folds, new, strict=True)])
    figures["newcomers"] = part_figures(young)
    if with_unseen:
        rows, mask = unseen(material, folds[-1], key)
        figures["unseen"] = part_figures(rows)
        if "gain" in figures["unseen"]:
            seen = _rows(said(folds[-1]), mask)
            bars = {name: seen.tables[name] for name in ("base_rate", "days_table")}
            gain, low, high = gain_interval(seen.y, seen.p, bars, seen.clusters)
            figures["unseen"] |= {
                "log_loss_if_seen": log_loss(seen.y, seen.p),
                "gain_if_seen": gain,
                "gain_if_seen_low": low,
                "gain_if_seen_high": high,
            }
    return figures


def part_figures(rows: Said) -> dict[str, Any]:
    """Figures of part of the test rows; sizes alone where there are too few requests."""
    sizes = {"rows_test": len(rows.y), "positives_test": int(rows.y.sum())}
    if sizes["positives_test"] < FEWEST_REQUESTS:
        return sizes
    figures = {
        **sizes,
        **loss_figures(rows.y, rows.p, rows.tables, rows.clusters),
        **merit_figures(rows.y, rows.p),
        "baselines": baseline_figures(rows),
    }
    return dict(without_nan(figures))


def _rows(whole: Said, chosen: npt.NDArray[Any]) -> Said:
    """Some of the rows: a mask, or places in a new order."""
    return Said(
        whole.y[chosen],
        whole.p[chosen],
        {name: p[chosen] for name, p in whole.tables.items()},
        whole.clusters[chosen],
        {name: p[chosen] for name, p in whole.scenarios.items()},
        whole.happened[chosen],
    )
