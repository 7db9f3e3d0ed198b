"""The verb: what it gives back, and what it leaves in files, in MLflow and on the page."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from string import Formatter

import pytest

from demand.contract import ContractError, StateError
from pipelines.backtest import backtest
from pipelines.backtesting.words import own_words
from pipelines.registry import open_registry
from pipelines.reports.words import all_words
from pipelines.runs import read_runs


def test_the_last_origin_has_the_figures_of_training_to_the_digit(market, tested):
    trained = json.loads((market.state / "evaluation.json").read_text())["industries"]["hotel"]
    last = tested.figures["hotel"]["origins"][-1]
    assert {k: last[k] for k in trained} == trained


def test_the_model_is_compared_with_any_baseline(tested):
    frame = tested.compare("rate_table")
    pooled = tested.figures["hotel"]["pooled"]
    assert frame.index.get_level_values("origin").tolist()[-1] == "pooled"
    assert frame.loc[("hotel", "pooled"), "log_loss_baseline"] == pooled["log_loss_days_table"]
    assert {"gain_low", "gain_high", "calibration", "calibration_baseline", "lift", "lift_baseline"} <= set(frame)


def test_the_best_baseline_is_the_one_of_the_gain(tested):
    row = tested.compare().loc[("hotel", "pooled")]
    assert row["gain"] == pytest.approx(1 - row["log_loss"] / row["log_loss_baseline"])


def test_a_champion_that_has_seen_the_test_has_no_figure_and_the_reason_is_said(tested):
    with pytest.raises(ContractError, match="trained on labels up to"):
        tested.compare("champion")
    assert all("left_out" in f["champion"] for f in tested.figures["hotel"]["origins"])


def test_an_unknown_baseline_is_answered_with_the_nearest(tested):
    with pytest.raises(ContractError, match="days_table"):
        tested.compare("day_table")


def test_a_champion_older_than_the_origin_is_among_the_baselines(market, material, folds):
    from dataclasses import replace

    from pipelines.backtesting.champion import champion_of

    champion = champion_of(market, "hotel")
    fold = folds[-1]
    assert champion.why_not(fold) is not None
    earlier = replace(champion, label_as_of=fold.t0)
    assert earlier.why_not(fold) is None
    assert earlier.predict(fold).tolist() == champion.model.predict(fold.learned.test.x).p_request.tolist()


def test_a_champion_with_other_features_is_left_out_for_that(market, folds):
    from dataclasses import replace

    from pipelines.backtesting.champion import champion_of

    fold = folds[-1].without(["channel"])
    reason = replace(champion_of(market, "hotel"), label_as_of=fold.t0).why_not(fold)
    assert "channel" in reason.en and "channel" in reason.zh


def test_there_is_a_run_with_a_nested_run_for_each_origin(market, tested):
    registry = open_registry(market)
    runs = registry.client.search_runs([registry.experiment_id])
    nested = [r for r in runs if r.data.tags.get("mlflow.parentRunId") == tested.extra["run_id"]]
    origins = {f["t0"][:10]: f for f in tested.figures["hotel"]["origins"]}
    assert {r.data.tags["origin"] for r in nested} == set(origins)
    for run in nested:
        figures = origins[run.data.tags["origin"]]
        assert run.data.metrics["gain_low"] == pytest.approx(figures["gain_low"])
        assert run.data.metrics["over_two_way_table/gain_high"] == pytest.approx(figures["gain_two_way_high"])
        assert run.data.params["t0"] == figures["t0"]
    parent = registry.client.get_run(tested.extra["run_id"])
    assert parent.data.metrics["hotel/pooled/gain"] == pytest.approx(tested.figures["hotel"]["pooled"]["gain"])
    assert "backtest.html" in {a.path for a in registry.client.list_artifacts(parent.info.run_id)}


def test_figures_are_written_for_the_next_reader(market, tested):
    kept = json.loads((market.state / "backtest.json").read_text())
    assert kept["industries"]["hotel"] == json.loads(json.dumps(tested.figures["hotel"]))
    assert kept["data_digest"] == market.digest()


def test_a_summary_that_stands_there_gets_the_rolling_origins(market, tested):
    summary = json.loads((market.root / "summary.json").read_text())["industries"]
    assert summary["hotel"]["gain"] == 0.1
    assert [f["t0"] for f in summary["hotel"]["rolling_origins"]] == [
        f["t0"] for f in tested.figures["hotel"]["origins"]
    ]
    assert summary["prepaid_card"] == {}


def test_the_run_is_recorded(market, tested):
    (row,) = [r for r in read_runs(market).to_pylist() if r["verb"] == "backtest"]
    assert row["status"] == "done"
    assert json.loads(row["counts"]) == {"hotel": len(tested.figures["hotel"]["origins"])}


def test_the_table_has_a_row_an_origin_and_one_pooled(tested):
    assert tested.frame["origin"].tolist()[-1] == "pooled"
    assert tested.frame.shape[0] == len(tested.figures["hotel"]["origins"]) + 1


def test_before_anything_has_matured_there_is_no_origin(own_market):
    from pipelines.workspace import open_workspace

    with pytest.raises(StateError, match="no room for an origin"):
        backtest(open_workspace(own_market), ["hotel"], as_of="2024-03-05")


def _fields(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_the_words_are_said_in_both_languages_with_the_same_fields():
    assert [k for k, w in own_words().items() if _fields(w.en) != _fields(w.zh) or not w.en.strip()] == []
    assert [k for k, w in own_words().items() if not re.search("[一-鿿]", w.zh)] == []
    assert set(own_words()) & set(all_words()) == set()


def test_every_word_of_the_page_is_said_somewhere():
    package = files("pipelines.backtesting")
    sources = [f for f in package.iterdir() if f.name.endswith(".py")]
    sources += [f for f in (package / "templates").iterdir() if f.name.endswith(".html")]
    said = "\n".join(f.read_text(encoding="utf-8") for f in sources)
    composed = {f"{stem}_{number}" for stem in ("origins", "industries") for number in ("one", "many")}
    composed |= {"slice_unseen", "slice_newcomers", "sees_without", "sees_only", "rolling_desc", "merchants_desc"}
    assert {key for key in own_words() if f'"{key}"' not in said} == composed
