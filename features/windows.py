"""How far back a feature looks: a duration, all history, since an event, or this holiday so far."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from demand.contract import ContractError, Text, format_duration, parse_duration
from features.vocabulary import singular, words_of

if TYPE_CHECKING:
    from features.measures import Rows

ALL = "all"
THIS_HOLIDAY = "this_holiday"


@dataclass(frozen=True, slots=True)
class Window:
    """The rows with `occurred_at` in [cutoff - duration, cutoff); without a duration, all history.

    `since`: only those after the last row of these that shares the keys. `holiday`: only those on the public holiday
    that the cutoff's day belongs to, so far.
    """

    duration: timedelta | None
    since: Rows | None = None
    holiday: bool = False

    @classmethod
    def of(cls, value: str | timedelta | Window) -> Window:
        """`"30d"`, `"36h"`, `"all"`, `"this_holiday"`, a timedelta, or a window.

        Raises
        ------
        ContractError
            If the value is no duration of whole minutes, or not longer than zero.
        """
        if isinstance(value, Window):
            return value
        if value == ALL:
            return cls(None)
        if value == THIS_HOLIDAY:
            return cls(None, holiday=True)
        if not isinstance(value, str | timedelta):
            raise ContractError(
                found=f"window {value!r}",
                expected="a duration, all history, this holiday, or since an event",
                remedy='write for example "30d", "all", "this_holiday" or since(events("redemptions"))',
            )
        duration = parse_duration(value)
        if duration <= timedelta(0):
            raise ContractError(
                found=f"window {value!r} is empty", expected="a duration above zero", remedy='write for example "30d"'
            )
        if duration % timedelta(minutes=1):
            raise ContractError(
                found=f"window {value!r} has a part of a minute",
                expected="whole minutes",
                remedy='write for example "90m"',
            )
        return cls(duration)

    @property
    def is_all(self) -> bool:
        """All history."""
        return self.duration is None and self.since is None and not self.holiday

    @property
    def label(self) -> str:
        """As in names: `30d`, `all`, `since_redemptions`, `this_holiday`."""
        if self.since is not None:
            return f"since_{self.since.label}"
        if self.holiday:
            return THIS_HOLIDAY
        return ALL if self.duration is None else format_duration(self.duration)

    @property
    def declared(self) -> str:
        """As it is written."""
        return repr(self.label) if self.since is None else f"since({self.since!r})"

    @property
    def days(self) -> float | None:
        return None if self.duration is None else self.duration / timedelta(days=1)

    @property
    def microseconds(self) -> int | None:
        return None if self.duration is None else self.duration // timedelta(microseconds=1)

    @property
    def text(self) -> Text:
        """As in a sentence: "in the last 30 days", "近 30 天"."""
        if self.since is not None:
            event = words_of(self.since.name)
            return Text(f"since the last {singular(event.en)}", f"上次{event.zh}以来")
        if self.holiday:
            return Text("this holiday so far", "本次假期以来")
        if self.duration is None:
            return Text("so far", "迄今")
        hours = self.duration / timedelta(hours=1)
        number, en, zh = (hours / 24, "day", "天") if hours % 24 == 0 else (hours, "hour", "小时")
        if number == 1:
            return Text(f"in the last {en}", f"近 1 {zh}")
        return Text(f"in the last {number:g} {en}s", f"近 {number:g} {zh}")


def windows_of(values: tuple[str | timedelta | Window, ...]) -> tuple[Window, ...]:
    """The windows of one declaration; none given means all history."""
    return tuple(Window.of(v) for v in values) or (Window(None),)
