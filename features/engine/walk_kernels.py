"""Folds over a key's rows after a moment of each spine row's own: numpy arrays in, numpy arrays out.

Windows that begin with an event or a holiday begin elsewhere for every row of the spine, so nothing slides: the rows of
the window are walked, and the cost is their number. A streak is walked backwards and ends where it breaks; where all
rows before are seen, its length is known already.

Rows of one key stand in the total order. A row is seen at cutoff t iff `seen_from < t <= seen_to`, and counts if it
occurred after `after` (of the spine row) and before t.
"""

# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False

from __future__ import annotations

import numpy as np

from features.engine.compiled import kernel

FUNCTIONS = (
    "count", "sum", "mean", "share", "min", "max", "std", "first", "last", "distinct", "since_first", "since_last",
    "mean_gap", "streak",
)  # fmt: skip
COUNT, SUM, MEAN, SHARE, MIN, MAX, STD, FIRST, LAST, DISTINCT, SINCE_FIRST, SINCE_LAST, MEAN_GAP, STREAK = range(14)
PLAIN, DATE, TIME = range(3)
NEVER = -9_223_372_036_854_775_808
"""`after` of a spine row whose window has no beginning: the fold is null."""

_DAY = 86_400_000_000.0


@kernel
def last_seen(offsets, occurred, seen_from, seen_to, asked_offsets, asked, cutoffs, after):
    """after[place] = when the last row that is seen at each spine row's cutoff occurred; NEVER where none is."""
    for g in range(offsets.size - 1):
        a, b = offsets[g], offsets[g + 1]
        for j in range(asked_offsets[g], asked_offsets[g + 1]):
            place = asked[j]
            t = cutoffs[place]
            i = a + np.searchsorted(occurred[a:b], t) - 1
            while i >= a and not (seen_from[i] < t <= seen_to[i]):
                i -= 1
            after[place] = occurred[i] if i >= a else NEVER


@kernel
def _add(high, low, x):
    """One more number on a sum that is a pair (Knuth's two-sum)."""
    s = high + x
    t = s - high
    return s, low + ((high - (s - t)) + (x - t))


@kernel
def _measured(v, kind, t, day):
    if kind == DATE:
        return v - day
    if kind == TIME:
        return (v - t) / _DAY
    return v


@kernel
def _walk(function, kind, lo, hi, t, day, occurred, seen_from, seen_to, values, stamps, stamp):
    """One fold over the rows lo..hi; `stamps` (a place for each category) remembers what `stamp` has met."""
    n, known, distinct, first, last = 0, 0, 0, -1, -1
    high, low, least, most = 0.0, 0.0, np.inf, -np.inf
    for i in range(lo, hi):
        if not (seen_from[i] < t <= seen_to[i]):
            continue
        n += 1
        last = i
        if first < 0:
            first = i
        x = values[i]
        if x != x:
            continue
        if function == DISTINCT:
            if stamps[np.int64(x)] != stamp:
                stamps[np.int64(x)] = stamp
                distinct += 1
            continue
        x = _measured(x, kind, t, day)
        known += 1
        high, low = _add(high, low, x)
        least, most = min(least, x), max(most, x)
    if function == COUNT:
        return np.float64(n)
    if function == DISTINCT:
        return np.float64(distinct)
    if function == SUM:
        return high + low
    if n == 0:
        return np.nan
    if function == SINCE_FIRST:
        return (t - occurred[first]) / _DAY
    if function == SINCE_LAST:
        return (t - occurred[last]) / _DAY
    if function == MEAN_GAP:
        return (occurred[last] - occurred[first]) / _DAY / (n - 1) if n > 1 else np.nan
    if function == FIRST:
        return _measured(values[first], kind, t, day)
    if function == LAST:
        return _measured(values[last], kind, t, day)
    if known == 0:
        return np.nan
    if function == MIN:
        return least
    if function == MAX:
        return most
    center = (high + low) / known
    if function != STD:
        return center
    if known < 2:
        return np.nan
    one, two = 0.0, 0.0
    for i in range(lo, hi):
        x = values[i]
        if seen_from[i] < t <= seen_to[i] and x == x:
            d = _measured(x, kind, t, day) - center
            one += d
            two += d * d
    return np.sqrt(max(two - one * one / known, 0.0) / (known - 1))


@kernel
def walk_keys(
    function, kind, offsets, occurred, seen_from, seen_to, values, categories, asked_offsets, asked, cutoffs, days,
    after, out,
):  # fmt: skip
    """out[place] = one fold at every spine row that has a key and a window.

    Parameters: rows grouped by key (offsets) with their clocks in microseconds and values (NaN: null; dates in days,
    times in microseconds; 1 and 0 of a share or streak; codes below `categories` of a category); spine rows grouped
    by key with cutoffs, local days and the beginnings of their windows.
    """
    stamps = np.full(categories, -1, np.int64)
    n = occurred.size if function == STREAK else 0
    run, newest, goes = np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n, np.int64)
    for g in range(offsets.size - 1):
        a, b = offsets[g], offsets[g + 1]
        if function == STREAK:
            for i in range(a, b):
                before = i > a
                run[i] = (run[i - 1] if before else 0) + 1 if values[i] == 1.0 else 0
                newest[i] = max(newest[i - 1], seen_from[i]) if before else seen_from[i]
                goes[i] = min(goes[i - 1], seen_to[i]) if before else seen_to[i]
        for j in range(asked_offsets[g], asked_offsets[g + 1]):
            place = asked[j]
            t = cutoffs[place]
            if after[place] == NEVER:
                continue
            lo = a + np.searchsorted(occurred[a:b], after[place], side="right")
            hi = a + np.searchsorted(occurred[a:b], t)
            if function != STREAK:
                out[place] = _walk(
                    function, kind, lo, hi, t, days[place], occurred, seen_from, seen_to, values, stamps, j
                )
                continue
            streak, i = 0, hi - 1
            while i >= lo:
                if newest[i] < t <= goes[i]:  # this row and all before it are seen
                    streak += min(run[i], i - lo + 1)
                    break
                if seen_from[i] < t <= seen_to[i]:
                    if values[i] != 1.0:
                        break
                    streak += 1
                i -= 1
            out[place] = streak
