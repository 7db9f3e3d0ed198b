"""The fixed words of the backtest's page: its own, and those it shares with the nightly page."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from demand.contract import Text
from pipelines.reports.words import fill, read_words
from pipelines.reports.words import say as say_shared


def say(key: str, **fields: object) -> Text:
    """The words of `key` in both languages; fields may be bilingual themselves.

    Raises
    ------
    KeyError
        If the key or one of its fields does not exist.
    """
    own = own_words()
    return fill(own[key], **fields) if key in own else say_shared(key, **fields)


@cache
def own_words() -> Mapping[str, Text]:
    """The texts that only this page says."""
    return read_words("pipelines.backtesting")
