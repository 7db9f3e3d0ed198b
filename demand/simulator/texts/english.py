"""Habits of people who type English: no capitals or nothing but capitals, slips of the keyboard, shorthand, emojis."""

from __future__ import annotations

import re
from collections.abc import Mapping

from demand.simulator.texts.grammar import Draw

SHORT = {
    "you": "u",
    "your": "ur",
    "please": "pls",
    "because": "bc",
    "are": "r",
    "thanks": "thx",
    "with": "w/",
    "before": "b4",
    "tonight": "tnite",
    "people": "ppl",
    "though": "tho",
    "minutes": "mins",
    "hours": "hrs",
}
MIXED = {
    "cleaner": "ayi",
    "refund": "退款",
    "boss": "laoban",
    "deposit": "押金",
    "invoice": "fapiao",
    "money": "钱",
    "appointment": "预约",
    "manager": "经理",
    "voucher": "团购券",
    "coach": "教练",
    "receipt": "小票",
}
EMOJIS: Mapping[str, tuple[str, ...]] = {
    "plain": ("😅", "🙄", "😩", "🤷", ":(", "😕", "🥲", "lol", ":/", "😐"),
    "polite": ("🙏", ":)", "😊", "🙏🙏", "Thanks!", "💐"),
    "angry": ("😡", "🤬", "😤", "👎", "🤦", "SMH", "💢"),
}
_TYPO, _EMOJI, _MIXED, _SHORT = 0.18, 0.13, 0.04, 0.11
_NAMES = ("WeChat", "App", "PT")
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_BESIDE = {key: row[max(0, i - 1) : i] + row[i + 1 : i + 2] for row in _ROWS for i, key in enumerate(row)}
_LONG = re.compile(r"\b[A-Za-z]{5,}")


def capital(text: str) -> str:
    """The sentence with a capital letter in front."""
    return text[0].upper() + text[1:]


def run_on(text: str) -> str:
    """The sentence without its capital, unless it begins with a word that keeps it."""
    keeps = (text[0] == "I" and not text[1:2].isalpha()) or text.startswith(_NAMES)
    return text if keeps else text[0].lower() + text[1:]


def spoil(text: str, tone: str, draw: Draw) -> str:
    """The text as somebody of this tone would type it."""
    u = draw()
    if u < _TYPO:
        text = mistype(text, draw)
    elif u < _TYPO + _SHORT:
        text = _swap_words(text, SHORT)
    elif u > 1 - _MIXED:
        text = _swap_words(text, MIXED)
    text = _punctuate(text, tone, draw)
    if draw() < _EMOJI:
        emojis = EMOJIS[tone]
        text = f"{text} {emojis[int(draw() * len(emojis))]}"
    return text


def mistype(text: str, draw: Draw) -> str:
    """One slip in one of the longer words: a key beside, two swapped, one missing, one doubled."""
    word = _LONG.search(text, int(draw() * len(text))) or _LONG.search(text)
    if word is None:
        return text
    at = word.start() + 1 + int(draw() * (word.end() - word.start() - 3))
    kind = draw()
    if kind < 0.3:
        middle = text[at + 1] + text[at]
    elif kind < 0.55:
        middle = text[at + 1]
    elif kind < 0.75:
        middle = text[at] * 2 + text[at + 1]
    else:
        beside = _BESIDE.get(text[at].lower(), text[at])
        middle = beside[int(draw() * len(beside))] + text[at + 1]
    return text[:at] + middle + text[at + 2 :]


def _swap_words(text: str, words: Mapping[str, str]) -> str:
    return " ".join([words.get(word, word) for word in text.split(" ")])


def _punctuate(text: str, tone: str, draw: Draw) -> str:
    u = draw()
    if u < 0.42:
        return text if text[-1] in "?!." else text + "."
    if u < 0.54:
        return text
    if u < 0.72:
        return text.lower() if u < 0.64 else text.lower().replace("'", "").replace(".", "")
    if tone == "angry":
        return text.upper() if u > 0.93 else _exclaim(text, "!" if u < 0.82 else "!!!")
    if u < 0.8:
        return text.replace(". ", "... ").rstrip(".") + "..."
    if u < 0.86:
        return text.replace(". ", ", ").lower()
    if u < 0.93:
        return text.replace("'", "")
    return text.replace("?", "??") if "?" in text else text


def _exclaim(text: str, mark: str) -> str:
    text = text.replace(". ", "! ")
    return text if text[-1] == "?" else text.rstrip(".!") + mark
