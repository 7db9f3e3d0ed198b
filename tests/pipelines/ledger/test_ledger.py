"""A step happens whole or not at all; a committed plan stands; a message is taken, sent and answered once."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from demand.catalog import Catalog
from demand.contract import DemandError, StateError
from demand.decisions import Plan
from pipelines.ledger import Ledger, Receipt, project
from pipelines.ledger.refusals import refused
from pipelines.store import Store
from tests.builders.decisions import DAY, NIGHT, action, catalog, plan

COOLDOWN = timedelta(days=30)
TODAY = (NIGHT.replace(hour=0), NIGHT.replace(hour=0) + DAY)


def commit(ledger: Ledger, made: Plan, *, industries: tuple[str, ...] = ("hotel",)) -> None:
    messages = {r["decision_id"]: {"to": r["subject_id"]} for r in made.decisions.to_pylist()}
    with ledger.writing() as step:
        step.commit(made, industries, messages, "run")


def decided(ledger: Ledger, *, night: datetime = NIGHT) -> list[dict[str, Any]]:
    with ledger.reading() as step:
        return list(step.decisions(night).to_pylist())


def accepted(key: str) -> Receipt:
    return Receipt(key, "accepted", NIGHT, NIGHT)


def send(ledger: Ledger, *, most: int = 10) -> list[str]:
    with ledger.writing() as step:
        keys = [due.idempotency_key for due in step.take(NIGHT, most=most)]
        step.receive([accepted(k) for k in keys])
    return keys


def dear() -> Catalog:
    return catalog(action(cost_cents=600, approval_above_cents=500))


def test_a_plan_comes_back_as_it_was_committed(tmp_path: Path) -> None:
    made = plan({}, {"subject_id": "b2"}, catalog=catalog())
    with Ledger.open(tmp_path) as ledger:
        commit(ledger, made)
        with ledger.reading() as step:
            assert step.decisions(NIGHT).equals(made.decisions)


def test_a_step_that_fails_leaves_nothing(tmp_path: Path) -> None:
    with Ledger.open(tmp_path) as ledger:
        with pytest.raises(KeyError), ledger.writing() as step:
            step.commit(plan({}, catalog=catalog()), ["hotel"], {}, "run")  # a message is missing
        with ledger.reading() as step:
            assert (step.committed(NIGHT), decided(ledger)) == (set(), [])


def test_a_step_that_only_tries_leaves_nothing(tmp_path: Path) -> None:
    made = plan({}, catalog=catalog())
    with Ledger.open(tmp_path) as ledger:
        with ledger.trying() as step:
            step.commit(made, ["hotel"], {made.decisions["decision_id"][0].as_py(): {}}, "run")
        assert decided(ledger) == []


def test_the_database_refuses_a_second_live_decision_about_a_subject(tmp_path: Path) -> None:
    with Ledger.open(tmp_path) as ledger:
        commit(ledger, plan({}, catalog=catalog(action("a"))))
        with pytest.raises(StateError, match="one live decision per subject"):
            commit(ledger, plan({}, catalog=catalog(action("b"))))


def test_what_was_taken_back_may_be_decided_again_under_its_name(tmp_path: Path) -> None:
    made = plan({}, catalog=catalog())
    with Ledger.open(tmp_path) as ledger:
        commit(ledger, made)
        with ledger.writing() as step:
            assert step.void(NIGHT, "p", ["hotel"]) == 1
        commit(ledger, made)
        assert [r["decision_id"] for r in decided(ledger)] == made.decisions["decision_id"].to_pylist()


def test_what_is_on_its_way_is_not_taken_back(tmp_path: Path) -> None:
    with Ledger.open(tmp_path) as ledger:
        commit(ledger, plan({}, {"subject_id": "b2"}, catalog=catalog()))
        with ledger.writing() as step:
            step.take(NIGHT, most=1)
        with ledger.writing() as step:
            assert step.void(NIGHT, "p", ["hotel"]) == 1
        assert len(decided(ledger)) == 1


def test_what_was_taken_back_is_not_sent(tmp_path: Path) -> None:
    with Ledger.open(tmp_path) as ledger:
        commit(ledger, plan({}, catalog=catalog()))
        with ledger.writing() as step:
            step.void(NIGHT, "p", ["hotel"])
        assert (send(ledger), ledger.count_waiting()) == ([], 0)


def test_a_message_that_was_on_its_way_is_taken_again_first(tmp_path: Path) -> None:
    with Ledger.open(tmp_path) as ledger:
        commit(ledger, plan({}, {"subject_id": "b2"}, catalog=catalog()))
        with ledger.writing() as step:
            first = step.take(NIGHT, most=1)
        with ledger.writing() as step:
            again = step.take(NIGHT, most=2)
        assert next((d.idempotency_key, d.status) for d in again) == (first[0].idempotency_key, "sending")


def test_a_receipt_ends_the_wait(tmp_path: Path) -> None:
    with Ledger.open(tmp_path) as ledger:
        commit(ledger, plan({}, catalog=catalog()))
        assert len(send(ledger)) == 1
        assert (send(ledger), [r["status"] for r in decided(ledger)]) == ([], ["dispatched"])


def test_messages_of_later_nights_wait(tmp_path: Path) -> None:
    with Ledger.open(tmp_path) as ledger:
        commit(ledger, plan({}, catalog=catalog()))
        with ledger.writing() as step:
            assert step.take(NIGHT - DAY, most=9) == []


def test_what_waits_for_approval_is_not_sent(tmp_path: Path) -> None:
    with Ledger.open(tmp_path) as ledger:
        commit(ledger, plan({}, catalog=dear()))
        with ledger.reading() as step:
            assert (step.count_pending(), send(ledger)) == (1, [])


@pytest.mark.parametrize(("approved", "sent"), [(True, 1), (False, 0)])
def test_a_persons_answer_sends_it_or_ends_it(tmp_path: Path, approved: bool, sent: int) -> None:
    with Ledger.open(tmp_path) as ledger:
        commit(ledger, plan({}, catalog=dear()))
        with ledger.writing() as step:
            step.approve(decided(ledger)[0]["decision_id"], approved=approved)
        assert (len(send(ledger)), ledger.count_waiting()) == (sent, 0)


def test_an_answer_to_nothing_is_refused(tmp_path: Path) -> None:
    with Ledger.open(tmp_path) as ledger, pytest.raises(StateError, match="does not wait"), ledger.writing() as step:
        step.approve("nobody")


def test_what_nobody_sent_in_time_fails_and_frees_its_money(tmp_path: Path) -> None:
    with Ledger.open(tmp_path) as ledger:
        commit(ledger, plan({}, catalog=catalog(action(cost_cents=300, fund="f"))))
        with ledger.writing() as step:
            nights, answers = step.expire(NIGHT + 2 * DAY)
        with ledger.reading() as step:
            reserved = step.history(NIGHT, cooldown=COOLDOWN, day=TODAY).reserved_cents
        assert (nights, answers[0].status, decided(ledger)[0]["status"], reserved) == ({NIGHT}, "expired", "failed", 0)


def test_history_knows_what_stands(tmp_path: Path) -> None:
    content = catalog(action(cost_cents=300, fund="f", capacity_pool="desk", audience="customer"))
    with Ledger.open(tmp_path) as ledger:
        commit(ledger, plan({}, catalog=content))
        with ledger.reading() as step:
            found = step.history(NIGHT, cooldown=COOLDOWN, day=TODAY)
    fired = int(NIGHT.timestamp()) * 1_000_000
    assert (found.fired, found.messages) == ({("b1", "call"): (fired,)}, {"u1": (fired,)})
    assert (found.reserved_cents, found.used, found.decided) == (300, {"desk": 1}, frozenset({"b1"}))


def test_money_and_capacity_of_another_day_are_its_own(tmp_path: Path) -> None:
    with Ledger.open(tmp_path) as ledger:
        commit(ledger, plan({}, catalog=catalog(action(cost_cents=300, fund="f", capacity_pool="desk"))))
        with ledger.reading() as step:
            found = step.history(NIGHT + DAY, cooldown=COOLDOWN, day=(TODAY[1], TODAY[1] + DAY))
    assert (found.reserved_cents, found.used) == (0, {})


def test_the_store_shows_what_stands(tmp_path: Path) -> None:
    with Ledger.open(tmp_path) as ledger:
        commit(ledger, plan({}, {"subject_id": "b2"}, catalog=catalog()))
        key = send(ledger, most=1)
        with ledger.writing() as step:
            step.void(NIGHT, "p", ["hotel"])
        store = Store(tmp_path / "store")
        project(ledger, store, [NIGHT], run_id="r")
    assert store.read("decisions", as_of=NIGHT)["status"].to_pylist() == ["dispatched"]
    assert store.read("receipts", as_of=NIGHT)["idempotency_key"].to_pylist() == key


def test_the_projection_can_be_rebuilt(tmp_path: Path) -> None:
    with Ledger.open(tmp_path) as ledger:
        commit(ledger, plan({}, catalog=catalog()))
        first, second = Store(tmp_path / "first"), Store(tmp_path / "second")
        for store in (first, second):
            project(ledger, store, [NIGHT], run_id="r")
    assert first.read("decisions", as_of=NIGHT).equals(second.read("decisions", as_of=NIGHT))


def test_a_database_elsewhere_is_named_by_its_url(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "unused", f"sqlite:///{tmp_path}/elsewhere.db") as ledger:
        assert (ledger.count_waiting(), (tmp_path / "unused").exists()) == (0, False)


def test_a_writer_waits_for_another_and_sees_what_it_did(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from pipelines.ledger import Ledger\n"
        "with Ledger.open(Path(sys.argv[1])) as ledger:\n"
        "    print('ready', flush=True)\n"
        "    with ledger.writing() as step: print(step.newest(), flush=True)\n"
    )
    with Ledger.open(tmp_path) as ledger:
        with ledger.writing() as step:
            other = subprocess.Popen(
                [sys.executable, "-c", code, str(tmp_path)],
                stdout=subprocess.PIPE,
                text=True,
                cwd=Path(__file__).parents[3],
            )
            assert other.stdout is not None
            assert other.stdout.readline() == "ready\n"
            made = plan({}, catalog=catalog())
            step.commit(made, ["hotel"], {made.decisions["decision_id"][0].as_py(): {}}, "run")
        assert other.communicate()[0] == f"{NIGHT}\n"


def test_errors_of_the_database_are_the_toolkits_own(tmp_path: Path) -> None:
    with Ledger.open(tmp_path) as ledger, pytest.raises(DemandError), ledger.writing() as step:
        step._connection.execute(text("INSERT INTO outbox SELECT 'd', 0, 'k', 0, 'c', 0, 0, 'planned', '{}'"))


def test_a_second_receipt_of_a_message_changes_nothing(tmp_path: Path) -> None:
    with Ledger.open(tmp_path) as ledger:
        commit(ledger, plan({}, catalog=catalog()))
        (key,) = send(ledger)
        with ledger.writing() as step:
            step.receive([Receipt(key, "expired", NIGHT + DAY, NIGHT + DAY)])
        with ledger.reading() as step:
            assert [r["status"] for r in step.receipts(NIGHT).to_pylist()] == ["accepted"]
        assert [d["status"] for d in decided(ledger)] == ["dispatched"]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("UNIQUE constraint failed: receipts.idempotency_key", "one receipt per message"),
        ("UNIQUE constraint failed: outbox.idempotency_key", "one live message per decision"),
        ('violates unique constraint "one_live_decision_per_subject_and_night"', "one live decision per subject"),
        ('on table "decisions" violates foreign key constraint', "rows that belong together"),
    ],
)
def test_a_refusal_of_the_database_says_what_was_expected_of_that_table(said: str, expected: str) -> None:
    assert expected in str(refused(IntegrityError("INSERT", None, Exception(said))))
