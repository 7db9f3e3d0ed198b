"""How texts are put together: an opener, what happened, what is wanted, a closer; in some tone, by some habit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from random import Random
from typing import TypeVar

from demand.simulator.texts import chinese, english
from demand.simulator.texts.grammar import Draw, Sentence, Tell, expand, expand_evenly
from demand.simulator.texts.lexicon import Lexicon, Lines, lexicon
from demand.simulator.texts.occasion import Occasion, State, Words

_TONE_WEIGHTS = {"plain": 0.5, "polite": 0.24, "angry": 0.26}
_VAGUE, _MORE, _TWO = 0.1, 0.5, 0.14
_OPENED, _WISHED, _CLOSED = 0.4, 0.75, 0.33
_CURT, _WISH_FIRST, _SECOND = 0.1, 0.12, 0.35
_ENDS = frozenset("。！？.!?…~～")
_PLAIN, _POLITE = _TONE_WEIGHTS["plain"], _TONE_WEIGHTS["plain"] + _TONE_WEIGHTS["polite"]
_QUESTIONS = "other"
"""Who only asks or praises is not angry."""

_REFUND = "refund_slow"
_EXCLUDE = (
    {"worker_no_show", "worker_late", "platform_cancel", "damage", "price_add_on"},
    {"no_room", "late_checkin", "room_mismatch", "cancel_fee"},
    {"store_closed", "queue_too_long", "out_of_stock", "voucher_rejected", "extra_charge", "reservation_unavailable"},
    {"guide_no_show", "group_not_formed", "weather_cancel"},
    {"guide_no_show", "forced_purchase", "itinerary_change"},
    {"group_not_formed", "weather_cancel", "forced_purchase", "hidden_fee", "itinerary_change"},
    {"ticket_rush_fail", "show_cancelled", "real_name_mismatch", "eticket_failed", "obstructed_view", "refund_fee"},
    {"booking_refused", "upsell_on_site", "allergy_injury", "misleading_claim"},
    {"merchant_runaway", "booking_full", "coach_change"},
    {"pickup_not_ready", "not_as_described", "expired_goods", "wrong_store"},
)
_TOGETHER = (
    {"damage", "price_add_on"},
    {"queue_too_long", "out_of_stock"},
    {"queue_too_long", "extra_charge"},
    {"out_of_stock", "extra_charge"},
    {"voucher_rejected", "extra_charge"},
    {"forced_purchase", "hidden_fee"},
    {"itinerary_change", "hidden_fee"},
    {"itinerary_change", "forced_purchase"},
    {"upsell_on_site", "misleading_claim"},
    {"upsell_on_site", "allergy_injury"},
    {"misleading_claim", "allergy_injury"},
    {"booking_full", "coach_change"},
    {"not_as_described", "expired_goods"},
)

_Item = TypeVar("_Item")


def go_together(one: str, other: str) -> bool:
    """Whether both may have happened to one order: who was not let in saw no bad seat, who asks back has left."""
    pair = {one, other}
    if len(pair) < 2 or _REFUND in pair or _QUESTIONS in pair:
        return False
    return pair in _TOGETHER or not any(pair <= each for each in _EXCLUDE)


class Voice:
    """Everybody who writes to one industry in one language."""

    def __init__(self, industry: str, language: str) -> None:
        self.industry, self.language = industry, language
        chinese_spoken = language == "zh"
        self._stop, self._comma, self._gap = ("。", "，", "") if chinese_spoken else (". ", ", ", " ")
        self._order = "尾号" if chinese_spoken else "ending in"
        self._spoil: Callable[[str, str, Draw], str] = chinese.spoil if chinese_spoken else english.spoil
        self._finish: Callable[[str], str] = str if chinese_spoken else english.capital
        self._run_on: Callable[[str], str] = str if chinese_spoken else english.run_on
        self._words = Words(language)
        self._kept: dict[tuple[str, State], tuple[Sentence, ...]] = {}

    @cached_property
    def _lexicon(self) -> Lexicon:
        return lexicon(self.industry, self.language)

    def said(self, scenario: str, expectation: str, occasion: Occasion, state: State, draw: Draw) -> str:
        """What somebody writes about a scenario who wishes for something."""
        tell = self._words.of(occasion, refund=scenario == _REFUND)
        body = self._body(scenario, state, tell, draw)
        wishes = self._wishes(scenario, expectation, state)
        return self._text(scenario, body, wishes, state, tell, draw)

    def several(self, scenario: str, others: Sequence[str], occasion: Occasion, state: State, draw: Draw) -> str:
        """Two issues in one text, the first more to the point."""
        tell = self._words.of(occasion, refund=scenario == _REFUND)
        body = self._body(scenario, state, tell, draw)
        fits = [each for each in others if go_together(scenario, each) and self._core(each, state)]
        if fits:
            also, other = self._say(self._lines("also", self._lexicon.also, state), tell, draw), _one(fits, draw)
            body = self._join(body, f"{also}{self._run_on(self._say(self._core(other, state), tell, draw))}")
        wish = ("refund_partial", "compensation", "explanation")[int(3 * draw())]
        return self._text(scenario, body, self._wishes(scenario, wish, state), state, tell, draw)

    def again(self, scenario: str, occasion: Occasion, state: State, draw: Draw) -> str:
        """What somebody writes who wrote before."""
        tell = self._words.of(occasion, refund=scenario == _REFUND)
        text = self._say(self._lines("again", self._lexicon.again, state), tell, draw)
        if draw() >= 0.3:
            text = self._join(text, self._body(scenario, state, tell, draw))
        wishes = self._wishes(scenario, "explanation" if draw() < 0.5 else "fulfil_now", state)
        return self._text(scenario, text, wishes, state, tell, draw, opened=0.15)

    def remarks(self, sentences: Sequence[Sentence], tone: str, count: int, random: Random) -> list[str]:
        """What somebody writes under a score: a sentence, by some two."""
        draw = random.random
        first, second = ([self._finish(text) for text in expand_evenly(sentences, count, draw)] for _ in range(2))
        texts = [
            self._join(one, other) if draw() < _SECOND and one != other else one
            for one, other in zip(first, second, strict=True)
        ]
        return [self._spoil(text, tone, draw) for text in texts]

    def aside(self, kind: str, occasion: Occasion, state: State, draw: Draw) -> str:
        """`irrelevant`: beside the point; `outreach`: what the platform writes."""
        lines = self._lexicon.irrelevant if kind == "irrelevant" else self._lexicon.outreach
        tell = self._words.of(occasion, refund=False)
        sentence = _one(self._lines(kind, lines, state), draw)
        text = self._finish(expand(sentence, draw, tell)) if kind == "outreach" else expand(sentence, draw, tell)
        return text if kind == "outreach" else self._spoil(self._finish(text), "plain", draw)

    def _text(
        self,
        scenario: str,
        text: str,
        wishes: Sequence[Sentence],
        state: State,
        tell: Tell,
        draw: Draw,
        *,
        opened: float = _OPENED,
    ) -> str:
        u = draw()
        tone = "plain" if u < _PLAIN else "polite" if u < _POLITE or scenario == _QUESTIONS else "angry"
        if draw() >= _CURT:
            if draw() < _WISHED:
                wish = self._say(wishes, tell, draw)
                text = self._join(wish, text) if draw() < _WISH_FIRST else self._join(text, wish)
            if draw() < opened:
                openers = self._lines(f"opener.{tone}", self._lexicon.openers[tone], state)
                text = self._lead(self._say(openers, tell, draw), text)
            if draw() < _CLOSED:
                closer = self._say(self._lines(f"closer.{tone}", self._lexicon.closers[tone], state), tell, draw)
                if not (self._order in closer and self._order in text):
                    text = self._join(text, closer)
        return self._spoil(text, tone, draw)

    def _body(self, scenario: str, state: State, tell: Tell, draw: Draw) -> str:
        """The point, or something that could be about several scenarios; often with a detail or two."""
        said, core = self._lexicon.scenarios[scenario], self._core(scenario, state)
        vague = self._lines(f"{scenario}.vague", said.vague, state)
        if vague and (not core or draw() < _VAGUE):
            return self._say(vague, tell, draw)
        body = self._say(core or tuple(line.sentence for line in said.core), tell, draw)
        more, u = self._lines(f"{scenario}.more", said.more, state), draw()
        if more and u < _MORE:
            kind = int(draw() * len(more))
            for detail in (more[kind],) if u >= _TWO or len(more) < 2 else (more[kind], more[kind - 1]):
                body = self._join(body, self._finish(expand(detail, draw, tell)))
        return body

    def _core(self, scenario: str, state: State) -> tuple[Sentence, ...]:
        return self._lines(f"{scenario}.core", self._lexicon.scenarios[scenario].core, state)

    def _wishes(self, scenario: str, expectation: str, state: State) -> tuple[Sentence, ...]:
        own = self._lexicon.scenarios[scenario].wishes
        name = expectation if expectation in own else "any"
        if name in own:
            return self._lines(f"{scenario}.wish.{name}", own[name], state)
        return self._lines(f"wish.{expectation}", self._lexicon.wishes[expectation], state)

    def _lines(self, name: str, lines: Lines, state: State) -> tuple[Sentence, ...]:
        """Those of these lines that may be said; a scenario's name tells them apart."""
        key = (name, state)
        kept = self._kept.get(key)
        if kept is None:
            holds = frozenset(state)
            kept = self._kept[key] = tuple(line.sentence for line in lines if line.when <= holds)
        return kept

    def _say(self, sentences: Sequence[Sentence], tell: Tell, draw: Draw) -> str:
        return self._finish(expand(_one(sentences, draw), draw, tell))

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
