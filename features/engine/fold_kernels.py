"""Folds over the visible rows of keys: numpy arrays in, numpy arrays out; no file, no Arrow, no string.

Rows of one key stand in the total order, spine rows of one key by cutoff, so each key is one sweep in time. A row
counts at cutoff t iff `seen_from < t <= seen_to`, inside a window iff `occurred >= t - window`; every row is asked, so
results are exact for any lateness, correction and deletion.

A row of a source is one record, a line or two of the cache, fetched once for a key whatever the number of its folds:
all lines of a block of keys are asked for first, many at a time, and only then copied (three times as fast). Of most
keys the visible rows are kept as columns, in the total order, as time passes, and their statistics are taken afresh at
each cutoff, from the newest to the oldest row of the widest window.
Keys whose windows hold too many rows for that go to `long_kernels`. Which way a key goes depends on its rows alone, so
that results do not depend on who asks with whom.
"""

# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False

from __future__ import annotations

import numpy as np

from features.engine.compiled import kernel
from features.engine.long_kernels import ALL_HISTORY, fold_long_key
from features.engine.order_kernels import FOREVER
from features.engine.statistic_kernels import STATS, WANTS_EXTREMES, around_mean, emit, plus_square, two_sum

OCCURRED, SEEN_FROM, SEEN_TO = range(3)
SHORT = 256
_LONGEST_SHORT = 4096
_BLOCK_ROWS = 1024
_NN, _SH, _SL, _M2, _ML, _MN, _MX = range(STATS)


@kernel
def fold_keys(
    low, high, offsets, order, records, closes, groups, columns, spread, sets, windows, folds,
    asked_offsets, asked, cutoffs, days, out,
):  # fmt: skip
    """Every fold of the keys low..high at each of their cutoffs, into the rows of `out`.

    Parameters
    ----------
    offsets, order : the rows of each key, in the total order
    records : (rows, words) int64: OCCURRED, SEEN_FROM, SEEN_TO (if `closes`: some row goes one day), then bits of
        conditions, codes of sets (-1 where missing), and values as the bits of float64 (not a number where missing)
    groups : (groups, 10) folds over the same rows: word and bit of their condition (bit -1: none), then begin and end
        of their columns, sets, windows and folds
    columns : (columns, 4) word, bit (or -1: the word is a float64), wanted statistics, last window that wants any
    spread : (columns, windows) whether a window wants the deviation of a column
    sets : (sets, 4) word, number of codes, last window that wants it, how many codes the sets before it have
    windows : lengths in microseconds, of each group ascending, ALL_HISTORY last
    folds : see `statistic_kernels.emit`
    asked_offsets, asked : spine rows by key, each key's by cutoff
    cutoffs, days : (spine) microseconds, and the local day as days since 1970
    out : (spine, folds)
    """
    room = np.int64(_BLOCK_ROWS)
    for k in range(low, high):
        room = max(room, offsets[k + 1] - offsets[k])
    nc, nd, codes = np.int64(0), np.int64(0), np.int64(0)
    for g in range(groups.shape[0]):
        nc, nd = max(nc, groups[g, 3] - groups[g, 2]), max(nd, groups[g, 5] - groups[g, 4])
    for d in range(sets.shape[0]):
        codes += sets[d, 1]
    lines, mine = np.empty((room, records.shape[1]), np.int64), np.empty(room, np.int64)
    times, values = np.empty((3, 2 * room), np.int64), np.empty((nc, 2 * room))
    members = np.empty((nd, 2 * room), np.int64)
    stamps, clock = np.zeros(codes, np.int64), np.zeros(2, np.int64)
    k = low
    while k < high:
        stop = k + 1
        while stop < high and offsets[stop + 1] - offsets[k] <= _BLOCK_ROWS:
            stop += 1
        near = 0
        for word in range(0, records.shape[1] + 7, 8):
            for i in range(offsets[k], offsets[stop]):
                near ^= records[order[i], min(word, records.shape[1] - 1)]
        clock[1] ^= near
        for i in range(offsets[stop] - offsets[k]):
            row = order[offsets[k] + i]
            for word in range(records.shape[1]):
                lines[i, word] = records[row, word]
        for g in range(groups.shape[0]):
            c, d, w, f = groups[g, 2:4], groups[g, 4:6], groups[g, 6:8], groups[g, 8:10]
            _fold_group(
                k, stop, offsets, lines, closes, groups[g, 0], groups[g, 1], columns[c[0] : c[1]],
                spread[c[0] : c[1]], sets[d[0] : d[1]], windows[w[0] : w[1]], folds[f[0] : f[1]], f[0],
                asked_offsets, asked, cutoffs, days, mine, times, values, members, stamps, clock, out,
            )  # fmt: skip
        k = stop


@kernel
def _fold_group(
    low, high, offsets, lines, closes, word, bit, columns, spread, sets, windows, folds, at,
    asked_offsets, asked, cutoffs, days, mine, times, values, members, stamps, clock, out,
):  # fmt: skip
    """The folds of one group of the keys low..high, whose records are `lines`.

    The first half of `times`, `values` and `members` holds all rows of a key, in the total order. As long as they
    become visible in that order and none goes, those that are visible are the first of them. Otherwise the visible ones
    are copied into the second half, at each cutoff from the first row on that was not visible at the one before.
    """
    nw, nc, nd, room = windows.size, columns.shape[0], sets.shape[0], mine.size
    facts, occurred, seen_from, seen_to = lines.view(np.float64), times[0], times[1], times[2]
    starts, count, last = np.zeros(nw, np.int64), np.zeros(nw, np.int64), np.zeros(nw, np.int64)
    stats, distinct, reach = np.zeros((nw, nc, STATS)), np.zeros((nw, nd), np.int64), np.int64(-1)
    for c in range(nc):
        reach = max(reach, columns[c, 3])
    for d in range(nd):
        reach = max(reach, sets[d, 2])
    for k in range(low, high):
        qa, qb = asked_offsets[k], asked_offsets[k + 1]
        if qa == qb:
            continue
        m = 0
        for i in range(offsets[k] - offsets[low], offsets[k + 1] - offsets[low]):
            if bit < 0 or (lines[i, word] >> bit) & 1:
                mine[m] = i
                m += 1
        in_turn, stay = _take(lines, facts, mine, m, closes, columns, sets, times, values, members)
        if m > SHORT and (m > _LONGEST_SHORT or _widest(occurred, m, windows, reach) > SHORT):
            for d in range(nd):
                _renumber(members[d], m, stamps[sets[d, 3] :], clock)
            fold_long_key(
                m, occurred[:m], seen_from[:m], seen_to[: 0 if stay else m], values[:nc], columns[:, 2].copy(),
                members[:nd], windows, folds, at, qa, qb, asked, cutoffs, days, out,
            )  # fmt: skip
            continue
        first = 0 if in_turn else room
        settled, kept, held, first_to_go = 0, first, first, FOREVER
        for w in range(nw):
            starts[w] = first
        for q in range(qa, qb):
            place = asked[q]
            t = cutoffs[place]
            if q > qa and cutoffs[asked[q - 1]] == t:
                for f in range(at, at + folds.shape[0]):
                    out[place, f] = out[asked[q - 1], f]
                continue
            if in_turn:
                while held < m and seen_from[held] < t:
                    held += 1
            else:
                if first_to_go < t:
                    settled, kept, first_to_go = 0, first, FOREVER
                if not stay:  # a row behind those that are settled may have gone
                    for w in range(nw):
                        starts[w] = min(starts[w], kept)
                settled, kept, held, first_to_go = _show(
                    t, m, settled, kept, first_to_go, stay, times, values, nc, members, nd
                )
            for w in range(nw):
                i = starts[w]
                if windows[w] != ALL_HISTORY:
                    edge = t - windows[w]
                    while i < held and occurred[i] < edge:
                        i += 1
                    starts[w] = i
                count[w], last[w] = held - i, held - 1
            for c in range(nc):
                if columns[c, 3] >= 0:
                    _column_stats(values, c, held, starts, columns, spread, stats)
            for d in range(nd):
                clock[0] += 1
                different, i, skip = 0, held, sets[d, 3]
                for w in range(sets[d, 2] + 1):
                    while i > starts[w]:
                        i -= 1
                        v = members[d, i]
                        if v >= 0 and stamps[skip + v] != clock[0]:
                            stamps[skip + v] = clock[0]
                            different += 1
                    distinct[w, d] = different
            emit(out, place, at, t, days[place], folds, count, starts, last, stats, distinct, occurred, values)


@kernel
def _take(lines, facts, mine, m, closes, columns, sets, times, values, members):
    """Clocks, values and codes of a key's rows as columns; whether they appear in their order and whether all stay."""
    in_turn, stay, before = True, True, np.int64(0)
    for i in range(m):
        times[0, i], times[1, i] = lines[mine[i], OCCURRED], lines[mine[i], SEEN_FROM]
        in_turn &= times[1, i] >= before or i == 0
        before = times[1, i]
    if closes:
        for i in range(m):
            times[2, i] = lines[mine[i], SEEN_TO]
            stay &= times[2, i] == FOREVER
    for c in range(columns.shape[0]):
        word, bit = columns[c, 0], columns[c, 1]
        if bit < 0:
            for i in range(m):
                values[c, i] = facts[mine[i], word]
        else:
            for i in range(m):
                values[c, i] = np.float64((lines[mine[i], word] >> bit) & 1)
    for d in range(sets.shape[0]):
        word = sets[d, 0]
        for i in range(m):
            members[d, i] = lines[mine[i], word]
    return in_turn and stay, stay


@kernel
def _show(t, m, settled, kept, first_to_go, stay, times, values, nc, members, nd):
    """Copy what is visible at t behind the rows kept so far.

    Returns where the rows begin that are not settled, where the copies of settled and of all visible ones end, and when
    the first of the settled ones goes.
    """
    while settled < m and times[1, settled] < t:
        if stay or t <= times[2, settled]:
            times[0, kept] = times[0, settled]
            for c in range(nc):
                values[c, kept] = values[c, settled]
            for d in range(nd):
                members[d, kept] = members[d, settled]
            if not stay:
                first_to_go = min(first_to_go, times[2, settled])
            kept += 1
        settled += 1
    held, i = kept, settled + 1
    while i < m and times[0, i] < t:
        if times[1, i] < t and (stay or t <= times[2, i]):
            times[0, held] = times[0, i]
            for c in range(nc):
                values[c, held] = values[c, i]
            for d in range(nd):
                members[d, held] = members[d, i]
            held += 1
        i += 1
    return settled, kept, held, first_to_go


@kernel
def _column_stats(values, c, held, starts, columns, spread, stats):
    """Statistics of one column in nested windows, from the newest row to the oldest.

    Whole arrays and a number: a slice of an array costs two atomic operations, here for every query.
    """
    n, high, low, least, most, i = 0, 0.0, 0.0, np.inf, -np.inf, held
    extremes = (columns[c, 2] & WANTS_EXTREMES) != 0
    for w in range(columns[c, 3] + 1):
        start = starts[w]
        while i > start:
            i -= 1
            v = values[c, i]
            if v == v:
                n += 1
                high, e = two_sum(high, v)
                low += e
                if extremes:
                    if v < least:
                        least = v
                    if v > most:
                        most = v
        s = high + low
        stats[w, c, _NN], stats[w, c, _SH], stats[w, c, _SL] = n, s, low - (s - high)
        stats[w, c, _MN], stats[w, c, _MX] = least, most
        if spread[c, w]:
            one, one_low, two, two_low, center = 0.0, 0.0, 0.0, 0.0, s / max(n, 1)
            for j in range(start, held):
                v = values[c, j]
                if v == v:
                    d, e = two_sum(v, -center)
                    two, two_low = plus_square(two, two_low, d, e)
                    one, f = two_sum(one, d)
                    one_low += e + f
            stats[w, c, _M2], stats[w, c, _ML] = around_mean(max(n, 1), one, one_low, two, two_low)


@kernel
def _widest(occurred, m, windows, reach):
    """The most rows that the widest scanned window can hold."""
    if reach < 0:
        return 0
    if windows[reach] == ALL_HISTORY:
        return m
    most, start = 0, 0
    for i in range(m):
        while occurred[start] < occurred[i] - windows[reach]:
            start += 1
        most = max(most, i - start + 1)
    return most


@kernel
def _renumber(codes, m, stamps, clock):
    """Codes as numbers below m, in order of appearance."""
    first, different = clock[0] + 1, 0
    for i in range(m):
        v = codes[i]
        if v >= 0:
            if stamps[v] < first:
                stamps[v] = first + different
                different += 1
            codes[i] = stamps[v] - first
    clock[0] += different
