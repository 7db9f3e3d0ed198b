"""Curves that count from the due day: what a few requests at every distance say together.

A cutoff `d` days before the due day sees only requests from `d` days before it to `horizon - d` days after. So the
requests of all distances are pooled as truncated observations of one distribution around the due day, by the
self-consistent estimate of B. W. Turnbull, "The empirical distribution function with arbitrarily grouped, censored and
truncated data", JRSS B 38 (1976); each distance then gets the part of it that lies within its window.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from demand.models.shrinkage import shrunken

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]

ROUNDS = 50
"""The estimate hardly moves after a few rounds; where distances barely overlap it is slow, and the rest is noise."""


def aligned_curves(counts: Floats, shift: Codes, strength: float) -> Floats:
    """One curve a distance and scenario, all of a scenario cut out of the same distribution around the due day.

    Parameters
    ----------
    counts : (distances, scenarios, bins) weighted requests by equal bins of the time after the cutoff
    shift : (distances,) the bin in which the due day begins, 0 or more
    strength : requests that the distribution of all scenarios together is worth

    Returns
    -------
    (distances, scenarios, bins), each curve summing to 1
    """
    bins = counts.shape[2]
    window = np.arange(bins) - shift[:, None] + shift.max()  # (distances, bins) -> place around the due day
    places = bins + int(shift.max())
    flat = np.full(places, 1 / places)
    everything = _pulled(counts.sum(axis=1), window, flat, 1.0)
    curves = np.empty(counts.shape)
    for number in range(counts.shape[1]):
        around = _pulled(counts[:, number], window, everything, strength)[window]
        curves[:, number] = around / around.sum(axis=1, keepdims=True)
    return curves


def mixed(counts: Floats, aligned: Floats, other: Floats, strength: float) -> Floats:
    """A mixture of two parents, in the share for each scenario that makes its requests likeliest (EM, Beta prior).

    Parameters
    ----------
    counts, aligned : (distances, scenarios, bins)
    other : (scenarios, bins)
    strength : requests that an even mixture is worth
    """
    share = np.full((counts.shape[1], 1), 0.5)
    total = counts.sum(axis=(0, 2))[:, None]
    for _ in range(ROUNDS):
        belongs = share * aligned / (share * aligned + (1 - share) * other)
        share = ((counts * belongs).sum(axis=(0, 2))[:, None] + strength / 2) / (total + strength)
    mixture: Floats = share * aligned + (1 - share) * other
    return mixture


def _pulled(counts: Floats, window: Codes, parent: Floats, strength: float) -> Floats:
    return shrunken(counts.sum() * _around_due(counts, window, parent), parent, strength)


def _around_due(counts: Floats, window: Codes, start: Floats) -> Floats:
    """The distribution around the due day under which each distance's requests, within its window, are likeliest."""
    total = counts.sum(axis=1)
    seen = total > 0
    if not seen.any():
        return start
    counts, window, total = counts[seen], window[seen], total[seen]
    found = np.bincount(window.ravel(), weights=counts.ravel(), minlength=len(start))
    density = start
    for _ in range(ROUNDS):
        inside = np.maximum(density[window].sum(axis=1), 1e-12)
        asked = np.bincount(window.ravel(), weights=np.repeat(total / inside, window.shape[1]), minlength=len(start))
        density = np.where(asked > 0, found / np.where(asked > 0, asked, 1.0), 0.0)
        density = density / density.sum()
    return density
