"""The page as one HTML file: templates filled, style and script inline, nothing fetched from anywhere."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Sequence
from datetime import timedelta
from importlib.resources import files
from itertools import count as counter
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from demand.contract import Text
from pipelines.reports import figures, rows, sentences
from pipelines.reports.charts import share_bar, swatch
from pipelines.reports.model import Page, Risk
from pipelines.reports.numerals import count, full_day, long_day, moment, money, percent, short_day, week_day
from pipelines.reports.words import say

SECTIONS = ("expected", "when", "risks", "plan", "why", "quality", "data")
FIRST_RISKS = 25
"""So many orders of the list are open at first; the rest follows on request."""

_NUMBER = re.compile(r"(?<![\w.&#])([−+]?\d[\d,]*(?:\.\d+)?%?)(?!\w)")


def render(page: Page) -> str:
    """The page as HTML.

    Everything that comes from data is escaped; a content security policy names the page's own script and style by
    their digests and forbids everything else, so that nothing planted in the data can run or fetch.
    """
    style, script = asset("page.css"), asset("page.js")
    environment = Environment(
        loader=PackageLoader("pipelines.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= rows.FILTERS
    environment.filters |= {
        f.__name__: f for f in (sentences.card_line, sentences.peak_line, sentences.price, sentences.unseen)
    }
    environment.filters |= {"percent": percent, "count": count, "money": money, "onset": _onset}
    environment.filters |= {"night": lambda at, zone: both(full_day(at.astimezone(zone).date()))}
    environment.filters |= {"one_decimal": lambda value: f"{value:.1f}", "actionable": _any_actionable}
    environment.globals |= {
        "both": both,
        "figures": figures,
        "listed": sentences.listed,
        "say": say,
        "share_bar": share_bar,
        "strong": strong,
        "swatch": swatch,
        "t": lambda key, **fields: both(say(key, **fields)),
    }
    ids = counter(1)
    return environment.get_template("page.html").render(
        page=page,
        sections=SECTIONS,
        style=Markup(style),
        script=Markup(script),
        policy=policy(style, script),
        new_id=lambda: f"table-{next(ids)}",
        first_risks=FIRST_RISKS,
        **_frame(page),
    )


def both(words: rows.Cell) -> Markup:
    """Both languages, of which the style sheet shows one; once where they are the same."""
    if isinstance(words, rows.Below):
        return both(words.first) + Markup("<small>{}</small>").format(both(words.second))
    if isinstance(words, Markup):
        return words
    if isinstance(words, str):
        return escape(words)
    if words.en == words.zh:
        return escape(words.en)
    return Markup('<span class="en">{}</span><span class="zh">{}</span>').format(words.en, words.zh)


def strong(words: Text) -> Markup:
    """Like `both`, with the numbers emphasised."""
    en, zh = (_NUMBER.sub(r"<b>\1</b>", str(escape(words[language]))) for language in ("en", "zh"))
    return Markup(f'<span class="en">{en}</span><span class="zh">{zh}</span>')


def _frame(page: Page) -> dict[str, Any]:
    """What the page's head says, and the values that several sections share."""
    head = page.headline
    local = head.as_of.astimezone(head.zone)
    return {
        "title": Text(
            f"{head.workspace} · {say('title', day=full_day(local.date())).en}",
            f"{head.workspace} · {say('title', day=full_day(local.date())).zh}",
        ),
        "night": say("night_of", day=long_day(local.date())),
        "as_of": say("as_of", moment=moment(head.as_of, head.zone), zone=head.zone.key),
        "time_of_day": f"{local:%H:%M}",
        "lead": sentences.lead(head),
        "tiles": sentences.tiles(page),
        "most_expected": max((e.scenarios[0][1] for e in page.expected), default=1.0),
        "filters": _filters(page.risks),
        "holdout": sentences.holdout(page.plan),
        "notes": sentences.notes(page),
        "stale": sentences.stale(page),
    }


def _filters(risks: Sequence[Risk]) -> list[tuple[str, str, Text, list[tuple[str, Text]]]]:
    """name, label, the word for no filter, the choices, of each filter of the list."""
    industries = {r.industry: r.industry_name for r in risks}
    scenarios = {r.scenario: r.scenario_name for r in risks}
    actions = {r.action_key: r.action for r in risks}
    special = [(key, actions.pop(key)) for key in ("held", "none") if key in actions]
    chosen = _sorted(actions)
    if len(chosen) > 1:
        chosen = [("*", say("any_action")), *chosen]
    return [
        ("industry", "industry", say("all_industries"), _sorted(industries)),
        ("scenario", "likely", say("all_scenarios"), _sorted(scenarios)),
        ("action", "tonight", say("all_actions"), [*chosen, *special]),
    ]


def _sorted(choices: dict[str, Text]) -> list[tuple[str, Text]]:
    return sorted(choices.items(), key=lambda choice: choice[1].en.casefold())


def _onset(risk: Risk) -> Markup:
    """The day the request is expected, the range it may come in, and when the order is due."""
    first, middle, last = risk.onset
    if middle is None:
        return both(say("none"))
    shown = both(week_day(middle.date()))
    if first is not None and last is not None:
        span = say("between", first=short_day(first.date()), last=short_day(last.date()))
        shown += Markup("<small>{}</small>").format(both(span))
    if risk.due_at is not None:
        far = risk.due_at - middle > timedelta(days=180)
        due = (full_day if far else short_day)(risk.due_at.date())
        shown += Markup("<small>{}</small>").format(both(say("due", day=due)))
    return shown


def _any_actionable(risks: Iterable[Risk]) -> bool:
    return any(reason.actionable for risk in risks for reason in risk.reasons)


def asset(name: str) -> str:
    """A file of the pages' templates: their style and their script."""
    return (files("pipelines.reports") / "templates" / name).read_text(encoding="utf-8").strip()


def policy(style: str, script: str) -> str:
    """The content security policy of a page that holds this style and this script, and nothing else."""

    def digest(text: str) -> str:
        return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"

    return f"default-src 'none'; style-src {digest(style)}; script-src {digest(script)}; base-uri 'none'"
