"""The page is one file that needs nothing, hides nothing, and lets nothing in."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from demand.contract import Problem, Text
from pipelines.reports import build_page, render
from pipelines.reports.inputs import SourceRows
from pipelines.reports.render import both, strong
from tests.builders.reports import axes, decision, evaluation, inputs, realistic_night, reason, run, score

PLANTED = "\"><script>window.hit=1</script><img src=x onerror='window.hit=1'>"
TWO = ("hotel", "home_cleaning")
VOID = {"meta", "img", "br", "input", "link", "hr"}


class Elements(HTMLParser):
    """Every element with its attributes, and the tags that are open around it."""

    def __init__(self, html):
        super().__init__()
        self.found, self.open = [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs), tuple(self.open)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, f"</{tag}> closes something else"

    def all(self, *tags):
        return [(tag, attrs) for tag, attrs, _ in self.found if tag in tags]


@pytest.fixture(scope="module")
def html():
    return render(build_page(realistic_night()))


@pytest.fixture(scope="module")
def page(html):
    return Elements(html)


def test_elements_are_closed_in_order(page):
    assert page.open == []


def test_a_realistic_night_stays_below_half_a_megabyte(html):
    assert len(html.encode()) < 500_000


def test_nothing_is_fetched(html, page):
    assert not [a for _, a, _ in page.found if a.keys() & {"src", "srcset", "data", "poster", "xlink:href"}]
    assert all(a["href"].startswith("#") for _, a in page.all("a"))
    assert page.all("link", "iframe", "img", "object") == []
    assert not re.search(r"url\(|@import|https?:", html)


def test_the_policy_allows_the_pages_own_script_and_style_and_nothing_else(html, page):
    (policy,) = [a["content"] for _, a in page.all("meta") if a.get("http-equiv")]
    for tag in ("script", "style"):
        (content,) = re.findall(rf"<{tag}>(.*?)</{tag}>", html, re.S)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'") and "unsafe" not in policy


def test_there_are_no_inline_handlers_and_styles_that_the_policy_would_refuse(page):
    assert not [a for _, a, _ in page.found if any(name.startswith("on") or name == "style" for name in a)]


def test_headings_go_down_one_step_at_a_time(page):
    levels = [int(tag[1]) for tag, _ in page.all("h1", "h2", "h3", "h4")]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_there_is_one_of_each_landmark(page):
    assert [len(page.all(tag)) for tag in ("header", "nav", "main")] == [1, 1, 1]


def test_every_table_has_a_caption_and_every_heading_of_it_a_scope(page):
    assert len(page.all("table")) == len(page.all("caption"))
    assert all(a.get("scope") in ("col", "row") for _, a in page.all("th"))


def test_ids_are_unique_and_everything_that_is_referred_to_exists(page):
    ids = [a["id"] for _, a, _ in page.found if "id" in a]
    assert len(ids) == len(set(ids))
    references = [a.get(key, "") for _, a, _ in page.found for key in ("aria-labelledby", "aria-controls", "for")]
    named = {name for reference in references for name in reference.split()}
    assert named <= set(ids)
    assert {a["href"][1:] for _, a in page.all("a")} <= set(ids)


def test_every_chart_is_named_and_decoration_is_hidden(page):
    charts = page.all("svg")
    assert all(
        (a.get("role") == "img" and a.get("aria-labelledby")) or a.get("aria-hidden") == "true" for _, a in charts
    )


def test_behind_every_chart_is_a_table(html):
    cards = re.findall(r"<article.*?</article>", html, re.S)
    drawn = [card for card in cards if 'role="img"' in card]
    assert drawn and all("<details>" in card and "<table" in card for card in drawn)


def test_everything_that_is_said_is_said_in_both_languages(html):
    assert len(re.findall(r'class="en\b', html)) == len(re.findall(r'class="zh\b', html)) > 500


def test_nothing_planted_in_the_data_becomes_markup():
    night = inputs(
        axes_rows=[axes(scenarios=[PLANTED, "cancel_fee"])],
        scores=[score(PLANTED, 0.5, model_version=PLANTED)],
        reasons=[reason(PLANTED, PLANTED, value=PLANTED)],
        decisions=[decision(PLANTED, intervention=PLANTED, channel=PLANTED)],
        runs=[run(PLANTED)],
        workspace=PLANTED,
        sources=(SourceRows(PLANTED, 1, None),),
        quarantined=(Problem(PLANTED, table=PLANTED, example=PLANTED),),
        evaluation=evaluation(["hotel", PLANTED]),
    )
    elements = Elements(render(build_page(night)))
    assert len(elements.all("script")) == 1
    assert elements.all("img") == []
    assert not [a for _, a, _ in elements.found if any(name.startswith("on") for name in a)]


def test_numbers_are_emphasised_and_markup_in_the_words_is_not():
    assert strong(Text("of 1,234 <b>", "共 12.5%")) == (
        '<span class="en">of <b>1,234</b> &lt;b&gt;</span><span class="zh">共 <b>12.5%</b></span>'
    )


def test_what_is_the_same_in_both_languages_is_written_once():
    assert both(Text("AUROC", "AUROC")) == "AUROC"


@pytest.mark.parametrize(
    "night, words",
    [
        ({}, "No order is live at this moment"),
        ({"scored": False}, "This night has not been scored yet"),
        ({"scores": [score("a", 0.5), score("b", 0.2)]}, "Nothing has been decided yet for this night."),
        ({"scores": [score("a", 0.5)], "decisions": [decision("a", "holdout")]}, "No intervention is planned tonight."),
        ({"scores": [score("a", 0.5)]}, "The one live order brings a service request within 2 days"),
        ({"scores": [score("a", 0.5)]}, "in 1 industry: Hotels"),
        ({"scores": [score("a", 0.5)]}, "No evaluation has been written yet"),
        ({"scores": [score("a", 0.5)], "industries": TWO}, "No live order: Home cleaning."),
        ({"industries": TWO, "evaluation": evaluation(["hotel"])}, "Not measured yet: Home cleaning."),
        ({"scores": [score("a", 0.5)], "decisions": [decision("a")], "holdout_share": 0.0}, "No order is held out"),
        ({}, "No row is quarantined."),
    ],
)  # fmt: skip
def test_what_is_not_there_is_said_in_words(night, words):
    text = re.sub(r"</?b>", "", render(build_page(inputs(**night))))
    assert words in text


def test_a_page_of_two_horizons_counts_over_the_shorter_and_tells_each():
    night = inputs(
        industries=TWO,
        axes_rows=[axes(), axes("home_cleaning", ("worker_late", "damage"), (0, 3, 7))],
        scores=[score("a", 0.5), score("b", 0.2, industry="home_cleaning")],
    )
    text = re.sub(r"</?b>", "", render(build_page(night)))
    assert "about 0.6 will bring a service request within 2 days." in text
    assert "31.7% of live orders, within 2 days" in text
    assert "0.2 requests from 1 live orders (20.0%) within 7 days" in text


def test_industries_that_were_asked_at_other_moments_are_named_with_their_pages():
    there = {"home_cleaning": (datetime(2023, 5, 1, 18, tzinfo=UTC), "2023-05-02.html")}
    html = render(build_page(replace(inputs(industries=TWO), elsewhere=there)))
    assert 'href="2023-05-02.html"' in html
    assert "Home cleaning" in html[html.index("2023-05-02.html") :][:200]
    assert "No live order: Hotels." in re.sub(r"</?b>", "", html)


def test_a_page_of_every_industry_names_no_other_page():
    assert "other years" not in render(build_page(inputs(industries=TWO)))
