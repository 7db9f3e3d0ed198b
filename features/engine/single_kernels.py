"""Keys that are asked about at one cutoff only: arrays in, arrays out.

Rows stand in the total order, so each window is found by bisection, nothing enters or leaves, and one pass over the
rows of the widest window serves every group of folds. Sums are pairs of floats; where no pair ever rounds, every way of
adding comes to the same pair, and only then is a key folded here: amounts are whole multiples of the last bit of the
least of them, and `most * rows` stays far below what a pair holds of these.
"""

# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False

from __future__ import annotations

import numpy as np

from features.engine.compiled import kernel
from features.engine.fold_kernels import _LONGEST_SHORT, OCCURRED, SEEN_FROM, SEEN_TO
from features.engine.long_kernels import ALL_HISTORY
from features.engine.statistic_kernels import STATS, WANTS_SUM, emit, two_sum
from features.engine.trim_kernels import _first_since, _passes

_NEAR = 256
_EXACT = 2.0**50
_NN, _SH, _SL, _M2, _ML, _MN, _MX = range(STATS)


@kernel
def fold_single(
    low, high, offsets, order, records, closes, groups, whole, columns, windows, folds,
    asked_offsets, asked, at, days, out, done,
):  # fmt: skip
    """Folds of the keys low..high at the cutoff `at`, into the rows of `out`; `done` says of which keys.

    Parameters
    ----------
    whole : of each group, whether more than the last row of all history is asked for
    others : see `fold_kernels.fold_keys`; no column wants its deviation, and there are no sets
    """
    nw, nc, ng = windows.size, max(columns.shape[0], 1), groups.shape[0]
    starts, ends = np.empty(nw, np.int64), np.empty((nw, 2), np.int64)
    count, stats = np.empty(nw, np.int64), np.empty((nw, nc, STATS))
    within, held, begins = np.empty(ng, np.int64), np.empty(ng, np.int64), np.empty(ng, np.int64)
    bounds, distinct = np.empty((nc, 2)), np.zeros((nw, 1), np.int64)
    first, last = 2 * np.arange(nw), 2 * np.arange(nw) + 1
    occurred, values = np.empty(2 * nw, np.int64), np.empty((nc, 2 * nw))
    facts, near = records.view(np.float64), np.int64(0)
    for k in range(low, high):
        a, b = offsets[k], offsets[k + 1]
        done[k] = True
        if asked_offsets[k] == asked_offsets[k + 1]:
            continue
        start = b
        for g in range(ng):
            w0, w1 = groups[g, 6], groups[g, 7]
            _windows_since(order, records, closes, a, b, at, groups[g, 0], groups[g, 1], whole[g], windows[w0:w1],
                           starts[w0:w1])  # fmt: skip
            begins[g], within[g], held[g] = starts[w1 - 1], w1 - 1, 0
            start = min(start, begins[g])
        count[:], ends[:], stats[:] = 0, -1, 0.0
        stats[:, :, _MN], stats[:, :, _MX] = np.inf, -np.inf
        bounds[:, 0], bounds[:, 1] = np.inf, 0.0
        for batch in range(start, b, _NEAR):
            stop = min(batch + _NEAR, b)
            if b - start > _NEAR:
                for i in range(batch, stop):
                    near ^= records[order[i], 0]
            for i in range(batch, stop):
                row = order[i]
                seen = records[row, SEEN_FROM] < at and (not closes or at <= records[row, SEEN_TO])
                for g in range(ng):
                    if i < begins[g] or not _passes(records, row, groups[g, 0], groups[g, 1]):
                        continue
                    held[g] += 1
                    w = within[g]
                    while w > groups[g, 6] and i >= starts[w - 1]:
                        w -= 1
                    within[g] = w
                    if seen:
                        count[w] += 1
                        ends[w, 1] = i
                        if ends[w, 0] < 0:
                            ends[w, 0] = i
                    for c in range(groups[g, 2], groups[g, 3]):
                        if columns[c, 2]:
                            v = _value(records, facts, row, columns, c)
                            if v != 0.0 and v == v:
                                bounds[c, 0], bounds[c, 1] = min(bounds[c, 0], abs(v)), max(bounds[c, 1], abs(v))
                            if seen and v == v:
                                _add(stats, w, c, 1.0, v, 0.0, v, v)
        for g in range(ng):
            for c in range(groups[g, 2], groups[g, 3]):
                rows = np.float64(held[g])
                if rows <= _LONGEST_SHORT:
                    rows *= rows  # a short key is added up in yet another way
                if columns[c, 2] & WANTS_SUM and not bounds[c, 1] * rows < _EXACT * bounds[c, 0]:
                    done[k] = False
        if not done[k]:
            continue
        for g in range(ng):
            c0, c1, w0, w1, f0, f1 = groups[g, 2], groups[g, 3], groups[g, 6], groups[g, 7], groups[g, 8], groups[g, 9]
            for w in range(w0, w1):
                if w > w0:
                    count[w] += count[w - 1]
                    if ends[w, 0] < 0:
                        ends[w, 0] = ends[w - 1, 0]
                    if ends[w - 1, 1] >= 0:
                        ends[w, 1] = ends[w - 1, 1]
                    for c in range(c0, c1):
                        s = stats[w - 1, c]
                        _add(stats, w, c, s[_NN], s[_SH], s[_SL], s[_MN], s[_MX])
                for end in range(2):
                    if count[w]:
                        row = order[ends[w, end]]
                        occurred[2 * w + end] = records[row, OCCURRED]
                        for c in range(c0, c1):
                            values[c, 2 * w + end] = _value(records, facts, row, columns, c)
            place = asked[asked_offsets[k]]
            emit(
                out, place, f0, at, days[place], folds[f0:f1], count[w0:w1], first[w0:w1], last[w0:w1],
                stats[w0:w1, c0:c1], distinct, occurred, values[c0:c1],
            )  # fmt: skip
            for q in range(asked_offsets[k] + 1, asked_offsets[k + 1]):
                for f in range(f0, f1):
                    out[asked[q], f] = out[place, f]
    return near


@kernel
def _windows_since(order, records, closes, a, b, at, word, bit, whole, windows, starts):
    """The first row that each window of a group has to read."""
    start = b
    for w in range(windows.size):
        if windows[w] != ALL_HISTORY:
            start = _first_since(order, records, a, b, at - windows[w])
        elif whole:
            start = a
        else:
            for i in range(b - 1, a - 1, -1):
                row = order[i]
                seen = records[row, SEEN_FROM] < at and (not closes or at <= records[row, SEEN_TO])
                if seen and _passes(records, row, word, bit):
                    start = min(start, i)
                    break
        starts[w] = start


@kernel
def _value(records, facts, row, columns, c):
    if columns[c, 1] < 0:
        return facts[row, columns[c, 0]]
    return np.float64((records[row, columns[c, 0]] >> columns[c, 1]) & 1)


@kernel
def _add(stats, w, c, n, high, low, least, most):
    """Statistics of more rows, with the pair of their sum."""
    stats[w, c, _NN] += n
    s, e = two_sum(stats[w, c, _SH], high)
    e += stats[w, c, _SL] + low
    stats[w, c, _SH] = s + e
    stats[w, c, _SL] = e - (stats[w, c, _SH] - s)
    stats[w, c, _MN], stats[w, c, _MX] = min(stats[w, c, _MN], least), max(stats[w, c, _MX], most)
