"""Merchants that are new: found by brute force, and scored by a model that saw none of their outcomes."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from demand.models import Forecaster
from pipelines.backtesting.folds import said
from pipelines.backtesting.merchants import deal, merchant_figures, merchant_key, newcomers, part_figures, unseen


def with_evaluate(material, **changes):
    """The same material, its industry evaluated otherwise."""
    from dataclasses import replace

    ws, name = material.ws, material.industry
    settings = ws.config.industries[name]
    changed = settings.model_copy(update={"evaluate": settings.evaluate.model_copy(update=changes)})
    config = ws.config.model_copy(update={"industries": {**ws.config.industries, name: changed}})
    other = type(ws)(ws.root, config, ws.raw, profile=ws.profile, file=ws.file)
    return replace(material, ws=other)


def test_stores_are_the_merchants_where_there_is_more_than_a_handful(material):
    assert merchant_key(material) == "store"


def test_the_workspace_may_name_another_key(material):
    assert merchant_key(with_evaluate(material, merchant="agent")) == "agent"


def test_newcomers_are_those_first_seen_less_than_thirty_days_before(market, material):
    spine = material.examples.spine
    first: dict[str, object] = {}
    for row in market.sources["hotel_bookings"].table.to_pylist():
        store = row["user_id"]
        if store is not None:
            first[store] = min(first.get(store, row["known_at"]), row["known_at"])
    expected = [
        row["user_id"] is not None and row["cutoff"] - first[row["user_id"]] < timedelta(days=30)
        for row in spine.to_pylist()
    ]
    found = newcomers(material, spine, "user")
    assert 0 < sum(expected) < len(expected)
    assert found.tolist() == expected


def test_merchants_are_dealt_whole_and_evenly():
    rng = np.random.default_rng(5)
    names = np.array([f"m{min(rng.zipf(1.6), 60)}" for _ in range(2000)] + [None], dtype=object)
    dealt = deal(names)
    assert set(dealt) == {n for n in names if n is not None}
    rows = Counter(dealt[n] for n in names if n is not None)
    largest = max(Counter(n for n in names if n is not None).values())
    assert max(rows.values()) <= max(largest, 2000 / 5 * 1.1)


def test_an_unseen_merchant_is_scored_by_a_model_that_learned_from_the_others(material, folds):
    fold = folds[-1]
    rows, mask = unseen(material, fold, "store")
    train, test = fold.learned.train, fold.learned.test
    stores = [pd.Series(side.spine["store_id"].to_pylist(), dtype=object) for side in (train, test)]
    dealt = deal(pd.concat(stores).to_numpy())
    assert mask.tolist() == stores[1].notna().tolist()
    kept = (stores[0].map(dealt) != 2).to_numpy()
    oracle = Forecaster(train.horizon).fit(train.x[kept], train.labels[kept], meta=train.meta)
    asked = (stores[1].map(dealt) == 2).to_numpy()
    assert np.array_equal(rows.p[asked[mask]], oracle.predict(test.x[asked]).p_request)
    assert np.array_equal(rows.y, test.requested[mask])


def test_a_slice_with_hardly_a_request_has_sizes_and_no_figures(folds):
    part = said(folds[-1])
    nothing = part.y == 0
    from pipelines.backtesting.merchants import _rows

    assert part_figures(_rows(part, nothing)) == {"rows_test": int(nothing.sum()), "positives_test": 0}


def test_without_merchants_there_is_nothing_to_say(material, folds):
    from dataclasses import replace

    examples = replace(material.examples, spine=material.examples.spine.drop_columns(["store_id"]))
    assert merchant_figures(replace(material, examples=examples), folds) == {}


def test_both_slices_stand_beside_the_same_rows_seen(tested):
    found = tested.figures["hotel"]["merchants"]
    assert found["key"] == "store"
    assert {"gain", "gain_low", "gain_if_seen", "baselines"} <= set(found["unseen"])
    assert found["newcomers"]["rows_test"] >= 0


@pytest.mark.parametrize("name", ["unseen"])
def test_a_slice_has_a_gain_inside_its_interval(tested, name):
    part = tested.figures["hotel"]["merchants"][name]
    assert part["gain_low"] <= part["gain"] <= part["gain_high"]
