"""Folds over the visible rows of a key: numpy arrays in, numpy arrays out; no file, no Arrow, no string.

Rows of one key stand in the total order, spine rows of one key by cutoff, so each key is one sweep in time. A row
counts at cutoff t iff `seen_from < t <= seen_to`, inside a window iff `occurred >= t - window`; every row is asked, so
results are exact for any lateness, correction and deletion.

Short keys are scanned once per cutoff for all windows. Of long keys, counts, ends and sums slide along: a row is
added as it appears and taken off as it leaves a window or goes. Deviations, extremes, and sums of amounts too
different to slide come from a tree over blocks of rows: a row that appears or goes marks its block, a query brings
only the nodes up to date that it meets; nodes are merged, never subtracted, so that what lies outside a window cannot
spoil it. Sums are pairs of floats (Knuth's two-sum, Dekker's product, about 100 bits); deviations are corrected two-
pass within a block and merged after Chan, Golub and LeVeque (1983). Distinct values of long keys are counted by the
last visible occurrence of each value in a Fenwick tree.

All kernels that call each other stand in this file: numba's cache on disk notices an edit of the file a kernel stands
in, and of no other.
"""

# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False

from __future__ import annotations

import numpy as np
from numba import njit

COUNT, SUM, MEAN, MIN, MAX, STD, FIRST, LAST, DISTINCT, SINCE_FIRST, SINCE_LAST, MEAN_GAP = range(12)
PLAIN, DATE, TIME = range(3)
WANTS_SUM, WANTS_SPREAD, WANTS_EXTREMES = 1, 2, 4
BLOCK = 16
SHORT = 256
ALL_HISTORY = -1
_DAY = 86_400_000_000.0
_SPLIT = 134_217_729.0
_NN, _SH, _SL, _M2, _MN, _MX, _STATS = 0, 1, 2, 3, 4, 5, 6


def _kernel(function):
    return njit(function, cache=True, nogil=True, error_model="numpy")


def _inlined(function):
    return njit(function, cache=True, nogil=True, error_model="numpy", inline="always")


@_inlined
def _two_sum(a, b):
    s = a + b
    t = s - a
    return s, (a - (s - t)) + (b - t)


@_kernel
def _two_product(a, b):
    p = a * b
    s = _SPLIT * a
    ah = s - (s - a)
    al = a - ah
    s = _SPLIT * b
    bh = s - (s - b)
    bl = b - bh
    return p, ((ah * bh - p) + ah * bl + al * bh) + al * bl


@_kernel
def _mean(n, high, low):
    """(high + low) / n as a pair."""
    m = high / n
    if abs(m) > 1e280:
        return m, 0.0
    p, e = _two_product(m, n)
    return m, (((high - p) - e) + low) / n


@_kernel
def _clear(stats):
    for c in range(stats.shape[0]):
        stats[c, _NN] = stats[c, _SH] = stats[c, _SL] = stats[c, _M2] = 0.0
        stats[c, _MN], stats[c, _MX] = np.inf, -np.inf


@_kernel
def _merge(into, other, wants):
    """Add the statistics of more rows, column by column."""
    for c in range(wants.size):
        n = other[c, _NN]
        m, want = into[c, _NN], wants[c]
        if n == 0.0 or want < 0:
            continue
        if want & WANTS_SPREAD:
            into[c, _M2] += other[c, _M2]
            if m > 0.0:
                ah, al = _mean(m, into[c, _SH], into[c, _SL])
                bh, bl = _mean(n, other[c, _SH], other[c, _SL])
                d, e = _two_sum(bh, -ah)
                d += e + (bl - al)
                into[c, _M2] += d * d * (m * n / (m + n))
        if want & WANTS_SUM:
            s, e = _two_sum(into[c, _SH], other[c, _SH])
            e += into[c, _SL] + other[c, _SL]
            into[c, _SH] = s + e
            into[c, _SL] = e - (into[c, _SH] - s)
        if want & WANTS_EXTREMES:
            into[c, _MN] = min(into[c, _MN], other[c, _MN])
            into[c, _MX] = max(into[c, _MX], other[c, _MX])
        into[c, _NN] = m + n


@_kernel
def _rows_stats(values, rows, a, b, wants, stats):
    """Statistics of the rows rows[a:b], column by column."""
    for c in range(wants.size):
        want = wants[c]
        if want < 0:
            continue
        n, high, low, least, most = 0, 0.0, 0.0, np.inf, -np.inf
        for i in range(a, b):
            v = values[c, rows[i]]
            if v == v:
                n += 1
                if want & WANTS_SUM:
                    high, e = _two_sum(high, v)
                    low += e
                if want & WANTS_EXTREMES:
                    least, most = min(least, v), max(most, v)
        s = high + low
        stats[c, _NN], stats[c, _SH], stats[c, _SL] = n, s, low - (s - high)
        stats[c, _MN], stats[c, _MX], stats[c, _M2] = least, most, 0.0
        if want & WANTS_SPREAD and n > 1:
            center, one, two = s / n, 0.0, 0.0
            for i in range(a, b):
                v = values[c, rows[i]]
                if v == v:
                    d = v - center
                    one += d
                    two += d * d
            stats[c, _M2] = max(two - one * one / n, 0.0)


@_kernel
def _emit(
    out, place, t, day, functions, windows_of, columns_of, kinds, count, first, last, stats, distinct, occurred, values
):
    """Write every fold of one spine row from what its windows hold."""
    for f in range(functions.size):
        function, w, c = functions[f], windows_of[f], columns_of[f]
        kind, n = kinds[f], count[w]
        x = np.nan
        if function == COUNT:
            x = np.float64(n)
        elif function == SINCE_FIRST:
            if n > 0:
                x = (t - occurred[first[w]]) / _DAY
        elif function == SINCE_LAST:
            if n > 0:
                x = (t - occurred[last[w]]) / _DAY
        elif function == MEAN_GAP:
            if n > 1:
                x = (occurred[last[w]] - occurred[first[w]]) / _DAY / (n - 1)
        elif function == DISTINCT:
            x = np.float64(distinct[w, c])
        elif function in (FIRST, LAST):
            if n > 0:
                x = values[c, first[w] if function == FIRST else last[w]]
                if kind == DATE:
                    x -= day
                elif kind == TIME:
                    x = (x - t) / _DAY
        else:
            known = stats[w, c, _NN]
            if function == SUM:
                x = stats[w, c, _SH] + stats[w, c, _SL]
            elif function == MEAN:
                if known > 0:
                    high, low = stats[w, c, _SH], stats[w, c, _SL]
                    if kind != PLAIN:
                        p, e = _two_product(known, np.float64(day if kind == DATE else t))
                        high, g = _two_sum(high, -p)
                        low = low - e + g
                    x = (high + low) / known
                    if kind == TIME:
                        x /= _DAY
            elif function == STD:
                if known > 1:
                    x = np.sqrt(stats[w, c, _M2] / (known - 1.0))
                    if kind == TIME:
                        x /= _DAY
            elif known > 0:
                x = stats[w, c, _MN] if function == MIN else stats[w, c, _MX]
                if kind == DATE:
                    x -= day
                elif kind == TIME:
                    x = (x - t) / _DAY
        out[place, f] = x


@_kernel
def _tree_clean(node, leaves, a, b, active, values, wants, dirty, nodes, buffer, stack):
    """Bring a node up to date: blocks from their rows, inner nodes from their halves."""
    if not dirty[node]:
        return
    depth = 1
    stack[0] = node
    while depth:
        at = stack[depth - 1]
        if at >= leaves:
            start = a + (at - leaves) * BLOCK
            held = 0
            for i in range(start, min(start + BLOCK, b)):
                if active[i - a]:
                    buffer[held] = i
                    held += 1
            _rows_stats(values, buffer, 0, held, wants, nodes[at])
        else:
            left, right = 2 * at, 2 * at + 1
            if dirty[left] or dirty[right]:
                if dirty[left]:
                    stack[depth] = left
                    depth += 1
                if dirty[right]:
                    stack[depth] = right
                    depth += 1
                continue
            _clear(nodes[at])
            _merge(nodes[at], nodes[left], wants)
            _merge(nodes[at], nodes[right], wants)
        dirty[at] = False
        depth -= 1


@_kernel
def _tree_add(running, piece, start, stop, leaves, a, b, active, values, wants, dirty, nodes, buffer, stack):
    """Add the active rows start..stop: ragged ends row by row, whole blocks by the fewest nodes."""
    left, right = (start - a + BLOCK - 1) // BLOCK, (stop - a) // BLOCK
    if left > right:
        _rows_add(running, piece, start, stop, a, active, values, wants, buffer)
        return
    _rows_add(running, piece, a + right * BLOCK, stop, a, active, values, wants, buffer)
    _rows_add(running, piece, start, a + left * BLOCK, a, active, values, wants, buffer)
    x, y = left + leaves, right + leaves
    while x < y:
        if x & 1:
            _tree_clean(x, leaves, a, b, active, values, wants, dirty, nodes, buffer, stack)
            _merge(running, nodes[x], wants)
            x += 1
        if y & 1:
            y -= 1
            _tree_clean(y, leaves, a, b, active, values, wants, dirty, nodes, buffer, stack)
            _merge(running, nodes[y], wants)
        x >>= 1
        y >>= 1


@_kernel
def _rows_add(running, piece, start, stop, a, active, values, wants, buffer):
    held = 0
    for i in range(start, stop):
        if active[i - a]:
            buffer[held] = i
            held += 1
    if held:
        _rows_stats(values, buffer, 0, held, wants, piece)
        _merge(running, piece, wants)


@_kernel
def _slides(want, values, a, b):
    """Whether sums of a column may slide: rows are added as they come and taken off as they leave.

    A pair of floats keeps about 100 bits of the largest sum ever held; columns whose amounts differ so much that the
    smallest could drown in it, and all that need more than sums, go through the tree.
    """
    if want != WANTS_SUM:
        return False
    total, least = 0.0, np.inf
    for i in range(a, b):
        v = abs(values[i])
        if v > 0.0:
            total += v
            least = min(least, v)
    return total * (b - a) <= 1e20 * least


@_kernel
def _slide(stats, values, i, wants, in_tree, sign):
    """Add (+1) or take off (-1) a row of the columns that slide."""
    for c in range(wants.size):
        if wants[c] == WANTS_SUM and in_tree[c] < 0:
            v = values[c, i]
            if v == v:
                stats[c, _NN] += sign
                if stats[c, _NN] == 0.0:
                    stats[c, _SH] = stats[c, _SL] = 0.0
                else:
                    s, e = _two_sum(stats[c, _SH], sign * v)
                    e += stats[c, _SL]
                    stats[c, _SH] = s + e
                    stats[c, _SL] = e - (stats[c, _SH] - s)


@_kernel
def _longest(offsets, low, high):
    most = 0
    for k in range(low, high):
        most = max(most, offsets[k + 1] - offsets[k])
    return most


@_kernel
def fold_keys(
    low, high, offsets, occurred, seen_from, seen_to, values, wants, members, member_counts,
    asked_offsets, asked, cutoffs, days, windows, functions, windows_of, columns_of, kinds, out,
):  # fmt: skip
    """Every fold of the keys low..high at each of their cutoffs, into the rows of `out`.

    Parameters
    ----------
    offsets : (keys + 1) rows of each key, which stand in the total order
    occurred, seen_from, seen_to : (rows) int64 microseconds; seen_to is empty where no row ever goes
    values : (columns, rows) float64, not a number where missing
    wants : (columns) which statistics their folds need
    members : (sets, rows) dense codes of the values to be told apart, -1 where missing
    member_counts : (sets) how many codes there are
    asked_offsets, asked : spine rows by key, each key's by cutoff
    cutoffs, days : (spine) microseconds, and the local day as days since 1970
    windows : lengths in microseconds, ascending, ALL_HISTORY last
    functions, windows_of, columns_of, kinds : (folds) what each is, over which window, of which column or set
    out : (spine, folds)
    """
    nw, nc, nd = windows.size, wants.size, member_counts.size
    count, first, last = np.zeros(nw, np.int64), np.zeros(nw, np.int64), np.zeros(nw, np.int64)
    stats, piece, running = np.zeros((nw, nc, _STATS)), np.zeros((nc, _STATS)), np.zeros((nc, _STATS))
    distinct, starts = np.zeros((nw, nd), np.int64), np.zeros(nw, np.int64)
    longest = _longest(offsets, low, high)
    buffer, taken = np.empty(max(SHORT, BLOCK), np.int64), np.zeros(nw, np.int64)
    most = np.int64(0)
    for d in range(nd):
        most = max(most, member_counts[d])
    stamps, stamp = np.zeros((nd, most), np.int64), np.int64(0)
    big = longest if longest > SHORT else 0
    leaves = 1
    while leaves * BLOCK < big:
        leaves *= 2
    dirty, nodes = np.zeros(2 * leaves, np.bool_), np.zeros((2 * leaves if big else 1, nc, _STATS))
    in_tree, has_tree = np.full(nc, -1, np.int64), False
    active, stack = np.zeros(big, np.bool_), np.empty(80, np.int64)
    fenwick, latest = np.zeros((nd, big + 1), np.int64), np.full((nd, most if big else 0), -1, np.int64)
    before, after = np.empty((nd, big), np.int64), np.empty((nd, big), np.int64)

    for k in range(low, high):
        qa, qb = asked_offsets[k], asked_offsets[k + 1]
        if qa == qb:
            continue
        a, b = offsets[k], offsets[k + 1]
        is_long = b - a > SHORT
        n_in, n_out, entered, gone = b - a, 0, 0, 0
        if is_long:
            leaves = 1
            while leaves * BLOCK < b - a:
                leaves *= 2
            has_tree = False
            for c in range(nc):
                in_tree[c] = wants[c] if wants[c] > 0 and not _slides(wants[c], values[c], a, b) else -1
                has_tree |= in_tree[c] > 0
            if has_tree:
                dirty[: 2 * leaves] = False
                for i in range(2 * leaves):
                    _clear(nodes[i])
            newest = np.int64(-1)
            count[:] = 0
            stats[:] = 0.0
            active[: b - a] = False
            entering, leaving = _by_time(seen_from, a, b), _leaving(seen_to, a, b)
            n_out = leaving.size
            for d in range(nd):
                fenwick[d, : b - a + 1] = 0
                for i in range(a, b):
                    v, before[d, i - a], after[d, i - a] = members[d, i], -1, -1
                    if v >= 0:
                        p = latest[d, v]
                        before[d, i - a] = p
                        if p >= 0:
                            after[d, p] = i - a
                        latest[d, v] = i - a
                for i in range(a, b):
                    if members[d, i] >= 0:
                        latest[d, members[d, i]] = -1
        else:
            entering, leaving = np.empty(0, np.int64), np.empty(0, np.int64)
        head = a
        for w in range(nw):
            starts[w] = a
        for q in range(qa, qb):
            place = asked[q]
            t, day = cutoffs[place], days[place]
            if q > qa and cutoffs[asked[q - 1]] == t:
                for f in range(functions.size):
                    out[place, f] = out[asked[q - 1], f]
                continue
            while head < b and occurred[head] < t:
                head += 1
            for w in range(nw):
                if windows[w] != ALL_HISTORY:
                    edge = t - windows[w]
                    i = starts[w]
                    while i < head and occurred[i] < edge:
                        if is_long and active[i - a]:
                            count[w] -= 1
                            _slide(stats[w], values, i, wants, in_tree, -1.0)
                        i += 1
                    starts[w] = i
            if nc:
                _clear(running)
            if not is_long:
                held, w = 0, 0
                for i in range(head - 1, starts[nw - 1] - 1, -1):
                    while i < starts[w]:
                        taken[w] = held
                        w += 1
                    if seen_from[i] < t and (seen_to.size == 0 or t <= seen_to[i]):
                        buffer[held] = i
                        held += 1
                while w < nw:
                    taken[w] = held
                    w += 1
                begun = 0
                for w in range(nw):
                    n = taken[w]
                    count[w] = n
                    if n:
                        first[w], last[w] = buffer[n - 1], buffer[0]
                    if nc:
                        if n > begun:
                            _rows_stats(values, buffer, begun, n, wants, piece)
                            _merge(running, piece, wants)
                        stats[w] = running
                    begun = n
                for d in range(nd):
                    stamp += 1
                    different, begun = 0, 0
                    for w in range(nw):
                        for i in range(begun, taken[w]):
                            v = members[d, buffer[i]]
                            if v >= 0 and stamps[d, v] != stamp:
                                stamps[d, v] = stamp
                                different += 1
                        begun = taken[w]
                        distinct[w, d] = different
            else:
                while entered < n_in and seen_from[entering[entered]] < t:
                    i = entering[entered] - a
                    entered += 1
                    active[i] = True
                    newest = max(newest, a + i)
                    for w in range(nw):
                        if a + i >= starts[w]:
                            if count[w] == 0 or a + i < first[w]:
                                first[w] = a + i
                            count[w] += 1
                            _slide(stats[w], values, a + i, wants, in_tree, 1.0)
                    if has_tree:
                        _mark(dirty, leaves + i // BLOCK)
                    for d in range(nd):
                        v = members[d, a + i]
                        if v >= 0 and i > latest[d, v]:
                            if latest[d, v] >= 0:
                                _fenwick_add(fenwick[d], latest[d, v], b - a, -1)
                            _fenwick_add(fenwick[d], i, b - a, 1)
                            latest[d, v] = i
                while gone < n_out and seen_to[leaving[gone]] < t:
                    i = leaving[gone] - a
                    gone += 1
                    active[i] = False
                    for w in range(nw):
                        if a + i >= starts[w]:
                            count[w] -= 1
                            _slide(stats[w], values, a + i, wants, in_tree, -1.0)
                    if has_tree:
                        _mark(dirty, leaves + i // BLOCK)
                    for d in range(nd):
                        v = members[d, a + i]
                        if v < 0:
                            continue
                        p, s = before[d, i], after[d, i]
                        if latest[d, v] == i:
                            _fenwick_add(fenwick[d], i, b - a, -1)
                            p = before[d, i]
                            while p >= 0 and not active[p]:
                                p = before[d, p]
                            if p >= 0:
                                _fenwick_add(fenwick[d], p, b - a, 1)
                            latest[d, v] = p
                            p = before[d, i]
                        if p >= 0:
                            after[d, p] = s
                        if s >= 0:
                            before[d, s] = p
                while newest >= a and not active[newest - a]:
                    newest -= 1
                stop = head
                for w in range(nw):
                    if count[w]:
                        i = max(first[w], starts[w])
                        while not active[i - a]:
                            i += 1
                        first[w], last[w] = i, newest
                    for d in range(nd):
                        distinct[w, d] = _fenwick_sum(fenwick[d], b - a) - _fenwick_sum(fenwick[d], starts[w] - a)
                    if has_tree:
                        _tree_add(
                            running, piece, starts[w], stop, leaves, a, b, active, values, in_tree, dirty, nodes,
                            buffer, stack,
                        )  # fmt: skip
                        for c in range(nc):
                            if in_tree[c] > 0:
                                stats[w, c] = running[c]
                    stop = min(stop, starts[w])
            _emit(
                out, place, t, day, functions, windows_of, columns_of, kinds, count, first, last, stats, distinct,
                occurred, values,
            )  # fmt: skip
        if is_long:
            for d in range(nd):
                for i in range(a, b):
                    if members[d, i] >= 0:
                        latest[d, members[d, i]] = -1


@_kernel
def _mark(dirty, node):
    while node and not dirty[node]:
        dirty[node] = True
        node >>= 1


@_kernel
def _fenwick_add(tree, place, size, amount):
    i = place + 1
    while i <= size:
        tree[i] += amount
        i += i & -i


@_kernel
def _fenwick_sum(tree, places):
    s, i = np.int64(0), places
    while i > 0:
        s += tree[i]
        i &= i - 1
    return s


@_kernel
def _by_time(times, a, b):
    """Rows a..b by time; mostly they are in order already."""
    rows = np.arange(a, b)
    for i in range(a + 1, b):
        if times[i] < times[i - 1]:
            return rows[np.argsort(times[a:b], kind="mergesort")]
    return rows


@_kernel
def _leaving(seen_to, a, b):
    """Those of the rows a..b that go one day, by the moment they go."""
    if seen_to.size == 0:
        return np.empty(0, np.int64)
    rows = np.empty(b - a, np.int64)
    n = 0
    for i in range(a, b):
        if seen_to[i] != 9_223_372_036_854_775_807:
            rows[n] = i
            n += 1
    rows = rows[:n]
    times = np.empty(n, np.int64)
    for i in range(n):
        times[i] = seen_to[rows[i]]
    return rows[np.argsort(times, kind="mergesort")]
