"""Folds: nothing of the future teaches, nothing after the test changes a figure."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from demand.contract import ContractError
from demand.evaluation import log_loss
from pipelines.backtesting.folds import origin_figures, pool, pooled_figures, roll, said
from pipelines.backtesting.material import gather
from pipelines.backtesting.origins import choose_origins
from pipelines.training.evaluation import first_test_moment

OF_ALL_ROWS = {"subjects", "distinct_subjects_with_requests", "treated_left_out"}


def test_no_label_of_a_training_row_reaches_into_the_test(material, folds):
    needs = material.examples.horizon + material.examples.delay
    for fold in folds:
        assert (fold.learned.train.labels["cutoff"] + needs <= pd.Timestamp(fold.t0)).all()


def test_every_row_from_the_first_origin_on_is_tested_once(material, folds):
    cutoffs = material.examples.labels["cutoff"]
    tested = [len(fold.learned.test) for fold in folds]
    assert sum(tested) == (cutoffs >= pd.Timestamp(folds[0].t0)).sum()
    for fold in folds:
        asked = fold.learned.test.labels["cutoff"]
        assert (asked >= pd.Timestamp(fold.t0)).all()
        assert fold.until is None or (asked < pd.Timestamp(fold.until)).all()


def test_what_comes_after_the_test_changes_no_figure(market, material, folds):
    first = folds[0]
    end = first.until + material.examples.horizon + material.examples.delay
    earlier = gather(market.truncated(end), "hotel", moment=end)
    (again,) = roll(earlier, [(first.t0, first.until)])
    whole, cut = (origin_figures(m, f, said(f)) for m, f in ((material, first), (earlier, again)))
    assert {k for k in whole if whole[k] != cut[k]} <= OF_ALL_ROWS
    assert np.array_equal(first.learned.p, again.learned.p)


def test_pooled_figures_are_those_of_all_rows_together(folds):
    parts = [said(fold) for fold in folds]
    pooled = pooled_figures(pool(parts))
    rows = sum(len(part.y) for part in parts)
    assert pooled["log_loss"] == pytest.approx(sum(log_loss(p.y, p.p) * len(p.y) for p in parts) / rows)
    assert pooled["clusters"] == len(set(np.concatenate([part.clusters for part in parts])))


def test_the_gain_over_each_baseline_is_that_of_its_log_loss(folds):
    pooled = pooled_figures(pool([said(fold) for fold in folds]))
    for name, one in pooled["baselines"].items():
        assert one["log_loss"] == pooled[f"log_loss_{name}"]
        assert one["gain"] == pytest.approx(1 - pooled["log_loss"] / one["log_loss"])
        assert one["gain_low"] <= one["gain"] <= one["gain_high"]


def test_the_last_origin_is_where_the_last_slice_begins(market, material):
    origins = choose_origins(material, 3)
    assert origins[-1] == (first_test_moment(market, material.examples), None)
    assert [until for _, until in origins[:-1]] == [t0 for t0, _ in origins[1:]]


def test_a_stated_span_ends_every_test(material):
    origins = choose_origins(material, ["2024-08-05", "2024-09-30"], span=timedelta(days=28))
    assert [until - t0 for t0, until in origins] == [timedelta(days=28)] * 2


def test_no_origins_are_an_error(material):
    with pytest.raises(ContractError, match="at least one"):
        choose_origins(material, 0)


def test_an_origin_before_anything_has_matured_is_an_error(material):
    with pytest.raises(ContractError, match="no training row"):
        roll(material, choose_origins(material, ["2024-02-20"]))
