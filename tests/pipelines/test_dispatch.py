"""Every message has its effect once, wherever the night is killed."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from demand.contract import StateError
from pipelines.channels import FileChannel
from pipelines.decide import decide
from pipelines.dispatch import dispatch
from pipelines.ledger import Due, Ledger, Receipt
from pipelines.store import Store
from pipelines.workspace import Workspace, open_workspace
from tests.builders.decisions import DAY, NIGHT, action, put_scores, scores, workspace

ROOT = Path(__file__).parents[2]


def decided(root: Path, *actions: dict[str, Any], n: int = 3) -> Workspace:
    ws = workspace(root, *actions)
    put_scores(ws, scores(*[{"subject_id": f"b{i}", "user_id": f"u{i}"} for i in range(n)]))
    decide(ws)
    return ws


def outbox(ws: Workspace) -> dict[str, dict[str, Any]]:
    """Path -> message, without the moment at which it was accepted."""
    found = {}
    for file in sorted((ws.root / "outbox").rglob("*.json")):
        found[file.relative_to(ws.root).as_posix()] = json.loads(file.read_text("utf-8"))
        del found[file.relative_to(ws.root).as_posix()]["accepted_at"]
    return found


def state(ws: Workspace) -> dict[str, Any]:
    """Everything that a night leaves, without run ids and moments of the clock."""
    store = Store(ws.state / "store")
    with Ledger.open(ws.state) as ledger, ledger.reading() as step:
        decisions = step.decisions(NIGHT).to_pylist()
    return {
        "decisions": decisions,
        "projection": store.read("decisions", as_of=NIGHT).to_pylist(),
        "candidates": store.read("candidates", as_of=NIGHT).to_pylist(),
        "limits": store.read("limits", as_of=NIGHT).to_pylist(),
        "receipts": [(r["idempotency_key"], r["status"]) for r in store.read("receipts", as_of=NIGHT).to_pylist()],
        "outbox": outbox(ws),
    }


class Broken:
    """A real channel behind a line that breaks after some messages, before or after the effect."""

    def __init__(self, ws: Workspace, *, after: int, effect: bool) -> None:
        self._inner, self._left, self._effect = FileChannel(ws.root / "outbox", ws.zone), after, effect

    def deliver(self, message: Due) -> Receipt:
        if self._left == 0:
            if self._effect:
                self._inner.deliver(message)
            raise ConnectionError("the line is down")
        self._left -= 1
        return self._inner.deliver(message)

    def find(self, message: Due) -> Receipt | None:
        return self._inner.find(message)


def through(ws: Workspace, *, after: int, effect: bool) -> Mapping[str, Broken]:
    return {"queue": Broken(ws, after=after, effect=effect)}


def test_every_message_becomes_a_file_and_a_receipt(tmp_path: Path) -> None:
    ws = decided(tmp_path)
    sent = dispatch(ws)
    assert (sent.summary["dispatched"], len(outbox(ws)), sent.path) == (3, 3, ws.root / "outbox")


def test_decisions_are_dispatched_in_the_store_too(tmp_path: Path) -> None:
    ws = decided(tmp_path)
    dispatch(ws)
    assert set(Store(ws.state / "store").read("decisions", as_of=NIGHT)["status"].to_pylist()) == {"dispatched"}


def test_dispatching_again_sends_nothing(tmp_path: Path) -> None:
    ws = decided(tmp_path)
    dispatch(ws)
    before = state(ws)
    assert (dispatch(ws).summary["dispatched"], state(ws)) == (0, before)


@pytest.mark.parametrize("effect", [False, True])
@pytest.mark.parametrize("after", [0, 2])
def test_a_line_that_breaks_loses_nothing_and_doubles_nothing(tmp_path: Path, after: int, effect: bool) -> None:
    ws = decided(tmp_path)
    with pytest.raises(ConnectionError):
        dispatch(ws, channels=through(ws, after=after, effect=effect))
    dispatch(ws)
    assert (len(outbox(ws)), [s for _, s in state(ws)["receipts"]]) == (3, ["accepted"] * 3)


def test_what_may_have_been_sent_is_not_taken_back(tmp_path: Path) -> None:
    ws = decided(tmp_path)
    with pytest.raises(ConnectionError):
        dispatch(ws, channels=through(ws, after=0, effect=True))
    assert decide(ws, replan=True).summary["treat"] == 3


def later(ws: Workspace, *, days: int) -> datetime:
    """A decided night without anybody, some days after."""
    night = NIGHT + days * DAY
    put_scores(ws, scores(), night=night)
    decide(ws, as_of=night)
    return night


def test_messages_of_a_night_that_was_not_dispatched_go_out_the_next_day(tmp_path: Path) -> None:
    ws = decided(tmp_path)
    assert dispatch(ws, as_of=later(ws, days=1)).summary["dispatched"] == 3


def test_messages_that_lost_their_sense_are_given_up(tmp_path: Path) -> None:
    ws = decided(tmp_path)
    late = dispatch(ws, as_of=later(ws, days=3))
    assert (late.summary["expired"], outbox(ws)) == (3, {})


def test_a_message_that_was_sent_just_in_time_is_not_given_up(tmp_path: Path) -> None:
    ws = decided(tmp_path, n=1)
    with pytest.raises(ConnectionError):
        dispatch(ws, channels=through(ws, after=0, effect=True))
    assert dispatch(ws, as_of=later(ws, days=3)).summary["dispatched"] == 1


def test_a_night_that_was_never_decided_is_refused_and_expires_nothing(tmp_path: Path) -> None:
    ws = decided(tmp_path)
    with pytest.raises(StateError, match=r"2025-02-01 00:00 was not decided.*\n.*demand decide .* --as-of 2025-02-01"):
        dispatch(ws, as_of="2025-02-01")
    assert dispatch(ws).summary["dispatched"] == 3


def test_what_waits_for_approval_stays(tmp_path: Path) -> None:
    ws = decided(tmp_path, action(cost_cents=600, approval_above_cents=500))
    sent = dispatch(ws)
    assert (sent.summary["dispatched"], sent.summary["waiting for approval"]) == (0, 3)


def test_without_a_plan_there_is_nothing_to_send(tmp_path: Path) -> None:
    with pytest.raises(StateError, match="no night was decided yet"):
        dispatch(workspace(tmp_path))


def test_an_outbox_that_cannot_be_written_stops_the_night_and_is_resumed(tmp_path: Path) -> None:
    ws = decided(tmp_path)
    (ws.root / "outbox").write_text("a file where a folder should be")
    with pytest.raises(StateError, match="outbox"):
        dispatch(ws)
    (ws.root / "outbox").unlink()
    assert dispatch(ws).summary["dispatched"] == 3


def test_a_moved_workspace_goes_on(tmp_path: Path) -> None:
    decided(tmp_path / "before")
    (tmp_path / "before").rename(tmp_path / "after")
    assert dispatch(open_workspace(tmp_path / "after")).summary["dispatched"] == 3


_KILLS = """
import os, shutil, signal, sys
from pathlib import Path
from pipelines.channels import file
from pipelines.decide import decide
from pipelines.dispatch import dispatch
from pipelines.ledger import Transaction
from pipelines.store import Store
from pipelines.workspace import open_workspace

template, verb, steps = Path(sys.argv[1]), sys.argv[2], 0

def dies_after(owner, name, at):
    real = getattr(owner, name)
    def step(*args, **kwargs):
        global steps
        result = real(*args, **kwargs)
        steps += 1
        if steps == at:
            os.kill(os.getpid(), signal.SIGKILL)
        return result
    setattr(owner, name, step)

for at in range(1, 100):
    place = template.with_name(f"killed-{at}")
    shutil.copytree(template, place)
    child = os.fork()
    if child == 0:
        for owner, name in ((Store, "replace"), (Transaction, "commit"), (Transaction, "take"),
                            (Transaction, "receive"), (Transaction, "published"), (Transaction, "decisions"),
                            (file, "_write")):
            dies_after(owner, name, at)
        ws = open_workspace(place)
        decide(ws, replan=verb == "replan")
        if verb == "night":
            dispatch(ws)
        os._exit(0)
    if os.waitpid(child, 0)[1] == 0:
        shutil.rmtree(place)
        break
print(at - 1)
"""


def test_a_night_killed_after_any_step_ends_like_one_that_was_not(tmp_path: Path) -> None:
    template = tmp_path / "template"
    ws = workspace(template, action(capacity_pool="desk"), limits={"desk_per_night": 2}, holdout={"share": 0.3})
    put_scores(ws, scores(*[{"subject_id": f"b{i}", "user_id": f"u{i}"} for i in range(5)]))
    shutil.copytree(template, tmp_path / "whole")
    kills = killed(template, "night")
    expected = finished(tmp_path / "whole")
    assert kills >= 12
    for at in range(1, kills + 1):
        assert finished(tmp_path / f"killed-{at}") == expected, f"killed after step {at}"


def test_planning_again_killed_after_any_step_leaves_the_former_plan_or_the_new_one(tmp_path: Path) -> None:
    template = tmp_path / "template"
    ws = workspace(template, action(capacity_pool="desk"), limits={"desk_per_night": 2})
    put_scores(ws, scores(*[{"subject_id": f"b{i}", "user_id": f"u{i}"} for i in range(3)]))
    decide(ws)
    put_scores(ws, scores(*[{"subject_id": f"c{i}", "user_id": f"v{i}"} for i in range(4)]))
    shutil.copytree(template, tmp_path / "former")
    shutil.copytree(template, tmp_path / "new")
    decide(open_workspace(tmp_path / "new"), replan=True)
    former, new = finished(tmp_path / "former"), finished(tmp_path / "new")
    ends = [finished(tmp_path / f"killed-{at}") for at in range(1, killed(template, "replan") + 1)]
    assert all(end in (former, new) for end in ends)
    assert (former in ends, new in ends) == (True, True)


def killed(template: Path, verb: str) -> int:
    """How many copies of a workspace were killed, each one step later than the one before."""
    script = [sys.executable, "-c", _KILLS, str(template), verb]
    killer = subprocess.run(script, capture_output=True, text=True, cwd=ROOT)
    assert killer.returncode == 0, killer.stderr
    return int(killer.stdout)


def finished(place: Path) -> dict[str, Any]:
    """What a night leaves when it is run once more."""
    ws = open_workspace(place)
    decide(ws)
    dispatch(ws)
    return state(ws)
