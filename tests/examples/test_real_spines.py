"""The spines and labels of the real industries are those that were measured on these tables by others."""

from __future__ import annotations

from datetime import timedelta

import duckdb
import pytest

from demand.contract import Text
from tests.builders.real import INDUSTRIES, needs_real, real_workspace

pytestmark = needs_real

_SLICES = """
SELECT CASE WHEN cutoff + $horizon <= $t0 THEN 'train'
            WHEN cutoff >= $t0 AND status = 'mature' THEN 'test' END AS slice,
       count(*) AS rows, count(*) FILTER (requested) AS positives,
       count(DISTINCT subject_id) FILTER (requested) AS subjects
FROM labels GROUP BY slice
"""
MEASURED = {  # rows, positive rows, distinct subjects with a request, base rate
    ("city_hotel", "train"): (92_349, 10_675, 10_675, 0.1156),
    ("city_hotel", "test"): (32_464, 2_434, 2_434, 0.0750),
    ("resort_hotel", "train"): (46_920, 5_726, 5_726, 0.1220),
    ("resort_hotel", "test"): (14_895, 1_220, 1_220, 0.0819),
    ("care", "train"): (48_067, 14_498, 14_498, 0.3016),
    ("care", "test"): (16_059, 4_273, 4_273, 0.2661),
    ("retail", "train"): (43_711, 2_037, 1_423, 0.0466),
    ("retail", "test"): (13_268, 615, 427, 0.0464),
    ("delivery", "train"): (4_999, 584, 317, 0.1168),
    ("delivery", "test"): (1_560, 185, 112, 0.1186),
}
LAST_NIGHT = {
    "city_hotel": "2017-07-02",
    "resort_hotel": "2017-07-02",
    "care": "2016-06-07",
    "retail": "2011-12-10",
    "delivery": "2018-08-22",
}


@pytest.fixture(scope="module")
def real():
    return real_workspace()


@pytest.fixture(scope="module")
def labelled(real):
    """industry -> spine and labels."""
    spines = {industry: real.spine(industry) for industry in real.industries}
    return {industry: (spine, real.labels(industry, spine)) for industry, spine in spines.items()}


@pytest.fixture(scope="module")
def slices(real, labelled):
    found = {}
    for industry, (_, labels) in labelled.items():
        t0 = real.parse_as_of(real.industry(industry).evaluate.start)
        with duckdb.connect() as db:
            db.execute("SET TimeZone = 'UTC'")
            db.register("labels", labels)
            params = {"horizon": real.industry(industry).horizon, "t0": t0}
            for row in db.sql(_SLICES, params=params).to_arrow_table().to_pylist():
                found[industry, row["slice"]] = row
    return found


def test_the_five_industries_live_in_one_workspace(real):
    assert set(real.industries) == set(INDUSTRIES)


@pytest.mark.parametrize(("industry", "part"), MEASURED, ids=[" ".join(k) for k in MEASURED])
def test_rows_are_those_measured(slices, industry, part):
    assert slices[industry, part]["rows"] == MEASURED[industry, part][0]


@pytest.mark.parametrize(("industry", "part"), MEASURED, ids=[" ".join(k) for k in MEASURED])
def test_positives_are_those_measured(slices, industry, part):
    assert slices[industry, part]["positives"] == MEASURED[industry, part][1]


@pytest.mark.parametrize(("industry", "part"), MEASURED, ids=[" ".join(k) for k in MEASURED])
def test_distinct_subjects_with_a_request_are_those_measured(slices, industry, part):
    assert slices[industry, part]["subjects"] == MEASURED[industry, part][2]


@pytest.mark.parametrize(("industry", "part"), MEASURED, ids=[" ".join(k) for k in MEASURED])
def test_base_rates_are_those_measured(slices, industry, part):
    found = slices[industry, part]
    assert round(found["positives"] / found["rows"], 4) == MEASURED[industry, part][3]


@pytest.mark.parametrize("industry", INDUSTRIES)
def test_every_onset_lies_in_its_window(real, labelled, industry):
    labels, horizon = labelled[industry][1], real.industry(industry).horizon
    asked = labels.filter(labels["requested"])
    window = zip(asked["cutoff"].to_pylist(), asked["onset_at"].to_pylist(), strict=True)
    assert all(cutoff <= onset < cutoff + horizon for cutoff, onset in window)


def test_a_patient_is_asked_about_at_midnight_before_the_day_before(labelled):
    spine = labelled["care"][0]
    ahead = zip(spine["cutoff"].to_pylist(), spine["due_at"].to_pylist(), strict=True)
    assert {due - cutoff for cutoff, due in ahead} == {timedelta(days=2, microseconds=-1)}


@pytest.mark.parametrize("industry", INDUSTRIES)
def test_the_last_fair_cutoff_is_the_last_night_whose_subjects_are_complete(real, industry):
    assert f"{real.last_fair_cutoff(industry):%Y-%m-%d}" == LAST_NIGHT[industry]


@pytest.mark.parametrize("industry", INDUSTRIES)
def test_somebody_is_live_at_the_last_fair_cutoff(real, industry):
    assert real.live(industry, real.last_fair_cutoff(industry)).num_rows > 100


def test_no_key_value_belongs_to_two_industries(real):
    assert real.shared_keys() == ()


def test_identical_bookings_are_one_cluster(real, labelled):
    spine, _ = labelled["city_hotel"]
    clusters = real.clusters("city_hotel", spine).to_pylist()
    assert len(set(clusters)) < len(set(spine["subject_id"].to_pylist()))


@pytest.mark.parametrize("industry", INDUSTRIES)
def test_every_scenario_of_the_labels_is_in_the_catalogue(real, labelled, industry):
    known = {s.id for s in real.catalog.scenarios_of(industry)}
    assert set(labelled[industry][1]["scenario"].unique().drop_null().to_pylist()) <= known


@pytest.mark.parametrize("industry", INDUSTRIES)
def test_every_scenario_has_something_that_can_be_done_before(real, labelled, industry):
    covered = {s for i in real.catalog.interventions_of(industry) for s in i.scenarios}
    assert set(labelled[industry][1]["scenario"].unique().drop_null().to_pylist()) <= covered


@pytest.mark.parametrize("industry", INDUSTRIES)
def test_the_evaluation_compares_with_columns_that_there_are(real, industry):
    features = {feature.name for view in real.feature_sets(industry) for feature in view.features}
    assert set(real.industry(industry).evaluate.two_way) - {"days"} <= features


def test_every_column_has_words_in_both_languages(real):
    columns = [c for source in real.sources.values() for c in source.spec.columns.values()]
    assert all(isinstance(c.text, Text) for c in columns)
