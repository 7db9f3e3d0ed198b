"""Where a naive method fails on the marketplace, and by how much."""

import lightgbm as lgb
import numpy as np
import pyarrow.compute as pc
import pytest

from demand.evaluation import auroc
from demand.models.encoding import FrameEncoder
from experiments.grading.truth import graded
from pipelines.workspace import open_workspace

TREES = {
    "objective": "binary",
    "num_leaves": 63,
    "min_data_in_leaf": 5,
    "learning_rate": 0.1,
    "verbosity": -1,
    "seed": 1,
}


@pytest.fixture(scope="module")
def claimed(small_market):
    """AUROC that trees claim on rows drawn at random and on later rows, and that of the true probabilities."""
    ws = open_workspace(small_market)
    spine = ws.spine("home_cleaning")
    labels = ws.labels("home_cleaning", spine)
    mature = pc.equal(labels["status"], "mature")
    spine, labels = spine.filter(mature), labels.filter(mature)
    matrix = ws.features("home_cleaning", spine)
    frame = matrix.to_pandas()
    x = FrameEncoder().fit(frame, matrix.meta).transform(frame)
    cutoff = spine["cutoff"].to_numpy().astype(np.int64)
    t0 = np.quantile(cutoff, 0.7)

    def claim(train, test):
        trees = lgb.train(TREES, lgb.Dataset(x[train], y[train]), 100)
        return auroc(y[test], trees.predict(x[test]))

    y = labels["requested"].to_numpy(zero_copy_only=False).astype(np.float64)
    known = graded(ws, "home_cleaning")
    drawn = np.random.default_rng(0).random(len(y)) < 0.7
    week = 7 * 86_400_000_000
    return {
        "random split": claim(drawn, ~drawn),
        "later rows": claim(cutoff + week <= t0, cutoff >= t0),
        "truth": auroc(known.requested, known.p),
    }


def test_a_random_split_claims_more_than_the_truth_itself_can_reach(claimed):
    """Nights of one order lie on both sides of a random split, so trees recognise it instead of foreseeing it."""
    assert claimed["random split"] > claimed["truth"] + 0.05


def test_a_split_by_time_does_not(claimed):
    assert claimed["later rows"] < claimed["truth"]
