"""Which rows of a key a single cutoff can leave unread without a bit of any fold changing: arrays in, arrays out.

Rows older than the longest window matter only where they are the last of all history, and for the way that `fold_keys`
takes through a key. A short key stays short without some of its rows. A long one must stay long, and its sums must
slide before and after; sums that slide add the rows of their window alone, in the same order. Where that is not sure,
a key keeps all of its rows.
"""

# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False

from __future__ import annotations

import numpy as np

from features.engine.compiled import kernel
from features.engine.fold_kernels import _LONGEST_SHORT, OCCURRED, SEEN_FROM, SEEN_TO, SHORT
from features.engine.long_kernels import _slides
from features.engine.statistic_kernels import WANTS_SUM

_NEAR = 256


@kernel
def trim_keys(offsets, order, records, at, longest, scanned, groups, sums, has_trees):
    """The rows of each key that have to be read: offsets and rows.

    Parameters
    ----------
    offsets, order, records : as `fold_keys` takes them
    at : the cutoff of everybody who asks
    longest, scanned : the longest window but all history, and the longest whose rows are scanned, in microseconds
    groups : (groups, 3) word and bit of their condition, and whether the last row of all history is asked for
    sums : (columns, 3) group, word and bit of each column that is added up
    has_trees : whether a column needs more than sums
    """
    starts, room = np.empty(offsets.size - 1, np.int64), np.int64(0)
    for k in range(starts.size):
        if offsets[k + 1] - offsets[k] > _LONGEST_SHORT:
            room = max(room, offsets[k + 1] - offsets[k])
    values = np.empty((sums.shape[0], 0 if has_trees else room))
    for k in range(starts.size):
        a, b = offsets[k], offsets[k + 1]
        starts[k] = a
        short = b - a <= SHORT or (b - a <= _LONGEST_SHORT and _is_narrow(order, records, a, b, scanned))
        if not short and (has_trees or b - a <= _LONGEST_SHORT):
            continue
        start = _first_since(order, records, a, b, at - longest)
        for g in range(groups.shape[0]):
            if groups[g, 2]:
                start = _last_seen(order, records, a, b, start, at, groups[g, 0], groups[g, 1])
        if short or (start > a and _stays(order, records, a, b, start, groups, sums, values)):
            starts[k] = start
    kept = np.zeros(offsets.size, np.int64)
    for k in range(starts.size):
        kept[k + 1] = kept[k] + offsets[k + 1] - starts[k]
    rows = np.empty(kept[starts.size], order.dtype)
    for k in range(starts.size):
        for i in range(kept[k + 1] - kept[k]):
            rows[kept[k] + i] = order[starts[k] + i]
    return kept, rows


@kernel
def _is_narrow(order, records, a, b, window):
    """Whether no such window of time holds more rows than a short key's may."""
    for i in range(a + SHORT, b):  # noqa: SIM110 (numba)
        if records[order[i - SHORT], OCCURRED] >= records[order[i], OCCURRED] - window:
            return False
    return True


@kernel
def _first_since(order, records, a, b, edge):
    """The first row of a key that occurred at the edge or later."""
    while a < b:
        middle = (a + b) // 2
        if records[order[middle], OCCURRED] < edge:
            a = middle + 1
        else:
            b = middle
    return a


@kernel
def _passes(records, row, word, bit):
    return bit < 0 or (records[row, word] >> bit) & 1


@kernel
def _last_seen(order, records, a, b, start, at, word, bit):
    """`start`, or the place of the last visible row that passes, if that is older."""
    for i in range(b - 1, a - 1, -1):
        row = order[i]
        if records[row, SEEN_FROM] < at <= records[row, SEEN_TO] and _passes(records, row, word, bit):
            return min(i, start)
    return start


@kernel
def _stays(order, records, a, b, start, groups, sums, values):
    """Whether a key takes the same way with the rows from `start` on as with all of them."""
    facts, near = records.view(np.float64), 0
    for g in range(groups.shape[0]):
        m, after = 0, 0
        for batch in range(a, b, _NEAR):
            stop = min(batch + _NEAR, b)
            for i in range(batch, stop):
                near ^= records[order[i], 0]
            for i in range(batch, stop):
                row = order[i]
                if not _passes(records, row, groups[g, 0], groups[g, 1]):
                    continue
                after += i >= start
                for c in range(sums.shape[0]):
                    if sums[c, 0] == g:
                        if sums[c, 2] < 0:
                            values[c, m] = facts[row, sums[c, 1]]
                        else:
                            values[c, m] = np.float64((records[row, sums[c, 1]] >> sums[c, 2]) & 1)
                m += 1
        if m > SHORT and after <= _LONGEST_SHORT:
            return False
        for c in range(sums.shape[0]):
            if sums[c, 0] == g and m > SHORT and not _slides(WANTS_SUM, values[c], 0, m):
                return False
    return near == near
