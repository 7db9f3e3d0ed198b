"""The page of the catalogue says what the catalogue says."""

from __future__ import annotations

from pathlib import Path

from demand.catalog import EVERYWHERE, load_catalog
from docs.catalogue import INDUSTRIES, page

PAGE = Path(__file__).parents[2] / "docs" / "catalogue.md"


def test_the_page_is_as_new_as_the_catalogue() -> None:
    assert PAGE.read_text("utf-8") == page(), "run `make docs`"


def test_the_page_has_every_industry_of_the_catalogue() -> None:
    catalog = load_catalog()
    entries = [*catalog.scenarios, *catalog.interventions, *catalog.standards]
    assert {name for entry in entries for name in entry.industries} - {EVERYWHERE} == set(INDUSTRIES)
