"""All industries as one thing: each row goes to its own model."""

import json
from datetime import timedelta
from functools import cache

import numpy as np
import pandas as pd
import pytest

from demand.contract import ContractError, StateError
from demand.models import BaseRate, Bundle, DaysTable
from tests.builders.models import META, START, bookings, small_forecaster

LABEL_AS_OF = START + timedelta(weeks=42)


@cache
def bundle():
    hotel, care = bookings(weeks=20), bookings(weeks=20, seed=4, scenarios=("damage", "no_show"))
    care_meta = tuple(m for m in META if m.name != "noise")
    return Bundle(
        {
            "hotel": small_forecaster().fit(hotel.x, hotel.labels, meta=META),
            "家政/care": small_forecaster().fit(care.x, care.labels, meta=care_meta),
        },
        {"hotel": {"base_rate": BaseRate().fit(hotel.x, hotel.labels), "days": DaysTable().fit(hotel.x, hotel.labels)}},
        {"hotel": LABEL_AS_OF},
    )


def mixed():
    x = bookings(weeks=2, seed=9).x.drop(columns=["subject_id", "cutoff"])
    industry = np.where(np.arange(len(x)) % 3 == 0, "家政/care", "hotel")
    return x.assign(industry=industry).set_index(np.arange(len(x)) + 1000)


def test_each_row_is_scored_by_the_model_of_its_industry():
    frame = mixed()
    scored = bundle().predict(frame)
    for name, model in bundle().industries.items():
        own = (frame["industry"] == name).to_numpy()
        assert np.array_equal(scored["p_request"][own], model.predict(frame[own]).p_request)
        assert set(scored["scenario"][own]) <= set(model.scenarios_)


def test_the_answer_lies_beside_the_rows_that_were_asked_about():
    frame = mixed().sample(frac=1, random_state=1)
    assert bundle().predict(frame).index.equals(frame.index)
    assert bundle().predict(frame).sort_index().equals(bundle().predict(frame.sort_index()))


def test_scenario_probabilities_sum_to_the_probability_of_a_request():
    scored = bundle().predict(mixed())
    sums = [sum(json.loads(row).values()) for row in scored["p_scenario"]]
    assert sums == pytest.approx(scored["p_request"].tolist())
    assert (scored["onset_p10"] <= scored["onset_p50"]).all()
    assert (scored["onset_p50"] <= scored["onset_p90"]).all()


def test_the_incidence_comes_with_its_axes_where_it_is_asked_for():
    scored = bundle().predict(mixed()[:4], incidence=True)
    told = json.loads(scored["incidence"].iloc[0])
    assert np.shape(told["incidence"]) == (len(told["scenarios"]), len(told["bucket_days"]) - 1)
    assert np.sum(told["incidence"]) == pytest.approx(scored["p_request"].iloc[0])


def test_features_of_industries_that_do_not_occur_are_not_asked_for():
    care_only = mixed().query("industry == '家政/care'")
    assert bundle().predict(care_only.drop(columns="noise")).equals(bundle().predict(care_only))


def test_missing_features_are_named():
    with pytest.raises(ContractError, match="lacks 2 of 5 feature columns: days_to_due, channel"):
        bundle().predict(mixed().drop(columns=["channel", "days_to_due"]).query("industry == 'hotel'"))


@pytest.mark.parametrize("industry", ["hotels", None])
def test_an_unknown_industry_is_refused_and_the_known_ones_are_named(industry):
    with pytest.raises(ContractError, match=r"(?s)rows of industries without a model.*hotel, 家政/care"):
        bundle().predict(mixed().assign(industry=industry))


def test_a_frame_without_industry_is_refused():
    with pytest.raises(ContractError, match="without a column industry"):
        bundle().predict(mixed().drop(columns="industry"))


def test_reads_back_what_it_wrote():
    files = bundle().to_files()
    again = Bundle.from_files(files)
    assert again.predict(mixed()).equals(bundle().predict(mixed()))
    assert again.label_as_of == {"hotel": LABEL_AS_OF}
    frame = mixed()
    for name, baseline in bundle().baselines["hotel"].items():
        assert np.array_equal(again.baselines["hotel"][name].predict(frame), baseline.predict(frame))
    assert again.to_files() == files


def test_file_names_are_plain_whatever_an_industry_is_called():
    assert all(
        path.replace("/", "").replace("_", "").replace(".", "").isalnum() and path.isascii()
        for path in bundle().to_files()
    )


def test_another_format_is_refused():
    files = bundle().to_files()
    head = json.loads(files["bundle.json"]) | {"bundle_format": 99}
    with pytest.raises(StateError, match="bundle format 99"):
        Bundle.from_files(files | {"bundle.json": json.dumps(head).encode()})
    with pytest.raises(StateError, match=r"no bundle\.json"):
        Bundle.from_files({})


def test_no_row_gives_an_empty_answer_with_its_columns():
    empty = bundle().predict(mixed()[:0])
    assert isinstance(empty, pd.DataFrame)
    assert len(empty) == 0
    assert "p_request" in empty.columns
