"""What we can do before the request comes: its cost, its lead time, whom it reaches and in which words."""

from __future__ import annotations

import string
from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from demand.catalog.types import EVERYWHERE, Cents, Duration, Entry, Id, QuietHours, Share, Words, WorkingHours
from demand.contract import Text

Kind = Literal["reminder", "in_process", "expert_group", "emergency_group", "advance_compensation", "guarantee"]
Audience = Literal["customer", "merchant", "operations"]

STAFFED: tuple[Kind, ...] = ("in_process", "expert_group", "emergency_group")
"""What people carry out, in their working hours; the other kinds are messages and payments of a machine."""

STAFF_HOURS = WorkingHours(start="09:00", end="21:00")

FIELDS = ("order", "store", "due", "scenario", "amount")
"""What a wording may say about the order: its number, its store, when it is due, the problem, the money offered."""


def _known_fields(text: Text) -> Text:
    found: list[set[str]] = []
    for words in (text.en, text.zh):
        try:
            found.append({name for _, name, _, _ in string.Formatter().parse(words) if name is not None})
        except ValueError as error:
            raise ValueError(f"{error} in {words!r}; write {{{{ for a brace") from None
    unknown = sorted(set().union(*found) - set(FIELDS))
    if unknown:
        raise ValueError(f"unknown field {{{unknown[0]}}}; write one of {', '.join(f'{{{f}}}' for f in FIELDS)}")
    if found[0] != found[1]:
        raise ValueError("the two languages use different fields; say the same in both")
    return text


Wording = Annotated[Words, AfterValidator(_known_fields)]
"""Words to the reader in both languages, with fields such as `{order}` and `{due}`."""


class Effect(Entry):
    """By how much an intervention lowers the probability of the requests it covers.

    Parameters
    ----------
    reduction : relative, in [0, 1]: 0.3 turns 10% into 7%
    source : where the number comes from; an assumption says so
    """

    reduction: Share
    source: Words


class Needs(Entry):
    """What has to be known about the customer; a need that cannot be verified is not met."""

    user: bool = True
    phone: bool = False
    consent: tuple[str, ...] = ()


class Intervention(Entry):
    """Something that can be done about an order before its customer asks.

    Parameters
    ----------
    id, text : stable name, and what it is
    kind : reminder, in_process (something is put right), expert_group, emergency_group, advance_compensation,
        guarantee (pays only if it goes wrong)
    industries : where it exists; `*` is everywhere, none is nowhere
    scenarios : the requests it prevents; `*` is any
    lead_time : how long before the problem it has to start
    expires_after : how long after its start it still makes sense
    channel : the adapter that carries it
    audience : who is contacted; only contacts with customers count towards message caps and quiet hours
    hours : in which it may start, `{from: "09:00", to: "21:00"}`; so by default for what people carry out (`STAFFED`),
        and at any hour for the rest; `{from: "00:00", to: "00:00"}` is around the clock
    capacity_pool : whose daily capacity one of it uses up
    cost_cents : paid when it is sent
    liability_cents : paid only if the problem occurs
    effect : assumed reduction, with its source
    min_probability : of the scenarios it covers; below, it is not considered
    cooldown : how long the same subject is left alone with it
    contractual : promised to the customer: no holdout, no weighing of value
    fund : the money it draws on; what draws on a fund stays within the night's limit
    approval_above_cents : costs or liabilities above need a person's approval
    needs, wording : what has to be known, and what is said
    """

    id: Id
    text: Words
    kind: Kind
    industries: tuple[str, ...]
    scenarios: tuple[str, ...] = Field(min_length=1)
    lead_time: Duration = timedelta(0)
    expires_after: Duration = timedelta(days=2)
    channel: Id
    audience: Audience = "customer"
    hours: WorkingHours | None = None
    capacity_pool: Id | None = None
    cost_cents: Cents = 0
    liability_cents: Cents = 0
    effect: Effect
    min_probability: Share = 0.0
    cooldown: Duration = timedelta(days=14)
    contractual: bool = False
    fund: Id | None = None
    approval_above_cents: Cents | None = None
    needs: Needs = Needs()
    wording: Wording

    @property
    def is_message(self) -> bool:
        """Whether it counts as a contact with the customer."""
        return self.audience == "customer"

    @property
    def closed_hours(self) -> QuietHours | None:
        """The hours of the local day in which nobody is there to do it."""
        hours = self.hours or (STAFF_HOURS if self.kind in STAFFED else None)
        return None if hours is None else hours.closed

    def covers(self, scenario: str) -> bool:
        return EVERYWHERE in self.scenarios or scenario in self.scenarios

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.expires_after <= timedelta(0):
            raise ValueError("expires_after is 0; write how long it still makes sense, for example 2d")
        if self.liability_cents and not self.fund:
            raise ValueError("liability_cents without a fund; name the fund that would pay")
        if self.kind == "guarantee" and not self.liability_cents:
            raise ValueError("a guarantee without liability_cents; write what it pays when the problem occurs")
        return self
