"""One small workspace with a committed night, copied for each broken input."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.builders.broken import Said, State, assert_untouched, demand
from tests.builders.repairs import write_repairs
from tests.conftest import made_once

NIGHT = "2024-06-29"


@pytest.fixture(scope="session")
def committed_repairs(shared_folder) -> Path:
    """The repair business after a night: trained, scored, decided, dispatched, reported."""
    from pipelines.decide import decide
    from pipelines.dispatch import dispatch
    from pipelines.report import report
    from pipelines.score import score
    from pipelines.train import train
    from pipelines.workspace import open_workspace

    def make(path: Path) -> None:
        ws = open_workspace(write_repairs(path))
        train(ws)
        score(ws, as_of=NIGHT)
        decide(ws, as_of=NIGHT)
        dispatch(ws, as_of=NIGHT)
        report(ws, as_of=NIGHT)

    return made_once(shared_folder, "committed-repairs", make)


@pytest.fixture
def repairs(committed_repairs, tmp_path) -> Path:
    """A copy of the test's own."""
    return Path(shutil.copytree(committed_repairs, tmp_path / "repairs"))


@pytest.fixture
def refused(repairs) -> Callable[..., Said]:
    """Run a command on the broken workspace; it must be refused in words and leave everything as it was."""
    before = State.of(repairs)

    def run(verb: str = "nightly", *options: str) -> Said:
        said = demand(*verb.split(), repairs, *options)
        assert said.code in (1, 2), said.text
        assert "Traceback" not in said.text
        assert_untouched(repairs, before)
        return said

    return run


@pytest.fixture
def passed(repairs) -> Callable[..., Said]:
    """Look at the workspace: nothing stops the work, what is odd is said."""
    before = State.of(repairs)

    def run(*options: str) -> Said:
        said = demand("check", repairs, "--no-proof", *options)
        assert said.code == 0, said.text
        assert_untouched(repairs, before)
        return said

    return run
