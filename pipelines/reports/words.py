"""The fixed words of the page, in both languages, from `templates/words.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from demand.catalog.strict_yaml import parse_shipped
from demand.contract import Text


def say(key: str, **fields: object) -> Text:
    """The words of `key` in both languages; fields may be bilingual themselves.

    Raises
    ------
    KeyError
        If the key or one of its fields does not exist: words are part of the program.
    """
    return fill(all_words()[key], **fields)


def fill(words: Text, **fields: object) -> Text:
    """Words with their fields filled in, each in its language."""
    if not fields:
        return words
    en, zh = (
        {name: value[language] if isinstance(value, Text) else value for name, value in fields.items()}
        for language in ("en", "zh")
    )
    return Text(words.en.format(**en), words.zh.format(**zh))


@cache
def all_words() -> Mapping[str, Text]:
    """Every fixed text of the page by its key."""
    return read_words("pipelines.reports")


def read_words(package: str) -> Mapping[str, Text]:
    """The texts of a package's `templates/words.yaml` by their keys."""
    content = (files(package) / "templates" / "words.yaml").read_text(encoding="utf-8")
    return {key: Text(**texts) for key, texts in parse_shipped(content).items()}
