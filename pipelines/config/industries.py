"""Industries: whose future is asked, when, and what counts as a request."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from demand.contract import Text
from pipelines.config.fields import (
    Duration,
    DurationText,
    Name,
    Names,
    Part,
    PositiveDuration,
    Sql,
    as_tuple,
)

OVERALL = "all"
"""Under `alarm_auroc`, the level for a request of any scenario."""

SubjectKind = Literal["obligation", "user", "merchant", "store", "content"]


class ReachConfig(Part):
    """Where it stands how a subject's customer may be reached: who has a phone, who agreed to which channel.

    A boolean column of the subjects' source, or `LOG.COLUMN` of a change log or of a source about users: what was last
    visible at the moment. A channel that is named under `consent` is used for nobody else.
    """

    phone: str | None = None
    consent: dict[Name, str] = Field(default_factory=dict)

    @property
    def columns(self) -> dict[str, str]:
        """Part of the file -> column."""
        phone = {} if self.phone is None else {"phone": self.phone}
        return {**phone, **{f"consent.{channel}": column for channel, column in self.consent.items()}}


def owned_by_user(keys: Collection[str]) -> bool:
    """Whether rows with these keys are about users, whatever they ordered."""
    return "user" in keys and "subject" not in keys


class SubjectsConfig(Part):
    """Subjects open with their row of an event source.

    Live at t: due not over, due < t + `ahead`, opened >= t - `age`, and `closed_when` (SQL over the last visible
    version of one change log) not true.
    """

    source: Name = Field(alias="from")
    where: Sql | None = None
    due: str | None = None
    ahead: PositiveDuration | None = None
    age: PositiveDuration | None = None
    closed_when: Sql | None = None
    kind: SubjectKind = "obligation"
    reach: ReachConfig = ReachConfig()


class CutoffsConfig(Part):
    """When training and backtests ask: a grid anchored at `from`, and/or durations before the due date.

    In `before_due`, `1d` counts calendar days to that morning's cutoff, `24h` is exact.
    """

    every: PositiveDuration | None = None
    start: date | None = Field(default=None, alias="from")
    to: date | None = None
    before_due: Annotated[tuple[DurationText, ...], BeforeValidator(as_tuple)] = ()


class RequestsConfig(Part):
    """Rows of a source that are service requests of its subjects.

    `where`, `scenario` and `initiator` are SQL over the source's rows; rows whose initiator is `platform` are not
    demand. `merge` is the longest gap inside one episode; `reporting_delay` is how late a request may become known.
    """

    source: Name = Field(alias="from")
    where: Sql | None = None
    scenario: Sql | None = None
    initiator: Sql | None = None
    merge: Duration = timedelta(days=7)
    reporting_delay: Duration = timedelta(0)


def _levels(value: Any) -> Any:
    return {OVERALL: value} if isinstance(value, int | float) and not isinstance(value, bool) else value


class EvaluateConfig(Part):
    """How quality is measured: the last slice, the unit that is resampled, the two-way table, rolling origins.

    `merchant` is the key whose new values `backtest` looks at apart; by default `merchant`, or else `store`.
    `alarm_auroc` is the AUROC above which a backtest suspects a leak: one number, or `{all: 0.76, cancelled: 0.74}`
    with levels of their own for scenarios.
    """

    start: date | None = Field(default=None, alias="from")
    cluster: Names = ()
    two_way: Annotated[tuple[str, ...], Field(max_length=2)] = ()
    origins: tuple[date, ...] = ()
    merchant: Name | None = None
    alarm_auroc: Annotated[dict[str, Annotated[float, Field(gt=0.5, le=1)]], BeforeValidator(_levels)] = Field(
        default_factory=dict
    )


class IndustryConfig(Part):
    """One kind of business with its own model; `catalog_industry` is its name in the catalogue, if another."""

    subjects: SubjectsConfig
    cutoffs: CutoffsConfig
    requests: Annotated[tuple[RequestsConfig, ...], BeforeValidator(as_tuple), Field(min_length=1)]
    horizon: PositiveDuration
    features: Annotated[tuple[str, ...], BeforeValidator(as_tuple)] = ("shipped",)
    evaluate: EvaluateConfig = EvaluateConfig()
    text: Text | None = None
    catalog_industry: str | None = None

    @property
    def reporting_delay(self) -> timedelta:
        """The longest of its request sources."""
        return max(r.reporting_delay for r in self.requests)

    @property
    def views(self) -> tuple[str, ...]:
        """The industry's own view files."""
        return tuple(f for f in self.features if f != "shipped")
