"""One key with many rows at all of its cutoffs: numpy arrays in, numpy arrays out.

Counts, ends and sums slide along: a row is added as it appears and taken off as it leaves a window or goes.
Deviations, extremes, and sums of amounts too different to slide come from a tree over blocks of rows: a row that
appears or goes marks its block, a query brings only the nodes up to date that it meets; nodes are merged, never
subtracted, so that what lies outside a window cannot spoil it. Distinct values are counted by the last visible
occurrence of each value in a Fenwick tree. Every row enters and leaves once, however late it is known.
"""

# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False

from __future__ import annotations

import numpy as np

from features.engine.compiled import kernel
from features.engine.order_kernels import FOREVER, is_sorted, time_order
from features.engine.statistic_kernels import STATS, WANTS_SUM, clear, emit, merge, rows_stats, two_sum

ALL_HISTORY = -1
_BLOCK = 16
_NN, _SH, _SL = range(3)


@kernel
def _tree_clean(node, leaves, a, b, active, values, wants, dirty, nodes, buffer, stack):
    """Bring a node up to date: blocks from their rows, inner nodes from their halves."""
    if not dirty[node]:
        return
    depth = 1
    stack[0] = node
    while depth:
        at = stack[depth - 1]
        if at >= leaves:
            start = a + (at - leaves) * _BLOCK
            held = 0
            for i in range(start, min(start + _BLOCK, b)):
                if active[i - a]:
                    buffer[held] = i
                    held += 1
            rows_stats(values, buffer, 0, held, wants, nodes[at])
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
            clear(nodes[at])
            merge(nodes[at], nodes[left], wants)
            merge(nodes[at], nodes[right], wants)
        dirty[at] = False
        depth -= 1


@kernel
def _tree_add(running, piece, start, stop, leaves, a, b, active, values, wants, dirty, nodes, buffer, stack):
    """Add the active rows start..stop: ragged ends row by row, whole blocks by the fewest nodes."""
    left, right = (start - a + _BLOCK - 1) // _BLOCK, (stop - a) // _BLOCK
    if left > right:
        _rows_add(running, piece, start, stop, a, active, values, wants, buffer)
        return
    _rows_add(running, piece, a + right * _BLOCK, stop, a, active, values, wants, buffer)
    _rows_add(running, piece, start, a + left * _BLOCK, a, active, values, wants, buffer)
    x, y = left + leaves, right + leaves
    while x < y:
        if x & 1:
            _tree_clean(x, leaves, a, b, active, values, wants, dirty, nodes, buffer, stack)
            merge(running, nodes[x], wants)
            x += 1
        if y & 1:
            y -= 1
            _tree_clean(y, leaves, a, b, active, values, wants, dirty, nodes, buffer, stack)
            merge(running, nodes[y], wants)
        x >>= 1
        y >>= 1


@kernel
def _rows_add(running, piece, start, stop, a, active, values, wants, buffer):
    held = 0
    for i in range(start, stop):
        if active[i - a]:
            buffer[held] = i
            held += 1
    if held:
        rows_stats(values, buffer, 0, held, wants, piece)
        merge(running, piece, wants)


@kernel
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


@kernel
def _slide(stats, w, values, i, wants, in_tree, sign):
    """Add (+1) or take off (-1) a row of the columns that slide."""
    for c in range(wants.size):
        if wants[c] == WANTS_SUM and in_tree[c] < 0:
            v = values[c, i]
            if v == v:
                stats[w, c, _NN] += sign
                if stats[w, c, _NN] == 0.0:
                    stats[w, c, _SH] = stats[w, c, _SL] = 0.0
                else:
                    s, e = two_sum(stats[w, c, _SH], sign * v)
                    e += stats[w, c, _SL]
                    stats[w, c, _SH] = s + e
                    stats[w, c, _SL] = e - (stats[w, c, _SH] - s)


@kernel
def fold_long_key(
    m, occurred, seen_from, seen_to, values, wants, members, windows, folds, at,
    qa, qb, asked, cutoffs, days, out,
):  # fmt: skip
    """Folds of one key at its cutoffs, into out[:, at:].

    Parameters
    ----------
    occurred, seen_from, seen_to : (m) int64 microseconds, in the total order; seen_to is empty where no row ever goes
    values : (columns, at least m) float64, not a number where missing
    wants : (columns) which statistics their folds need
    members : (sets, at least m) dense codes below m of the values to be told apart, -1 where missing
    windows : lengths in microseconds, ascending, ALL_HISTORY last
    folds : see `statistic_kernels.emit`
    qa, qb : the spine rows asked[qa:qb], by cutoff
    """
    nw, nc, nd = windows.size, wants.size, members.shape[0]
    count, first, last = np.zeros(nw, np.int64), np.zeros(nw, np.int64), np.zeros(nw, np.int64)
    starts, distinct = np.zeros(nw, np.int64), np.zeros((nw, nd), np.int64)
    stats, piece, running = np.zeros((nw, nc, STATS)), np.zeros((nc, STATS)), np.zeros((nc, STATS))
    leaves = 1
    while leaves * _BLOCK < m:
        leaves *= 2
    in_tree, has_tree = np.full(nc, -1, np.int64), False
    for c in range(nc):
        if wants[c] > 0 and not _slides(wants[c], values[c], 0, m):
            in_tree[c], has_tree = wants[c], True
    dirty, nodes = np.zeros(2 * leaves, np.bool_), np.zeros((2 * leaves if has_tree else 1, nc, STATS))
    for i in range(nodes.shape[0]):
        clear(nodes[i])
    buffer, stack = np.empty(_BLOCK, np.int64), np.empty(80, np.int64)
    active, newest = np.zeros(m, np.bool_), np.int64(-1)
    fenwick, latest = np.zeros((nd, m + 1), np.int64), np.full((nd, m), -1, np.int64)
    before, after = np.empty((nd, m), np.int64), np.empty((nd, m), np.int64)
    for d in range(nd):
        _link(members[d], m, latest[d], before[d], after[d])
    entering, leaving = _by_time(seen_from, 0, m), _leaving(seen_to, 0, m)
    entered, gone, head = 0, 0, 0
    for q in range(qa, qb):
        place = asked[q]
        t = cutoffs[place]
        if q > qa and cutoffs[asked[q - 1]] == t:
            for f in range(at, at + folds.shape[0]):
                out[place, f] = out[asked[q - 1], f]
            continue
        while head < m and occurred[head] < t:
            head += 1
        for w in range(nw):
            if windows[w] != ALL_HISTORY:
                i = starts[w]
                while i < head and occurred[i] < t - windows[w]:
                    if active[i]:
                        count[w] -= 1
                        _slide(stats, w, values, i, wants, in_tree, -1.0)
                    i += 1
                starts[w] = i
        while entered < m and seen_from[entering[entered]] < t:
            i = entering[entered]
            entered += 1
            active[i] = True
            newest = max(newest, i)
            for w in range(nw):
                if i >= starts[w]:
                    if count[w] == 0 or i < first[w]:
                        first[w] = i
                    count[w] += 1
                    _slide(stats, w, values, i, wants, in_tree, 1.0)
            if has_tree:
                _mark(dirty, leaves + i // _BLOCK)
            for d in range(nd):
                v = members[d, i]
                if v >= 0 and i > latest[d, v]:
                    if latest[d, v] >= 0:
                        _fenwick_add(fenwick, d, latest[d, v], m, -1)
                    _fenwick_add(fenwick, d, i, m, 1)
                    latest[d, v] = i
        while gone < leaving.size and seen_to[leaving[gone]] < t:
            i = leaving[gone]
            gone += 1
            active[i] = False
            for w in range(nw):
                if i >= starts[w]:
                    count[w] -= 1
                    _slide(stats, w, values, i, wants, in_tree, -1.0)
            if has_tree:
                _mark(dirty, leaves + i // _BLOCK)
            for d in range(nd):
                if members[d, i] >= 0:
                    _unlink(d, i, members[d, i], m, active, latest, before, after, fenwick)
        while newest >= 0 and not active[newest]:
            newest -= 1
        clear(running)
        stop = head
        for w in range(nw):
            if count[w]:
                i = max(first[w], starts[w])
                while not active[i]:
                    i += 1
                first[w], last[w] = i, newest
            for d in range(nd):
                distinct[w, d] = _fenwick_sum(fenwick, d, m) - _fenwick_sum(fenwick, d, starts[w])
            if has_tree:
                _tree_add(
                    running, piece, starts[w], stop, leaves, 0, m, active, values, in_tree, dirty, nodes, buffer, stack
                )
                for c in range(nc):
                    if in_tree[c] > 0:
                        stats[w, c] = running[c]
            stop = min(stop, starts[w])
        emit(out, place, at, t, days[place], folds, count, first, last, stats, distinct, occurred, values)


@kernel
def _link(codes, m, latest, before, after):
    """Chain the occurrences of each value; `latest` is left at -1, as no row is visible yet."""
    for i in range(m):
        v, before[i], after[i] = codes[i], -1, -1
        if v >= 0:
            p = latest[v]
            before[i] = p
            if p >= 0:
                after[p] = i
            latest[v] = i
    latest[:] = -1


@kernel
def _unlink(d, i, v, m, active, latest, before, after, fenwick):
    """Take an occurrence out of its chain for good; if it was the last visible one, another takes its place."""
    p, s = before[d, i], after[d, i]
    if latest[d, v] == i:
        _fenwick_add(fenwick, d, i, m, -1)
        while p >= 0 and not active[p]:
            p = before[d, p]
        if p >= 0:
            _fenwick_add(fenwick, d, p, m, 1)
        latest[d, v] = p
        p = before[d, i]
    if p >= 0:
        after[d, p] = s
    if s >= 0:
        before[d, s] = p


@kernel
def _mark(dirty, node):
    while node and not dirty[node]:
        dirty[node] = True
        node >>= 1


@kernel
def _fenwick_add(trees, d, place, size, amount):
    i = place + 1
    while i <= size:
        trees[d, i] += amount
        i += i & -i


@kernel
def _fenwick_sum(trees, d, places):
    s, i = np.int64(0), places
    while i > 0:
        s += trees[d, i]
        i &= i - 1
    return s


@kernel
def _by_time(times, a, b):
    """Rows a..b by time; mostly they are nearly in order already."""
    rows = np.arange(a, b)
    return rows if is_sorted(times[a:b]) else a + time_order(times[a:b], np.arange(b - a))


@kernel
def _leaving(seen_to, a, b):
    """Those of the rows a..b that go one day, by the moment they go."""
    if seen_to.size == 0:
        return np.empty(0, np.int64)
    rows = np.empty(b - a, np.int64)
    n = 0
    for i in range(a, b):
        if seen_to[i] != FOREVER:
            rows[n] = i
            n += 1
    rows = rows[:n]
    times = np.empty(n, np.int64)
    for i in range(n):
        times[i] = seen_to[rows[i]]
    return rows[np.argsort(times, kind="mergesort")]
