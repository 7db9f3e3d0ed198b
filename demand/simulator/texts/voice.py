"""How texts are put together: an opener, what happened, what is wanted, a closer; in some tone, by some habit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from random import Random
from typing import TypeVar

from demand.simulator.texts import chinese, english
from demand.simulator.texts.grammar import Draw, Sentence, expand_evenly
from demand.simulator.texts.lexicon import TONES, Lexicon, lexicon

_BODIES, _PHRASES = 128, 40
_TONE_WEIGHTS = {"plain": 0.5, "polite": 0.24, "angry": 0.26}
_VAGUE, _MORE, _TWO = 0.1, 0.5, 0.14
_OPENED, _WISHED, _CLOSED = 0.4, 0.75, 0.33
_CURT, _WISH_FIRST, _SECOND = 0.1, 0.12, 0.35
_ENDS = frozenset("。！？.!?…~～")
_PLAIN, _POLITE = _TONE_WEIGHTS["plain"], _TONE_WEIGHTS["plain"] + _TONE_WEIGHTS["polite"]


_Item = TypeVar("_Item")


class Voice:
    """Everybody who writes to one industry in one language."""

    def __init__(self, industry: str, language: str) -> None:
        self.industry, self.language = industry, language
        chinese_spoken = language == "zh"
        self._stop, self._comma, self._gap = ("。", "，", "") if chinese_spoken else (". ", ", ", " ")
        self._order = "尾号" if chinese_spoken else "order end"
        self._spoil: Callable[[str, str, Draw], str] = chinese.spoil if chinese_spoken else english.spoil
        self._finish: Callable[[str], str] = str if chinese_spoken else english.capital
        self._run_on: Callable[[str], str] = str if chinese_spoken else english.run_on
        self._kept: dict[str, list[str]] = {}

    @cached_property
    def _lexicon(self) -> Lexicon:
        return lexicon(self.industry, self.language)

    @cached_property
    def _openers(self) -> dict[str, list[str]]:
        return self._in_tones("opener", self._lexicon.openers)

    @cached_property
    def _closers(self) -> dict[str, list[str]]:
        return self._in_tones("closer", self._lexicon.closers)

    def said(self, scenario: str, expectation: str, count: int, random: Random) -> list[str]:
        """What somebody writes about a scenario who wishes for something."""
        bodies, wishes = self._bodies(scenario), self._wishes(scenario, expectation)
        return self._texts(bodies, wishes, count, random.random)

    def several(self, scenario: str, others: Sequence[str], count: int, random: Random) -> list[str]:
        """Two issues in one text, the first more to the point."""
        draw = random.random
        also = self._phrases("also", self._lexicon.also)
        pools = [self._bodies(other) for other in others] or [self._bodies(scenario)]
        bodies = []
        for body in _some(self._bodies(scenario), count, draw):
            other = _one(_one(pools, draw), draw)
            bodies.append(self._join(body, f"{_one(also, draw)}{self._run_on(other)}"))
        wishes = [wish for name in ("refund_partial", "compensation", "explanation") for wish in
                  self._wishes(scenario, name)]  # fmt: skip
        return self._texts(bodies, wishes, count, draw, in_order=True)

    def again(self, scenario: str, count: int, random: Random) -> list[str]:
        """What somebody writes who wrote before."""
        draw = random.random
        again = self._phrases("again", self._lexicon.again)
        bodies = [
            _one(again, draw) if draw() < 0.3 else self._join(_one(again, draw), body)
            for body in _some(self._bodies(scenario), count, draw)
        ]
        wishes = self._wishes(scenario, "explanation") + self._wishes(scenario, "fulfil_now")
        return self._texts(bodies, wishes, count, draw, in_order=True, opened=0.15)

    def remarks(self, sentences: Sequence[Sentence], tone: str, count: int, random: Random) -> list[str]:
        """What somebody writes under a score: a sentence, by some two."""
        draw = random.random
        first, second = (self._say(sentences, count, draw) for _ in range(2))
        texts = [
            self._join(one, other) if draw() < _SECOND and one != other else one
            for one, other in zip(first, second, strict=True)
        ]
        return [self._spoil(text, tone, draw) for text in texts]

    def aside(self, kind: str, count: int, random: Random) -> list[str]:
        """`irrelevant`: beside the point; `outreach`: what the platform writes."""
        sentences = self._lexicon.irrelevant if kind == "irrelevant" else self._lexicon.outreach
        texts = expand_evenly(sentences, count, random.random)
        if kind == "outreach":
            return texts
        return [self._spoil(text, "plain", random.random) for text in texts]

    def _texts(
        self,
        bodies: Sequence[str],
        wishes: Sequence[str],
        count: int,
        draw: Draw,
        *,
        in_order: bool = False,
        opened: float = _OPENED,
    ) -> list[str]:
        texts = []
        for body in bodies if in_order else _some(bodies, count, draw):
            u = draw()
            tone = "plain" if u < _PLAIN else "polite" if u < _POLITE else "angry"
            text = body
            if draw() >= _CURT:
                if draw() < _WISHED:
                    wish = _one(wishes, draw)
                    text = self._join(wish, text) if draw() < _WISH_FIRST else self._join(text, wish)
                if draw() < opened:
                    text = self._lead(_one(self._openers[tone], draw), text)
                closer = _one(self._closers[tone], draw)
                if draw() < _CLOSED and not (self._order in closer and self._order in text):
                    text = self._join(text, closer)
            texts.append(self._spoil(text, tone, draw))
        return texts

    def _bodies(self, scenario: str) -> list[str]:
        if scenario not in self._kept:
            draw = Random(f"{self.industry}.{self.language}.body.{scenario}").random
            said = self._lexicon.scenarios[scenario]
            more = [self._say((sentence,), _BODIES // 16, draw) for sentence in said.more]
            vague = round(_BODIES * _VAGUE) if said.vague else 0
            bodies = self._say(said.core, _BODIES - vague, draw)
            for i, body in enumerate(bodies if more else ()):
                for detail in self._details(more, draw):
                    body = self._join(body, detail)
                bodies[i] = body
            bodies += self._say(said.vague, vague, draw) if vague else []
            bodies.sort(key=lambda _: draw())
            self._kept[scenario] = bodies
        return self._kept[scenario]

    def _details(self, more: Sequence[Sequence[str]], draw: Draw) -> list[str]:
        """None, one or two, of different kinds."""
        u = draw()
        if u >= _MORE:
            return []
        kind = int(draw() * len(more))
        kinds = [kind] if u >= _TWO else [kind, kind - 1]
        return [_one(more[k], draw) for k in kinds]

    def _wishes(self, scenario: str, expectation: str) -> list[str]:
        own = self._lexicon.scenarios[scenario].wishes
        name = expectation if expectation in own else "any"
        if name in own:
            return self._phrases(f"{scenario}.{name}", own[name])
        return self._phrases(f"wish.{expectation}", self._lexicon.wishes[expectation])

    def _phrases(self, name: str, sentences: Sequence[Sentence]) -> list[str]:
        if name not in self._kept:
            draw = Random(f"{self.industry}.{self.language}.{name}").random
            self._kept[name] = list(dict.fromkeys(self._say(sentences, _PHRASES, draw)))
        return self._kept[name]

    def _say(self, sentences: Sequence[Sentence], count: int, draw: Draw) -> list[str]:
        return [self._finish(text) for text in expand_evenly(sentences, count, draw)]

    def _in_tones(self, name: str, sentences: Mapping[str, Sequence[Sentence]]) -> dict[str, list[str]]:
        return {tone: self._phrases(f"{name}.{tone}", sentences[tone]) for tone in TONES}

    def _join(self, first: str, second: str) -> str:
        if first[-1] in _ENDS:
            return f"{first}{self._gap}{second}"
        return f"{first}{self._comma if len(second) < 7 and self.language == 'zh' else self._stop}{second}"

    def _lead(self, opener: str, text: str) -> str:
        if opener[-1] in _ENDS:
            return f"{opener}{self._gap}{text}"
        return f"{opener}{self._comma}{self._run_on(text)}"


def _one(items: Sequence[_Item], draw: Draw) -> _Item:
    return items[int(draw() * len(items))]


def _some(items: Sequence[str], count: int, draw: Draw) -> list[str]:
    """`count` items from a random place on."""
    start = int(draw() * len(items))
    return [items[(start + i) % len(items)] for i in range(count)]
