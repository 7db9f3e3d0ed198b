"""Where training ends and testing begins, and what is said about numbers that do not exist."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from pipelines.training.evaluation import evaluate, first_test_moment
from pipelines.training.examples import build_examples
from pipelines.training.figures import without_nan
from pipelines.workspace import open_workspace

INDUSTRY = "home_cleaning"


@pytest.fixture(scope="module")
def market(small_market):
    return open_workspace(small_market)


@pytest.fixture(scope="module")
def known(market):
    return build_examples(market, INDUSTRY, label_as_of=market.label_as_of(INDUSTRY))


def with_start(ws, start):
    """The same workspace, its last slice beginning at another day."""
    settings = ws.config.industries[INDUSTRY]
    changed = settings.model_copy(update={"evaluate": settings.evaluate.model_copy(update={"start": start})})
    config = ws.config.model_copy(update={"industries": {**ws.config.industries, INDUSTRY: changed}})
    return type(ws)(ws.root, config, ws.raw, profile=ws.profile, file=ws.file)


def test_the_last_slice_begins_where_the_workspace_says(market, known):
    day = known.labels["cutoff"].dt.date.sort_values().iloc[len(known) // 2]
    assert first_test_moment(with_start(market, day), known) == market.parse_as_of(day)


@pytest.mark.parametrize("day", [None, date(1999, 1, 1), date(2099, 1, 1)])
def test_without_a_usable_day_it_begins_at_the_first_cutoff_after_four_fifths_of_the_time(market, known, day):
    cutoffs = pd.DatetimeIndex(known.labels["cutoff"])
    t0 = pd.Timestamp(first_test_moment(with_start(market, day), known))
    share = (t0 - cutoffs.min()) / (cutoffs.max() - cutoffs.min())
    assert t0 in cutoffs
    assert 0.8 <= share < 0.9


def test_one_night_leaves_no_room_for_an_evaluation(market, known):
    night = known.only((known.labels["cutoff"] == known.labels["cutoff"].max()).to_numpy())
    assert evaluate(market, night) is None


def test_a_row_that_had_not_matured_at_the_start_of_the_test_is_in_neither_side(market, known):
    figures = evaluate(market, known).figures
    t0 = pd.Timestamp(figures["t0"])
    cutoffs = known.labels["cutoff"]
    unripe = ((cutoffs < t0) & (cutoffs + known.horizon + known.delay > t0)).sum()
    assert unripe > 0
    assert figures["rows_train"] + figures["rows_test"] == len(known) - unripe


def test_a_number_that_does_not_exist_is_null():
    figures = {"auroc": float("nan"), "scenario": {"auroc": {"a": float("inf")}}, "bins": [[0.1, float("nan"), 3]]}
    assert without_nan(figures) == {"auroc": None, "scenario": {"auroc": {"a": None}}, "bins": [[0.1, None, 3]]}


def test_shuffled_outcomes_leave_nothing_to_gain(market, known):
    rng = np.random.default_rng(3)
    shuffled = known.only(rng.permutation(len(known)) >= 0)
    object.__setattr__(shuffled, "x", known.x.sample(frac=1.0, random_state=3).reset_index(drop=True))
    figures = evaluate(market, shuffled).figures
    assert figures["gain_low"] <= 0.0
    assert abs(figures["auroc"] - 0.5) < 0.12
