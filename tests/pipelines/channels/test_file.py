"""A message becomes one whole file, once, whatever happens; every channel keeps the same promises."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from demand.contract import StateError
from pipelines.channels import FileChannel, open_channels
from pipelines.ledger import Due
from tests.builders.decisions import NIGHT, ZONE

DUE = Due("key", NIGHT, "app", "planned", NIGHT + timedelta(days=1), {"text": {"en": "hello", "zh": "您好"}})


def channel(root: Path, zone: ZoneInfo = ZONE) -> FileChannel:
    return FileChannel(root / "outbox", zone)


def test_a_message_is_a_file_under_its_night_and_channel(tmp_path: Path) -> None:
    channel(tmp_path).deliver(DUE)
    written = json.loads((tmp_path / "outbox/2024-09-02/app/key.json").read_text("utf-8"))
    assert written["text"] == {"en": "hello", "zh": "您好"}


def test_a_night_has_its_local_date(tmp_path: Path) -> None:
    zone = ZoneInfo("America/Los_Angeles")
    assert channel(tmp_path, zone).path(DUE).parts[-3] == "2024-09-01"


def test_the_same_key_has_no_second_effect_and_the_same_receipt(tmp_path: Path) -> None:
    first = channel(tmp_path).deliver(DUE)
    before = channel(tmp_path).path(DUE).read_bytes()
    second = channel(tmp_path).deliver(replace(DUE, payload={"text": "something else"}))
    assert (second, channel(tmp_path).path(DUE).read_bytes()) == (first, before)


def test_a_message_that_was_not_delivered_is_not_found(tmp_path: Path) -> None:
    assert channel(tmp_path).find(DUE) is None


def test_a_message_that_was_delivered_is_found(tmp_path: Path) -> None:
    assert channel(tmp_path).deliver(DUE) == channel(tmp_path).find(DUE)


def test_the_receipt_says_where_the_message_is(tmp_path: Path) -> None:
    assert channel(tmp_path).deliver(DUE).detail == "outbox/2024-09-02/app/key.json"


def test_a_foreign_file_in_its_place_is_told(tmp_path: Path) -> None:
    path = channel(tmp_path).path(DUE)
    path.parent.mkdir(parents=True)
    path.write_text("[]")
    with pytest.raises(StateError, match="not a message of this toolkit"):
        channel(tmp_path).deliver(DUE)


def test_every_channel_of_a_workspace_is_a_folder(tmp_path: Path) -> None:
    open_channels(tmp_path, ZONE)["phone"].deliver(replace(DUE, channel="phone"))
    assert (tmp_path / "outbox/2024-09-02/phone/key.json").is_file()


_ENDLESS = """
import sys
from dataclasses import replace
from pathlib import Path
from tests.pipelines.channels.test_file import DUE, channel
print("ready", flush=True)
for i in range(10**6):
    channel(Path(sys.argv[1])).deliver(replace(DUE, idempotency_key=f"k{i}", payload={"text": "x" * 200_000}))
"""


def test_a_killed_channel_leaves_only_whole_messages(tmp_path: Path) -> None:
    code = _ENDLESS.replace("tests.pipelines.channels.test_file", "test_file")
    env = {**os.environ, "PYTHONPATH": f"{Path(__file__).parent}:{Path(__file__).parents[3]}"}
    writer = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True, env=env)
    assert writer.stdout is not None
    assert writer.stdout.readline() == "ready\n"
    time.sleep(0.3)
    os.kill(writer.pid, signal.SIGKILL)
    writer.wait()
    files = sorted((tmp_path / "outbox/2024-09-02/app").glob("*.json"))
    assert files and all(json.loads(f.read_text())["text"] for f in files)
