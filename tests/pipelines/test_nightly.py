"""A night that dies anywhere is run again and ends the same."""

import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from demand.contract import BusyError, ConfigError, LeakageError, StateError
from experiments.benchmarks.nightly import snapshot
from pipelines.ledger import Ledger
from pipelines.lock import hold
from pipelines.nightly import nightly
from pipelines.score import score
from pipelines.status import status
from pipelines.store import Store
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


def test_a_night_long_after_the_newest_row_warns_in_its_summary_status_and_page(own_market):
    ws = open_workspace(own_market)
    done = nightly(ws, as_of=ws.latest() + timedelta(days=90))
    assert "days before the night" in done.summary["warning"]
    empty = [i for i in ws.industries if not ws.live(i, ws.latest() + timedelta(days=90)).num_rows]
    assert "home_cleaning" in empty and done.summary["nobody live"] == f"in {', '.join(empty)}"
    in_the_way = status(ws).summary["in the way"]
    assert "days before the night" in in_the_way and f"nobody live in {', '.join(empty)}" in in_the_way
    assert "Old data: the newest row of" in done.path.read_text("utf-8")


def test_a_finished_night_is_followed_by_nothing_until_there_are_newer_rows(finished_market):
    ws = open_workspace(finished_market)
    said = status(ws).summary
    assert (said["next"].split(":")[0], said["in the way"]) == ("nothing", "nothing")


def test_an_unfinished_night_is_recommended_with_the_path_of_the_workspace(trained_market, monkeypatch):
    assert status(open_workspace(trained_market)).summary["next"] == f"demand nightly {trained_market}"
    monkeypatch.chdir(trained_market)
    assert status(open_workspace(".")).summary["next"] == "demand nightly"


def test_scoring_a_committed_night_again_keeps_what_was_decided_on(finished_market, tmp_path):
    ws = open_workspace(shutil.copytree(finished_market, tmp_path / "market"))
    store = Store(ws.state / "store")
    before = store.read("scores", as_of=ws.latest())
    kept = score(ws)
    assert "--replan" in kept.summary["kept"] and store.read("scores", as_of=ws.latest()).equals(before)
    again = score(ws, replan=True)
    assert "kept" not in again.summary
    assert store.read("scores", as_of=ws.latest())["run_id"][0] != before["run_id"][0]
    assert kept.table.equals(again.table)


def test_a_night_before_what_the_model_has_seen_is_refused(own_market):
    with pytest.raises(LeakageError, match="demand train"):
        nightly(open_workspace(own_market), as_of="2024-06-03")


def test_a_night_on_broken_data_scores_nothing(own_market):
    config = own_market / "industries" / "hotel.yaml"
    config.write_text(config.read_text().replace("horizon:", "horizn:", 1))
    with pytest.raises(ConfigError, match="horizon"):
        nightly(open_workspace(own_market))
    assert not (own_market / "outbox").exists() or not any((own_market / "outbox").rglob("*.json"))


def test_a_registry_that_is_gone_is_an_error_and_not_a_new_model(own_market):
    (own_market / "state" / "mlflow.db").unlink()
    with pytest.raises(StateError, match="demand train"):
        nightly(open_workspace(own_market))
    assert not (own_market / "state" / "mlflow.db").exists()
