"""The whole chain on a workspace that is there: nothing is made twice, and it says what it does not use."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from demand.contract import ContractError
from pipelines.evaluations import read_evaluation, read_json, trained_on
from pipelines.quickstart import quickstart
from pipelines.registry.lookup import find_version
from pipelines.workspace import open_workspace


@pytest.fixture(scope="module")
def again(trained_market, tmp_path_factory):
    """A quickstart on the trained marketplace, with what it said."""
    root = Path(shutil.copytree(trained_market, tmp_path_factory.mktemp("quickstart") / "market"))
    lines: list[str] = []
    return quickstart(root, size="small", progress=lines.append), root, lines


@pytest.mark.parametrize("size", ["huge", "-3", "0"])
def test_a_size_that_is_none_is_refused_before_anything_is_made(tmp_path, size):
    with pytest.raises(ContractError, match="size"):
        quickstart(tmp_path / "market", size=size)
    assert not (tmp_path / "market").exists()


def test_a_size_that_is_none_is_refused_on_a_workspace_too(small_market):
    with pytest.raises(ContractError, match="size"):
        quickstart(small_market, size="huge")


def test_on_a_workspace_it_says_that_size_and_seed_are_not_used(again):
    assert "size and seed are not used" in again[2][0]


def test_it_checks_before_it_trains(again):
    stages = [line.split(":")[0] for line in again[2]]
    assert stages.index("check") < stages.index("train") < stages.index("score")


def test_a_champion_of_the_same_data_and_configuration_is_used_again(again):
    result, root, _ = again
    assert find_version(root / "state", "1") is not None
    assert find_version(root / "state", "2") is None
    assert result.summary["model"].startswith("version 1, trained before")


def test_the_summary_holds_the_figures_of_the_version_that_scored(again):
    _, root, _ = again
    measured = read_evaluation(root / "state", "1")["industries"]
    summary = read_json(root / "summary.json")["industries"]
    assert {n: f["log_loss"] for n, f in summary.items()} == {n: f["log_loss"] for n, f in measured.items()}
    assert all(f["scored_at"] for f in summary.values())


def test_other_data_or_another_configuration_is_another_training(trained_market, own_market):
    former = open_workspace(trained_market)
    with (own_market / "demand.yaml").open("a") as file:
        file.write("\n# a word more\n")
    assert trained_on(open_workspace(own_market), former.industries) != trained_on(former, former.industries)


def test_what_comes_next_is_a_command_that_this_shell_can_run(again, monkeypatch):
    from pipelines.quickstart import _command

    monkeypatch.setenv("PATH", "")
    assert Path(_command().split()[0]).exists()
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent))
    assert _command() == "demand"
