"""Cutting off the future of every source changes no score."""

import shutil

import pytest

from pipelines.score import score
from pipelines.train import train
from pipelines.workspace import open_workspace
from tests.conftest import made_once

MARKET_NIGHTS = ["2024-09-17", "2024-10-25T15:30:00+08:00", "2024-12-10"]


@pytest.fixture(scope="session")
def autumn_market(shared_folder, small_market):
    def make(path):
        shutil.copytree(small_market, path)
        train(open_workspace(path), as_of="2024-09-15")

    return made_once(shared_folder, "autumn-market", make)


def rows(result):
    kept = [c for c in result.table.column_names if c != "run_id"]
    return result.table.select(kept).sort_by([("industry", "ascending"), ("subject_id", "ascending")]).to_pylist()


def assert_truncation_changes_nothing(root, night):
    ws = open_workspace(root)
    full = rows(score(ws, as_of=night))
    cut = rows(score(ws.truncated(ws.parse_as_of(night)), as_of=night))
    assert cut == full
    assert {row["industry"] for row in full} == set(ws.industries)


@pytest.mark.parametrize("night", MARKET_NIGHTS)
def test_the_market_is_scored_the_same_without_its_future(autumn_market, tmp_path, night):
    assert_truncation_changes_nothing(shutil.copytree(autumn_market, tmp_path / "market"), night)
