"""Charts as inline SVG: a few small functions, both languages in one drawing, no script.

Every drawing is `role="img"` and named by its title and description, which name the numbers that matter; colours and
fonts are classes of the page's style sheet, so dark mode and print need nothing here. Widths are drawing units: a
drawing of 320 units fits a telephone and a third of a desktop page with the same type size.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup, escape

from demand.contract import Text
from pipelines.reports.expected import SHADES
from pipelines.reports.numerals import amount, short_day, signed_percent
from pipelines.reports.words import say

WIDTH = 320


@dataclass(frozen=True, slots=True)
class Bar:
    """One horizontal bar: its words, its length, the number written beside it."""

    label: Text
    value: float
    number: str


@dataclass(frozen=True, slots=True)
class Series:
    """One shade of a stacked chart: a value a day."""

    label: Text
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Interval:
    """A gain with its interval, as shares."""

    label: Text
    middle: float
    low: float
    high: float


def bars(rows: Sequence[Bar], *, key: str, title: Text, desc: Text, most: float | None = None) -> Markup:
    """Horizontal bars, label and number above each; `most` is the value of a full bar."""
    full = most or max((r.value for r in rows), default=0) or 1.0
    step, parts = 35, []
    for i, row in enumerate(rows):
        y = i * step
        length = max(1.5, WIDTH * min(row.value / full, 1.0)) if row.value > 0 else 0
        parts.append(_text(row.label, 0, y + 14))
        parts.append(_number(row.number, WIDTH, y + 14, "num end"))
        parts.append(_rect(0, y + 21, WIDTH, 6, "track", round_=3))
        if length:
            parts.append(_rect(0, y + 21, length, 6, "bar", round_=3))
    return _svg(parts, height=max(len(rows) * step - 6, 1), key=key, title=title, desc=desc)


def meter(used: float, limit: float, *, key: str, title: Text, desc: Text) -> Markup:
    """One thin bar: how much of a limit is used."""
    share = min(used / limit, 1.0) if limit else 0.0
    parts = [_rect(0, 0, WIDTH, 8, "track", round_=4)]
    if share > 0:
        parts.append(_rect(0, 0, max(WIDTH * share, 4), 8, "bar", round_=4))
    return _svg(parts, height=8, key=key, title=title, desc=desc)


def stacked_days(days: Sequence[date], series: Sequence[Series], *, key: str, title: Text, desc: Text) -> Markup:
    """A column a day, one shade a series, the total above the highest."""
    left, top, bottom, plot = 28, 18, 22, 128
    totals = [sum(s.values[i] for s in series) for i in range(len(days))]
    ticks = _ticks(max(totals, default=0.0))
    slot = (WIDTH - left) / max(len(days), 1)
    wide = min(slot * 0.72, 34)
    every = max(1, -(-len(days) * 46 // (WIDTH - left)))
    parts = []
    for tick in ticks:
        y = top + plot - plot * tick / ticks[-1]
        parts.append(_line(left, y, WIDTH, y, "grid" if tick else "axis"))
        parts.append(_number(f"{tick:,.10g}", left - 6, y + 3.5, "tick end"))
    for i, day in enumerate(days):
        x, y = left + slot * i + (slot - wide) / 2, top + plot
        for shade, one in enumerate(series):
            height = plot * one.values[i] / ticks[-1]
            if height >= 0.3:
                y -= height
                parts.append(_rect(x, y, wide, max(height - 0.6, 0.3), f"s{min(shade, SHADES - 1)}"))
        if totals[i] == max(totals) > 0 and totals.index(totals[i]) == i:
            place, anchor = (x + wide / 2, "num mid") if i else (x, "num")  # the first day's would touch the axis
            parts.append(_number(amount(totals[i]), place, y - 5, anchor))
        if i % every == 0:
            parts.append(_text(short_day(day), x + wide / 2, top + plot + 16, "tick mid"))
    return _svg(parts, height=top + plot + bottom, key=key, title=title, desc=desc)


def forest(rows: Sequence[Interval], *, key: str, title: Text, desc: Text) -> Markup:
    """Gains with their intervals around a line at zero."""
    step, top = 46, 6
    low = min(0.0, *(r.low for r in rows), 0.0)
    high = max(0.05, *(r.high for r in rows), 0.05)
    pad = 0.06 * (high - low)
    low, high = (low - pad if low < 0 else 0.0), high + pad

    def x(value: float) -> float:
        return 6 + (WIDTH - 12) * (value - low) / (high - low)

    bottom = top + step * len(rows)
    parts = []
    for tick in _gain_ticks(low, high):
        parts.append(_line(x(tick), top, x(tick), bottom, "zero" if tick == 0 else "grid"))
        parts.append(_number(f"{100 * tick:+g}%".replace("-", "−") if tick else "0", x(tick), bottom + 15, "tick mid"))
    for i, row in enumerate(rows):
        y = top + step * i + 31
        words = f"{signed_percent(row.middle)}  [{signed_percent(row.low)}, {signed_percent(row.high)}]"
        parts += [_text(row.label, 8, y - 15, "halo"), _number(words, WIDTH - 2, y - 15, "num end halo")]
        parts += [_line(x(row.low), y, x(row.high), y, "range"), _line(x(row.low), y - 4, x(row.low), y + 4, "range")]
        parts.append(_line(x(row.high), y - 4, x(row.high), y + 4, "range"))
        parts.append(f'<circle class="dot" cx="{_n(x(row.middle))}" cy="{_n(y)}" r="4.5"/>')
    return _svg(parts, height=bottom + 22, key=key, title=title, desc=desc)


def reliability(points: Sequence[tuple[float, float, int]], *, key: str, title: Text, desc: Text) -> Markup:
    """Observed share against predicted probability, in bins; the diagonal is a perfect forecast."""
    left, top, plot = 46, 10, 236
    top_value = max((v for p, y, _ in points for v in (p, y)), default=0.0)
    ticks = _ticks(max(top_value, 0.02), wanted=4)
    largest = max((n for _, _, n in points), default=1)

    def x(value: float) -> float:
        return left + plot * value / ticks[-1]

    def y(value: float) -> float:
        return top + plot - plot * value / ticks[-1]

    parts = []
    for tick in ticks:
        parts.append(_line(left, y(tick), left + plot, y(tick), "grid" if tick else "axis"))
        parts.append(_number(f"{100 * tick:g}%", left - 6, y(tick) + 3.5, "tick end"))
        parts.append(_number(f"{100 * tick:g}%", x(tick), top + plot + 16, "tick mid"))
    parts.append(_line(x(0), y(0), x(ticks[-1]), y(ticks[-1]), "ideal"))
    path = " ".join(f"{_n(x(p))},{_n(y(v))}" for p, v, _ in points)
    parts.append(f'<polyline class="curve" points="{path}"/>')
    for p, v, n in points:
        radius = 2.5 + 3 * (n / largest) ** 0.5
        parts.append(f'<circle class="dot" cx="{_n(x(p))}" cy="{_n(y(v))}" r="{_n(radius)}"/>')
    parts.append(_text(say("axis_predicted"), left + plot / 2, top + plot + 34, "tick mid"))
    parts.append(_text(say("axis_observed"), left + 6, top + 10, "tick halo"))
    return _svg(parts, height=top + plot + 40, width=left + plot + 22, key=key, title=title, desc=desc)


def share_bar(share: float) -> Markup:
    """The small bar beside a probability in a table; the number stands next to it, so it is hidden from readers."""
    parts = f'<rect class="track" width="48" height="4" rx="2"/><rect class="bar" width="{_n(48 * share)}" height="4" '
    return Markup(f'<svg class="mini" viewBox="0 0 48 4" aria-hidden="true">{parts}rx="2"/></svg>')


def swatch(shade: int) -> Markup:
    """The square of a legend."""
    square = f'<rect class="s{min(shade, SHADES - 1)}" width="10" height="10" rx="2"/>'
    return Markup(f'<svg class="swatch" viewBox="0 0 10 10" aria-hidden="true">{square}</svg>')


def _svg(parts: Sequence[str], *, height: float, key: str, title: Text, desc: Text, width: float = WIDTH) -> Markup:
    names = "".join(
        f'<{tag} id="{key}-{part}-{language}" lang="{language}">{escape(words[language])}</{tag}>'
        for tag, part, words in (("title", "t", title), ("desc", "d", desc))
        for language in ("en", "zh")
    )
    return Markup(
        f'<svg role="img" aria-labelledby="{key}-t-en {key}-d-en" viewBox="0 0 {_n(width)} {_n(height)}" '
        f'class="chart">{names}{"".join(parts)}</svg>'
    )


def _text(words: Text, x: float, y: float, kind: str = "") -> str:
    if words.en == words.zh:
        return _number(words.en, x, y, kind)
    return "".join(
        f'<text class="{f"{language} {kind}".strip()}" x="{_n(x)}" y="{_n(y)}">{escape(words[language])}</text>'
        for language in ("en", "zh")
    )


def _number(words: str, x: float, y: float, kind: str) -> str:
    attribute = f' class="{kind}"' if kind else ""
    return f'<text{attribute} x="{_n(x)}" y="{_n(y)}">{escape(words)}</text>'


def _rect(x: float, y: float, width: float, height: float, kind: str, *, round_: float = 0) -> str:
    corner = f' rx="{_n(round_)}"' if round_ else ""
    return f'<rect class="{kind}" x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}"{corner}/>'


def _line(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    return f'<line class="{kind}" x1="{_n(x1)}" y1="{_n(y1)}" x2="{_n(x2)}" y2="{_n(y2)}"/>'


def _n(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".") or "0"


def _ticks(most: float, wanted: int = 3) -> list[float]:
    """Round steps from zero to just above `most`."""
    if most <= 0:
        return [0.0, 1.0]
    power = 10.0 ** math.floor(math.log10(most / wanted))
    step = next(power * m for m in (1, 2, 2.5, 5, 10) if most / (power * m) <= wanted + 1e-9)
    return [float(f"{step * i:.10g}") for i in range(math.ceil(most / step - 1e-9) + 1)]


def _gain_ticks(low: float, high: float) -> list[float]:
    step = next(s for s in (0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 100) if (high - low) / s <= 6)
    first, last = int(low / step - 1e-9), int(high / step + 1e-9)
    return [round(step * i, 6) for i in range(first, last + 1)]
