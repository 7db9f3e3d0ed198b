"""What is written under the score of a survey, by number, as in `pool`.

A cell of `VARIANTS` texts for each of (asked about, score, language), made when one of them is first needed.
"""

from __future__ import annotations

from functools import lru_cache
from random import Random
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import ArrayLike, NDArray

from demand.simulator.texts.lexicon import ABOUT, LANGUAGES, SCORES, remarks
from demand.simulator.texts.pool import INDUSTRIES, Ints
from demand.simulator.texts.voice import Voice

VARIANTS = 48
_TONES = ("angry", "plain", "plain", "plain", "polite")
"""By score: in which tone typing goes wrong."""


class Remarks:
    """The remarks of one industry's customers.

    Parameters
    ----------
    prefix : of its subjects, as `booking`
    """

    def __init__(self, prefix: str) -> None:
        self.prefix, self._industry = prefix, INDUSTRIES[prefix]
        self._made: dict[int, list[str]] = {}

    def __len__(self) -> int:
        return len(ABOUT) * len(SCORES) * len(LANGUAGES) * VARIANTS

    def __reduce__(self) -> tuple[Any, ...]:
        """Another process makes its own: remarks depend on nothing but the prefix."""
        return remarks_of, (self.prefix,)

    def index(self, about: ArrayLike, score: ArrayLike, english: ArrayLike, u: ArrayLike) -> Ints:
        """Numbers of remarks.

        Parameters
        ----------
        about : codes of `ABOUT`
        score : 1 to 5
        english : 1 for English, 0 for Chinese
        u : uniforms in (0, 1), which decide on the variant
        """
        cell = (np.asarray(about) * len(SCORES) + np.asarray(score) - 1) * len(LANGUAGES) + np.asarray(english)
        variant = np.minimum((np.asarray(u) * VARIANTS).astype(np.int64), VARIANTS - 1)
        return np.asarray(cell * VARIANTS + variant, np.int64)

    def take(self, codes: NDArray[Any]) -> pa.Array:
        """The remarks with these numbers; null where negative."""
        numbers, places = np.unique(codes, return_inverse=True)
        words = pa.array([None if n < 0 else self._cell(n // VARIANTS)[n % VARIANTS] for n in numbers.tolist()],
                         pa.string())  # fmt: skip
        return words.take(pa.array(places))

    def _cell(self, cell: int) -> list[str]:
        if cell not in self._made:
            rest, language = divmod(cell, len(LANGUAGES))
            about, score = divmod(rest, len(SCORES))
            spoken = LANGUAGES[language]
            draw = Random(f"{self._industry}.{spoken}.remark.{ABOUT[about]}.{SCORES[score]}")
            said = remarks(self._industry, spoken)[ABOUT[about], SCORES[score]]
            self._made[cell] = Voice(self._industry, spoken).remarks(said, _TONES[score], VARIANTS, draw)
        return self._made[cell]


@lru_cache(maxsize=64)
def remarks_of(prefix: str) -> Remarks:
    """The remarks of an industry by the prefix of its subjects, as `booking`."""
    return Remarks(prefix)
