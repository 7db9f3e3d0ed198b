"""The whole file, typed."""

from __future__ import annotations

import re
from datetime import time, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, model_validator

from pipelines.config.fields import Name, Part, PositiveDuration, TimeOfDay, ZoneName, as_tuple
from pipelines.config.industries import IndustryConfig
from pipelines.config.sources import SourceConfig
from pipelines.config.tables import TableConfig

_POOL = re.compile(r"([a-z][a-z0-9_]*)_per_night")
FUND = "fund_cents_per_night"


class NightConfig(Part):
    """The moment that a date stands for, and how old the newest row may be then before the night warns."""

    cutoff: TimeOfDay = time(2)
    freshness: PositiveDuration = timedelta(days=2)


class MessageCaps(Part):
    """The most messages that one user may get; null is no cap."""

    day: int | None = Field(default=None, ge=0)
    week: int | None = Field(default=None, ge=0)


class LimitsConfig(Part):
    """What a night may spend: money, calls of each pool (`expert_calls_per_night`), messages to one user."""

    fund_cents_per_night: int | None = Field(default=None, ge=0)
    capacities: dict[Name, Annotated[int, Field(ge=0)]] = Field(default_factory=dict)
    messages_per_user: MessageCaps = MessageCaps()

    @model_validator(mode="before")
    @classmethod
    def _pools(cls, data: Any) -> Any:
        if not isinstance(data, dict) or "capacities" in data:
            return data
        pools = {m[1]: k for k in data if isinstance(k, str) and k != FUND and (m := _POOL.fullmatch(k))}
        rest = {k: v for k, v in data.items() if k not in pools.values()}
        return {**rest, "capacities": {pool: data[key] for pool, key in pools.items()}} if pools else rest


class HoldoutConfig(Part):
    """Who is left alone so that effects can be measured; drawn by `by` and `salt` (the workspace's name)."""

    share: float = Field(default=0.05, ge=0, lt=1)
    by: Name = "user"
    salt: str = ""


class QuarantineConfig(Part):
    """The largest share of a source's rows that may be set aside."""

    limit: float = Field(default=0.01, ge=0, le=1)


class WorkspaceConfig(Part):
    """`demand.yaml`, checked."""

    workspace: Annotated[str, Field(min_length=1)]
    timezone: ZoneName
    night: NightConfig = NightConfig()
    include: Annotated[tuple[str, ...], BeforeValidator(as_tuple)] = ()
    catalog: Annotated[tuple[str, ...], BeforeValidator(as_tuple)] = ("shipped",)
    tables: dict[Name, TableConfig] = Field(default_factory=dict)
    sources: dict[Name, SourceConfig] = Field(default_factory=dict)
    industries: dict[Name, IndustryConfig] = Field(default_factory=dict)
    limits: LimitsConfig = LimitsConfig()
    holdout: HoldoutConfig = HoldoutConfig()
    quarantine: QuarantineConfig = QuarantineConfig()

    @model_validator(mode="before")
    @classmethod
    def _salt(cls, data: Any) -> Any:
        holdout = data.get("holdout", {}) if isinstance(data, dict) else None
        if isinstance(holdout, dict) and "salt" not in holdout:
            return {**data, "holdout": {**holdout, "salt": str(data.get("workspace", ""))}}
        return data

    @model_validator(mode="after")
    def _names(self) -> WorkspaceConfig:
        for name, source in self.sources.items():
            source._name = name
        return self

    @property
    def zone(self) -> ZoneInfo:
        """Business time."""
        return ZoneInfo(self.timezone)

    def table_zone(self, table: str) -> str:
        """The name of the time zone in which a raw table's dates and naive times are meant."""
        return self.tables[table].timezone or self.timezone
