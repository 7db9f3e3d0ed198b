"""A night that dies anywhere is run again and ends the same."""

import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from demand.contract import BusyError, ConfigError, LeakageError, StateError
from experiments.benchmarks.nightly import snapshot
from pipelines.ledger import Ledger
from pipelines.lock import hold
from pipelines.nightly import nightly
from pipelines.workspace import open_workspace
from tests.conftest import made_once

STAGES = ["check", "score", "decide", "dispatch", "report", "done"]

DIE_AT_ONE_STAGE_AFTER_THE_OTHER = """
import os, sys
from pipelines.nightly import nightly
from pipelines.workspace import open_workspace

root, *stages = sys.argv[1:]
for stage in stages:
    child = os.fork()
    if child == 0:
        nightly(open_workspace(root), progress=lambda line: line.split(":")[0] == stage and os.kill(os.getpid(), 9))
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 9, f"the night was not killed at {stage}"
"""


@pytest.fixture(scope="session")
def finished_market(shared_folder, trained_market):
    def make(path):
        shutil.copytree(trained_market, path)
        nightly(open_workspace(path))

    return made_once(shared_folder, "finished-market", make)


def test_a_night_killed_at_one_stage_after_the_other_ends_with_the_same_tables(own_market, finished_market):
    script = [sys.executable, "-c", DIE_AT_ONE_STAGE_AFTER_THE_OTHER, str(own_market), *STAGES]
    killer = subprocess.run(script, capture_output=True, text=True)
    assert killer.returncode == 0, killer.stderr
    nightly(open_workspace(own_market))
    assert snapshot(own_market) == snapshot(finished_market)


def test_a_finished_night_run_again_changes_nothing_and_decides_nothing_twice(finished_market, tmp_path):
    root = shutil.copytree(finished_market, tmp_path / "market")
    before = snapshot(root)
    nightly(open_workspace(root))
    assert snapshot(root) == before


def test_a_subject_has_one_live_decision_a_night(finished_market):
    with Ledger.open(finished_market / "state") as ledger, ledger.reading() as step:
        live = [
            (d["subject_id"], d["as_of"])
            for d in step.decisions(open_workspace(finished_market).latest()).to_pylist()
            if d["status"] != "void"
        ]
    assert len(live) == len(set(live)) > 0


def test_every_dispatched_message_lies_in_the_outbox_once(finished_market):
    with Ledger.open(finished_market / "state") as ledger, ledger.reading() as step:
        sent = {
            d["idempotency_key"]
            for d in step.decisions(open_workspace(finished_market).latest()).to_pylist()
            if d["status"] == "dispatched"
        }
    assert sorted(p.stem for p in (finished_market / "outbox").rglob("*.json")) == sorted(sent)
    assert sent


def test_a_second_night_at_once_is_refused(own_market):
    ws = open_workspace(own_market)
    with hold(ws.state, what="nightly"), ThreadPoolExecutor(1) as another, pytest.raises(BusyError):
        another.submit(nightly, ws).result()


def test_a_night_before_what_the_model_has_seen_is_refused(own_market):
    with pytest.raises(LeakageError, match="demand train"):
        nightly(open_workspace(own_market), as_of="2024-06-03")


def test_a_night_on_broken_data_scores_nothing(own_market):
    config = own_market / "demand.yaml"
    config.write_text(config.read_text().replace("horizon:", "horizn:", 1))
    with pytest.raises(ConfigError, match="horizon"):
        nightly(open_workspace(own_market))
    assert not (own_market / "outbox").exists() or not any((own_market / "outbox").rglob("*.json"))


def test_a_registry_that_is_gone_is_an_error_and_not_a_new_model(own_market):
    (own_market / "state" / "mlflow.db").unlink()
    with pytest.raises(StateError, match="demand train"):
        nightly(open_workspace(own_market))
    assert not (own_market / "state" / "mlflow.db").exists()
