"""The hotels' spines and labels are those that were measured on this table by others."""

from __future__ import annotations

from datetime import timedelta

import duckdb
import pytest

from pipelines.workspace import open_workspace
from tests.builders.hotels import HOTELS, bookings, needs_hotels

pytestmark = needs_hotels

_SLICES = """
SELECT CASE WHEN cutoff + $horizon <= $t0 THEN 'train'
            WHEN cutoff >= $t0 AND status = 'mature' THEN 'test' END AS slice,
       count(*) AS rows, count(*) FILTER (requested) AS positives
FROM labels GROUP BY slice
"""
MEASURED = {
    ("city_hotel", "train"): (92_349, 10_675, 0.1156),
    ("city_hotel", "test"): (32_464, 2_434, 0.0750),
    ("resort_hotel", "train"): (46_920, 5_726, 0.1220),
    ("resort_hotel", "test"): (14_895, 1_220, 0.0819),
}


@pytest.fixture(scope="module")
def hotels():
    return open_workspace(HOTELS, frames={"hotel": bookings()})


@pytest.fixture(scope="module")
def labelled(hotels):
    """industry -> spine and labels."""
    spines = {industry: hotels.spine(industry) for industry in hotels.industries}
    return {industry: (spine, hotels.labels(industry, spine)) for industry, spine in spines.items()}


@pytest.fixture(scope="module")
def slices(hotels, labelled):
    found = {}
    for industry, (_, labels) in labelled.items():
        t0 = hotels.parse_as_of(hotels.industry(industry).evaluate.start)
        with duckdb.connect() as db:
            db.execute("SET TimeZone = 'UTC'")
            db.register("labels", labels)
            params = {"horizon": hotels.industry(industry).horizon, "t0": t0}
            for row in db.sql(_SLICES, params=params).to_arrow_table().to_pylist():
                found[industry, row["slice"]] = row
    return found


@pytest.mark.parametrize(("industry", "part"), MEASURED, ids=[" ".join(k) for k in MEASURED])
def test_rows_are_those_measured(slices, industry, part):
    assert slices[industry, part]["rows"] == MEASURED[industry, part][0]


@pytest.mark.parametrize(("industry", "part"), MEASURED, ids=[" ".join(k) for k in MEASURED])
def test_positives_are_those_measured(slices, industry, part):
    assert slices[industry, part]["positives"] == MEASURED[industry, part][1]


@pytest.mark.parametrize(("industry", "part"), MEASURED, ids=[" ".join(k) for k in MEASURED])
def test_base_rates_are_those_measured(slices, industry, part):
    found = slices[industry, part]
    assert round(found["positives"] / found["rows"], 4) == MEASURED[industry, part][2]


def test_no_booking_is_requested_twice_because_the_stride_is_the_horizon(labelled):
    spine, labels = labelled["city_hotel"]
    asked = spine.filter(labels["requested"])["subject_id"].to_pylist()
    assert len(asked) == len(set(asked))


def test_every_onset_lies_in_its_window(labelled):
    for _, labels in labelled.values():
        asked = labels.filter(labels["requested"])
        window = zip(asked["cutoff"].to_pylist(), asked["onset_at"].to_pylist(), strict=True)
        assert all(cutoff <= onset < cutoff + timedelta(days=14) for cutoff, onset in window)


def test_the_last_fair_cutoff_is_the_last_night_whose_bookings_are_complete(hotels):
    assert {f"{hotels.last_fair_cutoff(i):%Y-%m-%d}" for i in hotels.industries} == {"2017-07-02"}


def test_no_agent_number_belongs_to_both_hotels(hotels):
    assert hotels.shared_keys() == ()


def test_identical_bookings_are_one_cluster(hotels, labelled):
    spine, _ = labelled["city_hotel"]
    clusters = hotels.clusters("city_hotel", spine).to_pylist()
    assert len(set(clusters)) < len(set(spine["subject_id"].to_pylist()))


def test_every_scenario_of_the_labels_is_in_the_catalogue(hotels, labelled):
    known = {s.id for s in hotels.catalog.scenarios_of("city_hotel")}
    assert set(labelled["city_hotel"][1]["scenario"].unique().drop_null().to_pylist()) <= known


@pytest.mark.parametrize("industry", ["city_hotel", "resort_hotel"])
def test_every_scenario_has_something_that_can_be_done_before(hotels, industry):
    covered = {s for i in hotels.catalog.interventions_of(industry) for s in i.scenarios}
    assert {"cancelled", "no_show", "room_change"} <= covered
