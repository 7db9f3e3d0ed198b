"""Texts by number: rows hold a number, and a text is only made when a table needs it.

A pool is a row of cells with `VARIANTS` texts each: one per (scenario, expectation, language), then per (scenario,
language) what is said when somebody asks again or has several issues, and per language what has nothing to do with
anything and what the platform writes. There are so many variants that hardly two rows share one, and only those that
are drawn are ever made: each from its number, and from the facts of its row (see `occasion`).
"""

from __future__ import annotations

from functools import lru_cache
from random import Random
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import ArrayLike, NDArray

from demand.simulator.texts.lexicon import EXPECTATIONS, LANGUAGES
from demand.simulator.texts.occasion import Occasion, State, occasions
from demand.simulator.texts.voice import Voice

VARIANTS = 1 << 40
IRRELEVANT, SEVERAL, AGAIN = 0.03, 0.08, 0.6
"""Shares: of texts that are beside the point, of texts with several issues, of repeated contacts that say so."""

INDUSTRIES = {
    "meal": "catering",
    "booking": "hotel",
    "trip": "travel",
    "treatment": "beauty",
    "ticket": "performances",
    "cleaning": "home_cleaning",
    "card": "prepaid_card",
    "parcel": "retail",
}
_KINDS = ("again", "several", "irrelevant", "outreach")
Ints = NDArray[np.int64]


class Pool:
    """The texts of one industry.

    Parameters
    ----------
    industry : whose sentences
    scenarios : in the order of their codes
    """

    def __init__(self, industry: str, scenarios: tuple[str, ...]) -> None:
        self.industry, self.scenarios = industry, scenarios
        said = len(scenarios) * len(LANGUAGES)
        ends = np.cumsum([said * len(EXPECTATIONS), said, said, len(LANGUAGES)]).tolist()
        self._starts: dict[str, int] = dict(zip(_KINDS, ends, strict=True))
        self._cells = self._starts["outreach"] + len(LANGUAGES)
        self._voices = [Voice(industry, language) for language in LANGUAGES]

    def __len__(self) -> int:
        return self._cells * VARIANTS

    def __reduce__(self) -> tuple[Any, ...]:
        """Another process takes its own pool of the same name: texts depend on nothing else."""
        prefix = next(prefix for prefix, industry in INDUSTRIES.items() if industry == self.industry)
        return pool_of, (prefix, self.scenarios)

    def index(
        self, scenario: ArrayLike, expectation: ArrayLike, english: ArrayLike, u: ArrayLike, *, again: bool = False
    ) -> Ints:
        """Numbers of texts.

        Parameters
        ----------
        scenario, expectation : codes, of equal shape
        english : 1 for English, 0 for Chinese
        u : uniforms in (0, 1), which decide alone on the kind of text and the variant
        again : these have asked before
        """
        scenario, english, u = np.asarray(scenario), np.asarray(english), np.asarray(u, np.float64)
        by_scenario = scenario * len(LANGUAGES) + english
        cells = [
            self._starts["irrelevant"] + english,
            self._starts["several"] + by_scenario,
            self._starts["again"] + by_scenario,
            (scenario * len(EXPECTATIONS) + np.asarray(expectation)) * len(LANGUAGES) + english,
        ]
        edges = np.cumsum([0, IRRELEVANT, SEVERAL, AGAIN if again else 0, 1])
        edges[-1] = 1
        kind = np.searchsorted(edges[1:-1], u, side="right")
        within = (u - edges[kind]) / (edges[kind + 1] - edges[kind])
        return np.choose(kind, cells) * VARIANTS + self._variant(within)

    def outreach(self, english: ArrayLike, u: ArrayLike) -> Ints:
        """Numbers of what the platform writes."""
        return (self._starts["outreach"] + np.asarray(english)) * VARIANTS + self._variant(np.asarray(u))

    @staticmethod
    def _variant(u: NDArray[np.float64]) -> Ints:
        return np.minimum((u * VARIANTS).astype(np.int64), VARIANTS - 1)

    def cells(self, kind: str) -> tuple[int, int]:
        """Number of the first cell of `again`, `several`, `irrelevant` or `outreach`, and how many there are."""
        ends = [*self._starts.values(), self._cells]
        first = self._starts[kind]
        return first, ends[_KINDS.index(kind) + 1] - first

    def take(self, letters: NDArray[Any]) -> pa.Array:
        """The texts with these numbers and facts, as `occasion.pack` gives them; null where the number is negative."""
        random = Random()
        told, states = occasions(letters)
        texts = [
            None if number < 0 else self._text(number, occasion, state, random)
            for number, occasion, state in zip(letters[:, 0].tolist(), told, states, strict=True)
        ]
        return pa.array(texts, pa.string())

    def _text(self, number: int, occasion: Occasion, state: State, random: Random) -> str:
        random.seed(number)
        draw, cell = random.random, number // VARIANTS
        kind = next((name for name in reversed(_KINDS) if cell >= self._starts[name]), "said")
        rest, language = divmod(cell - self._starts.get(kind, 0), len(LANGUAGES))
        voice = self._voices[language]
        if kind in ("irrelevant", "outreach"):
            return voice.aside(kind, occasion, state, draw)
        scenario, expectation = divmod(rest, len(EXPECTATIONS)) if kind == "said" else (rest, 0)
        name = self.scenarios[scenario]
        if kind == "said":
            return voice.said(name, EXPECTATIONS[expectation], occasion, state, draw)
        if kind == "again":
            return voice.again(name, occasion, state, draw)
        return voice.several(name, self.scenarios, occasion, state, draw)


@lru_cache(maxsize=64)
def pool_of(prefix: str, scenarios: tuple[str, ...]) -> Pool:
    """The pool of an industry by the prefix of its subjects, as `booking`."""
    return Pool(INDUSTRIES[prefix], scenarios)
