"""What a sorted store does with its folder: two handles on one, strangers' files, failures after the change, growth."""

from __future__ import annotations

import errno
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from demand.contract import BusyError, Roles, StateError
from features import By, FeatureSet, SortedStore, events, state
from features.engine import generations
from features.engine.generations import writing
from tests.builders.features import UTC_ZONE, day, source, spine
from tests.features.test_sorted_store import AGENT, ASKED, KEYS, ROWS, assert_equal, bits, built, merged, opened

ROLES = Roles("hotel", subjects="bookings")
LATER = [{"id": f"late {n}", "at": n, "agent": "ab"[n % 2], "rate": n / 7} for n in range(4, 9)]
ALL = [*ROWS, *LATER]


def test_a_store_opened_before_another_merged_goes_on_with_the_next_day(tmp_path):
    stale = built(tmp_path, ALL, 4)
    merged(opened(tmp_path), ALL, 4, 5)
    merged(stale, ALL, 5, 6)
    assert_equal(stale, ALL, 6, ASKED)
    assert_equal(opened(tmp_path), ALL, 6, ASKED)


def test_a_store_opened_before_another_merged_loses_no_day(tmp_path):
    stale = built(tmp_path, ALL, 4)
    merged(opened(tmp_path), ALL, 4, 7)
    with pytest.raises(StateError, match="merged already"):
        merged(stale, ALL, 4, 5)
    assert_equal(opened(tmp_path), ALL, 7, ASKED)


def test_a_store_opened_before_another_was_built_goes_on_with_that_one(tmp_path):
    stale = built(tmp_path, ALL, 6)
    built(tmp_path, ALL, 4)
    merged(stale, ALL, 4, 5)
    assert_equal(opened(tmp_path), ALL, 5, ASKED)


def test_a_store_opened_before_one_of_other_features_was_built_is_refused(tmp_path):
    stale = built(tmp_path, ALL, 4)
    built(tmp_path, ALL, 4, [FeatureSet("own", AGENT.count("5d"))])
    with pytest.raises(StateError, match="built for other features"):
        merged(stale, ALL, 4, 5)


def test_a_reader_reads_on_whatever_is_merged_and_built_beside_it(tmp_path):
    reader, before = built(tmp_path, ALL, 4), spine([{"cutoff": 4, "agent": a} for a in "ab"])
    expected = bits(reader.evaluate(before, zone=UTC_ZONE))
    for through in (5, 6, 7):
        merged(opened(tmp_path), ALL, through - 1, through)
    assert bits(reader.evaluate(before, zone=UTC_ZONE)) == expected
    built(tmp_path, [], 9)
    assert bits(reader.evaluate(before, zone=UTC_ZONE)) == expected


def test_a_second_writer_is_told_to_wait(tmp_path):
    store = built(tmp_path, ALL, 4)
    with writing(tmp_path), pytest.raises(BusyError, match=r"another process writes.*\n.*wait"):
        merged(store, ALL, 4, 5)
    merged(store, ALL, 4, 5)


def test_a_writer_of_another_process_is_waited_for_until_it_dies(tmp_path):
    store = built(tmp_path, ALL, 4)
    code = (
        "import sys, pathlib; from features.engine.generations import writing\n"
        "with writing(pathlib.Path(sys.argv[1])): print('in', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as writer:
        assert writer.stdout.readline()
        with pytest.raises(BusyError):
            merged(store, ALL, 4, 5)
        writer.kill()
    merged(store, ALL, 4, 5)


def test_a_build_that_dies_leaves_the_store_as_it_was(tmp_path, monkeypatch):
    built(tmp_path, ALL, 4)

    def die(descriptor):
        raise OSError(errno.ENOSPC, "no space left")

    with monkeypatch.context() as patched:
        patched.setattr(generations, "_settle", die)
        with pytest.raises(OSError, match="no space"):
            built(tmp_path, ALL, 6)
    assert_equal(opened(tmp_path), ALL, 4, spine([{"cutoff": 4, "agent": "a"}]))
    built(tmp_path, ALL, 6)
    assert_equal(opened(tmp_path), ALL, 6, ASKED)


def test_files_that_cannot_be_dropped_wait_for_the_next_merge(tmp_path, monkeypatch):
    store = built(tmp_path, ALL, 4)

    def refuse(path, missing_ok=False):
        raise PermissionError(path)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "unlink", refuse)
        merged(store, ALL, 4, 5)
    assert store.through == day(5)
    merged(store, ALL, 5, 6)
    assert_equal(store, ALL, 6, ASKED)
    assert {path.name.rsplit("-")[-1] for path in tmp_path.glob("*.order.*")} == {"3.rows"}


def test_a_merge_that_fails_after_the_change_has_merged(tmp_path, monkeypatch):
    store, settle = built(tmp_path, ALL, 4), generations._settle

    def die(descriptor):
        if os.path.samestat(os.fstat(descriptor), tmp_path.stat()):
            raise OSError(errno.EIO, "input/output error")
        settle(descriptor)

    with monkeypatch.context() as patched:
        patched.setattr(generations, "_settle", die)
        with pytest.raises(OSError, match="input/output"):
            merged(store, ALL, 4, 5)
    assert store.through == day(5)
    merged(store, ALL, 5, 6)
    assert_equal(store, ALL, 6, ASKED)


def test_files_of_others_stay(tmp_path):
    others = ("source.txt", "source0.py", "sources-1.npy", "model.npy", "source0.known.rows", "notes-1.rows")
    for name in others:
        (tmp_path / name).write_text("mine")
    for _ in range(2):
        store = built(tmp_path, ALL, 4)
        merged(store, ALL, 4, 5)
    assert [(tmp_path / name).read_text() for name in others] == ["mine"] * len(others)


@pytest.mark.parametrize("text", ["", "[]", '{"name": "a page"}'])
def test_a_manifest_of_others_is_refused(text, tmp_path):
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(StateError, match=r"is not the manifest of a store.*\n.*name another folder"):
        built(tmp_path, ALL, 4)
    assert (tmp_path / "manifest.json").read_text() == text


def test_days_of_one_size_take_room_of_one_size(tmp_path):
    """Owners with states that go on for ever, each seen anew every day."""
    columns = {"rate": "number"}
    rows = [
        {"id": f"{n}/{d}", "at": d + n / 99, "subject": f"s{n}", "rate": n + d} for d in range(62) for n in range(20)
    ]
    again = [row | {"known": row["at"] + 1, "op": "correct", "rate": 0.5} for row in rows[::7]]

    def known(since, through):
        found = [row for row in rows + again if since <= row.get("known", row["at"]) < through]
        return {"bookings": source("bookings", found, columns=columns)}

    sets = [FeatureSet("own", By("subject")(state("bookings", owner="subject")).sum("rate"))]
    store = SortedStore.build(tmp_path, known(0, 1), sets, roles=ROLES, keys=KEYS, through=day(1))
    sizes = []
    for last in range(1, 61):
        store.merge(known(last, last + 1), since=day(last), through=day(last + 1))
        sizes.append(sum(path.stat().st_size for path in tmp_path.glob("*.rows")))
    assert sizes[59] - sizes[29] < 1.25 * (sizes[29] - sizes[0])


@pytest.mark.skipif(sys.platform == "win32", reason="limits of files are another matter there")
def test_a_store_of_many_columns_leaves_no_file_open(tmp_path):
    keys = tuple(f"k{n}" for n in range(40))
    bookings = source("bookings", [{"at": 1, **dict.fromkeys(keys, "x")}], keys=("subject", *keys))
    sets = [FeatureSet("own", *[By(key)(events("bookings")).count("3d") for key in keys])]
    asked = spine([{"cutoff": 2, **dict.fromkeys(keys, "x")}], keys=keys)
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    store = SortedStore.build(
        tmp_path, {"bookings": bookings}, sets, roles=ROLES, keys=asked.column_names, through=day(2)
    )
    open_now = len(list(Path("/dev/fd").iterdir()))
    resource.setrlimit(resource.RLIMIT_NOFILE, (open_now + 8, limits[1]))
    try:
        again = SortedStore(tmp_path, {"bookings": bookings.spec}, sets, roles=ROLES, keys=asked.column_names)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    assert len(list(tmp_path.glob("*.rows"))) > 200
    found = again.evaluate(asked, zone=UTC_ZONE, threads=1)
    assert {found.table[name][0].as_py() for name in found.names} == {1.0}
    assert store.through == again.through
