"""What has to be computed, tied to one workspace's tables: the form that both engines take.

Names are those of the tables (`agent_id`), roles are resolved, types known. A plan holds nothing that an engine
could choose: which rows, which window, which function.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from demand.contract import ColumnType
from features.conditions import Operator, Scalar
from features.measures import CalendarPart, Function, Span

ROW_COLUMNS = ("id", "occurred_at", "known_at", "op")
"""What every row of every source has."""


@dataclass(frozen=True, slots=True)
class Test:
    """A condition on a table's column whose values fit its type."""

    column: str
    type: ColumnType
    operator: Operator
    values: tuple[Scalar, ...]
    or_null: bool


@dataclass(frozen=True, slots=True)
class Base:
    """The rows that one pass reads: a source's visible rows, or states of `owner`, met by the spine's `keys`."""

    source: str
    owner: str | None
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Since:
    """A window that begins after the last row of `event` that passes the tests and is visible at the cutoff.

    Without an event it begins with the days off that the cutoff's day belongs to.
    """

    event: Base | None
    tests: tuple[Test, ...]


@dataclass(frozen=True, slots=True)
class Fold:
    """A function over the rows of a base that pass the tests, with `occurred_at` in [cutoff - window, cutoff).

    With `since` the window begins there instead, and the fold is null where that is not known.
    """

    base: Base
    tests: tuple[Test, ...]
    function: Function
    column: str | None
    type: ColumnType | None
    share: tuple[Test, ...]
    window_us: int | None
    since: Since | None = None

    @property
    def is_walked(self) -> bool:
        """Whether it takes a walk over the rows of each window, where others slide along a key."""
        return self.since is not None or self.function == "streak"

    @property
    def is_word(self) -> bool:
        """Whether it picks a value of a category, where others come to a number."""
        return self.type == "category" and self.function in ("first", "last")


@dataclass(frozen=True, slots=True)
class Quotient:
    """`factor * above / below`; null where `below` is 0 or null."""

    above: Expression
    below: Expression
    factor: float = 1.0


@dataclass(frozen=True, slots=True)
class Smoothed:
    """`(share * size + strength * prior) / (size + strength)`, without a share where `size` is 0; null without a prior
    or a size."""

    share: Fold
    size: Fold
    prior: Fold
    strength: float


Expression = Fold | Quotient | Smoothed | Span | CalendarPart


@dataclass(frozen=True, slots=True)
class PlannedColumn:
    """A column of the matrix."""

    name: str
    kind: Literal["number", "category"]
    expression: Expression


@dataclass(frozen=True, slots=True)
class Plan:
    """The columns of the matrix, in order."""

    columns: tuple[PlannedColumn, ...]

    def folds(self) -> dict[Base, list[Fold]]:
        """Every different fold once, by the rows it reads."""
        found: dict[Base, dict[Fold, None]] = {}
        for column in self.columns:
            for fold in folds_of(column.expression):
                found.setdefault(fold.base, {})[fold] = None
        return {base: list(folds) for base, folds in found.items()}

    def columns_read(self) -> dict[str, list[str]]:
        """The columns of each source that are read: id, clocks, op, and what its folds ask for."""
        found: dict[str, dict[str, None]] = {}
        for base, folds in self.folds().items():
            for fold in folds:
                event = fold.since.event if fold.since is not None else None
                asked = [(base, (*fold.tests, *fold.share), fold.column)]
                asked += [(event, fold.since.tests, None)] if fold.since is not None and event is not None else []
                for rows, tests, column in asked:
                    names = [*rows.keys, rows.owner, *(test.column for test in tests), column]
                    needed = found.setdefault(rows.source, dict.fromkeys(ROW_COLUMNS))
                    needed |= dict.fromkeys(name for name in names if name is not None)
        return {source: list(columns) for source, columns in found.items()}


def folds_of(expression: Expression) -> list[Fold]:
    """The folds that an expression is made of, in the order of reading."""
    match expression:
        case Fold():
            return [expression]
        case Quotient(above, below):
            return [*folds_of(above), *folds_of(below)]
        case Smoothed(share, size, prior, _):
            return [share, size, prior]
    return []
