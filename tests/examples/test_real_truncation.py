"""Cutting every table off at the night changes no score, no scenario and no reason of any real industry.

What is asked is whether the inputs of a night look ahead, so any model will do: a few rounds on a few earlier nights.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from demand.models import Boosting, Bundle, Forecaster
from pipelines.score import score
from pipelines.training.examples import build_examples
from tests.builders.real import needs_real, real_with, sample

pytestmark = needs_real

QUICK = Boosting(most_rounds=20, default_rounds=20, leaves=7, rows_per_leaf=20)
NIGHTS = {  # the part of the workspace, one row or customer of so many, a night
    "city_hotel": ("hotels", 10, "2017-03-20"),
    "resort_hotel": ("hotels", 10, "2017-05-07T15:20:00+00:00"),
    "care": ("care", 5, "2016-06-01"),
    "retail": ("retail", 5, "2011-11-08T11:00:00+00:00"),
    "delivery": ("delivery", 1, "2018-05-02T09:30:00+00:00"),
}


@pytest.fixture(scope="module", params=NIGHTS)
def both(request, tmp_path_factory):
    """The tables of a night, with the future in sight and without."""
    part, every, night = NIGHTS[request.param]
    ws = real_with(tmp_path_factory.mktemp(request.param), part=part, **sample(part, every))
    model = Bundle({request.param: quick_model(ws, request.param, ws.parse_as_of(night))})
    cut = ws.truncated(night)
    return tuple(score(w, as_of=night, industries=[request.param], model=model, dry_run=True) for w in (ws, cut))


def quick_model(ws, industry, night):
    """Trained on the half year before the night."""
    examples = build_examples(ws, industry, label_as_of=night, start=night - timedelta(days=180))
    return Forecaster(examples.horizon, boosting=QUICK).fit(examples.x, examples.labels, meta=examples.meta)


@pytest.mark.parametrize("table", ["scores", "score_axes", "reasons"])
def test_without_the_future_every_table_of_the_night_is_the_same(both, table):
    whole, cut = (result.extra[table] for result in both)
    assert cut.equals(whole)


def test_the_night_has_something_to_say(both):
    whole = both[0].extra
    assert whole["scores"].num_rows > 50
    assert whole["reasons"].num_rows > 40
