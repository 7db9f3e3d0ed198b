"""What a text may say of the order it is about, and when it may say it: the facts of one contact, in words.

A row holds the facts as numbers, beside the number of the text; the words are found when the text is made. What a row
does not know is -1 (`UNKNOWN`), and nobody speaks of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from demand.simulator.clock import day_date
from demand.simulator.texts.grammar import Draw, Fact, Tell, expand

UNKNOWN = -1


class Occasion(NamedTuple):
    """The facts of one contact.

    Attributes
    ----------
    day, minute : local day number and minute of the day on which it is written
    number : of the order, whose last digits people quote
    yuan : what was paid for the order
    due : day number on which things happen
    opened, asked : day numbers of the order and of its request for a refund
    agreed : minute of the day that was agreed upon
    shut : 1 if the shop has closed down
    """

    day: int
    minute: int
    number: int = UNKNOWN
    yuan: int = UNKNOWN
    due: int = UNKNOWN
    opened: int = UNKNOWN
    asked: int = UNKNOWN
    agreed: int = UNKNOWN
    shut: int = 0


NUMBERS = len(Occasion._fields)

CONDITIONS: Mapping[str, Callable[[Any], Any]] = {
    "before": lambda o: o.due > o.day,
    "today": lambda o: o.due == o.day,
    "after": lambda o: (o.due > UNKNOWN) & (o.due < o.day),
    "there": lambda o: o.due <= o.day,
    "ahead": lambda o: o.due >= o.day,
    "eve": lambda o: (o.due > o.day) & (o.due <= o.day + 1),
    "far": lambda o: o.due > o.day + 5,
    "night": lambda o: (o.minute >= 19 * 60) | (o.minute < 120),
    "shut": lambda o: o.shut == 1,
    "trading": lambda o: o.shut != 1,
    "asked": lambda o: (o.asked > UNKNOWN) & (o.asked <= o.day),
    "waited": lambda o: (o.asked > UNKNOWN) & (o.asked <= o.day - 2),
    "owned": lambda o: (o.opened > UNKNOWN) & (o.opened <= o.day - 2),
}
"""When a sentence may be said that begins with `<name>`."""

NEEDS = {"due": "ahead", "asked": "asked"}
"""What must hold for a sentence that speaks of it."""

FACTS = ("tail", "clock", "hour", "days", "since", "asked", "bought", "date", "due", "amount", "small")


def pack(numbers: ArrayLike, **facts: ArrayLike) -> NDArray[np.int64]:
    """Numbers of texts and the facts of `Occasion` beside them, of shape (texts, 1 + NUMBERS)."""
    codes = np.asarray(numbers, np.int64)
    packed = np.full((len(codes), 1 + NUMBERS), UNKNOWN, np.int64)
    packed[:, 0] = codes
    for name, values in facts.items():
        packed[:, 1 + Occasion._fields.index(name)] = values
    return packed


class Words:
    """Says the facts in one language."""

    def __init__(self, language: str) -> None:
        self._chinese = language == "zh"
        self._facts: dict[str, Callable[[Occasion, Draw, bool], str]] = {
            name: getattr(self, f"_{name}") for name in FACTS
        }

    def of(self, occasion: Occasion, *, refund: bool) -> Tell:
        """How the facts in `FACTS` are said on this occasion; `refund`: days are counted from its request on."""
        said: dict[str, str] = {}

        def tell(fact: Fact, draw: Draw) -> str:
            name = fact.name
            if name not in said:  # who says a number twice says the same number
                words = expand((fact.words,), draw, tell) if fact.words else self._facts[name](occasion, draw, refund)
                said[name] = words
            return said[name]

        return tell

    def _tail(self, o: Occasion, draw: Draw, refund: bool) -> str:
        return f"{o.number % 10_000:04d}"

    def _clock(self, o: Occasion, draw: Draw, refund: bool) -> str:
        return self._time(o.minute // 30 * 30, draw)

    def _hour(self, o: Occasion, draw: Draw, refund: bool) -> str:
        if o.agreed != UNKNOWN:
            return self._time(o.agreed // 30 * 30, draw)
        if o.due == o.day:
            return self._time(max(o.minute // 30 - 1 - int(4 * draw()), 0) * 30, draw)
        return self._time(60 * (9 + int(11 * draw())), draw)

    def _time(self, minute: int, draw: Draw) -> str:
        hour, rest = divmod(minute, 60)
        u, small = draw(), hour % 12 or 12
        if self._chinese:
            if u < 0.3:
                return f"{hour}:{rest:02d}"
            part = _PARTS[next(i for i, end in enumerate(_ENDS) if hour < end)]
            number = _HOURS[small] if u < 0.7 else str(small)
            return f"{part}{number}点{'半' if rest else ''}"
        if u < 0.25:
            return f"{hour}:{rest:02d}"
        digits = f"{small}:{rest:02d}" if rest else f"{small}"
        return f"{digits}{' ' if u < 0.6 else ''}{'am' if hour < 12 else 'pm'}"

    def _days(self, o: Occasion, draw: Draw, refund: bool) -> str:
        start = o.asked if refund and o.asked != UNKNOWN else o.opened
        return self._lasting(o.day - start if start != UNKNOWN else 2 + int(3 * draw()), draw)

    def _since(self, o: Occasion, draw: Draw, refund: bool) -> str:
        return self._lasting(o.day - o.due if UNKNOWN < o.due < o.day else 1, draw)

    def _lasting(self, days: int, draw: Draw) -> str:
        choices = next(words for upto, words in (_LASTING_ZH if self._chinese else _LASTING_EN) if days <= upto)
        word = choices[int(draw() * len(choices))]
        return word.format(n=days, weeks=days // 7, months=max(2, round(days / 30)))

    def _asked(self, o: Occasion, draw: Draw, refund: bool) -> str:
        return self._day(o.asked, o, draw)

    def _bought(self, o: Occasion, draw: Draw, refund: bool) -> str:
        return self._day(o.opened if o.opened != UNKNOWN else o.day, o, draw)

    def _date(self, o: Occasion, draw: Draw, refund: bool) -> str:
        back = min(4, o.day - o.opened) if o.opened != UNKNOWN else 2
        return self._day(o.day - int(draw() * (back + 1)), o, draw)

    def _due(self, o: Occasion, draw: Draw, refund: bool) -> str:
        return self._day(o.due, o, draw)

    def _day(self, day: int, o: Occasion, draw: Draw) -> str:
        """A day in words: near ones by name, others by weekday or date."""
        away, date = day - o.day, day_date(day)
        if away in _NEAR_ZH:
            return (_NEAR_ZH if self._chinese else _NEAR_EN)[away]
        if self._chinese:
            if abs(away) < 6 and draw() < 0.5:
                week = date.isocalendar()[1] - day_date(o.day).isocalendar()[1]
                if week in (-1, 0, 1):
                    return f"{'上这下'[week + 1]}周{'一二三四五六日'[date.weekday()]}"
            return f"{date.month}月{date.day}号" if draw() < 0.5 or abs(away) > 20 else f"{date.day}号"
        if abs(away) < 6 and draw() < 0.5:
            return f"{'last' if away < 0 else 'this'} {date:%A}"
        return f"on {date:%B} {date.day}" if draw() < 0.5 else f"on {date.day} {date:%b}"

    def _amount(self, o: Occasion, draw: Draw, refund: bool) -> str:
        return self._money(o.yuan if o.yuan != UNKNOWN else 100 + int(400 * draw()), draw)

    def _small(self, o: Occasion, draw: Draw, refund: bool) -> str:
        part = (o.yuan if o.yuan != UNKNOWN else 200) * (0.06 + 0.24 * draw())
        step = 50 if part > 400 else 10 if part > 60 else 5 if part > 15 else 1
        return self._money(max(2, round(part / step) * step), draw)

    def _money(self, yuan: int, draw: Draw) -> str:
        form = (_MONEY_ZH if self._chinese else _MONEY_EN)[int(draw() * 4)]
        return form.format(n=yuan, comma=f"{yuan:,}")


_PARTS, _ENDS = ("凌晨", "早上", "上午", "中午", "下午", "傍晚", "晚上"), (6, 9, 12, 13, 17, 19, 24)
_HOURS = ("零", "一", "两", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二")
_NEAR_ZH = {-2: "前天", -1: "昨天", 0: "今天", 1: "明天", 2: "后天"}
_NEAR_EN = {-2: "the day before yesterday", -1: "yesterday", 0: "today", 1: "tomorrow", 2: "the day after tomorrow"}
_LASTING_ZH: tuple[tuple[float, tuple[str, ...]], ...] = (
    (1, ("一天", "整整一天", "一整天")),
    (2, ("两天", "2天", "两天多")),
    (6, ("{n}天", "{n}天多", "足足{n}天")),
    (7, ("一个星期", "7天", "一周")),
    (9, ("{n}天", "一个多星期", "一周多")),
    (13, ("{n}天", "十来天", "一个多星期")),
    (16, ("半个月", "{n}天", "两个星期左右")),
    (24, ("{n}天", "{weeks}个多星期", "半个多月")),
    (34, ("一个月左右", "{n}天")),
    (50, ("一个多月", "{n}天")),
    (np.inf, ("{months}个月左右", "好几个星期")),
)
_LASTING_EN: tuple[tuple[float, tuple[str, ...]], ...] = (
    (1, ("a day", "a whole day", "one day")),
    (2, ("two days", "2 days")),
    (6, ("{n} days", "{n} whole days")),
    (7, ("a week", "7 days", "a full week")),
    (13, ("{n} days", "over a week", "more than a week")),
    (16, ("two weeks", "{n} days", "about two weeks")),
    (24, ("{n} days", "over two weeks", "more than {weeks} weeks")),
    (34, ("about a month", "{n} days")),
    (50, ("over a month", "{n} days")),
    (np.inf, ("about {months} months", "many weeks")),
)
_MONEY_ZH, _MONEY_EN = ("{n}块", "{n}元", "{n}", "{n}块钱"), ("{comma} yuan", "¥{comma}", "{n} RMB", "{n} kuai")


State = tuple[str, ...]
"""The conditions that hold."""


def occasions(packed: NDArray[Any]) -> tuple[list[Occasion], list[State]]:
    """The facts beside the numbers of texts, and what holds then."""
    facts = packed[:, 1:]
    columns, bits = Occasion(*facts.T), np.zeros(len(facts), np.int64)
    for place, holds in enumerate(CONDITIONS.values()):
        bits |= holds(columns).astype(np.int64) << place
    return [Occasion(*row) for row in facts.tolist()], [_state(bit) for bit in bits.tolist()]


@lru_cache(maxsize=1 << len(CONDITIONS))
def _state(bits: int) -> State:
    return tuple([name for place, name in enumerate(CONDITIONS) if bits >> place & 1])
