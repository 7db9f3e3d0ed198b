"""The page speaks two languages: every text in both, with the same fields, and none that nobody says."""

from __future__ import annotations

import re
from importlib.resources import files
from string import Formatter

import pytest

from demand.contract import Text
from pipelines.reports.render import SECTIONS
from pipelines.reports.words import all_words, say


def _fields(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_both_languages_say_something():
    assert not [key for key, words in all_words().items() if not words.en.strip() or not words.zh.strip()]


def test_both_languages_take_the_same_fields():
    assert not [key for key, words in all_words().items() if _fields(words.en) != _fields(words.zh)]


def test_chinese_is_chinese_unless_it_is_names_and_numbers_only():
    plain = {key for key, words in all_words().items() if not re.search("[一-鿿]", words.zh)}
    assert {key for key in plain if re.sub(r"\{\w+\}|AUROC|[\d\s\W]", "", all_words()[key].zh)} == set()


def test_every_word_is_said_somewhere():
    sources = [f for f in files("pipelines.reports").iterdir() if f.name.endswith(".py")]
    sources += [f for f in (files("pipelines.reports") / "templates").iterdir() if f.name.endswith(".html")]
    said = "\n".join(f.read_text(encoding="utf-8") for f in sources)
    composed = {f"h_{name}" for name in SECTIONS}
    composed |= {
        f"{noun}_{number}" for noun in ("held", "interventions", "orders", "sent") for number in ("one", "many")
    }
    assert {key for key in all_words() if f'"{key}"' not in said} == composed


def test_fields_may_be_bilingual_themselves():
    assert say("fires_at", moment=Text("today", "今天")) == Text("fires today", "今天 执行")


def test_a_forgotten_field_is_an_error():
    with pytest.raises(KeyError):
        say("fires_at", when="today")
