"""Without the files, one learns what each is and where it can be had."""

from __future__ import annotations

import pytest

from examples.real import locate_data
from tests.builders.real import REAL


@pytest.fixture
def empty_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("DEMAND_DATA", str(tmp_path))
    return tmp_path


def test_the_folder_is_the_one_that_is_named(empty_folder):
    assert locate_data.folder() == empty_folder


def test_without_a_name_the_folder_lies_beside_the_checkout(monkeypatch):
    monkeypatch.delenv("DEMAND_DATA", raising=False)
    assert locate_data.folder() == REAL.parents[2] / "shared" / "data"


def test_a_missing_file_ends_with_2(empty_folder):
    assert locate_data.main() == 2


@pytest.mark.parametrize("part", ["name", "holds", "origin", "licence"])
def test_of_a_missing_file_everything_is_said(empty_folder, capsys, part):
    locate_data.main()
    assert getattr(locate_data.FILES[0], part) in capsys.readouterr().err


def test_where_all_files_are_the_folder_is_printed(empty_folder, capsys):
    for file in locate_data.FILES:
        (empty_folder / file.name).parent.mkdir(exist_ok=True)
        (empty_folder / file.name).touch()
    locate_data.main()
    assert capsys.readouterr().out.strip() == str(empty_folder)


def test_the_readme_names_every_file():
    readme = (REAL / "README.md").read_text()
    assert [f.name for f in locate_data.FILES if f.name not in readme] == []


def test_every_file_that_the_configuration_reads_is_listed():
    text = (REAL / "demand.yaml").read_text()
    read = {line.split("${DEMAND_DATA}/")[1] for line in text.splitlines() if "${DEMAND_DATA}/" in line}
    assert read == {f.name for f in locate_data.FILES}
