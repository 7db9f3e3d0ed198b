"""One night at a time, and no stale lock after a crash."""

import os
import signal
import subprocess
import sys
import time

import pytest

from demand.contract import BusyError
from pipelines.lock import hold, holder

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
