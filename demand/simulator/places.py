"""Hidden health of stores: slow paths that make some of them worse than others, and not always the same ones."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from demand.simulator.clock import instant
from demand.simulator.dice import Dice
from demand.simulator.kernels import passed, plain

_LIVES = 24
_FOR_GOOD = 100_000.0  # days


CREATORS = 40
"""Creators of the marketplace: they show restaurants, and stores of every industry in `content`."""


def boast_of(seed: int, creator: NDArray[np.int64]) -> NDArray[np.float64]:
    """How far these creators go beyond the truth (log scale), whatever they show and in whichever industry."""
    return Dice(seed, "creator.").normal("boast", creator)


def in_escrow(dice: Dice, stores: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether the money of each store's customers lies in escrow; `dice` belongs to the industry."""
    return dice.chance(0.4, "escrow", stores)


def onboarded(market: Dice, start: int, industry: int, stores: NDArray[np.int64]) -> NDArray[np.int64]:
    """When each store joined, before `start`; `market` are the dice of what is shared, `industry` its number."""
    return instant(start - 30 - (1500 * market.uniform("onboard", industry, stores)).astype(np.int64), 10.0)


class Moods:
    """One slow path per store: a level of its own plus a wave of its own period.

    Parameters
    ----------
    dice, name : where the draws come from
    stores : how many
    level, wave : standard deviation of the level, amplitude of the wave
    """

    def __init__(self, dice: Dice, name: str, stores: int, *, level: float, wave: float) -> None:
        store = np.arange(stores)
        self._level = level * dice.normal(f"{name}.level", store)
        self._wave = wave
        self._period = 80 + 140 * dice.uniform(f"{name}.period", store)
        self._phase = dice.uniform(f"{name}.phase", store)

    def at(self, store: NDArray[np.int64], day: NDArray[np.int64] | int) -> NDArray[np.float64]:
        """The mood of these stores on these days, shapes broadcast; 0 is ordinary, high is bad."""
        turn = 2 * np.pi * (day / self._period[store] + self._phase[store])
        return np.asarray(self._level[store] + self._wave * np.sin(turn), np.float64)

    def worst(self, store: NDArray[np.int64]) -> NDArray[np.float64]:
        """What the mood of these stores never exceeds."""
        return np.asarray(self._level[store] + self._wave, np.float64)


class Lives:
    """Stores that thrive, decline, shut down and reopen under a new owner.

    A decline takes two to three months: visits thin out while cards are sold ever more cheaply. Two thirds of them find
    a new owner, weeks or months later; of the others nobody hears again. First shutdowns are spread evenly, so that
    about a fifth of the stores of every marketplace, however small, shut within a year.
    """

    def __init__(self, dice: Dice, stores: int, start: int) -> None:
        store, life = np.arange(stores)[:, None], np.arange(_LIVES)[None, :]
        healthy = 120 + 420 * dice.exponential("life.healthy", store, life)
        first = dice.uniform("life.first", np.arange(stores))
        healthy[:, 0] = 30 + 1250 * (first.argsort().argsort() + first) / stores
        self._decline = 60 + 40 * dice.uniform("life.decline", store, life)
        taken_over = dice.chance(0.65, "life.taken_over", store, life)
        empty = np.where(taken_over, 20 + 70 * dice.exponential("life.empty", store, life), _FOR_GOOD)
        born = start + np.cumsum(healthy + self._decline + empty, axis=1) - (healthy + self._decline + empty)
        self._onset = born + healthy
        self._reborn = self._onset + self._decline + empty

    def stage(self, store: NDArray[np.int64], day: NDArray[np.int64] | int) -> NDArray[np.float64]:
        """0 while healthy, rising to 1 at the shutdown, above 1 afterwards (1 + days since / 60)."""
        days = plain(np.broadcast_to(day, store.shape), np.int64)
        life = passed(self._reborn, plain(store, np.int64), days)
        since = days - self._onset[store, life]
        decline = self._decline[store, life]
        return np.where(since <= decline, (since / decline).clip(min=0.0), 1 + (since - decline) / 60.0)

    def shut_after(self, store: NDArray[np.int64], day: NDArray[np.int64]) -> NDArray[np.int64]:
        """The first day on which these stores are shut, of those who had them on these days."""
        life = passed(self._reborn, plain(store, np.int64), plain(day, np.int64))
        return np.ceil(self._onset[store, life] + self._decline[store, life]).astype(np.int64)

    def shutdowns(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """(stores, lives) the days from which each is shut, and from which somebody else is there."""
        return self._onset + self._decline, self._reborn
