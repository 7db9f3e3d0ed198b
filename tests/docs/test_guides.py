"""The guides are run as they are written: their commands and their Python, in order, in one folder each."""

import contextlib
import os
import re
import shlex
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipelines.cli import app

DOCS = Path(__file__).parents[2] / "docs"
BLOCK = re.compile(r"```(bash|python|yaml|sql) *(?:\{(\S+)\})?\n(.*?)```", re.DOTALL)
GUIDES = ["first-night.md", "night-operator.md", "data-scientist.md", "backtest.md"]
SIMULATE, TRAIN = "demand simulate market --size small", "demand train market"


def run_command(line: str, made: dict[str, Path]) -> None:
    """Run a line of a guide; what other tests have made with the same command is copied."""
    words = shlex.split(line, comments=True)
    if not words:
        return
    if line in made:
        shutil.copytree(made[line], words[2], dirs_exist_ok=True)
        return
    assert words[0] == "demand", line
    shown = CliRunner().invoke(app, words[1:])
    assert shown.exit_code == 0, f"{line}\n{shown.output}\n{shown.exception!r}"


@pytest.mark.parametrize("guide", GUIDES)
def test_a_guide_runs_from_top_to_bottom(guide, tmp_path, small_market, trained_market):
    names: dict[str, object] = {}
    made = {SIMULATE: small_market, TRAIN: trained_market}
    with contextlib.chdir(tmp_path):
        os.environ.setdefault("COLUMNS", "120")
        for language, target, text in BLOCK.findall((DOCS / guide).read_text()):
            if target:
                path = Path(target)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            elif language == "bash":
                for line in text.splitlines():
                    run_command(line, made)
            elif language == "python":
                exec(compile(text, f"{guide}", "exec"), names)


def test_the_page_of_commands_is_what_the_commands_say():
    from docs.commands import page

    assert (DOCS / "commands.md").read_text() == page()
