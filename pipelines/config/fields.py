"""The types of single values in `demand.yaml`: durations, zones, times of day, names, SQL."""

from __future__ import annotations

import re
from datetime import time, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict
from pydantic_core import PydanticCustomError

from demand.contract import ContractError, parse_duration
from pipelines.config.nearest import nearest


class Part(BaseModel):
    """Base of every part of the file: frozen, no unknown key."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, arbitrary_types_allowed=True)


def wrong(found: str, expected: str = "", remedy: str = "") -> PydanticCustomError:
    """A validation error that carries the three parts of a message."""
    return PydanticCustomError("wrong", "{found}", {"found": found, "expected": expected, "remedy": remedy})


def _duration(value: Any) -> timedelta:
    try:
        return parse_duration(value)
    except ContractError as error:
        raise wrong(error.found, error.expected, error.remedy) from None


def _positive(value: timedelta) -> timedelta:
    if value <= timedelta(0):
        raise wrong("the duration is zero", "more than nothing", "write for example 14d")
    return value


def _duration_text(value: Any) -> str:
    _duration(value)
    return str(value)


def _zone_name(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        from zoneinfo import available_timezones

        close = nearest(value, available_timezones())
        raise wrong(
            f"unknown time zone {value!r}",
            "a name of the IANA list",
            f"did you mean {close}?" if close else "write for example Europe/Lisbon",
        ) from None
    return value


def _time_of_day(value: Any) -> Any:
    # YAML 1.1 reads an unquoted 12:30 as the sexagesimal number 750
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1440:
        return time(*divmod(value, 60))
    if isinstance(value, str) and not re.fullmatch(r"\d{2}:\d{2}(:\d{2})?", value):
        raise wrong(f"{value!r} is not a time of day", 'hours and minutes, as in "02:00"')
    return value


def _name(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", value):
        raise wrong(f"{value!r} cannot be a name", "a letter, then letters, digits or _", "rename it")
    return value


def as_tuple(value: Any) -> Any:
    """One thing or a list of them."""
    return (value,) if isinstance(value, (str, dict)) else value


Duration = Annotated[timedelta, BeforeValidator(_duration)]
PositiveDuration = Annotated[timedelta, BeforeValidator(_duration), AfterValidator(_positive)]
DurationText = Annotated[str, BeforeValidator(_duration_text)]
ZoneName = Annotated[str, AfterValidator(_zone_name)]
TimeOfDay = Annotated[time, BeforeValidator(_time_of_day)]
Name = Annotated[str, AfterValidator(_name)]
Names = Annotated[tuple[str, ...], BeforeValidator(as_tuple)]
Sql = str
"""SQL text; parsed and checked together with everything else in `checks`."""
