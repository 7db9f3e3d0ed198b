"""When we ask for training and backtests: every so many local days, or so long before something is due."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from demand.contract import ContractError, night_of, parse_duration

_DAY = timedelta(days=1)
_A_MONDAY = date(1970, 1, 5)


@dataclass(frozen=True, slots=True)
class Schedule:
    """The cutoffs of an industry.

    Parameters
    ----------
    every : step of the grid; whole days are local calendar days, so that the night stays at its local hour when
        the clocks change; anything else is an exact step. None: no grid
    start : anchor of the grid and the first morning we ask, of the grid as well as before due; None: no bound, and
        the grid is anchored on a Monday
    to : last morning we ask; None: no bound
    before_due : `1d` is the night's cutoff of the morning one calendar day before the local day of due,
        `24h` is exactly 24 hours before due
    night, zone : the local hour of the night's cutoff

    Raises
    ------
    ContractError
        If a step is not positive or a text is not a duration.
    """

    every: timedelta | None
    start: date | None
    to: date | None
    before_due: tuple[str, ...]
    night: time
    zone: ZoneInfo

    def __post_init__(self) -> None:
        if self.every is not None and self.every <= timedelta(0):
            raise ContractError(
                found=f"cutoffs.every: {self.every}",
                expected="a duration above 0",
                remedy="write for example `every: 7d`",
            )
        for text in self.before_due:
            parse_duration(text)

    @property
    def first(self) -> datetime | None:
        """The first moment we may ask, or None."""
        return None if self.start is None else night_of(self.start, self.night, self.zone)

    @property
    def last(self) -> datetime | None:
        """The last moment we may ask, or None."""
        return None if self.to is None else night_of(self.to, self.night, self.zone)

    @property
    def calendar_days_before_due(self) -> tuple[int, ...]:
        """The entries of `before_due` that are counted in calendar days."""
        return tuple(parse_duration(t).days for t in self.before_due if _in_days(t))

    @property
    def exact_before_due(self) -> tuple[timedelta, ...]:
        """The entries of `before_due` that are exact."""
        return tuple(parse_duration(t) for t in self.before_due if not _in_days(t))

    def bounds(self, start: datetime | None, end: datetime | None) -> tuple[datetime | None, datetime | None]:
        """The narrower of what is asked for and what the schedule allows, both inclusive."""
        starts = [m for m in (start, self.first) if m is not None]
        ends = [m for m in (end, self.last) if m is not None]
        return max(starts, default=None), min(ends, default=None)

    def grid(self, start: datetime, end: datetime) -> list[datetime]:
        """The grid's cutoffs in [start, end], in UTC and ascending; none without `every`."""
        low, high = self.bounds(start, end)
        if self.every is None or low is None or high is None or low > high:
            return []
        anchor = night_of(self.start or _A_MONDAY, self.night, self.zone)
        step = (low - anchor) // self.every - 1  # one earlier: clocks move a cutoff by an hour or so
        if self.start is not None:
            step = max(step, 0)
        cutoffs = []
        while (cutoff := self._cutoff(anchor, step)) <= high:
            if cutoff >= low:
                cutoffs.append(cutoff)
            step += 1
        return cutoffs

    def _cutoff(self, anchor: datetime, step: int) -> datetime:
        assert self.every is not None
        if self.every % _DAY:
            return (anchor + step * self.every).astimezone(UTC)
        return night_of((self.start or _A_MONDAY) + step * self.every, self.night, self.zone)


def _in_days(text: str) -> bool:
    return re.fullmatch(r"(\d+[dw])+", text) is not None
