"""A configuration in several files is the same configuration, and a problem is said where it stands."""

import pyarrow as pa
import pytest
import yaml

from demand.contract import ConfigError
from pipelines import open_workspace
from pipelines.config import load_config
from tests.builders.workspace import CONFIG, write_workspace


@pytest.fixture
def split(tmp_path):
    """The small workspace, its industries in files of their own; writes what it is given."""

    def write(**files):
        write_workspace(tmp_path)
        whole = yaml.safe_load(yaml.safe_dump(CONFIG))
        part = {"industries": whole.pop("industries")}
        whole["include"] = list(files) or ["industries.yaml"]
        (tmp_path / "demand.yaml").write_text(yaml.safe_dump(whole, sort_keys=False))
        for name, change in (files or {"industries.yaml": None}).items():
            (tmp_path / name).write_text(change if isinstance(change, str) else yaml.safe_dump(change or part))
        return tmp_path

    return write


def said(path):
    with pytest.raises(ConfigError) as raised:
        load_config(path, files=True)
    return str(raised.value)


def test_it_loads_as_if_it_were_one_file(split, tmp_path):
    whole = write_workspace(tmp_path / "whole")
    parts = load_config(split())
    assert parts.model_copy(update={"include": ()}) == load_config(whole / "demand.yaml")


def test_a_problem_names_the_file_that_it_stands_in(split):
    path = split()
    text = (path / "industries.yaml").read_text()
    (path / "industries.yaml").write_text(text.replace("horizon:", "horizont:"))
    assert "industries.yaml: industries.hotel.horizont" in said(path)


def test_nothing_is_described_twice(split):
    path = split(**{"a.yaml": None, "b.yaml": None})
    assert "hotel stands in a.yaml too" in said(path)


def test_only_parts_with_names_are_included(split):
    assert "limits" in said(split(**{"a.yaml": "limits: {fund_cents_per_night: 5}\n"}))


def test_a_missing_file_is_named_with_the_nearest(split):
    path = split()
    (path / "industries.yaml").rename(path / "industry.yaml")
    assert "no file industries.yaml" in said(path)
    assert "industry.yaml" in said(path)


def test_a_file_outside_the_workspace_is_refused(split, tmp_path):
    assert "leads out of the workspace" in said(split(**{"../elsewhere.yaml": None}))


def test_an_edit_of_an_included_file_changes_the_digest(split):
    path = split()
    frames = {"hotel": pa.table({"hotel": ["a"]})}
    before = open_workspace(path, frames=frames).digest()
    with (path / "industries.yaml").open("a") as file:
        file.write("# a word\n")
    again = open_workspace(path, frames=frames)
    assert again.digest() != before
    assert "# a word" in again.written_configuration()
