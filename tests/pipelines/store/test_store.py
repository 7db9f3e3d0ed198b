"""A night of a table is replaced whole, and read back as it was written."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import DeltaTable
from hypothesis import given, settings
from hypothesis import strategies as st

from demand.contract import INSTANT, ContractError, StateError
from pipelines.store import Store

NIGHT = datetime(2024, 9, 2, 2, tzinfo=UTC)
NEXT = NIGHT + timedelta(days=1)


def axes(*industries: str, run_id: str = "r") -> pa.Table:
    n = len(industries)
    return pa.table(
        {
            "industry": pa.array(industries, pa.string()),
            "run_id": pa.array([run_id] * n, pa.string()),
            "scenarios": pa.array([["no_room", "other"]] * n, pa.list_(pa.string())),
            "bucket_days": pa.array([[0.0, 7.0, 14.0]] * n, pa.list_(pa.float64())),
        }
    )


def test_rows_come_back_in_the_order_they_were_written(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.replace("score_axes", as_of=NIGHT, rows=axes("b", "c", "a"), run_id="r")
    assert store.read("score_axes", as_of=NIGHT, columns=["industry"]).to_pydict() == {"industry": ["b", "c", "a"]}


def test_a_second_replacement_leaves_only_the_new_rows(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.replace("score_axes", as_of=NIGHT, rows=axes("a", "b"), run_id="r1")
    store.replace("score_axes", as_of=NIGHT, rows=axes("c"), run_id="r2")
    assert store.read("score_axes", as_of=NIGHT)["industry"].to_pylist() == ["c"]


def test_another_night_is_untouched_by_a_replacement(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.replace("score_axes", as_of=NIGHT, rows=axes("a"), run_id="r")
    store.replace("score_axes", as_of=NIGHT + timedelta(microseconds=1), rows=axes("b"), run_id="r")
    assert store.read("score_axes", as_of=NIGHT)["industry"].to_pylist() == ["a"]


def test_several_nights_are_replaced_in_one_commit(tmp_path: Path) -> None:
    store = Store(tmp_path)
    later = NEXT + timedelta(days=1)
    for night in (NIGHT, NEXT, later):
        store.replace("score_axes", as_of=night, rows=axes("old", "older"), run_id="r1")
    version = DeltaTable(str(tmp_path / "score_axes")).version()
    store.replace_nights("score_axes", {later: axes("c"), NIGHT: axes()}, run_id="r2")
    assert DeltaTable(str(tmp_path / "score_axes")).version() == version + 1
    found = {night: store.read("score_axes", as_of=night)["industry"].to_pylist() for night in (NIGHT, NEXT, later)}
    assert found == {NIGHT: [], NEXT: ["old", "older"], later: ["c"]}


def test_no_night_is_no_commit(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.replace_nights("score_axes", {}, run_id="r")
    assert store.tables() == []


def test_all_nights_are_read_oldest_first_with_their_moment(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.replace("score_axes", as_of=NEXT, rows=axes("b"), run_id="r")
    store.replace("score_axes", as_of=NIGHT, rows=axes("a"), run_id="r")
    rows = store.read("score_axes")
    assert (rows["industry"].to_pylist(), rows["as_of"].to_pylist()) == (["a", "b"], [NIGHT, NEXT])


def test_the_schema_of_the_contract_comes_back_with_instants_in_utc(tmp_path: Path) -> None:
    store = Store(tmp_path)
    row = {"idempotency_key": ["k"], "status": ["accepted"], "occurred_at": [NIGHT], "known_at": [NEXT]}
    store.replace("receipts", as_of=NIGHT, rows=pa.table(row), run_id="r")
    rows = store.read("receipts", as_of=NIGHT)
    assert (rows.column_names[:5], rows["known_at"].type) == (
        ["idempotency_key", "status", "occurred_at", "known_at", "detail"],
        INSTANT,
    )


def test_a_night_without_rows_is_remembered(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.replace("score_axes", as_of=NIGHT, rows=axes(), run_id="r")
    assert (store.moments("score_axes"), store.read("score_axes", as_of=NIGHT).num_rows) == ([NIGHT], 0)


def test_a_night_that_was_never_written_is_refused_with_those_there_are(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.replace("score_axes", as_of=NIGHT, rows=axes("a"), run_id="r")
    with pytest.raises(StateError, match="2024-09-02T02:00:00"):
        store.read("score_axes", as_of=NEXT)


def test_a_table_that_was_never_written_is_empty(tmp_path: Path) -> None:
    assert Store(tmp_path).read("scores", columns=["subject_id", "p_request", "as_of"]).num_rows == 0


def test_rows_that_break_the_contract_never_reach_the_disk(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="run_id"):
        Store(tmp_path).replace("score_axes", as_of=NIGHT, rows=axes("a").drop_columns(["run_id"]), run_id="r")
    assert not (tmp_path / "score_axes").exists()


def test_a_moment_without_time_zone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="time zone"):
        Store(tmp_path).replace("score_axes", as_of=NIGHT.replace(tzinfo=None), rows=axes("a"), run_id="r")


def test_a_further_column_may_arrive_later(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.replace("score_axes", as_of=NIGHT, rows=axes("a"), run_id="r")
    store.replace("score_axes", as_of=NEXT, rows=axes("b").append_column("note", pa.array(["new"])), run_id="r")
    assert store.read("score_axes")["note"].to_pylist() == [None, "new"]


def test_a_further_column_may_be_missing_later(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.replace("score_axes", as_of=NIGHT, rows=axes("a").append_column("note", pa.array(["old"])), run_id="r")
    store.replace("score_axes", as_of=NEXT, rows=axes("b"), run_id="r")
    assert store.read("score_axes")["note"].to_pylist() == ["old", None]


def test_foreign_string_types_become_plain_strings(tmp_path: Path) -> None:
    store = Store(tmp_path)
    rows = pa.table({"word": pa.array(["a", "b"]).dictionary_encode(), "long": pa.array(["c", "d"], pa.large_string())})
    store.replace("notes", as_of=NIGHT, rows=rows, run_id="r")
    assert {f.type for f in store.read("notes", as_of=NIGHT, columns=["word", "long"]).schema} == {pa.string()}


def test_one_part_of_a_night_is_replaced_alone(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.replace("score_axes", as_of=NIGHT, rows=axes("a"), run_id="r", part="first")
    store.replace("score_axes", as_of=NIGHT, rows=axes("b"), run_id="r", part="second")
    store.replace("score_axes", as_of=NIGHT, rows=axes("c"), run_id="r", part="second")
    assert store.read("score_axes", as_of=NIGHT)["industry"].to_pylist() == ["a", "c"]


@settings(max_examples=8, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), st.lists(st.text(max_size=3), max_size=4)), max_size=5))
def test_the_store_is_a_dictionary_of_nights(tmp_path_factory: pytest.TempPathFactory, writes: list) -> None:
    store, expected = Store(tmp_path_factory.mktemp("store")), {}
    for day, words in writes:
        moment = NIGHT + timedelta(days=day)
        store.replace("score_axes", as_of=moment, rows=axes(*words), run_id="r")
        expected[moment] = words
    found = {m: store.read("score_axes", as_of=m)["industry"].to_pylist() for m in store.moments("score_axes")}
    assert found == expected


_WRITER = """
import sys
from datetime import datetime
import pyarrow as pa
from pipelines.store import Store
store, night = Store(sys.argv[1]), datetime.fromisoformat(sys.argv[2])
n = 150_000
print("ready", flush=True)
for round in range(1, 1000):
    rows = pa.table({"round": pa.array([round] * n), "word": pa.array([f"{round}-{i}" for i in range(n)])})
    print(round, flush=True)
    store.replace("notes", as_of=night, rows=rows, run_id=str(round))
"""


def test_a_killed_writer_leaves_a_whole_night_and_the_other_night_untouched(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.replace("notes", as_of=NEXT, rows=pa.table({"round": [0], "word": ["kept"]}), run_id="r")
    for delay in (0.02, 0.15, 0.3):
        writer = subprocess.Popen(
            [sys.executable, "-c", _WRITER, str(tmp_path), NIGHT.isoformat()],
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[3],
        )
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
        writer.stdout.readline()
        time.sleep(delay)
        os.kill(writer.pid, signal.SIGKILL)
        assert writer.wait() == -signal.SIGKILL
        if store.has("notes", NIGHT):
            rows = store.read("notes", as_of=NIGHT)
            assert (rows.num_rows, len(set(rows["round"].to_pylist()))) == (150_000, 1)
    assert store.read("notes", as_of=NEXT)["word"].to_pylist() == ["kept"]


def test_files_of_a_killed_writer_and_of_replaced_nights_are_cleaned(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for word in ("a", "b"):
        store.replace("score_axes", as_of=NIGHT, rows=axes(word), run_id="r")
    whole = next((tmp_path / "score_axes").rglob("*.parquet"))
    whole.with_name("part-of-a-killed-writer.parquet").write_bytes(whole.read_bytes()[:40])
    assert store.clean("score_axes", older_than_hours=-1) == 2
    assert store.read("score_axes", as_of=NIGHT)["industry"].to_pylist() == ["b"]


def test_old_files_are_cleaned_as_the_table_is_written(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.replace("score_axes", as_of=NIGHT, rows=axes("a"), run_id="r")
    for file in (tmp_path / "score_axes").rglob("*.parquet"):
        os.utime(file, (0, 0))
    for _ in range(25):
        store.replace("score_axes", as_of=NIGHT, rows=axes("b"), run_id="r")
    assert len(list((tmp_path / "score_axes").rglob("*.parquet"))) == 25


def test_a_young_file_may_belong_to_a_writer_at_work_and_stays(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for word in ("a", "b"):
        store.replace("score_axes", as_of=NIGHT, rows=axes(word), run_id="r")
    assert store.clean("score_axes") == 0


_REPLACE_MANY = """
import sys
from datetime import datetime
import pyarrow as pa
from pipelines.store import Store
store, night = Store(sys.argv[1]), datetime.fromisoformat(sys.argv[2])
for round in range(6):
    store.replace("notes", as_of=night, rows=pa.table({"round": [round] * 3}), run_id="r")
"""


def test_two_processes_write_two_nights_at_once(tmp_path: Path) -> None:
    root = Path(__file__).parents[3]
    writers = [
        subprocess.Popen([sys.executable, "-c", _REPLACE_MANY, str(tmp_path), m.isoformat()], cwd=root)
        for m in (NIGHT, NEXT)
    ]
    assert [w.wait() for w in writers] == [0, 0]
    assert Store(tmp_path).read("notes", columns=["round"]).to_pydict() == {"round": [5] * 6}


def test_two_processes_race_for_one_night_and_one_of_them_has_it_whole(tmp_path: Path) -> None:
    root = Path(__file__).parents[3]
    command = [sys.executable, "-c", _REPLACE_MANY, str(tmp_path), NIGHT.isoformat()]
    writers = [subprocess.Popen(command, cwd=root, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    ended = [(w.communicate()[1], w.returncode) for w in writers]
    assert all(code == 0 or "BusyError" in said for said, code in ended)
    assert Store(tmp_path).read("notes", columns=["round"]).to_pydict() == {"round": [5] * 3}


def test_no_thread_of_a_reader_needs_the_interpreter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(tmp_path)
    store.replace("notes", as_of=NIGHT, rows=pa.table({"round": [1, 2]}), run_id="r")
    monkeypatch.setattr("deltalake.fs.DeltaStorageHandler.from_table", None)
    assert store.read("notes", as_of=NIGHT, columns=["round"]).to_pydict() == {"round": [1, 2]}
