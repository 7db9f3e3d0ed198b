"""The command is a thin shell: every verb has a page of help with an example, and errors are said in words."""

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from pipelines.cli import app, main

VERBS = [command.callback.__name__ for command in app.registered_commands if command.callback]
run = CliRunner().invoke


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself_with_an_example(verb):
    shown = run(app, [verb, "--help"])
    assert shown.exit_code == 0
    assert f"Example: demand {verb}" in " ".join(shown.output.replace("│", " ").split())


def test_help_answers_without_loading_a_model_library():
    heavy = ("mlflow", "lightgbm", "shap", "pandas", "sklearn")
    code = f"import sys, pipelines.cli; print([m for m in {heavy} if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_an_error_is_said_in_three_parts_and_ends_with_2(tmp_path, capsys):
    with pytest.raises(SystemExit) as ended:
        main(lambda: app(["train", str(tmp_path / "nowhere")], standalone_mode=False))
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert "ConfigError" in said and "demand init" in said


def test_check_prints_its_findings_and_ends_with_0_when_all_is_well(small_market):
    shown = run(app, ["check", str(small_market)])
    assert shown.exit_code == 0, shown.output
    assert "quarantined" in shown.output


def test_check_ends_with_1_when_something_is_wrong(tmp_path):
    (tmp_path / "demand.yaml").write_text("workspace: x\ntimezon: UTC\n")
    shown = run(app, ["check", str(tmp_path)])
    assert shown.exit_code == 1
    assert "timezone" in shown.output


def test_status_names_the_next_command(own_market):
    shown = run(app, ["status", str(own_market)])
    assert shown.exit_code == 0, shown.output
    assert "next: demand nightly" in shown.output


def test_features_list_says_which_views_are_active(small_market):
    shown = run(app, ["features", "list", str(small_market), "--industry", "hotel"])
    assert shown.exit_code == 0, shown.output
    assert "calendar" in shown.output
