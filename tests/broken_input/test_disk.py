"""A disk that is full, and folders that may not be written; what was there before can still be read."""

import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.store import Store
from tests.builders.broken import Said, State, assert_untouched, demand

TOPIC = "Disk"
AS_NOBODY = """
import os, sys
import lightgbm, pipelines.score
from tests.builders.broken import demand
demand("check", sys.argv[2], "--no-proof")  # whatever is imported late is imported while it may be read
os.setgid(65534); os.setuid(65534)
said = demand(*sys.argv[1:])
print(said.text)
sys.exit(said.code)
"""


@pytest.fixture
def small_disk(repairs, tmp_path):
    """The workspace on a disk with hardly any room left."""
    place = tmp_path / "disk"
    place.mkdir()
    size = sum(f.stat().st_size + 4096 for f in repairs.rglob("*")) // 1024 + 1024
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}k", "tmpfs", place], capture_output=True, text=True
    )
    if mounted.returncode:
        pytest.skip(f"a small disk cannot be mounted here: {mounted.stderr.strip()}")
    try:
        root = Path(shutil.copytree(repairs, place / "repairs"))
        yield root
    finally:
        subprocess.run(["umount", "-l", place], check=True)


def night_of(root):
    """The committed night, row by row: a later one may have got as far as its first tables, which nothing reads."""
    store, moment = Store(root / "state" / "store"), datetime(2024, 6, 29, 1, tzinfo=UTC)
    return {
        name: store.read(name, as_of=moment).to_pylist() for name in ("scores", "reasons", "decisions", "candidates")
    }


def fill(root, spare):
    """Leave `spare` bytes of the disk."""
    free = os.statvfs(root).f_bavail * os.statvfs(root).f_frsize
    (root.parent / "filler").write_bytes(b"\0" * max(free - spare, 0))


@pytest.mark.parametrize("spare", [0, 40_000])
def test_a_full_disk_leaves_the_former_nights(small_disk, documents, spare):
    before, night = State.of(small_disk), night_of(small_disk)
    fill(small_disk, spare)
    said = demand("score", small_disk, "--as-of", "2024-06-30")
    assert said.code == 2, said.text
    problem = said.about("the disk is full: ")
    (small_disk.parent / "filler").unlink()
    assert night_of(small_disk) == night
    if not spare:
        assert_untouched(small_disk, before)
        documents("a full disk", problem.replace(str(small_disk), "WORKSPACE"))
    assert demand("score", small_disk, "--as-of", "2024-06-30").code == 0


def test_a_folder_that_may_not_be_written_is_named(repairs, documents):
    if os.geteuid() != 0:
        pytest.skip("only root can become another user")
    for path in [repairs, *repairs.parents]:
        if path.stat().st_uid == 0 and path != Path("/"):
            path.chmod(path.stat().st_mode | 0o055)
    before = State.of(repairs)
    command = [sys.executable, "-c", AS_NOBODY, "score", str(repairs), "--as-of", "2024-06-30"]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "HOME": "/tmp"})
    assert done.returncode == 2, done.stderr + done.stdout
    documents("a folder that may not be written", Said(2, done.stdout).about("may not be written"))
    assert_untouched(repairs, before)
