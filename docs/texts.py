"""Write docs/texts.md, a sample of what customers of the marketplace write: `python -m docs.texts`."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from demand.catalog import load_catalog
from demand.simulator.texts import ABOUT, EXPECTATIONS, LANGUAGES, VARIANTS, Pool, pack, pool_of, remarks_of
from demand.simulator.texts.pool import INDUSTRIES
from demand.simulator.wishes import usual_wishes

_NAMES = {
    "catering": "Restaurants",
    "hotel": "Hotels",
    "travel": "Tours",
    "beauty": "Beauty",
    "retail": "Shops",
    "performances": "Performances",
    "home_cleaning": "Home cleaning and care",
    "prepaid_card": "Prepaid cards",
}
_ASIDES = {
    "again": "Asked before",
    "several": "Several issues at once",
    "irrelevant": "Beside the point",
    "outreach": "What the platform writes",
}
_SHOWN = {"zh": 2, "en": 2}
_DAY = 20_058
_FACTS = {"day": _DAY, "minute": 17 * 60 + 40, "yuan": 268, "opened": _DAY - 6, "asked": _DAY - 4, "due": _DAY}
"""On a Sunday evening about an order of six days before, for that day or for the next."""


def page() -> str:
    """The page, as Markdown: per industry and scenario some texts as they are drawn, then the other kinds."""
    catalog = load_catalog()
    lines = [
        "# What customers write",
        "",
        "Written by `make docs` from the simulator's sentences, at random and not chosen. What is wanted is",
        "the column `expectation` of `contacts`; not everybody says it. Some texts could be about several scenarios,",
        "and a few are about none. Days, hours, sums and numbers are those of the order: here one of six days before,",
        "paid 268 yuan, for this day or for the next, and the refund was asked for four days ago.",
    ]
    for prefix, industry in INDUSTRIES.items():
        scenarios = tuple(each.id for each in catalog.scenarios_of(industry) if each.id != "unknown")
        pool, usual = pool_of(prefix, scenarios), usual_wishes(catalog, industry, scenarios)
        lines += ["", f"## {_NAMES[industry]}", "", "| scenario | wanted | text |", "|---|---|---|"]
        for number, scenario in enumerate(scenarios):
            lines += _of_scenario(pool, number, scenario, usual[number])
    lines += _remarks("booking")
    lines += _asides(pool_of("booking", tuple(s.id for s in catalog.scenarios_of("hotel") if s.id != "unknown")))
    return "\n".join(lines) + "\n"


def _of_scenario(pool: Pool, number: int, scenario: str, usual: np.ndarray) -> list[str]:
    random, rows = np.random.default_rng([number, *pool.industry.encode()]), []
    for language, count in _SHOWN.items():
        wished = random.choice(len(EXPECTATIONS), count, p=usual / usual.sum())
        same = np.full(count, number), wished, np.full(count, LANGUAGES.index(language))
        codes = pool.index(*same, (np.arange(count) + random.random(count)) / count)
        own = {"number": random.integers(1_000, 9_999, count), "due": _DAY + np.arange(count), "shut": np.arange(count)}
        texts = pool.take(pack(codes, **(_FACTS | own))).to_pylist()
        rows += [(EXPECTATIONS[wish], text) for wish, text in zip(wished, texts, strict=True)]
    return [f"| `{scenario}` | {wish} | {_cell(text)} |" for wish, text in rows]


def _remarks(prefix: str) -> list[str]:
    """Under the scores of surveys, about an order and about how a request was handled."""
    lines, pool = ["", "## Under a score", "", "| asked about | score | text |", "|---|---|---|"], remarks_of(prefix)
    for number, about in enumerate(ABOUT):
        for score in range(1, 6):
            u = np.random.default_rng([number, score]).random(len(LANGUAGES))
            texts = pool.take(pool.index(number, score, np.arange(len(LANGUAGES)), u)).to_pylist()
            lines += [f"| {about} | {score} | {_cell(text)} |" for text in texts]
    return lines


def _asides(pool: Pool) -> list[str]:
    lines = []
    for kind, title in _ASIDES.items():
        lines += ["", f"## {title}", ""]
        first, cells = pool.cells(kind)
        random = np.random.default_rng(len(kind))
        numbers = first * VARIANTS + random.integers(0, cells * VARIANTS, 6)
        letters = pack(np.sort(numbers), **_FACTS, number=random.integers(1_000, 9_999, 6))
        lines += [f"- {_cell(text)}" for text in pool.take(letters).to_pylist()]
    return lines


def _cell(text: str) -> str:
    return text.replace("\n", "<br>").replace("|", "\\|")


if __name__ == "__main__":
    Path(__file__).with_suffix(".md").write_text(page(), encoding="utf-8")
