"""The difference of two runs: who is meant, and what differs."""

import shutil
from pathlib import Path

import pytest

from demand.contract import ContractError, StateError
from demand.models import Boosting, Bundle, Forecaster
from pipelines.compare import compare
from pipelines.registry import CONFIG_FILE, open_registry
from pipelines.registry.lookup import MODEL_NAME
from pipelines.workspace import Workspace, open_workspace
from tests.builders.training import HORIZON, frame, meta

X, LABELS = frame()


def bundle(industries: tuple[str, ...], *features: str, categories: tuple[str, ...] = ()) -> Bundle:
    model = Forecaster(HORIZON, boosting=Boosting(most_rounds=3), threads=1)
    model.fit(X[list(features)], LABELS, meta=meta(*features, categories=categories))
    return Bundle(dict.fromkeys(industries, model))


def trained(ws: Workspace, name: str, of: Bundle, config: str, **logged) -> str:
    """A finished run with a registered model, without the check in a fresh process that `publish` makes."""
    registry = open_registry(ws)
    with registry.run(name, logged["tags"]) as run:
        run.text(config, CONFIG_FILE)
        run.params(logged["params"])
        run.metrics(logged["metrics"])
        folder = ws.state / "artifacts" / "models" / name
        for file, content in of.to_files().items():
            path = folder / "artifacts" / "bundle" / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        made = registry.client.create_model_version(
            MODEL_NAME, source=str(folder), run_id=run.run_id, await_creation_for=0
        )
    return str(made.version)


@pytest.fixture(scope="module")
def ws(small_market, tmp_path_factory) -> Workspace:
    """Two runs: the second has another view in hotel, no spa, other data, and fewer losses."""
    root = tmp_path_factory.mktemp("compare") / "market"
    shutil.copytree(small_market, root)
    ws = open_workspace(root)
    open_registry(ws).client.create_registered_model(MODEL_NAME)
    first = trained(
        ws,
        "train-20240601T0000-aaaa1111",
        bundle(("hotel", "home_cleaning"), "price", "channel", categories=("channel",)),
        "horizon: 14d\nworkspace: market\n",
        tags={"data_digest": "d1", "code_version": "c1", "config_digest": "f1"},
        params={"hotel/rounds": 3, "hotel/rows": 400, "home_cleaning/rounds": 3},
        metrics={"hotel/gain": 0.05, "hotel/gain_low": 0.01, "hotel/gain_high": 0.09, "hotel/auroc": 0.7},
    )
    second = trained(
        ws,
        "train-20240602T0000-bbbb2222",
        bundle(("hotel",), "price", "days_to_due"),
        "horizon: 7d\nworkspace: market\n",
        tags={"data_digest": "d2", "code_version": "c1", "config_digest": "f2"},
        params={"hotel/rounds": 5, "hotel/rows": 400},
        metrics={"hotel/gain": 0.08, "hotel/gain_low": 0.03, "hotel/gain_high": 0.12, "hotel/auroc": 0.7},
    )
    registry = open_registry(ws)
    registry.point("champion", first)
    registry.point("candidate", second)
    return ws


def rows(result, part):
    return {r["name"]: r for r in result.table.to_pylist() if r["part"] == part}


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("previous", "last"),
        ("1", "2"),
        ("champion", "candidate"),
        ("train-20240601T0000-aaaa1111", "train-20240602"),
    ],
)
def test_runs_are_named_by_place_version_alias_and_id(ws, a, b):
    one, other = compare(ws, a, b).extra["runs"]
    assert (one.version, other.version) == ("1", "2")


def test_the_beginning_of_an_mlflow_id_names_its_run(ws):
    one, _ = compare(ws).extra["runs"]
    assert compare(ws, one.run_id[:8], "last").extra["runs"][0] == one


def test_data_code_and_configuration_are_compared_by_their_digests(ws):
    summary = compare(ws).summary
    assert [summary[k] for k in ("data", "code", "configuration")] == ["changed", "same", "changed"]


def test_the_lines_of_the_configuration_that_changed_are_listed(ws):
    lines = [(r["a"], r["b"]) for r in compare(ws).table.to_pylist() if r["name"] == CONFIG_FILE]
    assert lines == [("horizon: 14d", None), (None, "horizon: 7d")]


def test_features_are_added_and_removed(ws):
    assert {n: r["change"] for n, r in rows(compare(ws), "feature").items()} == {
        "channel": "removed",
        "days_to_due": "added",
    }


def test_a_feature_whose_meaning_changed_says_in_which_field(tmp_path, small_market):
    from pipelines.compare import _features

    one, other = meta("price"), meta("price", categories=("price",))
    (row,) = _features({("hotel", "price"): one[0]}, {("hotel", "price"): other[0]})
    assert (row.change, row.a, row.b) == ("changed: kind", "kind: number", "kind: category")


def test_parameters_are_listed_where_they_differ(ws):
    assert {n: (r["a"], r["b"]) for n, r in rows(compare(ws), "parameter").items()} == {"rounds": ("3", "5")}


def test_metrics_stand_with_their_difference(ws):
    found = rows(compare(ws), "metric")
    assert found["gain"]["difference"] == pytest.approx(0.03)
    assert found["auroc"]["change"] == "same"


def test_the_gain_is_said_with_both_intervals(ws):
    assert compare(ws).summary["hotel"] == "gain 5.0% [1.0%, 9.0%] -> 8.0% [3.0%, 12.0%] (+3.0 points)"


def test_an_industry_that_only_one_run_has_is_one_row(ws):
    result = compare(ws)
    assert result.summary["home_cleaning"] == "only in a"
    assert [r["part"] for r in result.table.to_pylist() if r["industry"] == "home_cleaning"] == ["industry"]


def test_only_the_industries_that_are_asked_for_are_compared(ws):
    assert "home_cleaning" not in compare(ws, industries=["hotel"]).table["industry"].to_pylist()


def test_a_run_does_not_differ_from_itself(ws):
    assert compare(ws, "last", "last").extra["listing"] == "no difference"


@pytest.mark.parametrize(
    ("name", "said"),
    [("champoin", "did you mean `champion`"), ("9", "versions 1, 2"), ("train-2024", "beginning of 2 runs")],
)
def test_a_name_that_means_no_run_or_several_is_refused(ws, name, said):
    with pytest.raises(ContractError, match=said):
        compare(ws, name, "last")


def test_before_the_first_training_there_is_nothing_to_compare(small_market):
    with pytest.raises(StateError, match="demand train"):
        compare(open_workspace(small_market))


def test_a_run_that_failed_is_none(ws):
    with pytest.raises(ValueError, match="stop"), open_registry(ws).run("train-20240603T0000-cccc", {}):
        raise ValueError("stop")
    assert compare(ws).extra["runs"][1].version == "2"


def test_models_whose_files_are_gone_are_said(ws, tmp_path):
    root = Path(shutil.copytree(ws.root, tmp_path / "moved"))
    shutil.rmtree(root / "state" / "artifacts" / "models")
    with pytest.raises(StateError, match="files of model version 1"):
        compare(open_workspace(root))
