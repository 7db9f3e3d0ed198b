"""How far back a feature looks: a duration before the cutoff, or all history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from demand.contract import ContractError, Text, format_duration, parse_duration

ALL = "all"


@dataclass(frozen=True, slots=True)
class Window:
    """The rows with `occurred_at` in [cutoff - duration, cutoff); `duration=None` is all history."""

    duration: timedelta | None

    @classmethod
    def of(cls, value: str | timedelta | Window) -> Window:
        """`"30d"`, `"36h"`, `"all"`, a timedelta, or a window.

        Raises
        ------
        ContractError
            If the value is no duration, or not longer than zero.
        """
        if isinstance(value, Window):
            return value
        if value == ALL:
            return cls(None)
        if not isinstance(value, str | timedelta):
            raise ContractError(
                found=f"window {value!r}",
                expected="a duration or all history",
                remedy='write for example "30d" or "all"',
            )
        duration = parse_duration(value)
        if duration <= timedelta(0):
            raise ContractError(
                found=f"window {value!r} is empty", expected="a duration above zero", remedy='write for example "30d"'
            )
        return cls(duration)

    @property
    def label(self) -> str:
        """As in names and declarations: `30d`, `all`."""
        return ALL if self.duration is None else format_duration(self.duration)

    @property
    def days(self) -> float | None:
        return None if self.duration is None else self.duration / timedelta(days=1)

    @property
    def microseconds(self) -> int | None:
        return None if self.duration is None else self.duration // timedelta(microseconds=1)

    @property
    def text(self) -> Text:
        """As in a sentence: "in the last 30 days", "近 30 天"."""
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
