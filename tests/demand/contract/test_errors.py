"""A message says what was found, what was expected and what to do."""

from __future__ import annotations

import pytest

import demand.contract as contract
from demand.contract import BusyError, ConfigError, DemandError, Problem, StateError


def test_a_problem_says_where_how_many_and_an_example():
    problem = Problem("known before it happened", table="bookings", column="known_at", rows=1234, example="booking-7")
    assert str(problem) == "bookings.known_at: known before it happened, 1,234 rows, for example booking-7"


def test_a_problem_ends_with_the_remedy():
    problem = Problem(
        "no horizon", where="demand.yaml: industries.hotel", expected="a duration", remedy="write `horizon: 14d`"
    )
    assert str(problem).splitlines() == [
        "demand.yaml: industries.hotel: no horizon; expected a duration",
        "    -> write `horizon: 14d`",
    ]


def test_one_row_is_one_row():
    assert "1 row," in str(Problem("late", table="bookings", rows=1, example="x"))


def test_an_error_lists_every_problem():
    error = ConfigError("2 problems", problems=[Problem("first"), Problem("second")])
    assert str(error).splitlines() == ["2 problems", "  - first", "  - second"]


def test_an_error_without_a_headline_is_its_problems():
    assert str(ConfigError(problems=[Problem("only")])) == "  - only"


@pytest.mark.parametrize("name", [n for n in contract.__all__ if n.endswith("Error") or n == "GateFailed"])
def test_every_error_belongs_to_the_family(name):
    assert issubclass(getattr(contract, name), DemandError)


def test_a_busy_workspace_is_a_state_error():
    assert issubclass(BusyError, StateError)


def test_everything_the_front_exports_exists():
    assert [n for n in contract.__all__ if not hasattr(contract, n)] == []
