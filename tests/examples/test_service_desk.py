"""From a public log of a service desk to tonight's list, exactly as docs/bring-your-own.md says."""

from __future__ import annotations

import os
import re
import shlex
import shutil
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from examples.real import locate_data
from pipelines.cli import app
from pipelines.init import init
from pipelines.proof import prove
from pipelines.workspace import Workspace, open_workspace

LOG = locate_data.folder() / "incident_log" / "incident_event_log.parquet"
GUIDE = (Path(__file__).parents[2] / "docs" / "bring-your-own.md").read_text(encoding="utf-8")
FILES = ("demand.yaml", "catalog.yaml", "sources/incidents.sql", "sources/incident_log.sql", "sources/calls.sql")
TO_EDIT = "PATH/TO/incident_event_log.parquet"
NIGHT = "2016-05-25"

needs_log = pytest.mark.skipif(not LOG.is_file(), reason=f"{LOG.name} is not in {LOG.parent}")


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("desk") / "desk"
    init(path, template="service_desk")
    return path


@pytest.fixture(scope="module")
def whole(made, tmp_path_factory) -> Workspace:
    """The workspace over the whole log."""
    return open_workspace(edited(made, tmp_path_factory.mktemp("whole") / "desk", LOG))


@pytest.fixture(scope="module")
def every_tenth(tmp_path_factory) -> Path:
    """The log of a tenth of the callers."""
    log = pq.read_table(LOG)
    path = tmp_path_factory.mktemp("log") / LOG.name
    pq.write_table(log.filter(pc.ends_with(log["caller_id"], "7")), path)
    return path


def edited(made: Path, path: Path, log: Path) -> Path:
    """A copy in which the one line is edited."""
    shutil.copytree(made, path)
    config = path / "demand.yaml"
    config.write_text(config.read_text().replace(TO_EDIT, str(log)))
    return path


def test_it_is_under_forty_lines_of_yaml_and_sql_and_no_python(made):
    lines = [line for file in FILES for line in (made / file).read_text().splitlines()]
    assert len(lines) < 40
    assert not list(made.rglob("*.py"))
    assert {p.relative_to(made).as_posix() for p in made.rglob("*") if p.suffix in (".yaml", ".sql")} == set(FILES)


def test_no_line_is_longer_than_a_screen_is_wide(made):
    assert max(len(line) for file in FILES for line in (made / file).read_text().splitlines()) <= 124


def test_one_line_is_to_be_edited_and_says_so(made):
    named = [line for line in (made / "demand.yaml").read_text().splitlines() if TO_EDIT in line]
    assert len(named) == 1 and "the one line to edit" in named[0]


@pytest.mark.parametrize("file", FILES)
def test_the_guide_shows_the_files_of_the_template(made, file):
    language = "yaml" if file.endswith("yaml") else "sql"
    assert f"`{file}`:\n\n```{language}\n{(made / file).read_text()}```" in GUIDE


@needs_log
def test_the_commands_of_the_guide_lead_from_the_log_to_the_list(every_tenth, tmp_path, monkeypatch):
    """The night proves that nothing looks ahead, trains, and scores every open incident."""
    monkeypatch.chdir(tmp_path)
    start = GUIDE[: GUIDE.index("## 1.")]
    commands = [
        shlex.split(line) for block in re.findall(r"```bash\n(.*?)```", start, re.DOTALL) for line in block.splitlines()
    ]
    assert [c[1] for c in commands] == ["init", "nightly"]
    for command in commands:
        if command[1] == "nightly":
            config = Path("desk/demand.yaml")
            config.write_text(config.read_text().replace(TO_EDIT, os.path.relpath(every_tenth, "desk")))
        shown = CliRunner().invoke(app, command[1:])
        assert shown.exit_code == 0, f"{shown.output}\n{shown.exception!r}"
    assert Path(f"desk/reports/{NIGHT}.html").is_file()
    ws = open_workspace("desk")
    assert len(ws.desk.scores(NIGHT)) == ws.live("service_desk", NIGHT).num_rows > 100


@needs_log
@pytest.mark.parametrize(
    ("source", "rows"),
    [("incidents", 24_918), ("incident_log", 141_712), ("calls", 7_460)],
    ids=lambda value: str(value),
)
def test_the_sources_have_the_rows_that_the_guide_says(whole, source, rows):
    assert whole.sources[source].table.num_rows == rows
    assert f"{rows:,}" in GUIDE


@needs_log
def test_live_are_as_many_as_the_guide_says(whole):
    live = whole.live("service_desk", NIGHT).num_rows
    assert f"{live:,} open incidents" in GUIDE


@needs_log
def test_nothing_was_set_aside(whole):
    assert whole.quarantined == ()


@needs_log
@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("sources/incidents.sql", "ORDER BY seen, sys", "ORDER BY seen DESC, sys"),
        (
            "sources/incident_log.sql",
            "reassignment_count AS passed_on",
            "max(reassignment_count) OVER (PARTITION BY number) AS passed_on",
        ),
        ("sources/calls.sql", "caller_id, lag(number)", "caller_id, lead(number)"),
        ("sources/incident_log.sql", "seen AS known_at", "opened AS known_at"),
    ],
    ids=["the last update", "the final count", "the next call", "known when it was opened"],
)
def test_a_mapping_that_looks_ahead_is_refused(made, every_tenth, tmp_path, file, old, new):
    root = edited(made, tmp_path / "desk", every_tenth)
    text = (root / file).read_text()
    assert old in text
    (root / file).write_text(text.replace(old, new))
    moments = [open_workspace(root).parse_as_of(day) for day in ("2016-04-01", "2016-05-02")]
    assert prove(open_workspace(root), moments=moments).problems
