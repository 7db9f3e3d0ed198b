"""What is said about a model belongs to the version that scored, whatever was trained since."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from pipelines.evaluations import evaluation_of_night, read_evaluation, write_evaluation, write_json
from pipelines.store import Store
from tests.builders.reports import NIGHT, run, score, table

WHEN = {"hotel": datetime(2024, 6, 1, tzinfo=UTC), "spa": datetime(2024, 7, 1, tzinfo=UTC)}


@pytest.fixture
def ws(tmp_path):
    """A state folder with version 1 of two industries, and version 2 of one."""
    write_evaluation(tmp_path, "1", WHEN, {"hotel": {"gain": 0.1}, "spa": {"gain": 0.2}})
    write_evaluation(tmp_path, "2", {"hotel": WHEN["hotel"]}, {"hotel": {"gain": 0.3}})
    return SimpleNamespace(state=tmp_path)


def scored(ws, run_version, **version_of):
    """A night whose run of `score` used one version, and whose rows name the version of their industry."""
    store = Store(ws.state / "store")
    rows = [score(i, 0.5, industry=i, model_version=version) for i, version in version_of.items()]
    store.replace("scores", as_of=NIGHT, rows=table("scores", rows), run_id="r1")
    done = table("runs", [run("score") | {"model_version": run_version}])
    store.replace("runs", as_of=NIGHT, rows=done, run_id="r1")
    return {name: f["gain"] for name, f in evaluation_of_night(ws, NIGHT)["industries"].items()}


def test_a_night_shows_the_version_that_scored_it(ws):
    assert scored(ws, "1", hotel="1", spa="1") == {"hotel": 0.1, "spa": 0.2}


def test_a_version_that_was_trained_on_one_industry_says_nothing_about_others(ws):
    assert scored(ws, "2", hotel="2") == {"hotel": 0.3}


def test_industries_of_one_night_may_have_been_scored_by_different_versions(ws):
    assert scored(ws, "2", hotel="2", spa="1") == {"hotel": 0.3, "spa": 0.2}


def test_an_industry_in_which_nobody_is_live_shows_the_version_of_the_night(ws):
    assert scored(ws, "1", hotel="1") == {"hotel": 0.1, "spa": 0.2}


def test_a_model_that_was_never_registered_has_no_figures(ws):
    assert scored(ws, None, hotel="unregistered") == {}


def test_outcomes_are_counted_up_to_the_newest_label_of_the_versions_that_scored(ws):
    scored(ws, "2", hotel="2")
    assert evaluation_of_night(ws, NIGHT)["label_as_of"] == "2024-06-01T00:00:00+00:00"


def test_an_industry_that_was_not_scored_does_not_say_how_far_labels_reach(ws):
    scored(ws, "1", hotel="1")
    assert evaluation_of_night(ws, NIGHT)["label_as_of"] == "2024-06-01T00:00:00+00:00"


def test_before_a_night_is_scored_the_newest_training_is_shown(ws):
    assert evaluation_of_night(ws, NIGHT)["model_version"] == "2"


def test_an_evaluation_from_before_versions_were_kept_is_found_by_its_version(tmp_path):
    write_json(tmp_path / "evaluation.json", {"model_version": "1", "industries": {"hotel": {"gain": 0.1}}})
    assert read_evaluation(tmp_path, "1")["industries"] == {"hotel": {"gain": 0.1}}
    assert read_evaluation(tmp_path, "2") == {}


def test_a_number_that_json_does_not_know_leaves_the_former_file(tmp_path):
    path = write_json(tmp_path / "evaluation.json", {"gain": 0.1})
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(path, {"gain": float("nan")})
    assert json.loads(path.read_text()) == {"gain": 0.1}
