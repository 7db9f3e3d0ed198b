"""A feature that is the same for every subject of a night only tells the time."""

from datetime import timedelta

import numpy as np
import pandas as pd

from demand.models.seasons import only_tell_the_time
from tests.builders.models import META as BOOKING_META
from tests.builders.models import START, bookings, feature, small_forecaster


def nights(*days):
    return pd.DatetimeIndex([START + timedelta(days=d) for d in days])


def test_one_value_a_night_tells_the_time_and_one_exception_tells_more():
    matrix = np.array([[1, 1, np.nan], [1, 1, np.nan], [5, 5, 2], [5, 6, 2]], dtype=float)
    assert only_tell_the_time(matrix, nights(0, 0, 7, 7)).tolist() == [True, False, True]


def test_a_past_of_two_years_may_learn_its_seasons():
    matrix = np.array([[1.0], [1.0], [5.0], [5.0]])
    assert not only_tell_the_time(matrix, nights(0, 0, 730, 730)).any()


def test_nights_with_a_single_subject_show_nothing():
    assert not only_tell_the_time(np.array([[1.0], [2.0]]), nights(0, 1)).any()
    assert only_tell_the_time(np.array([[1.0], [2.0], [3.0], [3.0]]), nights(0, 1, 2, 2)).all()


def test_the_order_of_the_rows_does_not_matter():
    matrix = np.array([[1.0], [5.0], [1.0], [6.0]])
    assert not only_tell_the_time(matrix, nights(0, 7, 0, 7)).any()


def test_a_model_does_not_learn_the_nights_by_heart():
    """The whole house has a counter; every prediction is the same whatever it shows later."""
    data = bookings(weeks=20, a_week=60)
    x = data.x.assign(house_counter=np.repeat(np.arange(20.0), 60))
    model = small_forecaster().fit(x, data.labels, meta=(*BOOKING_META, feature("house_counter")))
    assert model.encoder_.ignored_ == ["house_counter"]
    later = x.assign(house_counter=1e6)
    assert np.array_equal(model.predict(later).incidence, model.predict(x).incidence)
    assert (model.explain(x[:50]).points[:, -1] == 0).all()
