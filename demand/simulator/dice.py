"""Common random numbers: every draw belongs to a seed, a purpose and counters, never to an order of calls.

The same (seed, purpose, subject, day) gives the same number in every run, chunk and scenario, so two worlds that
differ by one intervention differ only where it acts.

Each draw hashes its key with the finaliser of SplitMix64 (Steele, Lea and Flood, 2014); a uniform takes the upper
53 bits of the hash.
"""

from __future__ import annotations

import hashlib
import math
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri, pdtr, pdtrik

from demand.simulator.kernels import counts, picks, plain, uniforms

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@lru_cache(maxsize=4096)
def _key(seed: int, purpose: str) -> np.uint64:
    digest = hashlib.blake2b(f"{seed}\x00{purpose}".encode(), digest_size=8).digest()
    return np.uint64(int.from_bytes(digest, "little"))


class Dice:
    """Draws that depend on their key only.

    Parameters
    ----------
    seed : of the world
    prefix : put before every purpose, so that two industries never share a draw by accident
    """

    def __init__(self, seed: int, prefix: str = "") -> None:
        self.seed, self.prefix = seed, prefix

    def uniform(self, purpose: str, *counters: ArrayLike) -> Floats:
        """Uniform in (0, 1), of the shape the integer `counters` broadcast to; there is at least one."""
        key = _key(self.seed, f"{self.prefix}{purpose}")
        flat = tuple([plain(counter, np.int64) for counter in counters])
        sizes = {each.size for each in flat if each.size != 1}
        if len(sizes) < 2 and all(each.ndim == 1 for each in flat):  # nearly always, and there are many small draws
            return np.asarray(uniforms(key, flat, sizes.pop() if sizes else 1))
        shape = np.broadcast_shapes(*[each.shape for each in flat])
        flat = tuple([plain(np.broadcast_to(each, shape), np.int64).ravel() for each in flat])
        return np.asarray(uniforms(key, flat, math.prod(shape))).reshape(shape)

    def normal(self, purpose: str, *counters: ArrayLike) -> Floats:
        """Standard normal."""
        return np.asarray(ndtri(self.uniform(purpose, *counters)), np.float64)

    def exponential(self, purpose: str, *counters: ArrayLike) -> Floats:
        """Exponential with mean 1."""
        return -np.log(self.uniform(purpose, *counters))

    def chance(self, p: ArrayLike, purpose: str, *counters: ArrayLike) -> NDArray[np.bool_]:
        """True with probability `p`."""
        return self.uniform(purpose, *counters) < np.asarray(p)

    def poisson(self, mean: ArrayLike, purpose: str, *counters: ArrayLike) -> Ints:
        """Poisson by inversion."""
        u = self.uniform(purpose, *counters)
        rate = np.broadcast_to(np.asarray(mean, np.float64), u.shape)
        if rate.max(initial=0) > 50:  # exp(-rate) would underflow
            upper = np.ceil(pdtrik(u, rate))
            lower = np.maximum(upper - 1, 0)
            return np.where(pdtr(lower, rate) >= u, lower, upper).astype(np.int64)
        rate = plain(rate, np.float64).ravel()
        drawn: Ints = counts(u.ravel(), rate, np.exp(-rate))
        return drawn.reshape(u.shape)

    def pick(self, weights: ArrayLike, purpose: str, *counters: ArrayLike) -> Ints:
        """Index drawn by `weights`, of shape (choices,) or (draws, choices)."""
        u = self.uniform(purpose, *counters)
        choices = plain(weights, np.float64)
        if choices.ndim == 2:
            return np.asarray(picks(choices, u), np.int64)
        cumulative = np.cumsum(choices)
        return np.minimum(np.searchsorted(cumulative, u * cumulative[-1], side="right"), cumulative.size - 1)
