"""Folds over the visible rows of keys: numpy arrays in, numpy arrays out; no file, no Arrow, no string.

Rows of one key stand in the total order, spine rows of one key by cutoff, so each key is one sweep in time. A row
counts at cutoff t iff `seen_from < t <= seen_to`, inside a window iff `occurred >= t - window`; every row is asked, so
results are exact for any lateness, correction and deletion.

A row of a source is one record, a line or two of the cache, fetched once for a key whatever the number of its folds:
all lines of a block of keys are asked for first, many at a time, and only then copied (three times as fast). Of most
keys the visible rows are kept as columns, in the total order, as time passes: a row is appended, or put in its place if
it was late, and its statistics are taken afresh at each cutoff, from the newest to the oldest row of the widest window.
Keys whose windows hold too many rows for that go to `long_kernels`. Which way a key goes depends on its rows alone, so
that results do not depend on who asks with whom.
"""

# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False

from __future__ import annotations

import numpy as np

from features.engine.compiled import kernel
from features.engine.long_kernels import ALL_HISTORY, fold_long_key
from features.engine.order_kernels import FOREVER
from features.engine.statistic_kernels import STATS, WANTS_EXTREMES, emit, two_sum

OCCURRED, SEEN_FROM, SEEN_TO = range(3)
SHORT = 256
_LONGEST_SHORT = 4096
_BLOCK_ROWS = 1024
_NN, _SH, _SL, _M2, _MN, _MX = range(STATS)


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
    lines, times = np.empty((room, records.shape[1]), np.int64), np.empty((3, room), np.int64)
    rows, places = np.empty((3, room), np.int64), np.empty(room, np.int64)
    values, members = np.empty((nc, room)), np.empty((nd, room), np.int64)
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
                asked_offsets, asked, cutoffs, days, times, rows, places, values, members, stamps, clock, out,
            )  # fmt: skip
        k = stop


@kernel
def _fold_group(
    low, high, offsets, lines, closes, word, bit, columns, spread, sets, windows, folds, at,
    asked_offsets, asked, cutoffs, days, times, rows, places, values, members, stamps, clock, out,
):  # fmt: skip
    """The folds of one group of the keys low..high, whose records are `lines`."""
    nw, nc, nd = windows.size, columns.shape[0], sets.shape[0]
    facts = lines.view(np.float64)
    occurred, mine, entering, leaving = times[0], rows[0], rows[1], rows[2]
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
        m, nl, rising = 0, 0, True
        for i in range(offsets[k] - offsets[low], offsets[k + 1] - offsets[low]):
            if bit < 0 or (lines[i, word] >> bit) & 1:
                mine[m] = i
                if m and lines[i, SEEN_FROM] < lines[mine[m - 1], SEEN_FROM]:
                    rising = False
                m += 1
                if closes and lines[i, SEEN_TO] != FOREVER:
                    leaving[nl] = i
                    nl += 1
        if m > SHORT and (m > _LONGEST_SHORT or _widest(lines, mine, m, windows, reach) > SHORT):
            for i in range(m):
                for clock_word in range(3 if closes else 2):
                    times[clock_word, i] = lines[mine[i], clock_word]
                _take(lines, facts, mine[i], i, columns, sets, values, members)
            for d in range(nd):
                _renumber(members[d], m, stamps[sets[d, 3] :], clock)
            fold_long_key(
                m, times[0, :m], times[1, :m], times[2, : m if nl else 0], values[:nc], columns[:, 2].copy(),
                members[:nd], windows, folds, at, qa, qb, asked, cutoffs, days, out,
            )  # fmt: skip
            continue
        for i in range(m):
            entering[i] = mine[i]
        if not rising:
            _sort_by(entering, m, lines, SEEN_FROM)
        if nl:
            _sort_by(leaving, nl, lines, SEEN_TO)
        held, entered, gone = 0, 0, 0
        for w in range(nw):
            starts[w] = 0
        for q in range(qa, qb):
            place = asked[q]
            t = cutoffs[place]
            if q > qa and cutoffs[asked[q - 1]] == t:
                for f in range(at, at + folds.shape[0]):
                    out[place, f] = out[asked[q - 1], f]
                continue
            while entered < m and lines[entering[entered], SEEN_FROM] < t:
                i, to = entering[entered], held
                entered += 1
                while to > 0 and places[to - 1] > i:
                    to -= 1
                if to < held:
                    _shift(to, held, 1, occurred, places, values, nc, members, nd, starts)
                occurred[to], places[to] = lines[i, OCCURRED], i
                _take(lines, facts, i, to, columns, sets, values, members)
                held += 1
            while gone < nl and lines[leaving[gone], SEEN_TO] < t:
                to = np.searchsorted(places[:held], leaving[gone])
                gone += 1
                _shift(to + 1, held, -1, occurred, places, values, nc, members, nd, starts)
                held -= 1
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
            one, two, center = 0.0, 0.0, s / max(n, 1)
            for j in range(start, held):
                v = values[c, j]
                if v == v:
                    one += v - center
                    two += (v - center) * (v - center)
            stats[w, c, _M2] = max(two - one * one / max(n, 1), 0.0)


@kernel
def _take(lines, facts, i, to, columns, sets, values, members):
    """Values and codes of a record as row `to` of their columns."""
    for c in range(columns.shape[0]):
        bit = columns[c, 1]
        if bit < 0:
            values[c, to] = facts[i, columns[c, 0]]
        else:
            values[c, to] = np.float64((lines[i, columns[c, 0]] >> bit) & 1)
    for d in range(sets.shape[0]):
        members[d, to] = lines[i, sets[d, 0]]


@kernel
def _shift(start, stop, by, occurred, places, values, nc, members, nd, starts):
    """Make room before the row `start` (by 1), or close the gap before it (by -1)."""
    for at in range(stop - start):
        i = stop - 1 - at if by > 0 else start + at
        occurred[i + by], places[i + by] = occurred[i], places[i]
        for c in range(nc):
            values[c, i + by] = values[c, i]
        for d in range(nd):
            members[d, i + by] = members[d, i]
    for w in range(starts.size):
        if start < starts[w] or (by < 0 and start == starts[w]):
            starts[w] += by


@kernel
def _widest(lines, mine, m, windows, reach):
    """The most rows that the widest scanned window can hold."""
    if reach < 0:
        return 0
    if windows[reach] == ALL_HISTORY:
        return m
    most, start = 0, 0
    for i in range(m):
        while lines[mine[start], OCCURRED] < lines[mine[i], OCCURRED] - windows[reach]:
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


@kernel
def _sort_by(rows, n, lines, word):
    """Order rows[:n] by a word of their records, stable; few are out of place, or they are not many."""
    moves = 0
    for i in range(1, n):
        row, j = rows[i], i - 1
        while j >= 0 and lines[rows[j], word] > lines[row, word]:
            rows[j + 1] = rows[j]
            j -= 1
        rows[j + 1] = row
        moves += i - 1 - j
        if moves > 64 * n:
            keys = np.empty(n, np.int64)
            for at in range(n):
                keys[at] = lines[rows[at], word]
            rows[:n] = rows[:n][np.argsort(keys, kind="mergesort")]
            return
