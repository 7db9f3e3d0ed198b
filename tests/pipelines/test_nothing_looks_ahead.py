"""Cutting off the future of every source changes no score."""

import os
import shutil
from pathlib import Path

import pytest

from pipelines.score import score
from pipelines.train import train
from pipelines.workspace import open_workspace
from tests.conftest import made_once

ROOT = Path(__file__).parents[2]
DATA = Path(os.environ.get("DEMAND_DATA", ROOT / "../shared/data"))
MARKET_NIGHTS = ["2024-09-17", "2024-10-25T15:30:00+08:00", "2024-12-10"]
HOTEL_NIGHTS = ["2017-03-06", "2017-05-01", "2017-06-20"]
needs_hotels = pytest.mark.skipif(
    not (DATA / "hotel_bookings.parquet").exists(), reason=f"no hotel_bookings.parquet in {DATA}"
)


@pytest.fixture(scope="session")
def autumn_market(shared_folder, small_market):
    def make(path):
        shutil.copytree(small_market, path)
        train(open_workspace(path), as_of="2024-09-15")

    return made_once(shared_folder, "autumn-market", make)


@pytest.fixture(scope="session")
def winter_hotels(shared_folder):
    os.environ["DEMAND_DATA"] = str(DATA.resolve())

    def make(path):
        shutil.copytree(ROOT / "examples/real", path, ignore=shutil.ignore_patterns("state", "reports", "outbox"))
        train(open_workspace(path), as_of="2017-03-01")

    return made_once(shared_folder, "winter-hotels", make)


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


@needs_hotels
@pytest.mark.parametrize("night", HOTEL_NIGHTS)
def test_the_hotels_are_scored_the_same_without_their_future(winter_hotels, tmp_path, night):
    assert_truncation_changes_nothing(shutil.copytree(winter_hotels, tmp_path / "hotels"), night)
