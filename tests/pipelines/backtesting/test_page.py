"""The page in a real Chromium: two languages, any width, any scheme, nothing fetched, nothing planted runs."""

from __future__ import annotations

import json

import pytest

from demand.contract import Text
from pipelines.backtesting.page import render
from tests.pipelines.reports.test_browser import CHROMIUM, FAINT, MORE_QUIET, QUIET

PLANTED = "<script>window.hit=1</script>"


@pytest.fixture(scope="module")
def file(tested, tmp_path_factory):
    """The page of the backtest, with an alarm, and a script in what comes from data."""
    figures = json.loads(json.dumps(tested.figures["hotel"]))
    words = {"en": "AUROC lies above its level", "zh": "AUROC 高于警戒值"}
    figures["alarms"] = [{"suspect": PLANTED, "text": words}]
    path = tmp_path_factory.mktemp("page") / "backtest.html"
    name = Text("Hotels", "酒店")
    path.write_text(
        render({"hotel": figures}, workspace=PLANTED, names={"hotel": name}, scenarios={}, digest="0123456789abcdef"),
        encoding="utf-8",
    )
    return path


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium found; set DEMAND_CHROMIUM to its path")
def test_the_page_speaks_fits_and_fetches_nothing(file):
    playwright_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*QUIET, *MORE_QUIET])
        for scheme in ("light", "dark"):
            page = browser.new_context(color_scheme=scheme).new_page()
            told, asked = [], []
            page.on("console", lambda message, told=told: told.append(message.text))
            page.on("request", lambda request, asked=asked: asked.append(request.url))
            page.goto(file.as_uri())
            page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
            assert page.evaluate(FAINT) == []
            page.get_by_role("img", name="Hotels: gain at each origin").wait_for()
            page.get_by_role("button", name="中文").click()
            page.get_by_role("img", name="酒店：各起点的增益").wait_for()
            assert page.locator(".en:visible").count() == 0
            for width in (320, 390, 1280):
                page.set_viewport_size({"width": width, "height": 844})
                assert page.evaluate("document.documentElement.scrollWidth") == width
            assert (told, asked, page.evaluate("window.hit")) == ([], [file.as_uri()], None)
        browser.close()


def test_nothing_of_the_data_is_taken_for_markup(file):
    html = file.read_text(encoding="utf-8")
    assert PLANTED not in html
    assert "&lt;script&gt;window.hit=1&lt;/script&gt;" in html
