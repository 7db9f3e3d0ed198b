"""Common random numbers: every draw belongs to a seed, a purpose and counters, never to an order of calls.

The same (seed, purpose, subject, day) gives the same number in every run, chunk and scenario, so two worlds that
differ by one intervention differ only where it acts.

Each draw hashes its key with the finaliser of SplitMix64 (Steele, Lea and Flood, 2014); a uniform takes the upper
53 bits of the hash.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_GOLDEN, _FIRST, _SECOND = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


def _mix(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    shifted = values >> np.uint64(30)
    np.multiply(np.bitwise_xor(values, shifted, out=shifted), _FIRST, out=shifted)
    again = shifted >> np.uint64(27)
    np.multiply(np.bitwise_xor(shifted, again, out=again), _SECOND, out=again)
    np.right_shift(again, np.uint64(31), out=shifted)
    return np.bitwise_xor(again, shifted, out=again)


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
        """Uniform in (0, 1), of the shape the integer `counters` broadcast to."""
        state = np.full((1,), _key(self.seed, f"{self.prefix}{purpose}"))
        for counter in counters:
            step = np.atleast_1d(np.asarray(counter, np.int64)).view(np.uint64) * _GOLDEN
            state += _GOLDEN
            state = _mix(state ^ step)
        state += _GOLDEN
        bits = _mix(state)
        bits >>= np.uint64(11)
        drawn = bits.astype(np.float64)
        drawn += 0.5
        drawn *= 2.0**-53
        return drawn

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
            from scipy.stats import poisson  # half a second that small worlds need not wait for

            return np.asarray(poisson.ppf(u, rate), np.int64)
        term = np.exp(-rate)
        below, count = term.copy(), np.zeros(u.shape, np.int64)
        for k in range(1, 400):
            more = u > below
            if not more.any():
                break
            count += more
            term = term * rate / k
            below += term
        return count

    def pick(self, weights: ArrayLike, purpose: str, *counters: ArrayLike) -> Ints:
        """Index drawn by `weights`, of shape (choices,) or (draws, choices)."""
        u = self.uniform(purpose, *counters)
        cumulative = np.cumsum(np.asarray(weights, np.float64), axis=-1)
        scaled = u * cumulative[..., -1]
        if cumulative.ndim == 1:
            return np.minimum(np.searchsorted(cumulative, scaled, side="right"), cumulative.size - 1)
        return np.minimum((cumulative <= scaled[:, None]).sum(axis=1), cumulative.shape[1] - 1)
