"""What the page says: plain values, in the order an operations manager reads them; times in local time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from demand.contract import Text

__all__ = [
    "Activity",
    "DataFacts",
    "Elsewhere",
    "Expected",
    "Headline",
    "Limit",
    "Page",
    "Plan",
    "Quality",
    "Reason",
    "Refusal",
    "Risk",
]


@dataclass(frozen=True, slots=True)
class Limit:
    """A capacity or a budget and what the plan uses of it; `price_cents` is what one more unit would be worth."""

    words: Text
    used: int
    limit: int
    money: bool
    price_cents: float | None = None


@dataclass(frozen=True, slots=True)
class Headline:
    """The night in one breath; `fund` is the use of the night's money, None where it has no limit.

    `expected` counts the requests within `horizon_days`, the shortest horizon of the industries with a live order:
    counts over different times cannot be added. `sent` of the `actions` have reached their channels.
    """

    workspace: str
    as_of: datetime
    zone: ZoneInfo
    live: int
    expected: float
    horizon_days: float
    several_horizons: bool
    scored: bool
    decided: bool
    actions: int
    sent: int
    kinds: int
    planned_cents: int
    fund: Limit | None
    held_out: int
    elsewhere: tuple[Elsewhere, ...] = ()


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """An industry that was asked at another moment, and the name of that page."""

    name: Text
    as_of: datetime
    page: str


@dataclass(frozen=True, slots=True)
class Expected:
    """One industry's expected requests: in all, by scenario (largest first), by day x scenario."""

    industry: str
    name: Text
    live: int
    expected: float
    horizon_days: float
    scenarios: tuple[tuple[Text, float], ...]
    days: tuple[date, ...]
    by_day: tuple[tuple[Text, tuple[float, ...]], ...]


@dataclass(frozen=True, slots=True)
class Reason:
    """One driver in words; `points` are probability points."""

    words: Text
    points: float
    actionable: bool


@dataclass(frozen=True, slots=True)
class Risk:
    """One order of the list.

    `onset` holds the moments by which the request has come with 10, 50 and 90 percent, if it comes at all.
    `outcome` is `act`, `held` or `none`; `action` says what will be done, `note` when it fires or why nothing is.
    """

    subject: str
    industry: str
    industry_name: Text
    p_request: float
    scenario: str
    scenario_name: Text
    scenario_share: float
    onset: tuple[datetime | None, ...]
    due_at: datetime | None
    reasons: tuple[Reason, ...]
    outcome: str
    action: Text
    action_key: str
    note: Text


@dataclass(frozen=True, slots=True)
class Activity:
    """One kind of intervention tonight; `avoided` rests on the catalogue's assumed effect."""

    name: Text
    channel: Text
    count: int
    cost_cents: int
    liability_cents: int
    expected: float
    effect: float | None
    avoided: float | None
    first_fire: datetime | None
    last_fire: datetime | None


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason why orders get nothing tonight."""

    code: str
    words: Text
    orders: int
    expected: float


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be done tonight, and why not more; `waiting` actions need a person's approval first."""

    activities: tuple[Activity, ...]
    refusals: tuple[Refusal, ...]
    limits: tuple[Limit, ...]
    holdout_share: float
    holdout_by: str
    held_out: int
    sent: int
    failed: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Quality:
    """How good the model of one industry is on orders it had not seen; None where it was not measured."""

    industry: str
    name: Text
    test_from: date | None
    test_to: date | None
    rows_train: int | None
    rows_test: int | None
    positives_test: int | None
    base_rate_test: float | None
    gain: float | None
    gain_low: float | None
    gain_high: float | None
    log_loss: float | None
    baselines: tuple[tuple[str, float], ...]
    auroc: float | None
    average_precision: float | None
    calibration_error: float | None
    lift: float | None
    recall: float | None
    reliability: tuple[tuple[float, float, int], ...]


@dataclass(frozen=True, slots=True)
class DataFacts:
    """Where the numbers come from."""

    sources: tuple[tuple[str, int, datetime | None], ...]
    quarantined: tuple[tuple[str, str, int], ...]
    model_versions: tuple[tuple[Text, str], ...]
    runs: tuple[tuple[str, str, str, datetime | None], ...]
    label_as_of: datetime | None
    missing: tuple[Text, ...]
    stale: tuple[tuple[Text, datetime | None], ...]


@dataclass(frozen=True, slots=True)
class Page:
    """The whole page."""

    headline: Headline
    expected: tuple[Expected, ...]
    risks: tuple[Risk, ...]
    plan: Plan
    quality: tuple[Quality, ...]
    not_measured: tuple[Text, ...]
    data: DataFacts
