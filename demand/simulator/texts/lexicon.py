"""The sentences of `said/`: what all industries share and what each has of its own, read when first needed.

A file is a mapping: `slots` (name -> words, one a line), `wishes` (expectation -> sentences, one a line),
`scenarios` (id -> `core`, `more` and `vague` sentences), and in the shared files `openers` and `closers` by tone,
`again`, `also`, `irrelevant` and `outreach`. What an industry says comes beside what all share; a `vague` sentence
could be about several scenarios. `remarks` have a form of their own: what a survey is about -> score -> sentences.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from demand.catalog.strict_yaml import parse_shipped
from demand.simulator.texts.grammar import Sentence, parse

LANGUAGES = ("zh", "en")
EXPECTATIONS = (
    *("refund_full", "refund_partial", "compensation", "rebook", "fulfil_now"),
    *("explanation", "apology", "merchant_penalty", "escalate_authority"),
)
TONES = ("plain", "polite", "angry")
ABOUT, SCORES = ("order", "request"), ("1", "2", "3", "4", "5")
_SAID = Path(__file__).parent / "said"


@dataclass(frozen=True)
class Scenario:
    """What is said about a scenario: the point itself, what may follow it, what leaves the point open."""

    core: tuple[Sentence, ...]
    more: tuple[Sentence, ...]
    vague: tuple[Sentence, ...]
    wishes: Mapping[str, tuple[Sentence, ...]]


@dataclass(frozen=True)
class Lexicon:
    """All sentences of one industry in one language; `openers` and `closers` by tone, `wishes` by expectation."""

    scenarios: Mapping[str, Scenario]
    wishes: Mapping[str, tuple[Sentence, ...]]
    openers: Mapping[str, tuple[Sentence, ...]]
    closers: Mapping[str, tuple[Sentence, ...]]
    again: tuple[Sentence, ...]
    also: tuple[Sentence, ...]
    irrelevant: tuple[Sentence, ...]
    outreach: tuple[Sentence, ...]


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

    def sentences(*blocks: str | None) -> tuple[Sentence, ...]:
        return tuple(parse(line, slots) for block in blocks for line in _lines(block))

    def either(part: str) -> dict[str, tuple[Sentence, ...]]:
        mine, ours = own.get(part, {}), shared[part]
        return {name: sentences(ours.get(name), mine.get(name)) for name in ours | mine}

    def scenario(name: str) -> Scenario:
        parts: list[Mapping[str, Any]] = [shared["scenarios"].get(name, {}), own["scenarios"].get(name, {})]
        core, more, vague = (sentences(*(part.get(kind) for part in parts)) for kind in ("core", "more", "vague"))
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


def _slots(shared: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, tuple[Sentence, ...]]:
    both = {**shared["slots"], **own["slots"]}
    return {name: tuple(parse(word, {}) for word in _lines(words)) for name, words in both.items()}


def _read(name: str) -> dict[str, Any]:
    content: dict[str, Any] = parse_shipped((_SAID / f"{name}.yaml").read_text(encoding="utf-8"))
    return content


def _lines(block: str | None) -> Iterable[str]:
    return [line for line in (block or "").splitlines() if line]
