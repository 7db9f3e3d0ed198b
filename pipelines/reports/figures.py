"""The page's charts: which numbers each shows, and the sentence that says the same."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from demand.contract import Text
from pipelines.reports.charts import Bar, Interval, Series, bars, forest, meter, reliability, stacked_days
from pipelines.reports.model import Expected, Limit, Quality, Refusal
from pipelines.reports.numerals import amount, count, money, percent, short_day, signed_percent, week_day
from pipelines.reports.words import say

SHOWN_BARS = 10


def scenario_bars(expected: Expected, *, most: float, key: str) -> Markup:
    """Expected requests by scenario; `most` is the page's largest, so that industries compare by eye."""
    rows = [Bar(name, value, amount(value)) for name, value in expected.scenarios[:SHOWN_BARS]]
    top, number = expected.scenarios[0]
    desc = say("chart_scenarios_desc", expected=amount(expected.expected), top=top, number=amount(number))
    return bars(rows, key=key, title=say("chart_scenarios", industry=expected.name), desc=desc, most=most)


def day_columns(expected: Expected, *, key: str) -> Markup:
    """Expected requests by day, stacked by scenario."""
    totals = day_totals(expected)
    desc = say(
        "chart_days_desc",
        first=short_day(expected.days[0]),
        last=short_day(expected.days[-1]),
        peak=busiest_day(expected),
        number=amount(max(totals)),
    )
    series = [Series(name, values) for name, values in expected.by_day]
    title = say("chart_days", industry=expected.name)
    return stacked_days(expected.days, series, key=key, title=title, desc=desc)


def day_totals(expected: Expected) -> list[float]:
    """Requests of all scenarios, a number a day."""
    return [sum(values[i] for _, values in expected.by_day) for i in range(len(expected.days))]


def busiest_day(expected: Expected) -> Text:
    """The day with the most expected requests, the first of them if several."""
    totals = day_totals(expected)
    return week_day(expected.days[totals.index(max(totals))])


def refusal_bars(refusals: Sequence[Refusal]) -> Markup:
    """Orders without an intervention by reason."""
    desc = say(
        "refusals_desc",
        orders=count(sum(r.orders for r in refusals)),
        top=refusals[0].words,
        number=count(refusals[0].orders),
    )
    rows = [Bar(r.words, r.orders, count(r.orders)) for r in refusals[:SHOWN_BARS]]
    return bars(rows, key="refusals", title=say("refusals_title"), desc=desc)


def limit_meter(limit: Limit, *, key: str) -> Markup:
    """How much of one limit the night uses."""
    return meter(limit.used, limit.limit, key=key, title=limit.words, desc=limit_use(limit))


def limit_use(limit: Limit) -> Text:
    """`3,210 of 5,000 (64.2%)`."""
    write = money if limit.money else count
    share = percent(limit.used / limit.limit if limit.limit else None)
    return say("used_of", used=write(limit.used), limit=write(limit.limit), share=share)


def gain_forest(qualities: Sequence[Quality]) -> Markup | None:
    """Gain over the better baseline with its interval, an industry a row; None where no gain was measured."""
    rows = [
        Interval(q.name, q.gain, q.gain_low, q.gain_high)
        for q in qualities
        if q.gain is not None and q.gain_low is not None and q.gain_high is not None
    ]
    if not rows:
        return None
    parts = [say("forest_one", name=r.label, gain=signed_percent(r.middle)) for r in rows]
    summary = Text("; ".join(p.en for p in parts), "；".join(p.zh for p in parts))
    return forest(rows, key="forest", title=say("forest_title"), desc=say("forest_desc", summary=summary))


def reliability_chart(quality: Quality, *, key: str) -> Markup:
    """Predicted against observed share."""
    desc = say(
        "chart_reliability_desc",
        number=len(quality.reliability),
        error="–" if quality.calibration_error is None else f"{quality.calibration_error:.3f}",
    )
    title = say("chart_reliability", industry=quality.name)
    return reliability(quality.reliability, key=key, title=title, desc=desc)


def verdict(quality: Quality) -> Text:
    """What the interval allows to say."""
    if quality.gain_low is None or quality.gain_high is None:
        return say("none")
    if quality.gain_low > 0:
        return say("verdict_better")
    return say("verdict_worse" if quality.gain_high < 0 else "verdict_open")
