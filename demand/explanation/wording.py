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

_LESS_THAN_A_DAY = {"en": ("{%s} days", "less than a day"), "zh": (" {%s} 天", "不到 1 天")}
_AHEAD_AND_PAST = {
    "en": (r"\{%s\} days until", "{%s} days past"),
    "zh": (r"距(.+)还有 \{%s\} 天", r"已过\1 {%s} 天"),
}
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December")  # fmt: skip
_WEEKDAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "zh": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
}
_CODE = re.compile(r"[a-z]+(_[a-z]+)+")
_UNKNOWN = {"en": "unknown", "zh": "未知"}
_YES_NO = {"en": ("no", "yes"), "zh": ("否", "是")}
_COLON = {"en": ": ", "zh": "："}
_NO_PLURAL = frozenset({"as", "does", "has", "is", "its", "this", "times", "was"})
_FOLLOWING = "about|ago|ahead|are|at|before|by|for|from|have|in|of|on|so|through|to|until|were|with"
_ONE_OF_MANY = (
    re.compile(r"(?<![\d.,])1 ()([a-z]{2,}s)\b(?!')"),
    re.compile(rf"(?<![\d.,])1 ((?:[a-z]+ ){{1,3}}?)([a-z]{{2,}}s)\b(?=$| \(| (?:{_FOLLOWING})\b)"),
)
_NONE = re.compile(r"^0 (?=[a-z])")


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
    the feature's phrase with its values; what is said where there is no value, where the feature has such words; or
    its text, a colon and its value, where it has no phrase, or where a value that the phrase needs is missing

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
        phrase, said = own.phrase[language], {}
        for field, name in fields.items():
            meant = by_name.get(name)
            value = context[name]
            if meant is not None and meant.unit == "days":
                phrase, value = _as_duration(phrase, field, float(value), language)
            said[field] = _said(value, meta=meant, language=language)
        sentence = phrase.format_map(said)
        return _NONE.sub("no ", _one_is_singular(sentence)) if language == "en" else sentence
    if context.get(own.name) is None and own.missing is not None:
        return own.missing[language]
    return own.text[language] + _COLON[language] + _said(context.get(own.name), meta=own, language=language)


def _as_duration(phrase: str, field: str, days: float, language: Language) -> tuple[str, float]:
    """What lies ahead and what is past, and less than a day, in the phrase's own words."""
    if days < 0:
        ahead, past = _AHEAD_AND_PAST[language]
        phrase = re.sub(ahead % field, past % field, phrase)
    if abs(days) < 1:
        many, less = _LESS_THAN_A_DAY[language]
        phrase = phrase.replace(many % field, less).replace((many % field).strip(), less)
    return phrase, abs(days)


def _said(value: float | str | bool | None, *, meta: FeatureMeta | None, language: Language) -> str:
    """A value in the words that its column declares, else by its unit."""
    if meta is not None and isinstance(value, str) and value in meta.values:
        return meta.values[value][language]
    return format_value(value, meta.unit if meta is not None else "number", language)


def format_value(value: float | str | bool | None, unit: str, language: Language = "en") -> str:
    """A value as people write it, without the name of its unit.

    Counts are whole, days are full days, shares are percent, cents are money with two decimals, flags are yes or no,
    months and weekdays have names, codes like `cancel_policy` are words; null is unknown.
    """
    if value is None or value != value:
        return _UNKNOWN[language]
    if unit == "flag":
        return _YES_NO[language][bool(float(value))]
    if unit == "category" or isinstance(value, str):
        return str(value).replace("_", " ") if _CODE.fullmatch(str(value)) else str(value)
    number = float(value)
    match unit:
        case "count":
            return f"{round(number):,}"
        case "days":
            return f"{int(number):,}"
        case "month":
            return _MONTHS[int(number) - 1] if language == "en" else f"{int(number)} 月"
        case "weekday":
            return _WEEKDAYS[language][int(number) - 1]
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
        before, plural = match[1], match[2]
        if plural in _NO_PLURAL or plural.endswith("ss"):
            return match[0]
        if plural.endswith("ies"):
            return f"1 {before}{plural[:-3]}y"
        if plural.endswith(("ches", "shes", "xes", "sses")):
            return f"1 {before}{plural[:-2]}"
        return f"1 {before}{plural[:-1]}"

    for pattern in _ONE_OF_MANY:
        sentence = pattern.sub(mend, sentence)
    return sentence
