"""The quality of the models is read as it was written, and what is missing is said to be missing."""

from __future__ import annotations

from pipelines.reports.figures import gain_forest, verdict
from pipelines.reports.quality import model_quality, not_measured
from tests.builders.reports import evaluation, inputs


def test_figures_are_those_of_the_evaluation():
    (hotel,) = model_quality(inputs(evaluation=evaluation(["hotel"])))
    assert (hotel.rows_test, hotel.gain, hotel.auroc) == (9_870, 0.118, 0.79)


def test_the_test_slice_is_told_in_local_days():
    (hotel,) = model_quality(inputs(evaluation=evaluation(["hotel"])))
    assert hotel.test_from.isoformat() == "2024-10-02"


def test_baselines_that_were_not_measured_are_left_out():
    found = evaluation(["hotel"])
    found["industries"]["hotel"]["log_loss_two_way_table"] = None
    (hotel,) = model_quality(inputs(evaluation=found))
    assert [name for name, _ in hotel.baselines] == ["base_rate", "days_table", "days_table_90d"]


def test_the_verdict_is_what_the_interval_allows():
    better, better_too, open_ = model_quality(inputs(evaluation=evaluation()))
    assert [verdict(q).en for q in (better, better_too, open_)] == [
        "better than the tables",
        "better than the tables",
        "not shown to be better",
    ]


def test_an_industry_without_an_evaluation_is_named():
    names = not_measured(inputs(industries=("hotel", "home_cleaning"), evaluation=evaluation(["hotel"])))
    assert [n.en for n in names] == ["Home cleaning"]


def test_nothing_measured_is_no_chart():
    qualities = model_quality(inputs(evaluation={"industries": {"hotel": {"rows_test": 3}}}))
    assert gain_forest(qualities) is None


def test_what_was_measured_after_the_night_is_no_part_of_its_page():
    found = evaluation(["hotel", "home_cleaning"])
    found["industries"]["home_cleaning"]["test_from"] = "2025-03-01T18:00:00+00:00"
    night = inputs(industries=("hotel", "home_cleaning"), evaluation=found)
    assert [q.industry for q in model_quality(night)] == ["hotel"]
    assert not_measured(night) == ()
