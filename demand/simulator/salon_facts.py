"""What is so of salons and creators whoever books them: licences, claims, wording of reviews, inspections."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from demand.simulator.beauty_rows import SALON_CONTENT, SALON_INSPECTIONS, WORDS
from demand.simulator.clock import DAY, HOUR, instant
from demand.simulator.dice import Ints

if TYPE_CHECKING:
    from demand.simulator.beauty import Beauty

_BOLD = 3  # claims from here on promise what no treatment can keep


class Salons:
    """Licences of salons, boastfulness of creators, and the rows that tell of them.

    Attributes
    ----------
    licensed : by salon, whether it may treat medically
    boast : by creator, how far the claims go beyond the truth (log scale)
    """

    def __init__(self, industry: Beauty) -> None:
        self._industry, self._dice = industry, industry.dice
        self.licensed = self._dice.chance(0.72, "licensed", np.arange(industry.stores))
        creators = np.arange(industry.creators)
        self.boast = 0.9 * self._dice.normal("boast", creators)
        self._reach = 0.3 + self._dice.exponential("reach", creators)

    def creator_of(self, ident: Ints) -> Ints:
        """Whose livestream sold these orders."""
        return self._dice.pick(self._reach, "creator", ident)

    def record(self, days: Ints) -> None:
        """Facts of these days."""
        self._stream(days)
        self._review(days)
        self._inspect(days)

    def _stream(self, days: Ints) -> None:
        """A livestream every eight days or so; those who boast promise sure results."""
        creator, day = (a.ravel() for a in np.meshgrid(np.arange(self._industry.creators), days, indexing="ij"))
        on_air = self._dice.chance(0.12, "stream", creator, day)
        creator, day = creator[on_air], day[on_air]
        store = (self._industry.stores * self._dice.uniform("stream.store", creator, day)).astype(np.int64)
        bold = np.exp(-0.8 + 1.1 * self.boast[creator])
        plain = np.ones(len(creator))
        weights = np.column_stack([1.6 * plain, plain, 0.6 * plain, 0.6 * bold, 0.6 * bold])
        claim = self._dice.pick(weights, "stream.claim", creator, day)
        at = instant(day, 19 + 3 * self._dice.uniform("stream.hour", creator, day))
        self._industry.outbox.put(
            SALON_CONTENT,
            {"ident": creator, "store_id": store},
            seq=day,
            occurred=at,
            known=at + HOUR,
            claim=claim,
            bold=claim >= _BOLD,
            beyond_licence=(claim >= _BOLD) & ~self.licensed[store],
        )

    def _review(self, days: Ints) -> None:
        """What visitors write about a salon, read by its wording."""
        salon, day = (a.ravel() for a in np.meshgrid(np.arange(self._industry.stores), days, indexing="ij"))
        said = self._dice.chance(0.15, "said", salon, day)
        salon, day = salon[said], day[said]
        pushy = 0.45 * np.exp(0.9 * self._industry.pressures.at(salon, day))
        careless = 0.3 * np.exp(0.9 * self._industry.roughness.at(salon, day))
        weights = np.column_stack([np.full(len(salon), 1.2), np.full(len(salon), 0.8), pushy, careless])
        wording = self._dice.pick(weights, "said.word", salon, day)
        at = instant(day, 9 + 13 * self._dice.uniform("said.hour", salon, day))
        known = self._industry.later("said", at, salon, day)
        rows = self._industry.outbox.put(
            WORDS, {"ident": salon}, seq=day, occurred=at, known=known, wording=wording, pushy=wording == 2
        )
        back = rows[self._dice.chance(0.02, "said.back", salon, day)]
        self._industry.outbox.repeat(WORDS, back, op="delete", known=back["known"] + 30 * HOUR)

    def _inspect(self, days: Ints) -> None:
        """Inspectors look in about every quarter; what they find is known two days later."""
        salon, day = (a.ravel() for a in np.meshgrid(np.arange(self._industry.stores), days, indexing="ij"))
        seen = self._dice.chance(0.012, "inspected", salon, day)
        salon, day = salon[seen], day[seen]
        fault = self._industry.roughness.at(salon, day) + 0.8 * ~self.licensed[salon]
        score = 85 - 7 * fault + 5 * self._dice.normal("inspected.score", salon, day)
        at = instant(day, 15)
        self._industry.outbox.put(
            SALON_INSPECTIONS,
            {"ident": salon},
            seq=day,
            occurred=at,
            known=at + 2 * DAY,
            score=score.clip(0, 100).round(1),
            passed=score >= 75,
        )
