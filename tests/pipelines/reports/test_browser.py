"""The page in a real Chromium, opened as a file: it speaks, filters, fits and fetches nothing."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from pipelines.reports import build_page, render
from tests.builders.reports import decision, inputs, realistic_night, score

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
CHROMIUM = os.environ.get("DEMAND_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")
MORE_QUIET = ("--disable-component-update", "--disable-sync")
PLANTED = "<script>window.hit=1</script>"

playwright_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium found; set DEMAND_CHROMIUM to its path")


@pytest.fixture(scope="module")
def browser():
    with playwright_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*QUIET, *MORE_QUIET])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("reports") / "2024-12-31.html"
    path.write_text(render(build_page(realistic_night())), encoding="utf-8")
    return path


@pytest.fixture
def opened(browser):
    """Open a file; whatever the console says, or the page asks for, is kept on the page as `told` and `asked`."""
    contexts = []

    def open_(path: Path, query: str = "", **options):
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.told, page.asked = [], []
        page.on("console", lambda message: page.told.append(message.text))
        page.on("pageerror", lambda error: page.told.append(str(error)))
        page.on("request", lambda request: page.asked.append(request.url))
        page.goto(path.as_uri() + query)
        return page

    yield open_
    for context in contexts:
        context.close()


def shown(page):
    return page.locator("#risk-list tbody tr:visible").count()


def shown_values(page, name):
    return page.locator("#risk-list tbody tr:visible").evaluate_all(f"rows => rows.map(r => r.dataset.{name})")


def test_the_console_is_silent_and_only_the_file_itself_is_asked_for(opened, file):
    page = opened(file)
    page.get_by_role("button", name="中文").click()
    assert page.told == []
    assert page.asked == [file.as_uri()]


def test_it_opens_in_english_and_turns_chinese_and_back_at_a_click(opened, file):
    page = opened(file)
    heading = page.get_by_role("heading", level=1)
    assert heading.inner_text() == "Night of Tuesday 31 December 2024"
    page.get_by_role("button", name="中文").click()
    assert heading.inner_text() == "2024年12月31日 星期二 夜间"
    assert page.locator("html").get_attribute("lang") == "zh"
    assert "服务请求" in page.title()
    page.get_by_role("button", name="English").click()
    assert heading.inner_text() == "Night of Tuesday 31 December 2024"


def test_no_word_of_the_other_language_is_left_on_the_screen(opened, file):
    page = opened(file)
    assert page.locator(".zh:visible").count() == 0
    page.get_by_role("button", name="中文").click()
    assert page.locator(".en:visible").count() == 0
    assert page.locator("#f-industry option").first.inner_text() == "全部行业"


def test_the_address_may_ask_for_a_language(opened, file):
    assert opened(file, "?lang=zh").locator("html").get_attribute("lang") == "zh"


def test_the_choice_is_remembered(opened, file):
    page = opened(file)
    page.get_by_role("button", name="中文").click()
    page.reload()
    assert page.locator("html").get_attribute("lang") == "zh"


def test_it_works_where_nothing_may_be_remembered(opened, browser, file):
    page = opened(file)
    page.add_init_script("Object.defineProperty(window, 'localStorage', {get() { throw new Error('refused'); }});")
    page.reload()
    page.get_by_role("button", name="中文").click()
    assert (page.locator("html").get_attribute("lang"), page.told) == ("zh", [])


def test_a_chart_is_named_in_the_language_that_is_shown(opened, file):
    page = opened(file)
    page.get_by_role("img", name="Hotels: expected requests by scenario").wait_for()
    page.get_by_role("button", name="中文").click()
    page.get_by_role("img", name="酒店：各场景的预计请求").wait_for()


def test_the_list_opens_short_and_shows_everything_on_request(opened, file):
    page = opened(file)
    assert shown(page) == 25
    page.get_by_role("button", name="Show all").click()
    assert (shown(page), page.locator("#risk-shown").inner_text()) == (200, "200 / 200")
    page.get_by_role("button", name="Show fewer").click()
    assert shown(page) == 25


def test_the_filters_narrow_the_list_together(opened, file):
    page = opened(file)
    page.get_by_role("button", name="Show all").click()
    page.get_by_role("combobox", name="Industry").select_option("home_cleaning")
    page.get_by_role("combobox", name="Tonight").select_option("held")
    assert 0 < shown(page) < 200
    assert set(shown_values(page, "industry")) == {"home_cleaning"}
    assert set(shown_values(page, "action")) == {"held"}


def test_any_intervention_leaves_out_what_is_held_or_not_done(opened, file):
    page = opened(file)
    page.get_by_role("button", name="Show all").click()
    page.get_by_role("combobox", name="Tonight").select_option("*")
    actions = set(shown_values(page, "action"))
    assert len(actions) > 1 and not actions & {"held", "none"}


def test_a_filter_that_nothing_fits_says_so(opened, file):
    page = opened(file)
    page.get_by_role("combobox", name="Industry").select_option("hotel")
    page.get_by_role("combobox", name="Likely scenario").select_option("worker_late")
    assert shown(page) == 0
    page.get_by_text("No order of this list matches the filter.").wait_for()


def test_filters_and_languages_can_be_reached_by_keyboard(opened, file):
    page = opened(file)
    names = []
    for _ in range(20):
        page.keyboard.press("Tab")
        names.append(page.evaluate("document.activeElement.id || document.activeElement.dataset.lang || ''"))
    assert {"en", "zh", "f-industry", "f-scenario", "f-action"} <= set(names)


def test_without_script_every_order_is_there_and_no_dead_control(opened, file):
    page = opened(file, java_script_enabled=False)
    assert page.locator("#risk-list tbody tr").count() == 200
    assert page.locator("select:visible, button:visible").count() == 0


@pytest.mark.parametrize("language", ["en", "zh"])
def test_nothing_sticks_out_to_the_side_from_telephone_to_desktop(opened, file, language):
    page = opened(file, f"?lang={language}")
    widths = []
    for width in (320, 390, 820, 1280):
        page.set_viewport_size({"width": width, "height": 844})
        widths.append(page.evaluate("document.documentElement.scrollWidth"))
    assert widths == [320, 390, 820, 1280]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(opened, file, scheme):
    page = opened(file, color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    assert page.evaluate(FAINT) == []


def test_a_script_planted_in_the_data_does_not_run(opened, tmp_path):
    path = tmp_path / "planted.html"
    night = inputs(scores=[score(PLANTED, 0.5)], decisions=[decision(PLANTED)], workspace=PLANTED)
    path.write_text(render(build_page(night)), encoding="utf-8")
    page = opened(path)
    assert page.evaluate("window.hit") is None
    assert page.locator("#risk-list .id").inner_text() == PLANTED


def test_it_prints_on_paper_without_its_controls(opened, file):
    page = opened(file)
    page.emulate_media(media="print")
    assert page.locator("nav:visible, select:visible, button:visible").count() == 0
    assert page.pdf(format="A4").startswith(b"%PDF")


# WCAG 2.2, 1.4.3: contrast of at least 4.5 to 1. Every element with text of its own, against the nearest opaque ground.
FAINT = """() => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgba = (color) => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1);
    return Array.from(canvas.getImageData(0, 0, 1, 1).data);
  };
  const light = (c) => c.slice(0, 3).map((v) => v / 255)
    .map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (e) => {
    for (; e; e = e.parentElement) {
      const color = rgba(getComputedStyle(e).backgroundColor);
      if (color[3] === 255) { return color; }
    }
    return [255, 255, 255, 255];
  };
  const faint = new Set();
  for (const e of document.body.querySelectorAll('*')) {
    const own = Array.from(e.childNodes).some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!own || !e.checkVisibility() || e.closest('script, title, desc, .away, .skip')) { continue; }
    const style = getComputedStyle(e);
    const pair = [rgba(e.tagName === 'text' ? style.fill : style.color), ground(e)].map(light).sort((a, b) => b - a);
    const contrast = (pair[0] + 0.05) / (pair[1] + 0.05);
    const name = e.tagName + '.' + (e.className.baseVal ?? e.className);
    if (contrast < 4.5) { faint.add(name + ' ' + contrast.toFixed(2)); }
  }
  return Array.from(faint);
}"""
