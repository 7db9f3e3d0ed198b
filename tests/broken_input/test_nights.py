"""Two nights at once, nights that died, and a state that somebody else wrote."""

import shutil
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from threading import Event

import pyarrow as pa
from deltalake import write_deltalake

from pipelines.lock import hold
from pipelines.runs import record
from pipelines.workspace import open_workspace
from tests.builders.broken import State, assert_untouched, demand

TOPIC = "Nights and state"
DECIDE = ("decide", "--as-of", "2024-06-29", "--replan")


def test_a_second_night_at_once_is_refused(repairs, refused):
    held, seen = Event(), Event()

    def other_night():
        with hold(repairs / "state", what="nightly 2024-06-29 02:00"):
            held.set()
            seen.wait(60)

    with ThreadPoolExecutor(1) as pool:
        pool.submit(other_night)
        assert held.wait(60)
        try:
            refused("a second night at once", "the workspace is held by process")
        finally:
            seen.set()


def test_a_run_that_was_killed_is_told_and_the_next_one_goes_on(repairs, monkeypatch):
    night = datetime(2024, 6, 29, 1, tzinfo=UTC)
    monkeypatch.setattr("pipelines.runs._this_process", lambda: "elsewhere")
    with record(open_workspace(repairs), "nightly", night) as run:
        run.run_id = "killed"
        monkeypatch.setattr("pipelines.runs._lives", lambda process: False)
        before = State.of(repairs)
        said = demand("status", repairs)
    assert "nightly of 2024-06-29 02:00 killed: run it again" in said.text
    assert_untouched(repairs, before)


def test_a_lock_file_that_is_none_is_named(repairs, refused):
    (repairs / "state" / "lock.db").write_text("garbage" * 200)
    refused("a damaged lock file", "state/lock.db is damaged")


def test_a_table_of_somebody_else_in_the_store_is_refused(repairs, refused):
    shutil.rmtree(repairs / "state" / "store" / "scores")
    write_deltalake(str(repairs / "state" / "store" / "scores"), pa.table({"a": [1, 2]}))
    refused("a store table with a foreign schema", "store/scores is a table that this toolkit did not write", *DECIDE)


def test_a_damaged_log_of_the_store_is_named(repairs, refused):
    next((repairs / "state" / "store" / "scores" / "_delta_log").glob("*.json")).write_text("{ not json")
    refused("a damaged log in the store", "store/scores is damaged", *DECIDE)


def test_a_lost_file_of_the_store_is_named(repairs, refused):
    next((repairs / "state" / "store" / "scores").rglob("*.parquet")).unlink()
    refused("a lost file in the store", "store/scores is damaged", *DECIDE)


def test_a_ledger_that_is_no_database_is_named(repairs, refused):
    (repairs / "state" / "ledger.db").write_text("not a database at all" * 100)
    refused("a damaged ledger", "state/ledger.db is damaged", *DECIDE)


def test_a_ledger_of_another_version_is_refused(repairs, refused):
    with closing(sqlite3.connect(repairs / "state" / "ledger.db")) as db:
        db.execute("ALTER TABLE receipts RENAME COLUMN detail TO remark")
        db.commit()
    refused("a ledger of another version", "is of another version: it lacks receipts.detail", *DECIDE)
