"""One small workspace with a committed night, copied for each broken input; what is said stands in the docs."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.builders.broken import Said, State, assert_untouched, demand
from tests.builders.repairs import write_repairs
from tests.conftest import made_once

NIGHT = "2024-06-29"
DOCS = Path(__file__).parents[2] / "docs" / "broken-input.md"


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
def documents(repairs, request) -> Callable[[str, str], None]:
    """The docs show, for a kind of broken input, what was said about it; with DEMAND_WRITE_DOCS they are rewritten."""

    def compare(kind: str, problem: str) -> None:
        found, _, remedy = problem.partition(" -> ")
        assert remedy, f"nothing says what to do about: {problem}"
        row = f"| {kind} | {_plain(found, repairs)} | {_plain(remedy, repairs)} |"
        if os.environ.get("DEMAND_WRITE_DOCS"):
            _write_row(request.module.TOPIC, kind, row)
        assert row in DOCS.read_text(encoding="utf-8").splitlines(), f"docs/broken-input.md lacks:\n{row}"

    return compare


@pytest.fixture
def refused(repairs, documents) -> Callable[..., Said]:
    """A command on the broken workspace is refused in words, which the docs show; all is left as it was."""

    def run(kind: str, words: str, verb: str = "nightly", *options: str) -> Said:
        before = State.of(repairs)
        said = demand(verb, repairs, *options)
        assert said.code in (1, 2), said.text
        documents(kind, said.about(words))
        assert_untouched(repairs, before)
        return said

    return run


@pytest.fixture
def warned(repairs, documents) -> Callable[..., Said]:
    """The check passes and says what is odd, with a count and an example."""

    def run(kind: str, words: str) -> Said:
        before = State.of(repairs)
        said = demand("check", repairs, "--no-proof")
        assert said.code == 0, said.text
        documents(kind, said.about(words))
        assert_untouched(repairs, before)
        return said

    return run


@pytest.fixture
def accepted(repairs) -> Callable[..., Said]:
    """What looks broken and is not: no problem, no warning, every row used."""

    def run() -> Said:
        said = demand("check", repairs, "--no-proof")
        assert said.code == 0, said.text
        assert "problems: 0\nwarnings: 0\nquarantined: 0\nsources: 3 with 569 rows" in said.text
        return said

    return run


def _plain(text: str, root: Path) -> str:
    text = text.replace(str(root), "WORKSPACE")
    text = re.sub(r"(clock says |than now \()\d{4}[^)]*\)", r"\1NOW)", text)
    text = re.sub(
        r"part-\d+-[0-9a-f-]+[^'; ]*",
        "part-N",
        re.sub(r"m-[0-9a-f]{32}", "m-...", re.sub(r"process \d+", "process N", text)),
    )
    text = re.sub(r"since \d{4}[^)]*\)", "since NOW)", text)
    return text.replace("|", "\\|").replace("<", "&lt;").strip()


def _write_row(topic: str, kind: str, row: str) -> None:
    lines = DOCS.read_text(encoding="utf-8").splitlines()
    start = f"| {kind} |"
    places = [n for n, line in enumerate(lines) if line.startswith(start)]
    if places:
        lines[places[0]] = row
    else:
        at = lines.index(f"## {topic}") + 1
        while at < len(lines) and not lines[at].startswith("#"):
            at += 1
        while not lines[at - 1].strip():
            at -= 1
        lines.insert(at, row)
    DOCS.write_text("\n".join(lines) + "\n", encoding="utf-8")
