"""The outbox to its channels: every message has its effect once, however often dispatch is interrupted.

    planned -> on its way -> the channel -> receipt -> dispatched

A message is marked as on its way before its channel is asked, and done after the channel has answered. Killed in
between, it is asked about again under the same key, and the channel answers with the receipt it has.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import pyarrow as pa

from demand.contract import TABLES, StateError, conform
from pipelines.channels import Channel, open_channels
from pipelines.ledger import Due, Ledger, Receipt, Transaction, project
from pipelines.ledger.outbox import SENDING
from pipelines.lock import hold
from pipelines.result import Result
from pipelines.runs import quarantined_when_scored, record
from pipelines.store import Store
from pipelines.workspace import Workspace

_AT_ONCE = 100


def dispatch(
    ws: Workspace,
    *,
    as_of: str | datetime | None = None,
    channels: Mapping[str, Channel] | None = None,
    progress: Callable[[str], None] | None = None,
) -> Result:
    """Send what waits, of this night and of nights before it, in order.

    Parameters
    ----------
    ws : an open workspace
    as_of : the night, a decided one; by default the newest of them
    channels : channel name -> adapter; by default files in the workspace's `outbox`

    Returns
    -------
    Result
        `table` holds the receipts of this call: what was accepted, what came too late (`expired`).
        What waits for a person's approval stays, and is counted.

    Raises
    ------
    StateError
        If the night was not decided.
    BusyError
        If another process works on the workspace.
    """
    say = progress or (lambda line: None)
    adapters = open_channels(ws.root, ws.zone) if channels is None else channels
    with hold(ws.state, what="dispatch"), Ledger.open(ws.state) as ledger:
        with ledger.reading() as step:
            moment = _decided_night(ws, step, as_of)
        with record(ws, "dispatch", moment) as run:
            answers, nights = _send_all(ledger, adapters, moment, say)
            project(ledger, Store(ws.state / "store"), nights | {moment}, run_id=run.run_id)
            with ledger.reading() as step:
                pending = step.count_pending()
            accepted = sum(a.status == "accepted" for a in answers)
            run.counts.update({"dispatched": accepted, "expired": len(answers) - accepted})
            run.quarantined = quarantined_when_scored(ws, moment)
    summary: dict[str, Any] = {
        "night": ws.shown(moment),
        **run.counts,
        "waiting for approval": pending,
        "quarantined": run.quarantined,
    }
    return Result("dispatch", summary, _table(answers), None if channels is not None else ws.root / "outbox")


def _decided_night(ws: Workspace, step: Transaction, as_of: str | datetime | None) -> datetime:
    """The night asked for; one that was never decided is refused: as the present it would make others expire."""
    newest = step.newest()
    if newest is None:
        raise StateError(
            found="no night was decided yet",
            expected="a plan whose messages wait",
            remedy=f"run `{ws.command('decide')}`, then dispatch",
        )
    moment = newest if as_of is None else ws.parse_as_of(as_of)
    if not step.committed(moment):
        raise StateError(
            found=f"{ws.shown(moment)} was not decided",
            expected=f"a night with a plan, the newest is {ws.shown(newest)}",
            remedy=f"run `{ws.command('decide', as_of=moment)}` first, or `{ws.command('dispatch')}` without a date",
        )
    return moment


def _send_all(
    ledger: Ledger, adapters: Mapping[str, Channel], until: datetime, say: Callable[[str], None]
) -> tuple[list[Receipt], set[datetime]]:
    """The receipts, and the nights whose decisions changed."""
    with ledger.writing() as step:
        nights, answers = step.expire(until)
    while True:
        with ledger.writing() as step:
            taken = step.take(until, most=_AT_ONCE)
        if not taken:
            return answers, nights
        received = [_send(adapters[due.channel], due, until) for due in taken]
        with ledger.writing() as step:
            step.receive(received)
        answers += received
        nights |= {due.as_of for due in taken}
        say(f"{len(answers):,} messages")


def _send(channel: Channel, due: Due, until: datetime) -> Receipt:
    """Deliver; but what was on its way when it lost its sense is asked about only."""
    if due.status == SENDING and due.expires_at <= until:
        return channel.find(due) or Receipt(due.idempotency_key, "expired", due.expires_at, due.expires_at)
    return channel.deliver(due)


def _table(answers: list[Receipt]) -> pa.Table:
    schema = TABLES["receipts"]
    rows = sorted(answers, key=lambda a: a.idempotency_key)
    columns = {n: pa.array([getattr(a, n) for a in rows], schema.field(n).type) for n in schema.names}
    return conform(pa.table(columns), "receipts")
