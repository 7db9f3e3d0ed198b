"""The pictures of the marketplace: the same data, the same bytes; words instead of ids; sizes a page can carry."""

import re
import shutil

import numpy as np
import pytest

from experiments.grading.indicators import Around
from experiments.grading.pictures import effects, pictures, style
from experiments.grading.pictures.counts import by_day, weekly
from experiments.grading.pictures.effects import Acted
from pipelines.workspace import open_workspace


@pytest.fixture(scope="module")
def drawn(small_market, tmp_path_factory):
    return pictures(small_market, tmp_path_factory.mktemp("drawn"))


def test_the_same_marketplace_gives_the_same_bytes(drawn, small_market, tmp_path):
    again = pictures(small_market, tmp_path)
    assert [file.name for file in again] == [file.name for file in drawn]
    assert [file.read_bytes() for file in again] == [file.read_bytes() for file in drawn]


def test_every_picture_is_as_wide_as_a_page_and_not_too_heavy(drawn):
    for file in drawn:
        width = re.search(r'<svg [^>]*width="([\d.]+)pt"', file.read_text())
        assert float(width[1]) * 4 / 3 == 900, file
        assert file.stat().st_size < 300_000, file


def test_scenarios_are_told_in_words(drawn):
    (file,) = [file for file in drawn if file.name == "marketplace-scenarios.svg"]
    text = file.read_text()
    assert "no room on arrival" in text and "home cleaning" in text
    assert "no_room" not in text and "home_cleaning" not in text


def test_effects_are_drawn_where_something_was_done_often_enough(small_market, tmp_path):
    ws = open_workspace(small_market)
    assert effects.draw(ws, fewest=10**9) is None
    text = style.written(effects.draw(ws, fewest=5), tmp_path / "effects.svg").read_text()
    assert "put right" in text and "reminders" in text


def test_without_truth_the_effects_are_left_out(small_market, tmp_path):
    bare = shutil.copytree(small_market, tmp_path / "bare", ignore=shutil.ignore_patterns("truth"))
    assert effects.draw(open_workspace(bare)) is None


def test_orders_count_by_their_probability():
    acted = Acted(np.array(["a"] * 4), np.array([0.1, 0.1, 0.1, 0.7]), np.array([0.1, 0.1, 0.1, 0.35]), np.ones(4))
    assert acted.change == pytest.approx(-0.35)
    assert acted.spread((0.25, 0.5, 0.75)) == pytest.approx([-0.5, -0.5, 0.0])


def test_the_interval_of_a_rate_holds_the_rate_and_is_wide_where_little_is_known():
    few, many = Around(np.array([2.0]), np.array([100.0])), Around(np.array([200.0]), np.array([10_000.0]))
    (few_low, few_high), (low, high) = few.interval(), many.interval()
    assert few_low < low < 0.02 < high < few_high
    none = Around(np.array([0.0, 0.0]), np.array([100.0, 0.0]))
    assert none.interval()[0][0] == 0 and none.interval()[1][0] == pytest.approx(-np.log(0.05) / 100)
    assert np.isnan(none.rate[1])


def test_days_outside_are_not_counted_and_a_broken_week_is_left_out():
    days = np.arange("2024-01-01", "2024-01-10", dtype="datetime64[D]")
    happened = np.array(["2023-12-31", "2024-01-01", "2024-01-01", "2024-01-09", "2024-01-10"], dtype="datetime64[D]")
    counts = by_day(happened, days)
    assert counts.tolist() == [2, 0, 0, 0, 0, 0, 0, 0, 1]
    assert weekly(counts).tolist() == [2 / 7]
