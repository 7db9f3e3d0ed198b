"""Transactions on the ledger, and the steps a night takes inside them.

    with Ledger.open(ws.state) as ledger, ledger.writing() as step:
        step.commit(plan, ["hotel"], messages, run_id)        # all of it, or nothing

A writing transaction sees what is committed and nobody else writes beside it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import pyarrow as pa
from sqlalchemy import Connection, Engine, and_, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError, OperationalError

from demand.contract import BusyError, StateError
from demand.decisions import Plan
from pipelines.disk import disk_refusal
from pipelines.ledger import reading
from pipelines.ledger.engine import FILE, WRITES, open_engine
from pipelines.ledger.outbox import FAILED, PLANNED, SENDING, SENT, VOID, Due, Receipt
from pipelines.ledger.refusals import refused
from pipelines.ledger.schema import decisions, outbox, plans, receipts, unpublished

_APPROVED = ("none", "approved")
_AT_ONCE = 500  # databases limit how many values one statement may name


class Ledger:
    """The database; close it, or use it in a `with`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @classmethod
    def open(cls, state: Path, url: str | None = None) -> Self:
        """The ledger of a workspace, made when missing."""
        return cls(open_engine(state, url))

    @staticmethod
    def exists(state: Path) -> bool:
        """Whether anything was ever decided here."""
        return (state / FILE).exists()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """A consistent look; changes nothing."""
        with self._engine.connect() as connection, connection.begin():
            yield Transaction(connection)

    @contextmanager
    def trying(self) -> Iterator[Transaction]:
        """What a writing step would see and do; undone at the end of the block."""
        with self._engine.connect().execution_options(**{WRITES: True}) as connection:
            transaction = connection.begin()
            try:
                yield Transaction(connection)
            finally:
                transaction.rollback()

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        """One step: committed at the end of the block, undone if it raises.

        Raises
        ------
        BusyError
            If another process writes for longer than half a minute.
        StateError
            If the database refuses, for example a second live decision about a subject.
        """
        try:
            with self._engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
                yield Transaction(connection)
        except IntegrityError as error:
            raise refused(error) from error
        except OperationalError as error:
            if "locked" not in str(error.orig):
                refusal = disk_refusal(error, Path(str(self._engine.url.database)))
                if refusal is None:
                    raise
                raise refusal from error
            raise BusyError(
                found="another process writes to the ledger",
                expected="one writer at a time",
                remedy="wait until it ends; `demand status` shows what it does",
            ) from error

    def count_waiting(self) -> int:
        """Messages that are not dispatched yet."""
        with self.reading() as step:
            return step.count_waiting()


class Transaction(reading.Reading):
    """The steps that change the ledger; the questions are in `Reading`."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)

    def void(self, as_of: datetime, policy: str, industries: Sequence[str]) -> int:
        """Take back what is not on its way yet; returns how many decisions."""
        on_their_way = select(outbox.c.decision_id).where(outbox.c.status.in_((SENDING, SENT, FAILED)))
        voidable = and_(
            decisions.c.as_of == as_of,
            decisions.c.policy == policy,
            decisions.c.industry.in_(industries),
            decisions.c.status == PLANNED,
            decisions.c.decision_id.not_in(on_their_way),
        )
        names = select(decisions.c.decision_id).where(voidable)
        waiting = and_(outbox.c.decision_id.in_(names), outbox.c.status == PLANNED)
        self._connection.execute(update(outbox).where(waiting).values(status=VOID))
        return self._connection.execute(update(decisions).where(voidable).values(status=VOID)).rowcount

    def commit(self, plan: Plan, industries: Sequence[str], messages: Mapping[str, Any], run_id: str) -> None:
        """Write a plan: its industries are final from now on.

        Parameters
        ----------
        messages : decision -> what goes to its channel, for every decision to treat
        """
        revision = self._next_revision(plan.as_of, plan.policy)
        now = datetime.now(UTC)
        for industry in industries:
            key = and_(plans.c.as_of == plan.as_of, plans.c.policy == plan.policy, plans.c.industry == industry)
            values = {"revision": revision, "committed_at": now, "run_id": run_id, "gap": plan.gap}
            if self._connection.execute(update(plans).where(key).values(**values)).rowcount == 0:
                named = {"as_of": plan.as_of, "policy": plan.policy, "industry": industry}
                self._connection.execute(insert(plans).values(**named, **values))
        rows = [{**row, "revision": revision} for row in plan.decisions.to_pylist()]
        sent = [
            {
                **{c: row[c] for c in ("decision_id", "revision", "idempotency_key", "as_of", "channel")},
                **{c: row[c] for c in ("fire_at", "expires_at")},
                "status": PLANNED,
                "payload": json.dumps(messages[row["decision_id"]], ensure_ascii=False, sort_keys=True),
            }
            for row in rows
            if row["arm"] == "treat"
        ]
        if rows:
            self._connection.execute(insert(decisions), rows)
        if sent:
            self._connection.execute(insert(outbox), sent)

    def publish(self, as_of: datetime, tables: Mapping[str, pa.Table], run_id: str) -> None:
        """Keep tables of a plan until the store shows them; `project` takes them there."""
        for name, rows in tables.items():
            self._connection.execute(
                delete(unpublished).where(unpublished.c.as_of == as_of, unpublished.c.name == name)
            )
            values = {"as_of": as_of, "name": name, "run_id": run_id, "rows": _packed(rows)}
            self._connection.execute(insert(unpublished).values(**values))

    def published(self, as_of: datetime) -> None:
        """The store shows them."""
        self._connection.execute(delete(unpublished).where(unpublished.c.as_of == as_of))

    def approve(self, decision_id: str, *, approved: bool = True) -> None:
        """A person's answer to a decision that waits for approval; a refused one is void.

        Raises
        ------
        StateError
            If no such decision waits.
        """
        waits = and_(
            decisions.c.decision_id == decision_id, decisions.c.approval == "pending", decisions.c.status == PLANNED
        )
        values = {"approval": "approved"} if approved else {"approval": "refused", "status": VOID}
        if self._connection.execute(update(decisions).where(waits).values(**values)).rowcount == 0:
            raise StateError(
                found=f"decision {decision_id} does not wait for approval",
                expected="a planned decision whose approval is pending",
                remedy="look it up in the store's table `decisions`",
            )
        if not approved:
            waiting = and_(outbox.c.decision_id == decision_id, outbox.c.status == PLANNED)
            self._connection.execute(update(outbox).where(waiting).values(status=VOID))

    def take(self, until: datetime, *, most: int) -> list[Due]:
        """The next messages of nights up to `until`, marked as on their way; those that were before come first."""
        allowed = select(decisions.c.decision_id, decisions.c.revision).where(decisions.c.approval.in_(_APPROVED))
        ready = allowed.subquery()
        query = (
            select(outbox)
            .join(ready, and_(ready.c.decision_id == outbox.c.decision_id, ready.c.revision == outbox.c.revision))
            .where(outbox.c.as_of <= until, outbox.c.status.in_((PLANNED, SENDING)))
            .order_by(outbox.c.status.desc(), outbox.c.as_of, outbox.c.fire_at, outbox.c.decision_id)
            .limit(most)
        )
        found = [self._due(row) for row in self._connection.execute(query).mappings()]
        keys = [due.idempotency_key for due in found]
        live = and_(outbox.c.idempotency_key.in_(keys), outbox.c.status == PLANNED)
        self._connection.execute(update(outbox).where(live).values(status=SENDING))
        return found

    def expire(self, until: datetime) -> tuple[set[datetime], list[Receipt]]:
        """Give up messages that nobody sent or approved before they lost their sense; their money is free again.

        Returns
        -------
        their nights, their receipts
        """
        late = and_(outbox.c.status == PLANNED, outbox.c.expires_at <= until)
        columns = (outbox.c.as_of, outbox.c.idempotency_key, outbox.c.expires_at)
        rows = self._connection.execute(select(*columns).where(late).order_by(outbox.c.idempotency_key)).all()
        gone = [Receipt(key, "expired", expires, expires) for _, key, expires in rows]
        self.receive(gone)
        return {night for night, _, _ in rows}, gone

    def receive(self, answers: Sequence[Receipt]) -> None:
        """Write receipts: their messages are done, their decisions dispatched or failed.

        A message has one receipt: where it has one already, that one stands.
        """
        for start in range(0, len(answers), _AT_ONCE):
            self._receive({a.idempotency_key: a for a in answers[start : start + _AT_ONCE]})

    def _receive(self, answers: Mapping[str, Receipt]) -> None:
        there = select(receipts.c.idempotency_key, receipts.c.status).where(
            receipts.c.idempotency_key.in_(list(answers))
        )
        stands = {key: a.status for key, a in answers.items()}
        stands |= {row.idempotency_key: row.status for row in self._connection.execute(there)}
        fields = ("idempotency_key", "status", "occurred_at", "known_at", "detail")
        rows = [{f: getattr(a, f) for f in fields} for a in answers.values()]
        insert_new: Any = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}[self._connection.dialect.name]
        if rows:
            self._connection.execute(insert_new(receipts).on_conflict_do_nothing(), rows)
        for ok, message, decision in ((True, SENT, "dispatched"), (False, FAILED, "failed")):
            keys = [key for key, status in stands.items() if (status == "accepted") is ok]
            live = and_(outbox.c.idempotency_key.in_(keys), outbox.c.status != VOID)
            self._connection.execute(update(outbox).where(live).values(status=message))
            about = and_(decisions.c.idempotency_key.in_(keys), decisions.c.status != VOID)
            self._connection.execute(update(decisions).where(about).values(status=decision))

    def _next_revision(self, as_of: datetime, policy: str) -> int:
        query = select(func.max(plans.c.revision)).where(plans.c.as_of == as_of, plans.c.policy == policy)
        newest = self._connection.execute(query).scalar()
        return 0 if newest is None else int(newest) + 1


def _packed(rows: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, rows.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
        writer.write_table(rows)
    return bytes(sink.getvalue())
