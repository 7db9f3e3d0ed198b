"""Whether, which and when, from one model that agrees with itself."""

import pickle
from datetime import timedelta
from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from demand.contract import ContractError
from demand.evaluation import auroc, calibration_error, log_loss, split_by_time
from demand.models import BaseRate, DaysTable, Forecaster
from tests.builders.models import HORIZON, META, START, bookings, feature, small_forecaster


@cache
def fitted(scenarios=()):
    data = bookings()
    return small_forecaster(scenarios=scenarios).fit(data.x, data.labels, meta=META)


@cache
def fresh():
    return bookings(seed=8)


def test_it_beats_both_baselines_on_weeks_it_has_not_seen():
    data = bookings(weeks=60)
    train, test = split_by_time(data.labels["cutoff"], HORIZON, START + timedelta(weeks=45))
    model = small_forecaster().fit(data.x[train], data.labels[train], meta=META)
    y, p = data.labels["requested"][test], model.predict(data.x[test]).p_request
    for baseline in (BaseRate(), DaysTable()):
        theirs = baseline.fit(data.x[train], data.labels[train]).predict(data.x[test])
        assert log_loss(y, p) < 0.97 * log_loss(y, theirs)
    assert auroc(y, p) > auroc(y, data.truth[test]) - 0.03
    assert calibration_error(y, p) < calibration_error(y, data.truth[test]) + 0.02


def test_the_probability_of_a_request_is_the_sum_of_its_parts():
    model, x = fitted(), fresh().x
    p = model.predict(x).p_request
    assert p == pytest.approx(model.likelihood_.predict(model.encoder_.transform(x)), abs=1e-12)
    assert ((p > 0) & (p < 1)).all()


def test_scenario_and_onset_follow_the_days_to_due():
    prediction = fitted().predict(fresh().x)
    days = fresh().x["days_to_due"].to_numpy()
    no_room = prediction.scenario[:, prediction.scenarios.index("no_room")]
    assert no_room[days < 7].mean() > 0.6
    assert no_room[days > 14].mean() < 0.05
    soon = prediction.onset(0.5)[days == 1]
    assert np.median(soon) == pytest.approx(1.5, abs=0.6)


def test_a_declared_scenario_that_never_happened_has_probability_zero():
    prediction = fitted(("late_checkin",)).predict(fresh().x)
    assert prediction.scenarios == ("cancelled", "late_checkin", "no_room")
    assert (prediction.incidence[:, 1] == 0).all()


def test_a_request_without_a_scenario_is_unknown():
    data = bookings(weeks=12)
    labels = data.labels.assign(scenario=None)
    assert small_forecaster().fit(data.x, labels, meta=META).scenarios_ == ("unknown",)


def test_censored_rows_teach_nothing():
    data = bookings(weeks=30)
    censored = data.labels["cutoff"] > START + timedelta(weeks=25)
    labels = data.labels.assign(requested=data.labels["requested"].astype(object).where(~censored, None))
    model = small_forecaster().fit(data.x, labels, meta=META)
    only_mature = small_forecaster().fit(data.x[~censored], data.labels[~censored], meta=META)
    assert model.rows_ == (~censored).sum()
    assert np.array_equal(model.predict(data.x).incidence, only_mature.predict(data.x).incidence)


def test_files_are_text_and_give_the_same_numbers_to_the_bit():
    model, x = fitted(), fresh().x
    files = model.to_files()
    for content in files.values():
        content.decode()
        with pytest.raises(pickle.UnpicklingError):
            pickle.loads(content)
    again = Forecaster.from_files(files)
    assert again.predict(x).incidence.tobytes() == model.predict(x).incidence.tobytes()
    assert np.array_equal(again.explain(x[:20]).points, model.explain(x[:20]).points)
    assert again.to_files() == files
    assert repr(again.get_params()) == repr(model.get_params())


def test_the_same_rows_and_seed_give_the_same_files():
    data = bookings()
    again = small_forecaster().fit(data.x, data.labels, meta=META)
    assert again.to_files() == fitted().to_files()


def test_a_clone_has_the_parameters_and_nothing_learned():
    copy = clone(fitted())
    assert copy.get_params()["horizon"] == HORIZON
    assert copy.get_params()["boosting"] == fitted().boosting
    with pytest.raises(NotFittedError):
        copy.predict(fresh().x)


@settings(max_examples=10, deadline=None)
@given(st.lists(st.integers(0, 3999), min_size=1, max_size=20, unique=True))
def test_a_row_is_predicted_alike_in_any_company(rows):
    model, x = fitted(), fresh().x
    assert np.array_equal(model.predict(x.iloc[rows]).incidence, model.predict(x).incidence[rows])


def test_no_row_gives_an_empty_prediction():
    assert fitted().predict(fresh().x[:0]).incidence.shape == (0, 2, 14)
    assert fitted().explain(fresh().x[:0]).points.shape == (0, len(META))


def test_without_a_day_column_one_curve_serves_all():
    data = bookings(weeks=20)
    meta = tuple(m for m in META if m.name != "days_to_due")
    model = small_forecaster().fit(data.x.drop(columns="days_to_due"), data.labels, meta=meta)
    curves = model.onset_.predict(np.array([np.nan, np.nan]))
    assert np.array_equal(curves[0], curves[1])


def test_without_requests_it_is_the_base_rate_and_says_so():
    data = bookings(weeks=10)
    labels = data.labels.assign(requested=False, scenario=None, onset_at=pd.NaT)
    model = small_forecaster().fit(data.x, labels, meta=META)
    assert "0 requests among 1,000 rows" in model.likelihood_.fallback_
    assert model.predict(data.x).p_request == pytest.approx(np.full(1000, 0.5 / 1001))
    assert (model.explain(data.x).points == 0).all()
    assert Forecaster.from_files(model.to_files()).predict(data.x).p_request == pytest.approx(np.full(1000, 0.5 / 1001))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda d: (d.x, d.labels.drop(columns=["scenario", "onset_at"])), "the labels lack scenario, onset_at"),
        (lambda d: (d.x[:-1], d.labels), "399 rows of features, 400 labels"),
        (lambda d: (d.x, d.labels.assign(requested=None)), "none of the 400 rows is mature"),
        (lambda d: (d.x, d.labels.assign(weight=-1.0)), "400 weights are negative"),
        (lambda d: (d.x.drop(columns=["noise"]), d.labels), "lacks 1 of 5 feature columns: noise"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_remedy(change, says):
    x, labels = change(bookings(weeks=4))
    with pytest.raises(ContractError, match=says):
        small_forecaster().fit(x, labels, meta=META)


def test_files_without_the_head_are_refused():
    with pytest.raises(ContractError, match=r"no forecaster\.json among likelihood\.txt"):
        Forecaster.from_files({"likelihood.txt": b""})


def test_feature_names_may_be_chinese_or_hold_signs():
    data = bookings(weeks=20)
    name = '代理 {"取消"}, 次数'
    x = data.x.rename(columns={"agent_cancelled": name})
    meta = tuple(feature(name) if m.name == "agent_cancelled" else m for m in META)
    model = small_forecaster().fit(x, data.labels, meta=meta)
    assert np.array_equal(Forecaster.from_files(model.to_files()).predict(x).incidence, model.predict(x).incidence)
