"""The tables of the ledger, for SQLite and PostgreSQL alike.

    plans ──< decisions ──< outbox >── receipts        (a decision to treat has one message, a message one receipt)

    unpublished                                        (tables of a plan on their way to the store)

A decision that is planned again keeps its name and gets a new revision; the former one is void.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)
from sqlalchemy.types import TypeDecorator

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Instant(TypeDecorator[datetime]):
    """An instant, kept as microseconds since 1970 in UTC: exact and comparable in every database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> int | None:
        return None if value is None else (value - _EPOCH) // timedelta(microseconds=1)

    def process_result_value(self, value: int | None, dialect: Any) -> datetime | None:
        return None if value is None else _EPOCH + timedelta(microseconds=value)


metadata = MetaData()

plans = Table(
    "plans",
    metadata,
    Column("as_of", Instant, primary_key=True),
    Column("policy", String, primary_key=True),
    Column("industry", String, primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("committed_at", Instant, nullable=False),
    Column("run_id", String, nullable=False),
    Column("gap", Float, nullable=False),
)

decisions = Table(
    "decisions",
    metadata,
    Column("decision_id", String, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("subject_id", String, nullable=False),
    Column("as_of", Instant, nullable=False),
    Column("industry", String, nullable=False),
    Column("policy", String, nullable=False),
    Column("intervention", String, nullable=False),
    Column("scenario", String, nullable=False),
    Column("arm", String, nullable=False),
    Column("reason_code", String, nullable=False),
    Column("channel", String, nullable=False),
    Column("propensity", Float, nullable=False),
    Column("value_cents", BigInteger, nullable=False),
    Column("cost_cents", BigInteger, nullable=False),
    Column("liability_cents", BigInteger, nullable=False),
    Column("approval", String, nullable=False),
    Column("status", String, nullable=False),
    Column("user_id", String),
    Column("fund", String),
    Column("fire_at", Instant),
    Column("expires_at", Instant),
    Column("idempotency_key", String),
    Column("pool", String),
    Column("message", Boolean, nullable=False),
    Column("reserved_cents", BigInteger, nullable=False),
    ForeignKeyConstraint(["as_of", "policy", "industry"], ["plans.as_of", "plans.policy", "plans.industry"]),
)
Index(
    "one_live_decision_per_subject_and_night",
    decisions.c.subject_id,
    decisions.c.as_of,
    unique=True,
    sqlite_where=decisions.c.status != "void",
    postgresql_where=decisions.c.status != "void",
)
Index("decisions_by_night", decisions.c.as_of, decisions.c.policy)
Index("decisions_by_fire", decisions.c.fire_at)

outbox = Table(
    "outbox",
    metadata,
    Column("decision_id", String, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("idempotency_key", String, nullable=False),
    Column("as_of", Instant, nullable=False),
    Column("channel", String, nullable=False),
    Column("fire_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("status", String, nullable=False),
    Column("payload", Text, nullable=False),
    ForeignKeyConstraint(["decision_id", "revision"], ["decisions.decision_id", "decisions.revision"]),
)
Index(
    "one_live_message_per_key",
    outbox.c.idempotency_key,
    unique=True,
    sqlite_where=outbox.c.status != "void",
    postgresql_where=outbox.c.status != "void",
)
Index("outbox_by_status", outbox.c.status, outbox.c.as_of)

receipts = Table(
    "receipts",
    metadata,
    Column("idempotency_key", String, primary_key=True),
    Column("status", String, nullable=False),
    Column("occurred_at", Instant, nullable=False),
    Column("known_at", Instant, nullable=False),
    Column("detail", Text),
)

unpublished = Table(
    "unpublished",
    metadata,
    Column("as_of", Instant, primary_key=True),
    Column("name", String, primary_key=True),
    Column("run_id", String, nullable=False),
    Column("rows", LargeBinary, nullable=False),
)
