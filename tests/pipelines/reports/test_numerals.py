"""Numbers and moments as people write them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demand.contract import Text
from pipelines.reports.numerals import amount, count, days, long_day, moment, money, percent, signed_percent, week_day
from tests.builders.reports import NIGHT, ZONE


@pytest.mark.parametrize(
    "written, expected",
    [
        (count(1234567), "1,234,567"),
        (count(None), "–"),
        (amount(0.0), "0.0"),
        (amount(0.01), "<0.1"),
        (amount(67.24), "67.2"),
        (amount(1234.5), "1,234"),
        (percent(0.1234), "12.3%"),
        (percent(None), "–"),
        (signed_percent(-0.013), "−1.3%"),
        (money(123450), "1,234.50"),
        (money(123400), "1,234"),
        (money(-5), "−0.05"),
    ],
)
def test_numbers(written, expected):
    assert written == expected


@given(st.integers(-(10**12), 10**12))
def test_money_reads_back_to_the_cent(cents):
    text = money(cents).replace(",", "").replace("−", "-")
    whole, _, rest = text.partition(".")
    assert int(whole + (rest or "00")) == cents


def test_days_in_both_languages():
    assert long_day(date(2024, 12, 31)) == Text("Tuesday 31 December 2024", "2024年12月31日 星期二")
    assert week_day(date(2025, 1, 5)) == Text("Sun 5 Jan", "1月5日 周日")


def test_a_moment_is_written_in_local_time():
    assert moment(NIGHT, ZONE) == Text("Tue 31 Dec, 02:00", "12月31日 周二 02:00")


@pytest.mark.parametrize("value, words", [(14.0, "14 days"), (1.0, "1 day"), (0.25, "6 hours"), (1 / 24, "1 hour")])
def test_lengths_of_time(value, words):
    assert days(value).en == words
