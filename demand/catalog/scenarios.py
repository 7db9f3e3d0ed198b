"""What can go wrong, and what the customer then wants: two different questions.

The same scenario leaves one customer asking for the money and another for a new appointment; so scenarios and
expectations are two lists. Ids are stable: labels, models and decisions carry them for years.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from demand.catalog.types import Cents, Entry, Id, Words

Severity = Literal["low", "normal", "high", "urgent"]
"""`urgent` is harm or a customer at a closed door: it may break quiet hours and message caps."""


class Expectation(Entry):
    """What a customer wants to be done."""

    id: Id
    text: Words


class Scenario(Entry):
    """A kind of problem that leads to a service request.

    Parameters
    ----------
    id : stable name
    industries : where it occurs; `*` is everywhere, none is nowhere
    text : what it is, as a noun phrase
    indicators : what can be seen before the request comes
    expectations : what customers then usually want, the most frequent first
    severity : how bad it is where nothing else is known
    request_cents : cost of one such request; where absent, the industry's value of a request
    """

    id: Id
    industries: tuple[str, ...]
    text: Words
    indicators: tuple[Words, ...] = ()
    expectations: tuple[Id, ...] = ()
    severity: Severity = "normal"
    request_cents: Cents | None = Field(default=None)
