"""The sentences of `said/`: what all industries share and what each has of its own, read when first needed.

A file is a mapping: `slots` (name -> words, one a line), `wishes` (expectation -> sentences, one a line),
`scenarios` (id -> `core`, `more` and `vague` sentences), and in the shared files `openers` and `closers` by tone,
`again`, `also`, `irrelevant` and `outreach`. What an industry says comes beside what all share; a `vague` sentence
could be about several scenarios. A sentence that begins with `<name>` is for occasions on which that condition of
`occasion.CONDITIONS` holds; `when` says it of all `core` sentences. `remarks` have a form of their own: what a survey
is about -> score -> sentences.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from demand.catalog.strict_yaml import parse_shipped
from demand.contract import ContractError
from demand.simulator.texts.grammar import Fact, Sentence, Slots, facts_of, parse
from demand.simulator.texts.occasion import CONDITIONS, FACTS, NEEDS

LANGUAGES = ("zh", "en")
EXPECTATIONS = (
    *("refund_full", "refund_partial", "compensation", "rebook", "fulfil_now"),
    *("explanation", "apology", "merchant_penalty", "escalate_authority"),
)
TONES = ("plain", "polite", "angry")
ABOUT, SCORES = ("order", "request"), ("1", "2", "3", "4", "5")
_ONE_OF_A_KIND = ("dish", "food", "item", "job", "kind", "left", "part", "show", "spot", "thing", "who", "worn")
"""Slots that stand for the same thing throughout a text."""

_SAID = Path(__file__).parent / "said"


@dataclass(frozen=True)
class Line:
    """A sentence, and the conditions under which it is said."""

    sentence: Sentence
    when: frozenset[str] = frozenset()


Lines = tuple[Line, ...]


@dataclass(frozen=True)
class Scenario:
    """What is said about a scenario: the point itself, what may follow it, what leaves the point open."""

    core: Lines
    more: Lines
    vague: Lines
    wishes: Mapping[str, Lines]


@dataclass(frozen=True)
class Lexicon:
    """All sentences of one industry in one language; `openers` and `closers` by tone, `wishes` by expectation."""

    scenarios: Mapping[str, Scenario]
    wishes: Mapping[str, Lines]
    openers: Mapping[str, Lines]
    closers: Mapping[str, Lines]
    again: Lines
    also: Lines
    irrelevant: Lines
    outreach: Lines


@lru_cache(maxsize=64)
def lexicon(industry: str, language: str) -> Lexicon:
    """Read an industry's sentences in one of `LANGUAGES`.

    Raises
    ------
    ContractError
        If a sentence cannot be parsed.
    """
    shared = _read(f"common.{language}") | _read(f"everywhere.{language}")
    own = _read(f"{industry}.{language}")
    slots = _slots(shared, own)

    def sentences(*blocks: str | None, when: str = "") -> Lines:
        return tuple(_line(line, slots, when) for block in blocks for line in _lines(block))

    def either(part: str) -> dict[str, Lines]:
        mine, ours = own.get(part, {}), shared[part]
        return {name: sentences(ours.get(name), mine.get(name)) for name in ours | mine}

    def scenario(name: str) -> Scenario:
        parts: list[Mapping[str, Any]] = [shared["scenarios"].get(name, {}), own["scenarios"].get(name, {})]
        when = next((part["when"] for part in parts if "when" in part), "")
        core = sentences(*(part.get("core") for part in parts), when=when)
        more, vague = (sentences(*(part.get(kind) for part in parts)) for kind in ("more", "vague"))
        wishes = {key: sentences(block) for part in parts for key, block in part.get("wishes", {}).items()}
        return Scenario(core, more, vague, wishes)

    scenarios = [*own["scenarios"], *(n for n in shared["scenarios"] if n not in own["scenarios"])]
    return Lexicon(
        scenarios={name: scenario(name) for name in scenarios},
        wishes=either("wishes"),
        openers=either("openers"),
        closers=either("closers"),
        again=sentences(shared["again"]),
        also=sentences(shared["also"]),
        irrelevant=sentences(shared["irrelevant"]),
        outreach=sentences(shared["outreach"]),
    )


@lru_cache(maxsize=64)
def remarks(industry: str, language: str) -> Mapping[tuple[str, str], tuple[Sentence, ...]]:
    """What an industry's customers write under a score: (one of `ABOUT`, one of `SCORES`) -> sentences.

    Raises
    ------
    ContractError
        If a sentence cannot be parsed.
    """
    said, slots = _read(f"remarks.{language}"), _slots(_read(f"common.{language}"), _read(f"{industry}.{language}"))
    return {
        (about, score): tuple(parse(line, slots) for line in _lines(said[about][score]))
        for about in ABOUT
        for score in SCORES
    }


def _line(text: str, slots: Slots, when: str) -> Line:
    """One line of a file: `<condition> sentence`, or the sentence alone, which is then said under `when`."""
    if text.startswith("<"):
        when, _, text = text[1:].partition("> ")
    sentence = parse(text, slots)
    conditions = {*when.split(), *(NEEDS[fact] for fact in facts_of(sentence) if fact in NEEDS)}
    unknown = conditions - set(CONDITIONS)
    if unknown:
        raise ContractError(
            found=f"the condition {min(unknown)!r} before {text!r}",
            expected=f"one of {', '.join(CONDITIONS)}",
            remedy="mend the sentence in texts/said",
        )
    return Line(sentence, frozenset(conditions))


def _slots(shared: Mapping[str, Any], own: Mapping[str, Any]) -> Slots:
    facts: dict[str, tuple[Sentence, ...] | Fact] = {name: Fact(name) for name in FACTS}
    both = {**shared["slots"], **own["slots"]}
    slots = {name: tuple(parse(word, facts) for word in _lines(words)) for name, words in both.items()}
    return {**slots, **{name: Fact(name, slots[name]) for name in _ONE_OF_A_KIND if name in slots}, **facts}


def _read(name: str) -> dict[str, Any]:
    content: dict[str, Any] = parse_shipped((_SAID / f"{name}.yaml").read_text(encoding="utf-8"))
    return content


def _lines(block: str | None) -> Iterable[str]:
    return [line for line in (block or "").splitlines() if line]
