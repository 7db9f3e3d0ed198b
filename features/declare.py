"""How features are declared: sentences made of sources, keys, aggregations and windows.

    booked, cancelled = events("bookings"), state("booking_status").where(status="cancelled")
    agent = By("agent")
    agents = FeatureSet(
        "agents",
        agent(booked).count("30d", "365d"),
        ratio(agent(cancelled).count("365d"), agent(booked).count("365d")),
    )

Everything here is a value: frozen, comparable, hashable, printed as it is written. Nothing is computed and no
workspace is known; clocks, keys, types and causal sides come from demand.yaml when `compute` is called.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from demand.contract import ContractError
from features.conditions import Condition, conditions_of
from features.feature import Feature, Features
from features.measures import (
    MOMENTS,
    PARTS,
    Aggregate,
    CalendarPart,
    Function,
    Moment,
    Part,
    Ratio,
    Role,
    Rows,
    Span,
    Trend,
)
from features.windows import Window, windows_of

Windows = str | timedelta | Window


def role(name: str) -> Role:
    """The source that plays a part in the industry at hand, whatever its name: `role("requests")`.

    `subjects`: where subjects come from. `changes`: the change log they own. `requests`: what their users asked for.
    `outcomes`: what became of past subjects (columns `requested`, `scenario`).
    Any other: the source with this `role` in demand.yaml.
    """
    return Role(name)


def events(source: str | Role) -> Rows:
    """The rows of a source, each at its own moment (of a change log: every change)."""
    return Rows(source)


def state(source: str | Role, *, owner: str = "subject") -> Rows:
    """The last visible version per owner; `owner` is a key of the source."""
    return Rows(source, owner)


@dataclass(frozen=True, slots=True, init=False)
class By:
    """Whose rows: those that share the subject's key, or all keys of a tuple; a null key gives null.

    `By("agent")`, `By("city", "channel")`, `By("subject")`; `By()` takes the rows of everybody.
    """

    keys: tuple[str, ...]

    def __init__(self, *keys: str) -> None:
        if len(set(keys)) != len(keys):
            raise ContractError(
                found=f"By{keys!r} names a key twice", expected="different keys", remedy="name each key once"
            )
        object.__setattr__(self, "keys", keys)

    def __call__(self, rows: Rows) -> KeyedRows:
        return KeyedRows(self.keys, rows)

    def __repr__(self) -> str:
        return f"By({', '.join(map(repr, self.keys))})"


@dataclass(frozen=True, slots=True)
class KeyedRows:
    """The rows of the subject's key: say what to make of them, and over which windows (none: all history).

    Values: numbers as they are, truth as 0 and 1, a date or time as its distance from the cutoff in days (positive
    when it lies ahead). Nulls are left out of `sum`, `mean`, `min`, `max`, `std` and `distinct`. Without any row,
    `count`, `sum`, `distinct` and `streak` are 0 and everything else is null.
    """

    keys: tuple[str, ...]
    rows: Rows

    def count(self, *windows: Windows) -> Features:
        """How many rows."""
        return self._fold("count", None, windows)

    def sum(self, column: str, *windows: Windows) -> Features:
        """Sum of a number."""
        return self._fold("sum", column, windows)

    def mean(self, column: str, *windows: Windows) -> Features:
        """Mean of a number, truth value, date or time."""
        return self._fold("mean", column, windows)

    def min(self, column: str, *windows: Windows) -> Features:
        """Least value."""
        return self._fold("min", column, windows)

    def max(self, column: str, *windows: Windows) -> Features:
        """Greatest value."""
        return self._fold("max", column, windows)

    def std(self, column: str, *windows: Windows) -> Features:
        """Standard deviation with n - 1; null below two values."""
        return self._fold("std", column, windows)

    def first(self, column: str, *windows: Windows) -> Features:
        """Value of the first row in the order (occurred_at, known_at, id), null if it has none."""
        return self._fold("first", column, windows)

    def last(self, column: str, *windows: Windows) -> Features:
        """Value of the last row in the order (occurred_at, known_at, id), null if it has none."""
        return self._fold("last", column, windows)

    def distinct(self, column: str, *windows: Windows) -> Features:
        """How many different values of a column or a key: `By("store")(asked).distinct("user", "30d")`."""
        return self._fold("distinct", column, windows)

    def since_first(self, *windows: Windows) -> Features:
        """Days from the first row to the cutoff."""
        return self._fold("since_first", None, windows)

    def since_last(self, *windows: Windows) -> Features:
        """Days from the last row to the cutoff."""
        return self._fold("since_last", None, windows)

    def mean_gap(self, *windows: Windows) -> Features:
        """Mean days between a row and the next; null below two rows."""
        return self._fold("mean_gap", None, windows)

    def share(self, *windows: Windows, **tests: Any) -> Features:
        """Share of the rows that pass the tests (as in `where`): `.share("365d", channel="web")`."""
        if not tests:
            raise ContractError(
                found="share without a condition",
                expected="what the rows must be",
                remedy='.share("365d", channel="web")',
            )
        return self._fold("share", None, windows, conditions_of(tests))

    def streak(self, *windows: Windows, **tests: Any) -> Features:
        """How many of the newest rows, one after another, pass the tests: `.streak(status="cancelled")`."""
        if not tests:
            raise ContractError(
                found="streak without a condition",
                expected="what the rows must be",
                remedy='.streak(status="cancelled")',
            )
        return self._fold("streak", None, windows, conditions_of(tests))

    def _fold(
        self, function: Function, column: str | None, windows: tuple[Windows, ...], share: tuple[Condition, ...] = ()
    ) -> Features:
        if column is not None and (not isinstance(column, str) or not column or _is_window(column)):
            raise ContractError(
                found=f"{function}({column!r})", expected="a column first", remedy=f'.{function}("price_cents", "30d")'
            )
        made = [Aggregate(self.keys, self.rows, function, column, share, w) for w in windows_of(windows)]
        return Features(tuple(Feature(a, a.name) for a in made))


def since(rows: Rows) -> Window:
    """A window from the last of these rows that shares the keys (itself left out) to the cutoff; null without one.

    `By("user")(events("messages")).count(since(events("redemptions")))`
    """
    return Window(None, since=rows)


def share(rows: KeyedRows, *windows: Windows, **tests: Any) -> Features:
    """`rows.share(...)` in the shape of `ratio` and `trend`: `share(agent(booked), "365d", channel="web")`."""
    return rows.share(*windows, **tests)


def ratio(numerator: Features, denominator: Features) -> Features:
    """One feature over another; null where the denominator is 0. Groups go pair by pair, a single one with each.

    Raises
    ------
    ContractError
        If the groups have different lengths.
    """
    pairs = _pairs("ratio", numerator, denominator)
    return Features(tuple(Feature(Ratio(a, b), f"{a.name}_per_{b.name}") for a, b in pairs))


def trend(recent: Features, earlier: Features) -> Features:
    """The rate per day in a recent window over that in a longer one: above 1, it grows.

    Raises
    ------
    ContractError
        If one of them is no count or sum over a duration.
    """
    pairs = _pairs("trend", recent, earlier)
    for feature in (f for pair in pairs for f in pair):
        measure = feature.measure
        if (
            not isinstance(measure, Aggregate)
            or measure.function not in ("count", "sum")
            or not measure.window.duration
        ):
            raise ContractError(
                found=f"trend of {feature.name}",
                expected="counts or sums over durations",
                remedy='trend(store(asked).count("7d"), store(asked).count("30d"))',
            )
    return Features(tuple(Feature(Trend(a, b), f"{a.name}_trend_{_window(b)}") for a, b in pairs))


def days_between(start: Moment, end: Moment) -> Features:
    """Days between two moments of the subject: `opened`, `due`, `cutoff`.

    Raises
    ------
    ContractError
        If a moment is none of these.
    """
    span = Span(_one_of(start, MOMENTS, "moment"), _one_of(end, MOMENTS, "moment"))
    return Features((Feature(span, f"days_{start}_to_{end}"),))


def calendar(part: Part, moment: Moment = "cutoff") -> Features:
    """`month`, `weekday` (1 is Monday) or `weekend` of the local date of a moment.

    Of the public holidays of mainland China, as they were announced before the cutoff: `holiday`, `makeup_workday` (a
    weekend that is worked), `days_to_holiday`, `days_since_holiday`; null where the day's notice was not out yet.

    Raises
    ------
    ContractError
        If the part or the moment is unknown.
    """
    what = CalendarPart(_one_of(part, PARTS, "part"), _one_of(moment, MOMENTS, "moment"))
    return Features((Feature(what, f"{moment}_{part}"),))


def _pairs(verb: str, left: Features, right: Features) -> list[tuple[Feature, Feature]]:
    if 1 not in (len(left), len(right)) and len(left) != len(right):
        raise ContractError(
            found=f"{verb} of {len(left)} and {len(right)} features",
            expected="as many on both sides, or one on one side",
            remedy="declare the same windows on both sides",
        )
    n = max(len(left), len(right))
    return [(left.items[i % len(left)], right.items[i % len(right)]) for i in range(n)]


def _one_of(value: Any, known: tuple[Any, ...], what: str) -> Any:
    if value not in known:
        raise ContractError(
            found=f"{what} {value!r}", expected=f"one of {', '.join(known)}", remedy=f"write for example {known[0]!r}"
        )
    return value


def _is_window(text: str) -> bool:
    try:
        Window.of(text)
    except ContractError:
        return False
    return True


def _window(feature: Feature) -> str:
    measure = feature.measure
    return measure.window.label if isinstance(measure, Aggregate) else feature.name
