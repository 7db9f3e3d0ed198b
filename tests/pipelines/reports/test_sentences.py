"""The sentences of the page, as a manager reads them."""

from __future__ import annotations

import pytest

from demand.contract import Text
from pipelines.reports import build_page
from pipelines.reports.inputs import ResourceUse
from pipelines.reports.model import Limit
from pipelines.reports.sentences import holdout, lead, notes, price, tiles
from tests.builders.reports import decision, inputs, score

TWO_ORDERS = (score("a", 0.5), score("b", 0.2))


def opening(**night):
    return "".join(part.en for part in lead(build_page(inputs(**night)).headline))


def test_the_headline_says_how_many_and_what_is_done():
    decisions = [decision("a"), decision("b", "holdout")]
    assert opening(scores=TWO_ORDERS, decisions=decisions) == (
        "Of 2 live orders, about 0.7 will bring a service request within 2 days. "
        "Tonight 1 intervention is planned to prevent or soften them; 1 is held out to measure the effect."
    )


def test_many_are_many():
    orders = [score(f"{i}", 0.5) for i in range(4)]
    arms = ["treat", "treat", "holdout", "holdout"]
    decisions = [decision(f"{i}", arm) for i, arm in enumerate(arms)]
    assert opening(scores=orders, decisions=decisions).endswith(
        "Tonight 2 interventions are planned to prevent or soften them; 2 are held out to measure the effect."
    )


@pytest.mark.parametrize(
    ("statuses", "said"),
    [
        (["planned", "planned"], "Tonight 2 interventions are planned to prevent or soften them."),
        (
            ["dispatched", "dispatched"],
            "Tonight 2 interventions were sent to their channels to prevent or soften them.",
        ),
        (
            ["dispatched", "planned"],
            "Tonight 1 of 2 interventions were sent to their channels to prevent or soften them; "
            "the rest is still planned.",
        ),
        (["dispatched", "failed"], "Tonight 1 intervention was sent to its channel to prevent or soften them."),
    ],
)
def test_what_has_been_sent_is_no_longer_planned(statuses, said):
    decisions = [decision(name, status=status) for name, status in zip("ab", statuses, strict=True)]
    assert opening(scores=TWO_ORDERS, decisions=decisions).endswith(said)


def test_the_money_is_told_against_its_limit():
    page = build_page(inputs(scores=TWO_ORDERS, decisions=[decision("a")], limits=(ResourceUse("fund", 400, 5000),)))
    assert [note.en for label, _, note in tiles(page) if label == "kpi_money"] == ["fund: 4 of 50 (8.0%)"]


def test_the_holdout_is_one_sentence():
    page = build_page(inputs(scores=TWO_ORDERS, decisions=[decision("a", "holdout")]))
    assert holdout(page.plan).en.startswith("Tonight 1 order is held out: 5.0% of users, drawn at random")


@pytest.mark.parametrize(
    "limit, words",
    [
        (Limit(Text("", ""), 1, 1, money=False, price_cents=412.4), "one more would be worth 4.12"),
        (Limit(Text("", ""), 1, 1, money=True, price_cents=1.5), "each further 1 would save 1.50"),
    ],
)
def test_a_price_is_that_of_one_more_unit(limit, words):
    assert price(limit).en == words


def test_the_notes_name_the_models():
    page = build_page(inputs(scores=TWO_ORDERS))
    assert notes(page)[0].en == "Model versions: Hotels 3."
