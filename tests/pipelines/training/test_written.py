"""What training leaves behind is whole, or what stood there before."""

import json
from datetime import UTC, datetime

import pytest

from pipelines.training.written import git_commit, write_evaluation, write_features, write_json
from tests.builders.training import meta

WHEN = {"hotel": datetime(2024, 6, 1, tzinfo=UTC), "spa": datetime(2024, 7, 1, tzinfo=UTC)}


def test_the_evaluation_keeps_industries_that_were_not_trained_this_time(tmp_path):
    write_evaluation(tmp_path, "1", WHEN, {"hotel": {"gain": 0.1}, "spa": {"gain": 0.2}})
    path = write_evaluation(tmp_path, "2", {"hotel": WHEN["hotel"]}, {"hotel": {"gain": 0.3}})
    read = json.loads(path.read_text())
    assert read["industries"] == {"hotel": {"gain": 0.3}, "spa": {"gain": 0.2}}
    assert (read["model_version"], read["label_as_of"]) == ("2", "2024-06-01T00:00:00+00:00")


def test_the_meaning_of_the_features_is_kept_by_industry(tmp_path):
    write_features(tmp_path, {"hotel": meta("price")})
    path = write_features(tmp_path, {"spa": meta("age")})
    assert {name: [f["name"] for f in listed] for name, listed in json.loads(path.read_text()).items()} == {
        "hotel": ["price"],
        "spa": ["age"],
    }


def test_a_number_that_json_does_not_know_leaves_the_former_file(tmp_path):
    path = write_json(tmp_path / "evaluation.json", {"gain": 0.1})
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(path, {"gain": float("nan")})
    assert json.loads(path.read_text()) == {"gain": 0.1}


def test_a_workspace_outside_a_repository_has_no_commit(tmp_path):
    assert git_commit(tmp_path) is None
