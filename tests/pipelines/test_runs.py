"""A run is written when it begins and when it ends; one that was killed is recognised."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from demand.contract import StateError
from pipelines.runs import read_runs, record

NIGHT = datetime(2024, 9, 2, 2, tzinfo=UTC)


@dataclass
class Place:
    """As much of a workspace as a run needs."""

    state: Path
    config: str = "two industries"


def test_a_run_that_ends_is_done_with_its_counts(tmp_path: Path) -> None:
    with record(Place(tmp_path), "score", NIGHT) as run:
        run.counts["subjects"], run.quarantined = 12, 3
    row = read_runs(Place(tmp_path)).to_pylist()[0]
    assert (row["status"], json.loads(row["counts"]), row["quarantined"]) == ("done", {"subjects": 12}, 3)


def test_a_run_at_work_says_so(tmp_path: Path) -> None:
    with record(Place(tmp_path), "score", NIGHT):
        assert read_runs(Place(tmp_path))["status"].to_pylist() == ["running"]


def test_a_run_that_fails_says_what_was_found_and_fails(tmp_path: Path) -> None:
    with pytest.raises(StateError), record(Place(tmp_path), "score", NIGHT):
        raise StateError("no champion", "one", "train")
    row = read_runs(Place(tmp_path)).to_pylist()[0]
    assert (row["status"], row["message"]) == ("failed", "no champion")


def test_the_same_verb_at_the_same_moment_replaces_its_row(tmp_path: Path) -> None:
    for _ in range(2):
        with record(Place(tmp_path), "score", NIGHT) as run:
            pass
    assert read_runs(Place(tmp_path))["run_id"].to_pylist() == [run.run_id]


def test_other_verbs_and_other_moments_keep_theirs(tmp_path: Path) -> None:
    for verb, moment in (("score", NIGHT), ("decide", NIGHT), ("score", NIGHT + timedelta(days=1))):
        with record(Place(tmp_path), verb, moment):
            pass
    assert read_runs(Place(tmp_path))["verb"].to_pylist() == ["score", "decide", "score"]


def test_runs_of_one_moment_can_be_asked_for(tmp_path: Path) -> None:
    for moment in (NIGHT, NIGHT + timedelta(days=1)):
        with record(Place(tmp_path), "score", moment):
            pass
    assert read_runs(Place(tmp_path), as_of=NIGHT)["as_of"].to_pylist() == [NIGHT]


def test_a_workspace_in_which_nothing_ran_has_no_runs(tmp_path: Path) -> None:
    assert read_runs(Place(tmp_path)).num_rows == 0


def test_a_killed_run_is_recognised(tmp_path: Path) -> None:
    code = (
        "import sys, time; from types import SimpleNamespace; from pathlib import Path; from datetime import datetime\n"
        "from pipelines.runs import record\n"
        "place, night = SimpleNamespace(state=Path(sys.argv[1]), config=''), datetime.fromisoformat(sys.argv[2])\n"
        "with record(place, 'score', night):\n"
        "    print('at work', flush=True); time.sleep(60)\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path), NIGHT.isoformat()]
    worker = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2])
    assert worker.stdout is not None
    assert worker.stdout.readline() == "at work\n"
    before = read_runs(Place(tmp_path))["status"].to_pylist()
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    assert (before, read_runs(Place(tmp_path))["status"].to_pylist()) == (["running"], ["killed"])
