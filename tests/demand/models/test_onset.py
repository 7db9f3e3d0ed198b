"""The time of a request, given that it comes, is a curve by scenario and days to due."""

import json
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from demand.models import OnsetCurves, Prediction, bucket_edges

EDGES = bucket_edges(timedelta(days=14))


def fitted(days, scenario, onset, scenarios=2, due=False, edges=EDGES):
    return OnsetCurves(edges).fit(
        np.array(days, float),
        np.array(scenario, dtype=np.int64),
        np.array(onset, float),
        np.ones(len(days)),
        scenarios,
        due=due,
    )


@pytest.mark.parametrize(("horizon", "buckets"), [("1h", 12), ("1d", 12), ("2d", 2), ("10d12h", 11), ("14d", 14)])
def test_buckets_are_days_up_to_two_weeks_and_finer_within_a_day(horizon, buckets):
    from demand.contract import parse_duration

    edges = bucket_edges(parse_duration(horizon))
    assert len(edges) == buckets + 1
    assert edges[0] == 0.0
    assert edges[-1] == parse_duration(horizon) / timedelta(days=1)


def test_a_long_horizon_has_fourteen_buckets():
    assert len(bucket_edges(timedelta(days=90))) == 15


def test_a_no_show_happens_on_the_day_itself():
    days = list(range(7)) * 200
    curves = fitted(days, [0] * 1400, [d + 0.5 for d in days])
    assert curves.predict(np.array([2.0, 5.0]))[:, 0].argmax(axis=1).tolist() == [2, 5]


def test_scenarios_have_curves_of_their_own():
    curves = fitted([30] * 800, [0, 1] * 400, [0.5, 13.5] * 400)
    assert curves.predict(np.array([30.0]))[0].argmax(axis=1).tolist() == [0, 13]


def test_a_day_with_little_evidence_follows_its_scenario():
    curves = fitted([3] * 500 + [5], [0] * 501, [0.5] * 500 + [13.5])
    assert curves.predict(np.array([5.0]))[0, 0].argmax() == 0


def test_a_scenario_that_never_came_follows_all_requests():
    curves = fitted([3] * 500, [0] * 500, [4.5] * 500)
    assert curves.predict(np.array([3.0]))[0, 1].argmax() == 4


def test_without_any_request_every_moment_is_alike():
    assert fitted([], [], []).predict(np.array([3.0])) == pytest.approx(np.full((1, 2, 14), 1 / 14))


def few_on_the_due_day(rows=25):
    """Requests on the due day, at any distance from it."""
    days = np.random.default_rng(7).integers(0, 14, rows)
    return fitted(days, [0] * rows, days + 0.6, due=True)


def test_a_few_requests_on_the_due_day_say_when_the_others_come():
    curves = few_on_the_due_day().predict(np.arange(14.0))[:, 0]
    assert curves.argmax(axis=1).tolist() == list(range(14))


def test_what_comes_soon_after_any_cutoff_is_not_moved_to_the_due_day():
    days = [2, 5, 8, 11] * 30
    assert fitted(days, [0] * 120, [0.5] * 120, due=True).predict(np.array([13.0]))[0, 0].argmax() == 0


def test_age_is_nothing_to_gather_around():
    days = list(range(14)) * 4
    curves = fitted(days, [0] * 56, [d + 0.5 for d in days])
    assert curves.predict(np.array([3.0]))[0, 0] != pytest.approx(few_on_the_due_day().predict(np.array([3.0]))[0, 0])


def test_eight_of_ten_requests_come_between_the_outer_quantiles_in_a_fraction_of_the_time():
    rng = np.random.default_rng(7)

    def drawn(rows):
        days = rng.integers(0, 14, rows)
        onset = np.clip(days + rng.normal(0.5, 0.5, rows), 0.0, 13.99)
        return days, onset

    (days, onset), (asked, came) = drawn(120), drawn(2000)
    inside, width = [], []
    for due in (False, True):
        mass = fitted(days, [0] * 120, onset, scenarios=1, due=due).predict(asked.astype(float))
        prediction = Prediction(("a",), EDGES, mass)
        low, high = prediction.onset(0.1), prediction.onset(0.9)
        inside.append(((low <= came) & (came <= high)).mean())
        width.append((high - low).mean())
    assert 0.78 <= inside[1] <= 0.97
    assert width[1] < width[0] / 2


@given(st.lists(st.floats(0.25, 4), min_size=2, max_size=8), st.lists(st.floats(-3, 30), max_size=20))
def test_uneven_buckets_keep_curves_that_sum_to_one(widths, days):
    edges = tuple(np.concatenate([[0.0], np.cumsum(widths)]))
    onset = np.linspace(0, edges[-1], len(days))
    curves = fitted(days, [0] * len(days), onset, due=True, edges=edges).predict(np.arange(-2.0, 30))
    assert curves.sum(axis=2) == pytest.approx(np.ones((32, 2)))
    assert (curves > 0).all()


@given(
    st.lists(st.tuples(st.floats(-5, 400), st.integers(0, 1), st.floats(0, 14)), max_size=30),
    st.one_of(st.floats(-5, 400), st.just(float("nan"))),
    st.booleans(),
)
def test_every_curve_sums_to_one(rows, asked, due):
    days, scenario, onset = map(list, zip(*rows, strict=True)) if rows else ([], [], [])
    curves = fitted(days, scenario, onset, due=due).predict(np.array([asked]))
    assert curves.sum(axis=2) == pytest.approx(np.ones((1, 2)))
    assert (curves > 0).all()


def test_reads_back_what_it_wrote():
    curves = fitted([1, 2, 3], [0, 1, 1], [0.5, 3.0, 14.0])
    again = OnsetCurves.from_dict(json.loads(json.dumps(curves.to_dict())))
    asked = np.array([0.0, 3.0, 99.0, np.nan])
    assert np.array_equal(again.predict(asked), curves.predict(asked))
