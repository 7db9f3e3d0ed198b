"""Charts draw the numbers they are given, and say them."""

from __future__ import annotations

from datetime import date
from xml.etree import ElementTree

import pytest

from demand.contract import Text
from pipelines.reports.charts import Bar, Interval, Series, _ticks, bars, forest, meter, reliability, stacked_days

TITLE, DESC = Text("Title", "标题"), Text("Desc <&>", "描述")
NAMES = {"key": "k", "title": TITLE, "desc": DESC}


def drawing(markup):
    return ElementTree.fromstring(markup)


def shapes(root, tag, kind):
    return [e for e in root.iter(tag) if e.get("class", "").split()[:1] == [kind]]


@pytest.mark.parametrize(
    "markup",
    [
        bars([Bar(TITLE, 2.0, "2")], **NAMES),
        meter(1, 2, **NAMES),
        stacked_days([date(2024, 12, 31)], [Series(TITLE, (1.0,))], **NAMES),
        forest([Interval(TITLE, 0.1, 0.05, 0.15)], **NAMES),
        reliability([(0.1, 0.12, 10)], **NAMES),
    ],
    ids=["bars", "meter", "stacked_days", "forest", "reliability"],
)
def test_every_chart_is_an_image_with_a_name_and_a_description_in_both_languages(markup):
    root = drawing(markup)
    assert (root.get("role"), root.get("aria-labelledby")) == ("img", "k-t-en k-d-en")
    named = {e.get("id"): e.text for e in root if e.tag in ("title", "desc")}
    assert named == {"k-t-en": "Title", "k-t-zh": "标题", "k-d-en": "Desc <&>", "k-d-zh": "描述"}


def test_a_bar_is_as_long_as_its_share_of_the_largest():
    root = drawing(bars([Bar(TITLE, 4.0, "4"), Bar(TITLE, 1.0, "1"), Bar(TITLE, 0.0, "0")], **NAMES))
    assert [float(e.get("width")) for e in shapes(root, "rect", "bar")] == [320, 80]


def test_a_meter_beyond_its_limit_stays_inside():
    (bar,) = shapes(drawing(meter(9, 3, **NAMES)), "rect", "bar")
    assert float(bar.get("width")) == 320


def test_a_limit_of_zero_is_an_empty_meter():
    assert shapes(drawing(meter(0, 0, **NAMES)), "rect", "bar") == []


def test_the_shades_of_a_day_stand_on_each_other():
    root = drawing(stacked_days([date(2024, 12, 31)], [Series(TITLE, (1.0,)), Series(DESC, (2.0,))], **NAMES))
    (lower,), (upper,) = shapes(root, "rect", "s0"), shapes(root, "rect", "s1")
    assert float(upper.get("y")) + float(upper.get("height")) <= float(lower.get("y"))
    assert float(upper.get("height")) > float(lower.get("height"))


def test_the_interval_of_a_gain_spans_its_ends_and_zero_is_marked():
    root = drawing(forest([Interval(TITLE, 0.1, -0.05, 0.25)], **NAMES))
    (zero,) = shapes(root, "line", "zero")
    across = shapes(root, "line", "range")[0]
    (dot,) = shapes(root, "circle", "dot")
    low, middle, high = float(across.get("x1")), float(dot.get("cx")), float(across.get("x2"))
    assert low < float(zero.get("x1")) < middle < high
    assert middle == pytest.approx((low + high) / 2, abs=0.2)


def test_a_perfect_forecast_lies_on_the_diagonal():
    root = drawing(reliability([(0.1, 0.1, 5), (0.3, 0.3, 5)], **NAMES))
    ideal = next(iter(shapes(root, "line", "ideal")))
    x1, y1, x2, y2 = (float(ideal.get(k)) for k in ("x1", "y1", "x2", "y2"))
    for dot in shapes(root, "circle", "dot"):
        x, y = float(dot.get("cx")), float(dot.get("cy"))
        assert (x - x1) * (y2 - y1) == pytest.approx((y - y1) * (x2 - x1), abs=30)


@pytest.mark.parametrize("most", [0.0, 0.003, 0.7, 1.0, 2.6, 9.99, 10.0, 37.0, 1234.0, 5e6])
def test_ticks_are_few_round_and_reach_the_top(most):
    ticks = _ticks(most)
    assert ticks[0] == 0 and ticks[-1] >= most and len(ticks) <= 5
    assert [float(f"{t:g}") for t in ticks] == ticks


def test_words_in_a_chart_are_escaped():
    planted = Text("<script>alert(1)</script>", "<b>")
    assert "<script" not in bars([Bar(planted, 1.0, "1")], **NAMES)
