"""Training: honest figures, and a model that anybody can load."""

import json

import numpy as np
import pytest

from demand.contract import ContractError, StateError
from features import By, FeatureSet, events
from pipelines.registry import load_bundle, load_champion, open_registry
from pipelines.runs import read_runs
from pipelines.score import score
from pipelines.train import train
from pipelines.workspace import open_workspace

FIGURES = {
    "rows_train", "rows_test", "positives_train", "positives_test", "subjects", "distinct_subjects_with_requests",
    "base_rate_train", "base_rate_test", "log_loss", "log_loss_base_rate", "log_loss_days_table",
    "log_loss_days_table_90d", "log_loss_two_way_table", "gain", "gain_low", "gain_high", "gain_90d", "gain_90d_low",
    "gain_90d_high", "gain_two_way", "gain_two_way_low", "gain_two_way_high", "auroc", "average_precision",
    "calibration_error", "lift_at_5_percent", "recall_at_5_percent", "test_from", "test_to", "reliability", "scenario",
}  # fmt: skip


@pytest.fixture(scope="module")
def evaluation(trained_market):
    return json.loads((trained_market / "state" / "evaluation.json").read_text())["industries"]


@pytest.fixture(scope="module")
def retrained(trained_market, tmp_path_factory):
    """A second training of one industry, as of an earlier day, with a feature set of the caller's own."""
    import shutil

    root = shutil.copytree(trained_market, tmp_path_factory.mktemp("retrained") / "market")
    ws = open_workspace(root)
    mine = FeatureSet("mine", By("store")(events(ws.roles("hotel").subjects)).count("9d"))
    lines = []
    result = train(ws, as_of="2024-10-01", industries=["hotel"], extra=[mine], progress=lines.append)
    return ws, result, lines


def test_every_industry_has_all_figures(evaluation):
    assert [(name, FIGURES - set(figures)) for name, figures in evaluation.items() if FIGURES - set(figures)] == []


def test_the_gain_is_over_the_better_of_base_rate_and_days_table(evaluation):
    for f in evaluation.values():
        best = min(f["log_loss_base_rate"], f["log_loss_days_table"])
        assert f["gain"] == pytest.approx(1 - f["log_loss"] / best)
        assert f["gain_low"] <= f["gain"] <= f["gain_high"]


def test_no_test_row_is_older_than_what_was_learned_from(trained_market, evaluation):
    ws = open_workspace(trained_market)
    for name, f in evaluation.items():
        assert f["test_from"] >= f["t0"]
        assert f["rows_train"] + f["rows_test"] < ws.spine(name).num_rows


def test_the_reliability_bins_hold_every_test_row(evaluation):
    for f in evaluation.values():
        assert sum(rows for _, _, rows in f["reliability"]) == f["rows_test"]


def test_the_run_holds_figures_digests_and_pictures(trained_market):
    registry = open_registry(open_workspace(trained_market))
    (run,) = registry.client.search_runs([registry.experiment_id])
    assert run.info.status == "FINISHED"
    assert {"hotel/log_loss", "hotel/gain_low", "hotel/gain_high", "prepaid_card/auroc"} <= set(run.data.metrics)
    assert {"data_digest", "config_digest", "code_version", "demand_run_id"} <= set(run.data.tags)
    pictures = registry.client.list_artifacts(run.info.run_id, "plots/home_cleaning")
    assert [p.path.rpartition("/")[2] for p in pictures] == ["beeswarm.png", "calibration.png", "lift.png"]


def test_training_is_recorded_with_what_it_depended_on(trained_market):
    (row,) = [r for r in read_runs(open_workspace(trained_market)).to_pylist() if r["verb"] == "train"]
    assert (row["status"], row["model_version"]) == ("done", "1")
    assert row["input_digest"] == open_workspace(trained_market).digest()


def test_the_bundle_knows_how_far_it_has_looked(trained_market):
    ws = open_workspace(trained_market)
    bundle, _ = load_champion(ws)
    for name in ws.industries:
        assert bundle.label_as_of[name] <= ws.last_fair_cutoff(name)


def test_training_again_leaves_the_champion_in_place(retrained):
    ws, result, _ = retrained
    assert result.extra["version"] == "2"
    assert (load_bundle(ws, "candidate")[1], load_champion(ws)[1]) == ("2", "1")


def test_training_as_of_a_day_uses_no_later_label(retrained):
    ws, result, _ = retrained
    moment = ws.parse_as_of("2024-10-01")
    assert result.extra["bundle"].label_as_of["hotel"] <= moment
    assert result.extra["evaluation"]["hotel"]["test_to"] <= moment.isoformat()


def test_a_feature_set_of_the_callers_own_is_among_the_features(retrained):
    _, result, _ = retrained
    (added,) = [m.name for m in result.extra["bundle"].industries["hotel"].meta_ if m.name.endswith("_9d")]
    assert added in {m["name"] for m in json.loads((result.path.parent / "features.json").read_text())["hotel"]}


def test_scoring_with_the_result_brings_the_callers_feature_sets_along(retrained):
    ws, result, _ = retrained
    scored = score(ws, as_of="2024-10-02", industries=["hotel"], model=result, dry_run=True)
    assert scored.summary["model"] == "2"
    assert scored.summary["subjects"] > 0


def test_scoring_without_the_callers_feature_sets_names_what_is_missing(retrained):
    ws, _, _ = retrained
    with pytest.raises(ContractError, match="_9d"):
        score(ws, as_of="2024-10-02", industries=["hotel"], model="candidate", dry_run=True)


def test_progress_says_a_line_an_industry_and_one_for_the_check(retrained):
    _, _, lines = retrained
    assert [line.split(":")[0] for line in lines] == ["hotel", "bundle"]


def test_the_same_data_gives_the_same_model_to_the_byte(trained_market):
    from pipelines.training.deployment import deployed_label_as_of, fit_deployed
    from pipelines.training.examples import build_examples

    ws = open_workspace(trained_market)
    known = build_examples(ws, "prepaid_card", label_as_of=ws.label_as_of("prepaid_card"))
    again = fit_deployed(ws, known, deployed_label_as_of(ws, "prepaid_card", ws.label_as_of("prepaid_card")))
    assert again.to_files() == load_champion(ws)[0].industries["prepaid_card"].to_files()


def test_the_bundle_scores_a_frame_of_several_industries(trained_market):
    ws = open_workspace(trained_market)
    bundle, _ = load_champion(ws)
    import pandas as pd

    parts = [ws.features(name, ws.live(name, ws.latest())).to_pandas().head(3) for name in ws.industries]
    scored = bundle.predict(pd.concat(parts, ignore_index=True))
    assert np.isfinite(scored["p_request"]).all()


def test_an_unknown_industry_is_named_with_the_nearest_right_one(trained_market):
    with pytest.raises(ContractError, match="hotel"):
        train(open_workspace(trained_market), industries=["hotl"])


def test_before_anything_has_matured_there_is_nothing_to_train(own_market):
    with pytest.raises(StateError, match="matured"):
        train(open_workspace(own_market), as_of="2023-01-05", industries=["hotel"])
