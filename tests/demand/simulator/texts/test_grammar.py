from random import Random

import pytest

from demand.contract import ContractError
from demand.simulator.texts.grammar import expand, expand_evenly, parse

SLOTS = {"colour": (parse("red", {}), parse("[dark|light] blue", {}))}


def said(text):
    draw = Random(1).random
    return {expand(parse(text, SLOTS), draw) for _ in range(200)}


def test_a_sentence_without_choices_is_said_as_it_is():
    assert said("no room, 3 days") == {"no room, 3 days"}


def test_every_choice_is_said_and_no_other():
    assert said("a[b|c|]d") == {"abd", "acd", "ad"}


def test_choices_may_hold_choices_and_slots():
    assert said("[{colour}|no] hat") == {"red hat", "dark blue hat", "light blue hat", "no hat"}


def test_sentences_are_said_evenly_often():
    sentences = [parse(text, {}) for text in "abc"]
    texts = expand_evenly(sentences, 10, Random(1).random)
    assert sorted(texts.count(text) for text in "abc") == [3, 3, 4]


@pytest.mark.parametrize("text", ["[open", "closed]", "[a|[b|c]", "{colour"])
def test_brackets_must_be_paired(text):
    with pytest.raises(ContractError):
        parse(text, SLOTS)


def test_an_unknown_slot_is_named_with_the_known_ones():
    with pytest.raises(ContractError, match=r"(?s)shape.*colour"):
        parse("a {shape}", SLOTS)
