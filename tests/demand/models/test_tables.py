"""What a model has to beat, computed by hand."""

import json
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from demand.contract import ContractError
from demand.models import BaseRate, DaysTable, TwoWayTable, baseline_from_dict
from tests.builders.models import START, bookings


def rows(days, requested, weeks=None, **columns):
    cutoff = [START + timedelta(weeks=w) for w in (weeks or [0] * len(days))]
    x = pd.DataFrame({"days_to_due": np.array(days, dtype=float), **columns})
    labels = pd.DataFrame({"cutoff": cutoff, "requested": requested, "scenario": None, "onset_at": pd.NaT})
    return x, labels


def test_the_base_rate_is_the_share_of_requests():
    x, labels = rows([1] * 199, [True] * 20 + [False] * 179)
    assert BaseRate().fit(x, labels).predict(x[:2]) == pytest.approx([20.5 / 200] * 2)


def test_a_days_table_tells_days_apart():
    x, labels = rows([1] * 4000 + [20] * 4000, [True] * 2000 + [False] * 6000)
    near, far = DaysTable().fit(x, labels).predict(pd.DataFrame({"days_to_due": [1.0, 20.0]}))
    assert near == pytest.approx(0.5, abs=0.02)
    assert far == pytest.approx(0.0, abs=0.02)


def test_a_day_counts_from_its_morning_to_its_end():
    x, labels = rows([1] * 4000 + [2] * 4000, [True] * 2000 + [False] * 6000)
    table = DaysTable().fit(x, labels)
    assert table.predict(pd.DataFrame({"days_to_due": [1.99]})) == table.predict(pd.DataFrame({"days_to_due": [1.0]}))


def test_a_day_never_seen_is_its_bucket_and_a_bucket_never_seen_is_the_base_rate():
    x, labels = rows([22] * 600 + [1] * 600, [True] * 300 + [False] * 900)
    same_bucket, other_bucket = DaysTable().fit(x, labels).predict(pd.DataFrame({"days_to_due": [25.0, 200.0]}))
    assert same_bucket == pytest.approx((300 + 100 * 0.25) / 700, abs=1e-3)
    assert other_bucket == pytest.approx(0.25, abs=1e-3)


def test_by_hand_a_small_day_is_pulled_towards_its_bucket():
    x, labels = rows([5] * 10 + [4] * 90, [True] * 5 + [False] * 95)
    base = 5.5 / 101
    bucket = (5 + 100 * base) / 200
    assert DaysTable().fit(x, labels).predict(x[:1])[0] == pytest.approx((5 + 500 * bucket) / 510)


def test_the_table_of_late_forgets_old_rows():
    x, labels = rows([1] * 4000, [True] * 2000 + [False] * 2000, weeks=[0] * 2000 + [20] * 2000)
    assert DaysTable().fit(x, labels).predict(x[:1])[0] == pytest.approx(0.5, abs=0.01)
    assert DaysTable(last=timedelta(days=90)).fit(x, labels).predict(x[:1])[0] < 0.01


def test_age_stands_in_where_nothing_is_due():
    x, labels = rows([1] * 2000 + [9] * 2000, [True] * 2000 + [False] * 2000)
    by_age = x.rename(columns={"days_to_due": "days_open"})
    assert np.array_equal(DaysTable().fit(by_age, labels).predict(by_age), DaysTable().fit(x, labels).predict(x))


def test_the_labels_days_serve_where_the_features_have_none():
    x, labels = rows([1] * 2000 + [9] * 2000, [True] * 2000 + [False] * 2000)
    learned = DaysTable().fit(x[[]].assign(other=1.0), labels.assign(days=x["days_to_due"]))
    assert np.array_equal(learned.predict(x), DaysTable().fit(x, labels).predict(x))


def test_without_days_the_message_names_the_columns_that_would_do():
    x, labels = rows([1, 2], [True, False])
    with pytest.raises(ContractError, match="days, days_to_due, days_open"):
        DaysTable().fit(x.rename(columns={"days_to_due": "when"}), labels)


def test_a_two_way_table_finds_what_neither_column_tells_alone():
    channel = ["web", "phone"] * 2000
    near = [1.0] * 2000 + [20.0] * 2000
    requested = [(c == "phone") == (d == 1) for c, d in zip(channel, near, strict=True)]
    x, labels = rows(near, requested, channel=channel)
    p = TwoWayTable(("days", "channel")).fit(x, labels).predict(x)
    assert p[np.array(requested)].min() > 0.8
    assert p[~np.array(requested)].max() < 0.2


def test_a_two_way_table_cuts_numbers_at_quantiles_and_bears_what_is_missing():
    age = np.arange(4000.0) % 80
    x, labels = rows([1] * 4000, age > 60, age=age)
    table = TwoWayTable(("days", "age")).fit(x, labels)
    young, old, unknown = table.predict(pd.DataFrame({"days_to_due": [1.0] * 3, "age": [10.0, 75.0, np.nan]}))
    assert young < unknown < old


def test_a_level_never_seen_has_the_rate_of_its_days():
    x, labels = rows([1] * 200, [True] * 50 + [False] * 150, channel=["web"] * 200)
    table = TwoWayTable(("days", "channel")).fit(x, labels)
    fresh = table.predict(pd.DataFrame({"days_to_due": [1.0], "channel": ["fax"]}))
    assert fresh == pytest.approx(0.25, abs=0.02)


def test_an_unknown_column_is_named():
    x, labels = rows([1, 2], [True, False])
    with pytest.raises(ContractError, match="no column chanel"):
        TwoWayTable(("days", "chanel")).fit(x, labels)


def test_weights_count():
    x, labels = rows([1] * 2000, [True] * 1000 + [False] * 1000)
    labels["weight"] = [3.0] * 1000 + [1.0] * 1000
    for table in (BaseRate(), DaysTable(), TwoWayTable(("days", "days_to_due"))):
        assert table.fit(x, labels).predict(x[:1])[0] == pytest.approx(0.75, abs=0.001)


@pytest.mark.parametrize(
    "table", [BaseRate(), DaysTable(), DaysTable(last=timedelta(days=90)), TwoWayTable(("days", "channel"))]
)
def test_reads_back_what_it_wrote(table):
    data = bookings(weeks=20, a_week=30)
    table.fit(data.x, data.labels)
    again = baseline_from_dict(json.loads(json.dumps(table.to_dict())))
    assert np.array_equal(again.predict(data.x), table.predict(data.x))


def test_an_unknown_kind_is_refused():
    with pytest.raises(ContractError, match="a baseline of kind 'oracle'"):
        baseline_from_dict({"kind": "oracle"})
