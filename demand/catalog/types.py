"""The values that catalogue entries are made of: bilingual words, durations, hours, and a frozen model.

Every value is checked when the catalogue is read; an error names the entry, the field and the remedy.
"""

from __future__ import annotations

import re
from datetime import time, timedelta
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from demand.contract import ContractError, Text, parse_duration


class Entry(BaseModel):
    """A frozen part of the catalogue: no unknown keys, equal by value."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)


def _text(value: Any) -> Any:
    if isinstance(value, Text):
        return value
    if not isinstance(value, dict) or set(value) != {"en", "zh"} or not all(isinstance(v, str) for v in value.values()):
        raise ValueError("not words in both languages; write {en: ..., zh: ...}")
    if not all(v.strip() for v in value.values()):
        raise ValueError("empty in one language; write words in both")
    return Text(**value)


def _duration(value: Any) -> Any:
    try:
        return parse_duration(value)
    except ContractError as error:
        raise ValueError(f"{error.found}; {error.remedy}") from None


def _hour(value: Any) -> Any:
    if isinstance(value, str) and not re.fullmatch(r"\d{2}:\d{2}", value):
        raise ValueError(f'{value!r} is not an hour; write for example "21:00"')
    return value


Words = Annotated[Text, BeforeValidator(_text)]
"""Words in English and Chinese."""

Duration = Annotated[timedelta, BeforeValidator(_duration)]
"""A length of time, written `30m`, `6h`, `14d`."""

Hour = Annotated[time, BeforeValidator(_hour)]
"""An hour of the local day, written `"21:00"`."""

Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
"""Lower-case letters, digits, underscores; never renamed once in use."""

Cents = Annotated[int, Field(ge=0, strict=True)]
Share = Annotated[float, Field(ge=0, le=1)]

EVERYWHERE = "*"
"""Stands for every industry, or every scenario."""


class QuietHours(Entry):
    """Hours of the local day in which no customer is contacted; may cross midnight."""

    start: Hour
    end: Hour

    def holds(self, hour: time) -> bool:
        """Whether `hour` is quiet: from `start` on, before `end`."""
        if self.start <= self.end:
            return self.start <= hour < self.end
        return hour >= self.start or hour < self.end


class WorkingHours(Entry):
    """Hours of the local day in which people are at work; may cross midnight, the whole day if both are the same."""

    start: Hour = Field(alias="from")
    end: Hour = Field(alias="to")

    model_config = ConfigDict(extra="forbid", frozen=True, strict=False, populate_by_name=True)

    @property
    def closed(self) -> QuietHours | None:
        """The rest of the day; None where there is none."""
        return None if self.start == self.end else QuietHours(start=self.end, end=self.start)
