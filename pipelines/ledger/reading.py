"""What the ledger can be asked: committed nights, decisions that stand, what they use, what waits."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa
from sqlalchemy import BigInteger, Column, ColumnElement, Connection, Select, Table, func, select, type_coerce

from demand.contract import INSTANT, TABLES, conform
from demand.decisions import FURTHER, History
from pipelines.ledger.outbox import PLANNED, SENDING, VOID, Due
from pipelines.ledger.schema import Instant, decisions, outbox, plans, receipts, unpublished

_STANDING = ("planned", "dispatched")
_WEEK = timedelta(days=8)


class Reading:
    """Questions inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def committed(self, as_of: datetime, policy: str | None = None) -> set[str]:
        """The industries whose plan of that moment is final; under any policy where none is named."""
        query = select(plans.c.industry).where(plans.c.as_of == as_of)
        if policy is not None:
            query = query.where(plans.c.policy == policy)
        return set(self._connection.execute(query).scalars())

    def newest(self) -> datetime | None:
        """The last moment that was planned."""
        return self._connection.execute(select(func.max(plans.c.as_of))).scalar()

    def gap(self, as_of: datetime, policy: str) -> float:
        """How far the plan may be from the best possible."""
        query = select(func.max(plans.c.gap)).where(plans.c.as_of == as_of, plans.c.policy == policy)
        return float(self._connection.execute(query).scalar() or 0.0)

    def decisions(self, as_of: datetime, *, industries: Sequence[str] | None = None) -> pa.Table:
        """The decisions of one moment that stand, by subject: the contract's columns, then `FURTHER`."""
        names = [*TABLES["decisions"].names, *FURTHER]
        query = _as_kept(decisions, names).where(decisions.c.as_of == as_of, decisions.c.status != VOID)
        if industries is not None:
            query = query.where(decisions.c.industry.in_(industries))
        found = self._connection.execute(query.order_by(decisions.c.subject_id)).mappings().all()
        return conform(_table(decisions, names, found), "decisions")

    def receipts(self, as_of: datetime) -> pa.Table:
        """The receipts of the messages of one moment, by key."""
        keys = select(outbox.c.idempotency_key).where(outbox.c.as_of == as_of)
        names = TABLES["receipts"].names
        query = _as_kept(receipts, names).where(receipts.c.idempotency_key.in_(keys))
        found = self._connection.execute(query.order_by(receipts.c.idempotency_key)).mappings().all()
        return conform(_table(receipts, names, found), "receipts")

    def history(self, as_of: datetime, *, cooldown: timedelta, day: tuple[datetime, datetime]) -> History:
        """What was decided by then and still stands, as planning at `as_of` needs it.

        A night that is planned after a later one sees nothing of the later one, except what both spend of one local
        day's money and capacity.

        Parameters
        ----------
        cooldown : the longest of any intervention
        day : start and end of the local day of `as_of`, whose money and capacity are shared
        """
        d = decisions.c
        standing = d.status.in_(_STANDING)
        micros = _whole(d.fire_at)
        recent = select(d.subject_id, d.intervention, micros).where(
            standing, d.arm.in_(("treat", "explore", "holdout")), d.as_of <= as_of, d.fire_at >= as_of - cooldown
        )
        fired: dict[tuple[str, str], list[int]] = {}
        for subject, intervention, fire_at in self._connection.execute(recent):
            fired.setdefault((subject, intervention), []).append(fire_at)
        sent = select(d.user_id, micros).where(
            standing, d.arm == "treat", d.message, d.user_id.is_not(None), d.as_of <= as_of, d.fire_at >= as_of - _WEEK
        )
        messages: dict[str, list[int]] = {}
        for user, fire_at in self._connection.execute(sent):
            messages.setdefault(user, []).append(fire_at)
        today = (standing, d.arm == "treat", d.as_of >= day[0], d.as_of < day[1])
        reserved = self._connection.execute(select(func.sum(d.reserved_cents)).where(*today)).scalar()
        used = select(d.pool, func.count()).where(*today, d.pool.is_not(None)).group_by(d.pool)
        here = select(d.subject_id).where(d.as_of == as_of, d.status != VOID)
        return History(
            fired={k: tuple(sorted(v)) for k, v in fired.items()},
            messages={k: tuple(sorted(v)) for k, v in messages.items()},
            reserved_cents=int(reserved or 0),
            used={pool: int(n) for pool, n in self._connection.execute(used)},
            decided=frozenset(self._connection.execute(here).scalars()),
        )

    def unpublished(self, as_of: datetime) -> dict[str, pa.Table]:
        """The tables of a committed plan that the store does not show yet, by name."""
        query = select(unpublished.c.name, unpublished.c.rows).where(unpublished.c.as_of == as_of)
        found = self._connection.execute(query.order_by(unpublished.c.name))
        return {row.name: pa.ipc.open_stream(row.rows).read_all() for row in found}

    def count_waiting(self) -> int:
        """Messages that are not dispatched yet."""
        query = select(func.count()).select_from(outbox).where(outbox.c.status.in_((PLANNED, SENDING)))
        return int(self._connection.execute(query).scalar() or 0)

    def count_pending(self) -> int:
        """Decisions that wait for a person's approval."""
        waits = (decisions.c.approval == "pending", decisions.c.status == PLANNED)
        return int(self._connection.execute(select(func.count()).select_from(decisions).where(*waits)).scalar() or 0)

    def _due(self, row: Mapping[Any, Any]) -> Due:
        fields = ("idempotency_key", "as_of", "channel", "status", "expires_at")
        return Due(**{f: row[f] for f in fields}, payload=json.loads(row["payload"]))


def _whole(column: Column[Any]) -> ColumnElement[Any]:
    """Instants as the whole numbers they are kept as: a year of nights has many."""
    return type_coerce(column, BigInteger).label(column.name)


def _as_kept(source: Table, names: Sequence[str]) -> Select[Any]:
    return select(*(_whole(source.c[n]) if isinstance(source.c[n].type, Instant) else source.c[n] for n in names))


def _table(source: Table, names: Sequence[str], rows: Sequence[Mapping[Any, Any]]) -> pa.Table:
    """Rows of `_as_kept` as a table."""
    return pa.table({n: pa.array([row[n] for row in rows], _arrow(source, n)) for n in names})


def _arrow(source: Table, name: str) -> pa.DataType:
    kind = source.c[name].type
    if isinstance(kind, Instant):
        return INSTANT
    return {int: pa.int64(), float: pa.float64(), bool: pa.bool_()}.get(kind.python_type, pa.string())
