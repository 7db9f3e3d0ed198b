"""What is so of studios whoever holds their cards: decline and shutdown, coaches who leave, what is noted of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from demand.simulator.card_rows import NOTES, STUDIO_NOTES
from demand.simulator.clock import DAY, HOUR, instant
from demand.simulator.dice import Floats, Ints
from demand.simulator.places import Lives, Moods, in_escrow
from demand.simulator.window import Window

if TYPE_CHECKING:
    from demand.simulator.prepaid_card import PrepaidCard

COACHES = 5  # of a studio
_RENT, _CAMPAIGN, _PAYEE, _CLOSED, _COMPLAINT, _STAFF = range(len(NOTES))
_PER_DAY = 16  # notes of one studio and day have numbers below this
_AFTER_LEAVING = np.repeat([1.0, 0.5, 0.25], 7)  # complaints by days since a coach left, from the day after on


class Studios:
    """Lives of studios, their coaches, and the rows that tell of them.

    Attributes
    ----------
    lives : from health over decline to shutdown
    unsteady : where coaches come and go
    escrow : by studio, whether customers' money lies in escrow
    """

    def __init__(self, industry: PrepaidCard) -> None:
        self._industry, self._dice = industry, industry.dice
        self._all = np.arange(industry.stores)
        self.lives = Lives(self._dice, industry.stores, industry.start)
        self.unsteady = Moods(self._dice, "unsteady", industry.stores, level=0.8, wave=0.6)
        self.escrow = in_escrow(self._dice, self._all)
        self._unrest = Window(self._draw_unrest)

    def coach_of(self, ident: Ints, store: Ints) -> Ints:
        """With whom these users train."""
        return store * COACHES + (COACHES * self._dice.uniform("coach", ident)).astype(np.int64)

    def unrest(self, days: Ints) -> Floats:
        """How much more than usual the customers of each coach miss somebody, of shape (days, coaches).

        A coach is a place on the roster: somebody else takes it, and those who trained there complain for three weeks.
        """
        return self._unrest.of(days)

    def _draw_unrest(self, days: Ints) -> Floats:
        reach = len(_AFTER_LEAVING)
        leaves = self._leaves(np.arange(days[0] - reach, days[-1] + 1))
        missed = np.stack([(leaves[day - days[0] : day - days[0] + reach][::-1].T @ _AFTER_LEAVING) for day in days])
        return np.asarray(0.2 + 30 * missed, np.float64)

    def _leaves(self, days: Ints) -> Floats:
        """1 where a coach leaves, of shape (days, coaches); more of them at unsteady studios and in a decline."""
        store, day = np.tile(self._all, len(days)), np.repeat(days, len(self._all))
        stage = self.lives.stage(store, day)
        often = (0.0012 * np.exp(0.9 * self.unsteady.at(store, day)) + 0.012 * stage.clip(0, 1)) * (stage < 1)
        coach = np.arange(len(self._all) * COACHES)
        chance = np.repeat(often.reshape(len(days), -1), COACHES, axis=1)
        return self._dice.chance(chance, "coach.leaves", coach[None, :], days[:, None]).astype(np.float64)

    def record(self, days: Ints) -> None:
        """Notes of these days; rents are paid late, coaches leave, doors stay shut before a studio vanishes."""
        store, day = np.tile(self._all, len(days)), np.repeat(days, len(self._all))
        stage = self.lives.stage(store, day)
        decline, alive, lately = stage.clip(0, 1), stage < 1, (stage >= 1) & (stage < 1.4)
        often = {
            _RENT: (0.0008 + 0.07 * decline) * alive,
            _CAMPAIGN: (0.006 + 0.06 * decline) * alive,
            _PAYEE: (0.0003 + 0.03 * (decline > 0.4)) * alive,
            _CLOSED: (0.004 + 0.5 * ((decline - 0.6) / 0.4).clip(0) ** 2) * alive + 0.6 * lately,
            _COMPLAINT: (0.006 + 0.12 * decline) * alive + 0.3 * lately,
        }
        for kind, chance in often.items():
            noted = self._dice.chance(chance, f"note.{NOTES[kind]}", store, day)
            self._note(kind, store[noted], day[noted], kind)
        on, coach = np.nonzero(self._leaves(days))
        self._note(_STAFF, coach // COACHES, days[on], _STAFF + coach % COACHES, coach)

    def _note(self, kind: int, store: Ints, day: Ints, number: Ints | int, coach: Ints | int = -1) -> None:
        """Write notes; arrears are known days later, a few complaints are withdrawn, some shut doors were none."""
        at = instant(day, 9 + 10 * self._dice.uniform(f"noted.{NOTES[kind]}", store, day, number))
        known = self._industry.later(f"note.{NOTES[kind]}", at, store, day, number) + HOUR // 6
        rows = self._industry.outbox.put(
            STUDIO_NOTES,
            {"ident": store},
            seq=day * _PER_DAY + number,
            occurred=at,
            known=known + 3 * DAY * (kind == _RENT),
            coach_id=coach,
            kind=kind,
        )
        wrong = rows[self._dice.chance(0.03, "note.wrong", store, day, number)]
        after = wrong["known"] + 30 * HOUR
        if kind == _COMPLAINT:
            self._industry.outbox.repeat(STUDIO_NOTES, wrong, op="delete", known=after)
        elif kind == _CLOSED:
            self._industry.outbox.repeat(STUDIO_NOTES, wrong, op="correct", known=after, kind=_COMPLAINT)
