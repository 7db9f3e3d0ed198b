"""Which rows of a source count: equality, membership, comparison, null.

    where(status="cancelled", channel=("web", "app"), nights=at_least(3), agent=None)

Several conditions must all hold. An unknown value (null) satisfies only `None`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from demand.contract import ContractError

Scalar = str | int | float | bool | date | datetime
Operator = Literal["in", "over", "at_least", "under", "at_most", "other_than"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A test of one value; `or_null` lets an unknown value pass."""

    operator: Operator
    values: tuple[Scalar, ...]
    or_null: bool = False

    def __repr__(self) -> str:
        if self.operator != "in":
            return f"{self.operator}({self.values[0]!r})"
        shown = (*self.values, *((None,) if self.or_null else ()))
        return repr(shown[0]) if len(shown) == 1 else repr(shown)


@dataclass(frozen=True, slots=True)
class Condition:
    """A column (or key) and the test its value must pass."""

    column: str
    test: Comparison

    def __repr__(self) -> str:
        return f"{self.column}={self.test!r}"

    @property
    def label(self) -> str:
        """A short piece of a feature's name: `cancelled`, `web_or_app`, `nights_at_least_3`, `no_agent`."""
        test = self.test
        if test.operator != "in":
            return _word(f"{self.column}_{test.operator}_{test.values[0]}")
        parts = [_part(self.column, value) for value in test.values] + ([f"no_{self.column}"] if test.or_null else [])
        return _word("_or_".join(parts))


def _part(column: str, value: Scalar) -> str:
    if isinstance(value, bool):
        return column if value else f"not_{column}"
    return value if isinstance(value, str) else f"{column}_{value}"


def _word(text: str) -> str:
    return re.sub(r"\W+", "_", text).strip("_").lower()


def over(value: Scalar) -> Comparison:
    """Greater than `value`."""
    return _compare("over", value)


def at_least(value: Scalar) -> Comparison:
    """Greater than or equal to `value`."""
    return _compare("at_least", value)


def under(value: Scalar) -> Comparison:
    """Less than `value`."""
    return _compare("under", value)


def at_most(value: Scalar) -> Comparison:
    """Less than or equal to `value`."""
    return _compare("at_most", value)


def other_than(value: Scalar) -> Comparison:
    """Known, and not `value`."""
    return _compare("other_than", value)


def _compare(operator: Operator, value: Scalar) -> Comparison:
    return Comparison(operator, (_scalar(value, operator),))


def conditions_of(tests: Mapping[str, Any]) -> tuple[Condition, ...]:
    """The keyword arguments of `where` and `share` as conditions, in the order of their columns.

    Raises
    ------
    ContractError
        If a value is no string, number, truth value, date, instant, None, tuple of these, or comparison.
    """
    return tuple(Condition(column, _test(column, value)) for column, value in sorted(tests.items()))


def _test(column: str, value: Any) -> Comparison:
    if isinstance(value, Comparison):
        return value
    members = value if isinstance(value, tuple) else (value,)
    known = {_scalar(v, column) for v in members if v is not None}
    if not members:
        raise ContractError(
            found=f"where({column}=()) can never hold", expected="at least one value", remedy="name the values"
        )
    return Comparison("in", tuple(sorted(known, key=lambda v: (type(v).__name__, str(v)))), or_null=None in members)


def _scalar(value: Any, place: str) -> Scalar:
    finite = not isinstance(value, float) or value - value == 0
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise ContractError(
            f"{place}: {value} is beyond 64 bits", "a number that a column can hold", "compare with less"
        )
    if isinstance(value, datetime) and value.tzinfo is None:
        raise ContractError(
            found=f"{place}: instant {value} has no time zone", expected="an aware datetime", remedy="add tzinfo=UTC"
        )
    if not isinstance(value, str | int | float | date) or not finite:
        raise ContractError(
            found=f"{place}: {value!r} is not a value to compare with",
            expected="a string, number, truth value, date, instant, None, or a tuple of them",
            remedy='write for example where(status="cancelled") or where(nights=at_least(3))',
        )
    return value
