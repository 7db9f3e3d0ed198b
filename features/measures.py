"""What a feature measures, as plain values: rows of a source, grouped by keys, folded over a window; and what is
made of two such numbers; and what the calendar says.

Declarations only: `plan.py` ties them to a workspace's sources, `engine/` and `reference.py` compute them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from features.conditions import Condition, conditions_of
from features.holidays import HOLIDAY_PARTS, HolidayPart
from features.windows import Window

if TYPE_CHECKING:
    from features.declare import Feature

Function = Literal[
    "count", "sum", "mean", "min", "max", "std", "first", "last", "distinct", "since_first", "since_last", "mean_gap",
    "share", "streak",
]  # fmt: skip
Moment = Literal["opened", "due", "cutoff"]
DatePart = Literal["month", "weekday", "weekend"]
Part = DatePart | HolidayPart

MOMENTS: tuple[Moment, ...] = ("opened", "due", "cutoff")
PARTS: tuple[Part, ...] = ("month", "weekday", "weekend", *HOLIDAY_PARTS)
REQUESTED = conditions_of({"requested": True})
"""Which outcomes count where nothing else is said."""

SMOOTHING = 20.0
"""Subjects of the industry that a group starts with where nothing else is said."""


@dataclass(frozen=True, slots=True)
class Role:
    """A part that a source plays, usable wherever a source's name is: `subjects`, `changes`, `requests`, or the
    `role` of a source in demand.yaml (`messages`, `redemptions`, `stock` ...)."""

    name: str

    def __repr__(self) -> str:
        return f"role({self.name!r})"


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of one source: all events, or the last visible version of each owner.

    `conditions` hold for the rows that count; for a state they apply after the last version is picked.
    """

    source: str | Role
    owner: str | None = None
    conditions: tuple[Condition, ...] = ()

    @property
    def is_state(self) -> bool:
        return self.owner is not None

    @property
    def name(self) -> str:
        """Of the source, or of the role that it plays."""
        return self.source.name if isinstance(self.source, Role) else self.source

    @property
    def label(self) -> str:
        """As in names: `bookings`, `bookings_web`; a conditioned state reads as an adjective: `cancelled`."""
        name = self.name
        marks = [c.label for c in self.conditions]
        return "_".join(marks if marks and self.is_state else [name, *marks])

    def where(self, **tests: Any) -> Rows:
        """Only rows whose columns pass: `where(status="cancelled", channel=("web", "app"), agent=None)`.

        A tuple is any of its values, `None` is null; `at_least(3)` and the like compare; all tests must hold.
        """
        return replace(self, conditions=(*self.conditions, *conditions_of(tests)))

    def __repr__(self) -> str:
        owner = f", owner={self.owner!r}" if self.owner not in (None, "subject") else ""
        verb = "state" if self.is_state else "events"
        where = f".where({', '.join(map(repr, self.conditions))})" if self.conditions else ""
        return f"{verb}({self.source!r}{owner}){where}"


@dataclass(frozen=True, slots=True)
class Aggregate:
    """One number (or category) per key and cutoff, over the visible rows of that key inside the window.

    `column` is a declared column or a key; `share` is the condition of a share.
    """

    keys: tuple[str, ...]
    rows: Rows
    function: Function
    column: str | None
    share: tuple[Condition, ...]
    window: Window

    @property
    def name(self) -> str:
        """`agent_bookings_365d`, `store_orders_mean_price_cents_30d`, `subject_status_since_last`."""
        what: list[str] = [self.function] if self.function != "count" else []
        what += [self.column] if self.column else []
        what += [c.label for c in self.share]
        window = [] if self.window.is_all and self.function != "count" else [self.window.label]
        text = "_".join(["_".join(self.keys) or "all", self.rows.label, *what, *window])
        return re.sub(r"\W+", "_", text).strip("_").lower()

    def __repr__(self) -> str:
        arguments = [repr(self.column)] if self.column else []
        arguments += [self.window.declared, *map(repr, self.share)]
        return f"By{_listed(self.keys)}({self.rows!r}).{self.function}({', '.join(arguments)})"


@dataclass(frozen=True, slots=True)
class Ratio:
    """`numerator / denominator`; null where the denominator is 0 or unknown."""

    numerator: Feature
    denominator: Feature

    def __repr__(self) -> str:
        return f"ratio({self.numerator.measure!r}, {self.denominator.measure!r})"


@dataclass(frozen=True, slots=True)
class Trend:
    """The rate per day in the recent window over the rate per day in the earlier one; null where that is 0."""

    recent: Feature
    earlier: Feature

    def __repr__(self) -> str:
        return f"trend({self.recent.measure!r}, {self.earlier.measure!r})"


@dataclass(frozen=True, slots=True)
class Span:
    """Days from one moment of the subject to another; negative where `end` lies before `start`."""

    start: Moment
    end: Moment

    def __repr__(self) -> str:
        return f"days_between({self.start!r}, {self.end!r})"


@dataclass(frozen=True, slots=True)
class CalendarPart:
    """A part of the local date of a moment: month 1 to 12, weekday 1 (Monday) to 7, weekend 0 or 1.

    Or what is announced of it by the cutoff: public holiday 0 or 1, weekend that is worked to make up for one 0 or 1,
    days to the next holiday and since the last one (0 on a holiday).
    """

    part: Part
    moment: Moment

    def __repr__(self) -> str:
        return f"calendar({self.part!r}, {self.moment!r})"


@dataclass(frozen=True, slots=True)
class OutcomeRate:
    """`(share * size + smoothing * everybody) / (size + smoothing)`: a group's rate, drawn towards everybody's."""

    share: Aggregate
    size: Aggregate
    everybody: Aggregate
    smoothing: float

    @property
    def window(self) -> Window:
        return self.share.window

    def __repr__(self) -> str:
        keys = repr(self.share.keys[0]) if len(self.share.keys) == 1 else repr(self.share.keys)
        tests = map(repr, self.share.share if self.share.share != REQUESTED else ())
        smoothing = [f"smoothing={self.smoothing:g}"] if self.smoothing != SMOOTHING else []
        return f"outcome_rate({', '.join([keys, self.window.declared, *tests, *smoothing])})"


Measure = Aggregate | Ratio | Trend | OutcomeRate | Span | CalendarPart


def _listed(keys: tuple[str, ...]) -> str:
    return f"({', '.join(map(repr, keys))})"
