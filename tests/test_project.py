"""What must hold of the project as a whole."""

import ast
import re
import shlex
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns], cwd=ROOT,
                            capture_output=True, text=True, check=True)  # fmt: skip
    return [ROOT / line for line in listed.stdout.splitlines() if (ROOT / line).exists()]


def test_ci_runs_exactly_the_test_command_of_the_readme():
    assert "make test" in (ROOT / "README.md").read_text()
    assert (ROOT / ".ci/run").read_text().splitlines()[-1] == "exec make test"


def test_requirements_hold_exact_versions_with_hashes_and_no_address():
    for path in (ROOT / "requirements").glob("*.txt"):
        text = path.read_text()
        assert "://" not in text and "index-url" not in text, path.name
        packages = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
        assert all("==" in line for line in packages), path.name
        assert text.count("--hash=sha256:") >= len(packages), path.name


def test_mlproject_has_every_command_with_every_parameter():
    from docs.mlproject import project
    from pipelines.cli import app

    verbs = {command.callback.__name__ for command in app.registered_commands if command.callback}
    assert (ROOT / "MLproject").read_text() == project()
    assert {*verbs, "main"} <= set(yaml.safe_load(project())["entry_points"])


@pytest.mark.parametrize(
    ("verb", "given", "said"),
    [
        ("decide", {}, "decide quickstart --as-of latest --profile default"),
        (
            "decide",
            {"industry": "spa", "dry_run": "true", "replan": "true"},
            "decide quickstart --as-of latest --industry spa --dry-run --replan --profile default",
        ),
        ("check", {"proof": "false"}, "check quickstart --no-proof --profile default"),
        ("main", {"path": "a b", "seed": "3"}, "quickstart a b --size default --seed 3"),
    ],
)
def test_an_entry_point_says_what_its_parameters_say(tmp_path, verb, given, said):
    point = yaml.safe_load((ROOT / "MLproject").read_text())["entry_points"][verb]
    script = tmp_path / ".venv/bin/demand"
    script.parent.mkdir(parents=True)
    script.write_text('#!/bin/sh\necho "$@"\n')
    script.chmod(0o755)
    values = {name: p.get("default") for name, p in point["parameters"].items()} | given
    call = point["command"].format(**{name: shlex.quote(value) for name, value in values.items()})
    done = subprocess.run(["bash", "-c", call], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == said


def test_only_grading_reads_the_truth_of_a_simulated_marketplace():
    names_it = {
        path.relative_to(ROOT).as_posix()
        for path in tracked("demand/*.py", "features/*.py", "pipelines/*.py", "experiments/*.py", "examples/*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if (isinstance(node, ast.Constant) and re.match(r"truth(/|$)", str(node.value)))
        or (isinstance(node, ast.ImportFrom) and node.module == "demand.simulator.truth")
    }
    readers = {name for name in names_it if not name.startswith(("demand/simulator/", "experiments/grading/"))}
    assert readers == {
        "pipelines/simulate.py",  # writes it
        "pipelines/achievable.py",  # says so where it is missing
        "experiments/benchmarks/simulator.py",  # writes it once more
    }


@pytest.mark.parametrize("pattern", [r"(^|[^\w.-])/(work|root|home/\w+)/", r"index-url|/simple/"])
def test_no_tracked_file_holds_a_path_of_a_machine_or_a_registry_address(pattern):
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()[:80]}"
        for path in tracked("*.py", "*.toml", "*.md", "*.yaml", "*.sql", "*.txt", "*.cfg", "Makefile", "MLproject")
        if path != Path(__file__)
        for line in path.read_text().splitlines()
        if re.search(pattern, line) and not line.lstrip().startswith("uv export")
    ]
    assert not found


def test_the_wheel_holds_the_product_and_no_experiment():
    import tomllib

    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel["packages"] == ["demand", "features", "pipelines"]


TOGETHER = "features/engine/fold_kernels.py"
"""Numba's cache on disk does not see edits of a helper in another file, so kernels that call each other stay in one."""


def test_no_python_file_needs_a_map():
    long = {str(p.relative_to(ROOT)): n for p in tracked("*.py") if (n := len(p.read_text().splitlines())) > 330}
    assert not set(long) - {TOGETHER}


def test_links_in_the_docs_lead_somewhere():
    broken = [
        f"{page.relative_to(ROOT)} -> {target}"
        for page in tracked("*.md")
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text())
        if not (page.parent / target).exists()
    ]
    assert not broken
