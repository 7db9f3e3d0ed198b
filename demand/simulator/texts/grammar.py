"""Sentences with choices: `[a|b|]` is one of the choices (an empty one is fine), `{slot}` one of the slot's words.

Choices may hold slots and further choices; the words of a slot may hold choices and facts, but no slots. A fact is a
slot whose words are known of each occasion only; `<before> ...` is a sentence for occasions of which `before` holds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from demand.contract import ContractError

Draw = Callable[[], float]
Tell = Callable[["Fact", Draw], str]
Sentence = tuple["str | Fact | tuple[Sentence, ...]", ...]


@dataclass(frozen=True)
class Fact:
    """A part of a sentence that only the occasion knows, or that is said with one of its `words` throughout a text."""

    name: str
    words: tuple[Sentence, ...] = ()


Slots = Mapping[str, "tuple[Sentence, ...] | Fact"]


def parse(text: str, slots: Slots) -> Sentence:
    """Read a sentence.

    Raises
    ------
    ContractError
        If a bracket is not closed or a slot is unknown.
    """
    sentence, end = _parse(text, 0, slots, inside=False)
    if end < len(text):
        raise _refused(text, f"{text[end]!r} at {end} without its opening", "pair every bracket")
    return sentence


def _parse(text: str, at: int, slots: Slots, *, inside: bool) -> tuple[Sentence, int]:
    parts: list[str | Fact | tuple[Sentence, ...]] = []
    literal = at
    while at < len(text) and not (text[at] == "]" or (inside and text[at] == "|")):
        if text[at] not in "[{":
            at += 1
            continue
        if at > literal:
            parts.append(text[literal:at])
        if text[at] == "{":
            end = text.find("}", at)
            name = text[at + 1 : end]
            if end < 0 or name not in slots:
                raise _refused(text, f"the slot {name!r}", f"one of {', '.join(sorted(slots))}")
            words = slots[name]
            parts.append(words)
            at = literal = end + 1
            continue
        choices = []
        while text[at : at + 1] in ("[", "|"):
            choice, at = _parse(text, at + 1, slots, inside=True)
            choices.append(choice)
        if at >= len(text):
            raise _refused(text, "a choice that does not end", "pair every bracket")
        parts.append(tuple(choices))
        at = literal = at + 1
    if at > literal:
        parts.append(text[literal:at])
    return tuple(parts), at


def facts_of(sentence: Sentence) -> frozenset[str]:
    """The facts without which a sentence cannot be said, whatever is chosen."""
    names: set[str] = set()
    for part in sentence:
        if isinstance(part, Fact):
            names.add(part.name)
        elif not isinstance(part, str):
            names.update(*(facts_of(choice) for choice in part))
    return frozenset(names)


def expand(sentence: Sentence, draw: Draw, tell: Tell | None = None) -> str:
    """Say it once; `draw` gives uniforms in [0, 1), `tell` the words for a fact."""
    said = []
    for part in sentence:
        if type(part) is str:
            said.append(part)
        elif type(part) is tuple:
            said.append(expand(part[int(draw() * len(part))], draw, tell))
        elif isinstance(part, Fact):
            said.append(tell(part, draw) if tell else expand((part.words,), draw))
    return "".join(said)


def expand_evenly(sentences: Sequence[Sentence], count: int, draw: Draw) -> list[str]:
    """Say `count` of them, each about as often as any other, in random order."""
    start = int(draw() * len(sentences))
    chosen = [sentences[(start + i) % len(sentences)] for i in range(count)]
    chosen.sort(key=lambda _: draw())
    return [expand(sentence, draw) for sentence in chosen]


def _refused(text: str, found: str, expected: str) -> ContractError:
    return ContractError(found=f"{found} in {text!r}", expected=expected, remedy="mend the sentence in texts/said")
