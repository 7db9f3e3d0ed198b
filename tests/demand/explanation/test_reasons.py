"""At most four reasons, only what raises, family by family."""

import json

import numpy as np
import pandas as pd
import pytest

from demand.contract import TABLES, ContractError, Text
from demand.explanation import by_family, reasons
from demand.models import Contributions
from tests.builders.models import META, START, bookings, feature, small_forecaster

AGENT = Text(
    "{agent_cancelled} of this agent's last {agent_booked} bookings were cancelled",
    "该代理最近 {agent_booked} 笔预订中有 {agent_cancelled} 笔取消",
)
LEAD = Text("booked {value} days ahead", "提前 {value} 天预订")
FEATURES = (
    feature("agent_cancelled", family="agent", unit="count", phrase=AGENT, actionable=True),
    feature("agent_booked", family="agent", unit="count"),
    feature(
        "lead_days", family="booking", unit="days", phrase=Text("booked {value} days ahead", "提前 {value} 天预订")
    ),
    feature("channel", "category", family="channel"),
    feature("nights", family="stay"),
    feature("weekend", family="calendar"),
)
NAMES = tuple(m.name for m in FEATURES)


def contributions(*rows, p=None, reference=None):
    points = np.array(rows, dtype=float)
    p_request = 0.1 + points.sum(axis=1) if p is None else np.array(p)
    return Contributions(NAMES, points, 0.1, p_request, reference or {"lead_days": 30.0, "channel": "web"})


def frame(rows=1, **columns):
    values = {"agent_cancelled": 3.0, "agent_booked": 5.0, "lead_days": 210.0, "channel": "phone", "nights": 2.0}
    values |= {"weekend": np.nan, "subject_id": [f"booking-{i}" for i in range(rows)], "cutoff": START} | columns
    return pd.DataFrame(values, index=range(rows))


def listed(*rows, **more):
    return reasons(contributions(*rows), frame(len(rows), **more), FEATURES).to_pylist()


def test_families_are_ranked_and_their_strongest_feature_is_the_detail():
    told = listed([0.04, 0.03, 0.05, 0, 0, 0])
    assert [(r["rank"], r["family"], r["feature"]) for r in told] == [
        (1, "agent", "agent_cancelled"),
        (2, "booking", "lead_days"),
    ]
    assert told[0]["points"] == pytest.approx(0.07)


def test_what_lowers_the_probability_is_no_reason():
    assert [r["family"] for r in listed([0.05, -0.09, 0.02, -0.01, 0, 0])] == ["booking"]


def test_there_are_four_reasons_at_most():
    told = listed([0.05, 0, 0.04, 0.03, 0.02, 0.01])
    assert [r["family"] for r in told] == ["agent", "booking", "channel", "stay"]


def test_a_trifle_is_no_reason():
    assert [r["family"] for r in listed([0.2, 0, 0.0001, 0, 0, 0])] == ["agent"]


def test_a_subject_that_nothing_raises_has_no_reason():
    assert listed([0, 0, -0.01, 0, 0, 0]) == []


def test_reasons_follow_the_order_of_the_subjects():
    told = listed([0, 0, 0.1, 0, 0, 0], [0, 0, 0, 0, 0, 0], [0.1, 0, 0.05, 0, 0, 0])
    assert [(r["subject_id"], r["rank"]) for r in told] == [("booking-0", 1), ("booking-2", 1), ("booking-2", 2)]
    assert all(r["cutoff"] == START for r in told)


def test_reasons_within_a_tenth_of_each_other_are_tied():
    told = listed([0.100, 0, 0.060, 0.055, 0.020, 0])
    assert [r["tied"] for r in told] == [False, True, True, False]


def test_the_fourth_is_tied_with_a_fifth_that_is_not_told():
    told = listed([0.4, 0, 0.2, 0.1, 0.05, 0.049])
    assert [r["tied"] for r in told] == [False, False, False, True]


def test_what_operations_can_act_on_is_marked():
    assert [r["actionable"] for r in listed([0.2, 0, 0.1, 0, 0, 0])] == [True, False]


def test_the_context_holds_every_value_the_phrase_needs():
    (told,) = listed([0.2, 0, 0, 0, 0, 0])
    assert json.loads(told["context"]) == {"agent_cancelled": 3.0, "agent_booked": 5.0}


def test_a_field_of_the_phrase_may_be_a_column_that_is_no_feature():
    meta = (feature("ratio", phrase=Text("{cancelled} of {booked}", "{booked} 中 {cancelled}")),)
    found = Contributions(("ratio",), np.array([[0.1]]), 0.1, np.array([0.2]), {})
    x = pd.DataFrame({"subject_id": ["a"], "cutoff": [START], "ratio": [0.6], "cancelled": [3.0], "booked": [5.0]})
    (told,) = reasons(found, x, meta).to_pylist()
    assert json.loads(told["context"]) == {"ratio": 0.6, "cancelled": 3.0, "booked": 5.0}


def test_value_and_reference_belong_to_the_detail():
    told = listed([0, 0, 0.2, 0.1, 0.05, 0.04])
    assert [(r["value"], r["reference"]) for r in told] == [
        ("210", "30"),
        ("phone", "web"),
        ("2", None),
        (None, None),
    ]


def test_the_table_has_the_schema_of_the_contract():
    table = reasons(contributions([0.1, 0, 0, 0, 0, 0]), frame(), FEATURES)
    assert table.schema.names[: len(TABLES["reasons"].names)] == TABLES["reasons"].names
    assert all(table.schema.field(f.name).type == f.type for f in TABLES["reasons"])


def test_no_subject_gives_an_empty_table_of_the_same_schema():
    empty = reasons(Contributions(NAMES, np.empty((0, 6)), 0.1, np.empty(0), {}), frame(0), FEATURES)
    assert empty.num_rows == 0
    assert empty.schema.equals(reasons(contributions([0.1, 0, 0, 0, 0, 0]), frame(), FEATURES).schema)


def test_families_add_up_to_the_features():
    found = contributions([0.04, -0.03, 0.05, 0.01, -0.02, 0.03])
    families = by_family(found, FEATURES)
    assert families.points.sum() == pytest.approx(found.points.sum())
    assert families.names == ("agent", "booking", "channel", "stay", "calendar")


def test_another_models_meta_is_refused():
    with pytest.raises(ContractError, match="they differ in weekend"):
        by_family(contributions([0.0] * 6), FEATURES[:-1])
    with pytest.raises(ContractError, match="in their order"):
        by_family(contributions([0.0] * 6), FEATURES[::-1])


def test_keys_and_length_are_asked_for():
    with pytest.raises(ContractError, match="lacks cutoff"):
        reasons(contributions([0.0] * 6), frame().drop(columns="cutoff"), FEATURES)
    with pytest.raises(ContractError, match="1 contributions for 2 rows"):
        reasons(contributions([0.0] * 6), frame(2), FEATURES)


def test_a_real_model_gives_reasons_that_the_world_was_made_of():
    data = bookings()
    model = small_forecaster().fit(data.x, data.labels, meta=META)
    risky = data.x[(data.x["channel"] == "phone") & (data.x["agent_cancelled"] > 0.5 * data.x["agent_booked"])]
    told = reasons(model.explain(risky), risky, model.meta_).to_pandas()
    told_of = told.groupby("family")["subject_id"].nunique() / len(risky)
    assert told_of["agent"] > 0.9
    assert told_of["channel"] > 0.9
    assert told_of.get("noise", 0.0) < told_of["agent"] / 2
    assert (told["points"] > 0).all()
    assert told.groupby("subject_id")["rank"].max().le(4).all()
