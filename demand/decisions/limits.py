"""What a night may use, and what was used before: money, capacity, messages, patience."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from demand.contract import ContractError


@dataclass(frozen=True)
class Limits:
    """The most that one night may use; None is no limit.

    Parameters
    ----------
    fund_cents : money of every fund together
    capacities : pool -> actions a day; a pool without an entry has no limit
    messages_per_day, messages_per_week : to one user, on one local day and within any seven days
    """

    fund_cents: int | None = None
    capacities: Mapping[str, int] = field(default_factory=dict)
    messages_per_day: int | None = None
    messages_per_week: int | None = None


@dataclass(frozen=True)
class Holdout:
    """How much is held out, by what (`user` or `subject`), drawn with which salt."""

    share: float = 0.0
    by: str = "user"
    salt: str = ""

    def __post_init__(self) -> None:
        if not 0 <= self.share < 1:
            raise ContractError(f"a holdout of {self.share}", "a share in [0, 1)", "write for example 0.05")


@dataclass(frozen=True)
class History:
    """What was decided before and still stands; instants are microseconds since 1970 in UTC.

    Parameters
    ----------
    fired : (subject, intervention) -> when it fires or fired, holdout included (both arms wait equally long)
    messages : user -> when messages to them fire or fired
    reserved_cents : money taken by other decisions of this night
    used : pool -> actions taken by other decisions of this night
    decided : subjects that have a decision of this night which stays
    """

    fired: Mapping[tuple[str, str], tuple[int, ...]] = field(default_factory=dict)
    messages: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    reserved_cents: int = 0
    used: Mapping[str, int] = field(default_factory=dict)
    decided: frozenset[str] = frozenset()
