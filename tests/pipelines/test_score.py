"""Tonight's list: every live subject once, coherent, with reasons; the same whenever it is asked for again."""

import json
import shutil
from datetime import timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from demand.contract import TABLES, ContractError, LeakageError, StateError
from demand.models import Bundle
from pipelines.registry import load_champion
from pipelines.result import Result
from pipelines.runs import read_runs
from pipelines.score import score
from pipelines.store import Store
from pipelines.workspace import open_workspace


@pytest.fixture(scope="module")
def scored(trained_market, tmp_path_factory):
    """A marketplace of this module's own, scored once."""
    root = shutil.copytree(trained_market, tmp_path_factory.mktemp("scored") / "market")
    ws = open_workspace(root)
    return ws, score(ws)


def without_run(table):
    return table.drop_columns([c for c in ("run_id", "as_of") if c in table.column_names])


def axes_of(result):
    """Industry -> (scenarios, number of buckets)."""
    axes = result.extra["score_axes"].to_pylist()
    return {a["industry"]: (a["scenarios"], len(a["bucket_days"]) - 1) for a in axes}


def night(ws):
    store = Store(ws.state / "store")
    return {name: without_run(store.read(name, as_of=ws.latest())) for name in ("scores", "score_axes", "reasons")}


def test_every_live_subject_is_scored_once(scored):
    ws, result = scored
    live = [s for name in ws.industries for s in ws.live(name, ws.latest())["subject_id"].to_pylist()]
    assert sorted(result.extra["scores"]["subject_id"].to_pylist()) == sorted(live)
    assert result.summary["subjects"] == len(live) > 0


def test_what_is_written_is_what_is_returned(scored):
    ws, result = scored
    assert {name: rows.to_pylist() for name, rows in night(ws).items()} == {
        name: without_run(result.extra[name]).to_pylist() for name in ("scores", "score_axes", "reasons")
    }


@pytest.mark.parametrize("name", ["scores", "score_axes", "reasons"])
def test_the_tables_have_the_contracts_columns(scored, name):
    schema = TABLES[name]
    assert scored[1].extra[name].schema.names[: len(schema)] == schema.names


def test_the_probability_is_the_sum_of_its_scenarios_and_days(scored):
    scores = scored[1].extra["scores"]
    total = np.array([sum(cells) for cells in scores["incidence"].to_pylist()])
    p = scores["p_request"].to_numpy()
    np.testing.assert_allclose(total, p, atol=1e-12)
    assert ((p >= 0) & (p <= 1)).all()


def test_the_axes_name_every_cell_of_the_incidence(scored):
    cells = {name: len(scenarios) * buckets for name, (scenarios, buckets) in axes_of(scored[1]).items()}
    rows = scored[1].extra["scores"].select(["industry", "incidence"]).to_pylist()
    assert {(r["industry"], len(r["incidence"])) for r in rows} == set(cells.items())


def test_the_onset_lies_within_the_horizon_and_its_quantiles_are_in_order(scored):
    ws, result = scored
    for r in result.extra["scores"].to_pylist():
        end = r["cutoff"] + ws.config.industries[r["industry"]].horizon
        assert r["cutoff"] <= r["onset_p10"] <= r["onset_p50"] <= r["onset_p90"] <= end


def test_a_subject_has_at_most_four_reasons_each_raising_its_probability(scored):
    reasons = scored[1].extra["reasons"].to_pylist()
    assert max(r["rank"] for r in reasons) <= 4
    assert all(r["points"] > 0 for r in reasons)
    assert len({(r["subject_id"], r["rank"]) for r in reasons}) == len(reasons)


def test_the_list_that_people_read_begins_with_the_riskiest_and_says_why(scored):
    table = scored[1].table
    p = table["p_request"].to_numpy()
    assert (np.diff(p) <= 0).all()
    assert table["reasons"][0].as_py()
    likeliest = table["scenario"][0].as_py()
    first = table["industry"][0].as_py()
    assert likeliest in axes_of(scored[1])[first][0]


def test_the_list_has_the_scenario_and_the_probability_of_the_same_subject(scored):
    axes = axes_of(scored[1])
    shown = {r["subject_id"]: r for r in scored[1].table.to_pylist()}
    for r in scored[1].extra["scores"].to_pylist():
        names, buckets = axes[r["industry"]]
        shares = np.array(r["incidence"]).reshape(len(names), buckets).sum(axis=1)
        assert shown[r["subject_id"]]["scenario"] == names[int(shares.argmax())]
        assert shown[r["subject_id"]]["p_request"] == r["p_request"]


def test_scoring_again_leaves_the_same_night(scored):
    ws, _ = scored
    before = night(ws)
    score(ws)
    assert night(ws) == before


def test_the_run_says_what_it_counted_and_with_which_model(scored):
    ws, result = scored
    (run,) = [r for r in read_runs(ws).to_pylist() if r["verb"] == "score"]
    assert (run["status"], run["model_version"], run["input_digest"]) == ("done", "1", ws.digest())
    assert sum(json.loads(run["counts"]).values()) == result.summary["subjects"]


def test_one_industry_scored_alone_leaves_the_rows_of_the_others(scored):
    ws, _ = scored
    before = night(ws)
    alone = score(ws, industries=["home_cleaning"])
    assert set(alone.extra["scores"]["industry"].to_pylist()) == {"home_cleaning"}
    keys = {"scores": "industry", "score_axes": "industry", "reasons": "subject_id"}
    for name, rows in night(ws).items():
        order = [(keys[name], "ascending"), *([("rank", "ascending")] if name == "reasons" else [])]
        order += [("subject_id", "ascending")] if name == "scores" else []
        assert rows.sort_by(order).to_pylist() == before[name].sort_by(order).to_pylist()


def test_a_dry_run_writes_nothing(own_market):
    ws = open_workspace(own_market)
    assert score(ws, industries=["hotel"], dry_run=True).summary["subjects"] > 0
    assert not Store(ws.state / "store").has("scores", ws.latest())
    assert "score" not in read_runs(ws)["verb"].to_pylist()


def test_a_moment_before_the_newest_label_of_training_is_refused_and_nothing_is_written(own_market):
    ws = open_workspace(own_market)
    with pytest.raises(LeakageError, match=r"demand train .* --as-of 2024-06-03"):
        score(ws, as_of="2024-06-03")
    assert Store(ws.state / "store").read("scores").num_rows == 0


def test_where_nobody_is_live_the_result_says_so_and_the_night_is_empty(scored):
    ws, _ = scored
    later = ws.latest() + timedelta(days=600)
    result = score(ws, as_of=later)
    assert result.summary["subjects"] == 0
    assert "in any industry" in result.summary["nobody live"]
    assert Store(ws.state / "store").has("scores", later)
    assert Store(ws.state / "store").read("score_axes", as_of=later).num_rows == len(ws.industries)


def test_an_industry_without_a_model_is_reported(scored):
    ws, _ = scored
    bundle, _ = load_champion(ws)
    hotels = Bundle({"hotel": bundle.industries["hotel"]}, label_as_of={"hotel": bundle.label_as_of["hotel"]})
    result = score(ws, model=hotels, dry_run=True)
    assert result.summary["without a model"] == ", ".join(i for i in ws.industries if i != "hotel")
    assert (result.summary["model"], pc.unique(result.table["industry"]).to_pylist()) == ("unregistered", ["hotel"])
    with pytest.raises(StateError, match="home_cleaning"):
        score(ws, industries=["home_cleaning"], model=hotels, dry_run=True)


def test_before_the_first_training_the_remedy_is_to_train(small_market, tmp_path):
    root = shutil.copytree(small_market, tmp_path / "market")
    with pytest.raises(StateError, match="demand train"):
        score(open_workspace(root), dry_run=True)


def test_a_model_that_is_none_is_refused(scored):
    ws, _ = scored
    with pytest.raises(ContractError, match="model=train"):
        score(ws, model=Result("check", {}), dry_run=True)


def test_a_live_subject_has_its_user_and_due_moment_beside_its_score(scored):
    ws, result = scored
    live = pa.concat_tables(
        [ws.live(n, ws.latest()).select(["subject_id", "user_id", "due_at"]) for n in ws.industries]
    )
    said = {r["subject_id"]: (r["user_id"], r["due_at"]) for r in result.extra["scores"].to_pylist()}
    assert said == {r["subject_id"]: (r["user_id"], r["due_at"]) for r in live.to_pylist()}
