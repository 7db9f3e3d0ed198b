"""Pieces of which names and phrases of features are put together."""

from __future__ import annotations

from demand.contract import ColumnType, SourceSpec, Text
from features.conditions import Condition
from features.feature import Feature
from features.measures import Aggregate, OutcomeRate, Trend
from features.vocabulary import condition_text

Words = tuple[Text, Text]
"""What a feature is, and how a reason says it."""


def is_own(measure: Aggregate) -> bool:
    """The subject's column as it stands."""
    return (
        measure.function == "last" and measure.rows.is_state and measure.keys == ("subject",) and measure.window.is_all
    )


def ever(window: Text) -> Text:
    """Counts of all history are totals in Chinese."""
    return Text(window.en, "累计") if window.zh == "迄今" else window


def enumerated(conditions: tuple[Condition, ...], spec: SourceSpec) -> Text:
    texts = [condition_text(c, spec) for c in conditions]
    return Text(", ".join(t.en for t in texts), "，".join(t.zh for t in texts))


def bracketed(conditions: tuple[Condition, ...], spec: SourceSpec) -> Text:
    """(page: cancel policy) / （页面：cancel policy）; nothing without a condition."""
    listed = enumerated(conditions, spec)
    return Text(f" ({listed.en})", f"（{listed.zh}）") if conditions else Text("", "")


def own_column(column: Text, type_: ColumnType | None) -> Words:
    """A column of the subject itself needs no other words."""
    if type_ in ("date", "time"):
        text = Text(f"days until {column.en}", f"距{column.zh}的天数")
        return text, Text("{value} days until " + plain(column.en), f"距{plain(column.zh)}还有 {{value}} 天")
    return said(column.en, column.zh)


def said(en: str, zh: str) -> Words:
    return Text(en, zh), Text(f"{plain(en)}: {{value}}", f"{plain(zh)}：{{value}}")


def plain(words: str) -> str:
    """Words of the workspace as part of a phrase, where braces would be fields."""
    return words.replace("{", "{{").replace("}", "}}")


def with_window(text: Text | None, feature: Feature) -> Text | None:
    measure = feature.measure.earlier.measure if isinstance(feature.measure, Trend) else feature.measure
    if text is None or not isinstance(measure, Aggregate | OutcomeRate):
        return text
    window = measure.window.text
    return Text(text.en.replace("{window}", window.en), text.zh.replace("{window}", window.zh))
