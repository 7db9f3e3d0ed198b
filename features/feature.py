"""A feature and a group of them: what is measured, what it is called, how it is said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from demand.contract import KEYS, TABLES, ContractError, Text
from features.measures import Measure, OutcomeRate, Ratio, Trend

RESERVED = frozenset((*KEYS, *TABLES["labels"].names, *TABLES["spine"].names, "opened_at", "due_at", "weight", "days"))
"""Names that stand beside features in a training table."""


@dataclass(frozen=True, slots=True)
class Feature:
    """One column of the feature matrix: what it measures, what it is called, how it is said.

    `text` and `phrase` replace the words that would be made from the declaration; `{window}` inside them becomes
    "in the last 30 days". `family` is the group that shares credit in an explanation; by default the keys.
    """

    measure: Measure
    name: str
    text: Text | None = None
    phrase: Text | None = None
    is_actionable: bool = False
    family: str | None = None

    @property
    def parts(self) -> tuple[Feature, ...]:
        """The features this one is made of; they travel along, since a reason says "3 of the last 5"."""
        match self.measure:
            case Ratio(a, b) | Trend(a, b):
                return (*a.parts, a, *b.parts, b)
            case OutcomeRate(_, size, _, _):
                return (Feature(size, size.name),)
        return ()

    def __repr__(self) -> str:
        return f"{self.name} = {self.measure!r}"


@dataclass(frozen=True, slots=True)
class Features:
    """One or more features declared in one breath, in the order of their windows."""

    items: tuple[Feature, ...]

    def named(self, *names: str) -> Features:
        """Give names: one each, or one with `{window}` for all: `.named("agent_asked_{window}")`.

        Raises
        ------
        ContractError
            If the number of names differs, or a name holds characters that models refuse.
        """
        if len(names) == 1 and "{window}" in names[0]:
            names = tuple(names[0].replace("{window}", _window_label(f)) for f in self.items)
        if len(names) != len(self.items):
            raise ContractError(
                found=f"{len(names)} names for {len(self.items)} features",
                expected="one name each, or one with {window}",
                remedy=f"the features are {', '.join(f.name for f in self.items)}",
            )
        return Features(tuple(replace(f, name=checked_name(n)) for f, n in zip(self.items, names, strict=True)))

    def describe(self, *, en: str, zh: str, phrase_en: str | None = None, phrase_zh: str | None = None) -> Features:
        """Say what the features are, and how a reason says them, in both languages.

        Raises
        ------
        ContractError
            If a phrase is given in one language only.
        """
        if (phrase_en is None) != (phrase_zh is None):
            raise ContractError(
                found="a phrase in one language", expected="both", remedy="give phrase_en and phrase_zh, or neither"
            )
        phrase = Text(phrase_en, phrase_zh) if phrase_en is not None and phrase_zh is not None else None
        return Features(tuple(replace(f, text=Text(en, zh), phrase=phrase or f.phrase) for f in self.items))

    def actionable(self) -> Features:
        """Operations can do something about them."""
        return Features(tuple(replace(f, is_actionable=True) for f in self.items))

    def within(self, family: str) -> Features:
        """Let them share credit with `family` in explanations."""
        return Features(tuple(replace(f, family=checked_name(family)) for f in self.items))

    def __iter__(self) -> Iterator[Feature]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    def __add__(self, other: Features) -> Features:
        return Features((*self.items, *other.items))

    def __repr__(self) -> str:
        return "\n".join(map(repr, self.items))


def checked_name(name: str) -> str:
    """A name that models, files and phrases can carry.

    Raises
    ------
    ContractError
        If the name is no identifier (LightGBM refuses brackets, quotes, colons, commas), or one that a training
        table needs for itself.
    """
    if not name.isidentifier():
        raise ContractError(
            found=f"name {name!r}",
            expected="letters, digits and underscores",
            remedy="write for example agent_asked_30d",
        )
    if name in RESERVED:
        raise ContractError(
            found=f"name {name!r} is a column of every training table", expected="another name", remedy=".named(...)"
        )
    return name


def _window_label(feature: Feature) -> str:
    window = getattr(feature.measure, "window", None)
    return window.label if window else feature.name
