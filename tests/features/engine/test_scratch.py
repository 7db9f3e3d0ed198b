"""Files of a run go with it; those of a run that was killed go when the next one begins."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from features.engine.scratch import scratch_folder

RUN = (
    "import sys; from features.engine.scratch import scratch_folder\n"
    "with scratch_folder() as folder:\n"
    "    (folder / 'rows').write_text('many'); print(folder, flush=True); sys.stdin.read()"
)


@pytest.fixture(autouse=True)
def temporary(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


def test_a_folder_goes_with_its_run_and_says_whose_it_is(temporary):
    with scratch_folder() as folder:
        assert folder.parent == temporary
        assert str(os.getpid()) in folder.name
    assert list(temporary.iterdir()) == []


def test_the_folder_of_a_run_that_was_killed_goes_when_the_next_begins(temporary):
    with subprocess.Popen([sys.executable, "-c", RUN], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as run:
        left = run.stdout.readline().decode().strip()
        with scratch_folder():
            assert (temporary / left / "rows").exists()
        run.kill()
    assert (temporary / left / "rows").exists()
    with scratch_folder() as folder:
        assert list(temporary.iterdir()) == [folder]


def test_folders_of_others_stay(temporary):
    (temporary / "demand-parts-of-mine").mkdir()
    with scratch_folder():
        assert (temporary / "demand-parts-of-mine").exists()
