"""A reason as a sentence fragment, in English or Chinese, with every value formatted by its unit.

booked 210 days ahead                                              提前 210 天预订
3 of this agent's last 5 bookings were cancelled                   该代理最近 5 笔预订中有 3 笔取消
days since the last message: unknown                               距上次消息的天数：未知
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from demand.contract import ContractError, FeatureMeta, Language
from demand.explanation.reasons import phrase_fields

_UNKNOWN = {"en": "unknown", "zh": "未知"}
_YES_NO = {"en": ("no", "yes"), "zh": ("否", "是")}
_COLON = {"en": ": ", "zh": "："}
_NO_PLURAL = frozenset({"as", "does", "has", "is", "its", "this", "times", "was"})
_ONE_OF_MANY = re.compile(r"(?<![\d.,])1 ([a-z]{2,}s)\b(?!')")


def word(
    reason: Mapping[str, Any], meta: Sequence[FeatureMeta] | Mapping[str, FeatureMeta], language: Language = "en"
) -> str:
    """One row of the reasons table in words.

    Parameters
    ----------
    reason : a row of REASONS, as a mapping: `feature` and `context` are read
    meta : what the features mean, as a sequence or by name
    language : `en` or `zh`

    Returns
    -------
    the feature's phrase with its values; or its text, a colon and its value, where it has no phrase, or where a value
    that the phrase needs is missing

    Raises
    ------
    ContractError
        If the feature is not among `meta`.
    """
    by_name = meta if isinstance(meta, Mapping) else {m.name: m for m in meta}
    own = by_name.get(reason["feature"])
    if own is None:
        raise ContractError(
            found=f"a reason by {reason['feature']!r}, which nothing describes",
            expected=f"one of {', '.join(sorted(by_name)[:8])} ...",
            remedy="pass the meta of the model that gave the reason",
        )
    context: dict[str, Any] = json.loads(reason["context"])
    fields = {name: own.name if name == "value" else name for name in phrase_fields(own.phrase)}
    if own.phrase is not None and all(context.get(name) is not None for name in fields.values()):
        said = {
            field: format_value(context[name], by_name[name].unit if name in by_name else "number", language)
            for field, name in fields.items()
        }
        sentence = own.phrase[language].format_map(said)
        return _one_is_singular(sentence) if language == "en" else sentence
    return own.text[language] + _COLON[language] + format_value(context.get(own.name), own.unit, language)


def format_value(value: float | str | bool | None, unit: str, language: Language = "en") -> str:
    """A value as people write it, without the name of its unit.

    Counts and days are whole, shares are percent, cents are money with two decimals, flags are yes or no; null is
    unknown.
    """
    if value is None or value != value:
        return _UNKNOWN[language]
    if unit == "flag":
        return _YES_NO[language][bool(float(value))]
    if unit == "category" or isinstance(value, str):
        return str(value)
    number = float(value)
    match unit:
        case "count" | "days":
            return f"{round(number):,}"
        case "share":
            return _percent(number)
        case "cents":
            return f"{number / 100:,.2f}"
    if number.is_integer():
        return f"{number:,.0f}" if abs(number) >= 10_000 else f"{number:.0f}"
    return f"{number:,.0f}" if abs(number) >= 100 else f"{number:.2g}"


def _percent(share: float) -> str:
    return f"{share:.1%}" if 0 < abs(share) < 0.01 else f"{share:.0%}"


def _one_is_singular(sentence: str) -> str:
    """`1 days` becomes `1 day`: phrases are written for many."""

    def mend(match: re.Match[str]) -> str:
        plural = match[1]
        if plural in _NO_PLURAL or plural.endswith("ss"):
            return match[0]
        if plural.endswith("ies"):
            return f"1 {plural[:-3]}y"
        if plural.endswith(("ches", "shes", "xes", "sses")):
            return f"1 {plural[:-2]}"
        return f"1 {plural[:-1]}"

    return _ONE_OF_MANY.sub(mend, sentence)
