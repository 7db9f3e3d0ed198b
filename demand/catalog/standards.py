"""Service standards: how fast, by whom, and with how much money a problem is put right."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal, Self

from pydantic import Field, model_validator

from demand.catalog.scenarios import Severity
from demand.catalog.types import Cents, Duration, Entry, Id, QuietHours, Words

Group = Literal["front_line", "expert", "emergency"]
CapBasis = Literal["none", "fixed", "order_amount", "first_night"]


class Standard(Entry):
    """What a customer may rely on, for an industry, a scenario and a severity.

    Parameters
    ----------
    id, text : stable name, and where it comes from
    industries, scenario, severity : what it holds for; `*` (and no severity) is any, the most specific one wins
    first_response, resolution : time to the first answer by a person, and to the end
    cap_basis, cap_factor, compensation_cap_cents : at most `cap_factor` times the order's amount or its first night,
        or `compensation_cap_cents`; both where both are given
    advance_pay_allowed : whether we may pay first and recover from the merchant later
    evidence : what is needed before money is paid
    group : who handles it
    quiet_hours : when customers are not contacted
    max_contacts : how often we contact the customer about one problem
    """

    id: Id
    text: Words
    industries: tuple[str, ...]
    scenario: str
    severity: Severity | None = None
    first_response: Duration
    resolution: Duration
    cap_basis: CapBasis = "none"
    cap_factor: float = Field(default=1.0, ge=0)
    compensation_cap_cents: Cents | None = None
    advance_pay_allowed: bool = False
    evidence: tuple[Words, ...] = ()
    group: Group = "front_line"
    quiet_hours: QuietHours | None = None
    max_contacts: int = Field(default=1, ge=0)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.resolution < self.first_response or self.first_response < timedelta(0):
            raise ValueError("resolution comes before first_response; write durations in that order")
        if self.cap_basis == "fixed" and self.compensation_cap_cents is None:
            raise ValueError("cap_basis fixed without compensation_cap_cents; write the cap in cents")
        if self.cap_basis == "none" and self.compensation_cap_cents is not None:
            raise ValueError("compensation_cap_cents without a cap_basis; write cap_basis: fixed")
        return self
