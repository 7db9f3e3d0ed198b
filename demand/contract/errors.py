"""What can go wrong, and how it is said.

    DemandError
    ├── ConfigError        demand.yaml, catalog.yaml or a view is wrong: every problem at once
    ├── ContractError      a table, column or argument breaks the contract
    ├── LeakageError       something looks ahead: a source, a feature, a model that has seen the future
    ├── StateError         the store, ledger or registry is not in the state that was asked for
    │   └── BusyError      another process holds the workspace
    ├── BudgetError        a limit of money or capacity would be broken
    └── GateFailed         a model did not pass what it has to pass

Every message has three parts: what was found (where, how many, an example), what was expected, what to do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

LONGEST_EXAMPLE = 100


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, precise enough to be mended without asking.

    Parameters
    ----------
    found : what is wrong, in one sentence
    where : the place a user can open: `demand.yaml: industries.hotel.horizon`, `sources/bookings.sql`, a table
    remedy : what to do
    table, column, rows, example : where in the data, if it is in the data; `rows` is how many rows are affected
    expected : what would have been right
    severity : `error` stops the work, `warning` is said and goes on
    """

    found: str
    where: str = ""
    remedy: str = ""
    expected: str = ""
    table: str | None = None
    column: str | None = None
    rows: int | None = None
    example: str | None = None
    severity: str = "error"

    def __str__(self) -> str:
        place = self.where or ".".join(p for p in (self.table, self.column) if p)
        parts = [f"{place}: {self.found}" if place else self.found]
        if self.rows is not None:
            parts.append(f"{self.rows:,} row{'' if self.rows == 1 else 's'}")
        if self.example is not None:
            parts.append(f"for example {_shown(self.example)}")
        text = ", ".join(parts)
        if self.expected:
            text += f"; expected {self.expected}"
        if self.remedy:
            text += f"\n    -> {self.remedy}"
        return text


def _shown(example: str) -> str:
    """Short enough for a line, and nothing that a terminal would obey."""
    short = (
        example if len(example) <= LONGEST_EXAMPLE else f"{example[:LONGEST_EXAMPLE]}... ({len(example):,} characters)"
    )
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in short)


class DemandError(Exception):
    """Base of every error the toolkit raises on purpose.

    Parameters
    ----------
    found, expected, remedy : the three parts of the message
    problems : when several things are wrong, all of them
    """

    def __init__(
        self, found: str = "", expected: str = "", remedy: str = "", *, problems: Sequence[Problem] = ()
    ) -> None:
        self.found, self.expected, self.remedy = found, expected, remedy
        self.problems = tuple(problems)
        super().__init__(self._message())

    def _message(self) -> str:
        text = self.found
        if self.expected:
            text += f"; expected {self.expected}"
        if self.remedy:
            text += f"\n    -> {self.remedy}"
        if self.problems:
            listed = "\n".join(f"  - {p}" for p in self.problems)
            text = f"{text}\n{listed}" if text else listed
        return text


class ConfigError(DemandError):
    """The workspace's own files are wrong; lists every problem."""


class ContractError(DemandError):
    """A table, column or argument breaks the contract."""


class LeakageError(DemandError):
    """Something would see the future."""


class StateError(DemandError):
    """The store, the ledger or the registry is not in the state that was asked for."""


class BusyError(StateError):
    """Another process holds the workspace."""


class BudgetError(DemandError):
    """A limit of money or capacity would be broken."""


class GateFailed(DemandError):
    """A model did not pass what it has to pass."""
