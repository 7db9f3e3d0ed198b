"""The five real industries in one workspace: what was measured on them comes out again."""

import os
from pathlib import Path

import pyarrow.compute as pc
import pytest

from pipelines.workspace import open_workspace

ROOT = Path(__file__).parents[2]
DATA = Path(os.environ.get("DEMAND_DATA", ROOT / "../shared/data")).resolve()
FIVE = DATA.parent / "prototypes/real_workspace"

pytestmark = pytest.mark.skipif(
    not (DATA / "hotel_bookings.parquet").exists() or not FIVE.exists(),
    reason=f"no real data in {DATA} with their workspace beside",
)


@pytest.fixture(scope="module")
def five():
    before = os.environ.get("DEMAND_DATA")
    os.environ["DEMAND_DATA"] = str(DATA)
    yield open_workspace(FIVE)
    if before is None:
        del os.environ["DEMAND_DATA"]
    else:
        os.environ["DEMAND_DATA"] = before


@pytest.mark.parametrize(
    ("source", "rows"),
    [
        ("hotel_bookings", 119_390),
        ("hotel_status", 119_390),
        ("care_appointments", 110_527),
        ("retail_returns", 7_508),
        ("delivery_orders", 3_000),
    ],
)
def test_every_raw_row_is_mapped(five, source, rows):
    assert five.mapped.sources[source].table.num_rows == rows


def test_only_three_reviews_are_older_than_their_purchase(five):
    assert [(p.table, p.rows) for p in five.quarantined] == [("delivery_reviews", 3)]


@pytest.mark.parametrize(
    ("industry", "rows", "positives"), [("city_hotel", 92_349, 10_675), ("resort_hotel", 46_920, 5_726)]
)
def test_the_training_rows_of_the_hotels_are_those_measured(five, industry, rows, positives):
    spine = five.spine(industry, end="2017-02-20")
    labels = five.labels(industry, spine)
    assert (spine.num_rows, pc.sum(labels["requested"]).as_py()) == (rows, positives)


def test_both_hotels_share_agents(five):
    shared = {p.column: p.rows for p in five.shared_keys() if "city_hotel, resort_hotel" in p.found}
    assert shared["agent_id"] == 75


def test_identical_bookings_are_one_cluster(five):
    assert len(set(five.raw.table("hotel")["row_id"].to_pylist())) == 119_390
