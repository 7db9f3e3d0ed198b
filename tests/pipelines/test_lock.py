"""One night at a time, and no stale lock after a crash."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from demand.contract import BusyError
from pipelines.decide import decide
from pipelines.dispatch import dispatch
from pipelines.lock import hold, holder
from pipelines.report import report
from pipelines.score import score
from pipelines.status import status
from pipelines.train import train
from tests.builders.decisions import put_scores, scores, workspace

HOLD_AND_WAIT = """
import sys, time
from pathlib import Path
from pipelines.lock import hold
with hold(Path(sys.argv[1]), what="nightly 2024-12-31"):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def another_process(tmp_path):
    process = subprocess.Popen([sys.executable, "-c", HOLD_AND_WAIT, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline().strip() == "held"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def test_a_second_night_is_refused_and_told_who_holds_the_workspace(tmp_path, another_process):
    refused = pytest.raises(BusyError, match=rf"process {another_process.pid} \(nightly 2024-12-31")
    with refused, hold(tmp_path, what="nightly 2025-01-01"):
        pass


def test_status_can_ask_who_holds_it(tmp_path, another_process):
    assert holder(tmp_path)["what"] == "nightly 2024-12-31"


def test_a_killed_holder_leaves_no_lock_behind(tmp_path, another_process):
    os.kill(another_process.pid, signal.SIGKILL)
    another_process.wait()
    time.sleep(0.05)
    with hold(tmp_path, what="nightly 2024-12-31"):
        assert holder(tmp_path) is not None
    assert holder(tmp_path) is None


def test_a_free_workspace_has_no_holder(tmp_path):
    assert holder(tmp_path) is None


@pytest.fixture(scope="module")
def scored(tmp_path_factory):
    ws = workspace(tmp_path_factory.mktemp("scored"))
    put_scores(ws, scores({}))
    return ws


@pytest.mark.parametrize("verb", [train, score, decide, dispatch, report])
def test_every_verb_that_writes_is_refused_while_another_one_does(scored, verb):
    refused = pytest.raises(BusyError, match="something long")
    with hold(scored.state, what="something long"), ThreadPoolExecutor(1) as another, refused:
        another.submit(verb, scored).result()


@pytest.mark.parametrize("look", [status, lambda ws: decide(ws, dry_run=True)])
def test_a_verb_that_only_reads_works_beside_one_that_writes(scored, look):
    with hold(scored.state, what="something long"), ThreadPoolExecutor(1) as another:
        assert another.submit(look, scored).result().summary


def test_a_verb_that_calls_another_one_holds_the_workspace_for_both(tmp_path):
    with hold(tmp_path, what="nightly"):
        with hold(tmp_path, what="score"):
            pass
        assert holder(tmp_path)["what"] == "nightly"
    assert holder(tmp_path) is None


def test_looking_for_the_holder_all_the_time_stops_no_night(tmp_path):
    with hold(tmp_path, what="nightly"):
        pass
    done = Event()

    def look():
        while not done.is_set():
            holder(tmp_path)

    with ThreadPoolExecutor(2) as lookers:
        for _ in range(2):
            lookers.submit(look)
        try:
            for _ in range(20):
                with hold(tmp_path, what="nightly"):
                    pass
        finally:
            done.set()
