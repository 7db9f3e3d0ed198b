"""Sentences with choices: `[a|b|]` is one of the choices (an empty one is fine), `{slot}` one of the slot's words.

Choices may hold slots and further choices; the words of a slot may hold choices, but no slots.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from demand.contract import ContractError

Draw = Callable[[], float]
Sentence = tuple["str | tuple[Sentence, ...]", ...]
Slots = Mapping[str, tuple[Sentence, ...]]


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
    parts: list[str | tuple[Sentence, ...]] = []
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
            parts.append(slots[name])
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


def expand(sentence: Sentence, draw: Draw) -> str:
    """Say it once; `draw` gives uniforms in [0, 1)."""
    return "".join([
        part if isinstance(part, str) else expand(part[int(draw() * len(part))], draw) for part in sentence
    ])  # fmt: skip


def expand_evenly(sentences: Sequence[Sentence], count: int, draw: Draw) -> list[str]:
    """Say `count` of them, each about as often as any other, in random order."""
    start = int(draw() * len(sentences))
    chosen = [sentences[(start + i) % len(sentences)] for i in range(count)]
    chosen.sort(key=lambda _: draw())
    return [expand(sentence, draw) for sentence in chosen]


def _refused(text: str, found: str, expected: str) -> ContractError:
    return ContractError(found=f"{found} in {text!r}", expected=expected, remedy="mend the sentence in texts/said")
