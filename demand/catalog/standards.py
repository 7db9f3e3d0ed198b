"""Service standards: how fast, by whom, and with how much money a problem is put right."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal, Self

from pydantic import Field, model_validator

from demand.catalog.scenarios import Severity
from demand.catalog.types import Cents, Duration, Entry, Id, QuietHours, Words
from demand.contract import Text

Group = Literal["front_line", "expert", "emergency"]
CapBasis = Literal["none", "fixed", "order_amount", "first_night"]

FIRST_GUESS = Text("first guess, to be calibrated", "初始设定，待校准")


class Standard(Entry):
    """What a customer may rely on, for an industry, a scenario and a severity.

    Parameters
    ----------
    id, text : stable name, and what is promised
    industries, scenario, severity : what it holds for; `*` (and no severity) is any, the most specific one wins
    source : the law or benchmark that the numbers come from; a first guess says so
    first_response, intake, resolution : time to the first answer by a person, until the case is taken on where that is
        promised apart, and to the end
    free_cancel, free_cancel_holidays : how long before the due (of a card: after the purchase) cancelling costs
        nothing, and on holidays, where that is promised
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
    source: Words = FIRST_GUESS
    first_response: Duration
    intake: Duration | None = None
    resolution: Duration
    free_cancel: Duration | None = None
    free_cancel_holidays: Duration | None = None
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
        if self.intake is not None and not self.first_response <= self.intake <= self.resolution:
            raise ValueError("intake is not between first_response and resolution; write durations in that order")
        if self.free_cancel_holidays is not None and self.free_cancel is None:
            raise ValueError("free_cancel_holidays without free_cancel; write free_cancel as well")
        if self.cap_basis == "fixed" and self.compensation_cap_cents is None:
            raise ValueError("cap_basis fixed without compensation_cap_cents; write the cap in cents")
        if self.cap_basis == "none" and self.compensation_cap_cents is not None:
            raise ValueError("compensation_cap_cents without a cap_basis; write cap_basis: fixed")
        return self
