"""What training leaves behind is whole, or what stood there before."""

import json

from pipelines.training.written import git_commit, write_features
from tests.builders.training import meta


def test_the_meaning_of_the_features_is_kept_by_industry(tmp_path):
    write_features(tmp_path, {"hotel": meta("price")})
    path = write_features(tmp_path, {"spa": meta("age")})
    assert {name: [f["name"] for f in listed] for name, listed in json.loads(path.read_text()).items()} == {
        "hotel": ["price"],
        "spa": ["age"],
    }


def test_a_workspace_outside_a_repository_has_no_commit(tmp_path):
    assert git_commit(tmp_path) is None
