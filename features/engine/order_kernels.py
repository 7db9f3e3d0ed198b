"""Order and identity of source rows: numpy arrays in, numpy arrays out."""

# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False

from __future__ import annotations

import numpy as np

from features.engine.compiled import kernel

FOREVER = 9_223_372_036_854_775_807
_BITS = 11
_INSERTION = 16
_IN_BUCKET, _TOO_FULL = 16, 256
_SALT = np.uint64(0x9E3779B97F4A7C15)


@kernel
def is_sorted(key):
    """Whether values never fall."""
    for i in range(1, key.size):  # noqa: SIM110 (numba)
        if key[i] < key[i - 1]:
            return False
    return True


@kernel
def time_order(key, order):
    """Stable order of int64 instants that mostly rise already; `order` (0, 1, ...) is overwritten and returned.

    One pass deals the rows into buckets of time, which moves a row that is nearly in place hardly at all; each bucket
    is then put in order where it lies, in the cache.
    """
    n = key.size
    low, high = key[0], key[0]
    for i in range(n):
        low, high = min(low, key[i]), max(high, key[i])
    span, shift = np.uint64(high) - np.uint64(low), np.uint64(0)
    while (span >> shift) > np.uint64(n // _IN_BUCKET + 1):
        shift += np.uint64(1)
    starts = np.zeros(np.int64(span >> shift) + 2, np.int64)
    for i in range(n):
        starts[np.int64((np.uint64(key[i]) - np.uint64(low)) >> shift) + 1] += 1
    for b in range(1, starts.size):
        starts[b] += starts[b - 1]
    spare = np.empty_like(order)
    for i in range(n):
        b = np.int64((np.uint64(key[i]) - np.uint64(low)) >> shift)
        spare[starts[b]] = order[i]
        starts[b] += 1
    a = 0
    for b in range(starts.size - 1):
        e = starts[b]
        if e - a > _TOO_FULL:
            _long_bucket(spare, key, a, e)
        else:
            for i in range(a + 1, e):
                row, j = spare[i], i - 1
                while j >= a and key[spare[j]] > key[row]:
                    spare[j + 1] = spare[j]
                    j -= 1
                spare[j + 1] = row
        a = e
    return spare


@kernel
def _long_bucket(order, key, a, e):
    """Order a bucket that most rows fell into, as when a single instant lies far from all others."""
    times, places = np.empty(e - a, np.int64), np.arange(e - a).astype(order.dtype)
    for i in range(a, e):
        times[i - a] = key[order[i]]
    places = radix_order(times, places)
    rows = order[a:e].copy()
    for i in range(a, e):
        order[i] = rows[places[i - a]]


@kernel
def radix_order(key, order):
    """Stable order of int64 keys: least significant digits first; `order` (0, 1, ...) is overwritten and returned."""
    n = key.size
    low, high = key[0], key[0]
    for i in range(n):
        low, high = min(low, key[i]), max(high, key[i])
    span = np.uint64(high) - np.uint64(low)
    now = np.empty(n, np.uint64)
    for i in range(n):
        now[i] = np.uint64(key[i]) - np.uint64(low)
    then, spare = np.empty(n, np.uint64), np.empty_like(order)
    mask, shift = np.uint64((1 << _BITS) - 1), np.uint64(0)
    while shift < np.uint64(64) and span >> shift > np.uint64(0):
        starts = np.zeros((1 << _BITS) + 1, np.int64)
        for i in range(n):
            starts[np.int64((now[i] >> shift) & mask) + 1] += 1
        for d in range(1, starts.size):
            starts[d] += starts[d - 1]
        for i in range(n):
            digit = np.int64((now[i] >> shift) & mask)
            to = starts[digit]
            starts[digit] = to + 1
            then[to] = now[i]
            spare[to] = order[i]
        now, then = then, now
        order, spare = spare, order
        shift += np.uint64(_BITS)
    return order


@kernel
def _id_before(offsets, data, i, j):
    """Whether id i sorts before id j by its UTF-8 bytes, which is the order of code points."""
    a, b = offsets[i], offsets[j]
    m, n = offsets[i + 1] - a, offsets[j + 1] - b
    for k in range(min(m, n)):
        if data[a + k] != data[b + k]:
            return data[a + k] < data[b + k]
    return m < n


@kernel
def _before(known, offsets, data, i, j):
    if known[i] != known[j]:
        return known[i] < known[j]
    return _id_before(offsets, data, i, j)


@kernel
def _sort_run(order, spare, a, b, known, offsets, data):
    """Merge sort of order[a:b] by (known, id), stable."""
    for s in range(a, b, _INSERTION):
        for i in range(s + 1, min(s + _INSERTION, b)):
            row, j = order[i], i - 1
            while j >= s and _before(known, offsets, data, row, order[j]):
                order[j + 1] = order[j]
                j -= 1
            order[j + 1] = row
    width = _INSERTION
    while width < b - a:
        for s in range(a, b, 2 * width):
            m, e = min(s + width, b), min(s + 2 * width, b)
            if m >= e or not _before(known, offsets, data, order[m], order[m - 1]):
                continue
            i, j = s, m
            for k in range(s, e):
                if j >= e or (i < m and not _before(known, offsets, data, order[j], order[i])):
                    spare[k] = order[i]
                    i += 1
                else:
                    spare[k] = order[j]
                    j += 1
            for k in range(s, e):
                order[k] = spare[k]
        width *= 2


@kernel
def settle_ties(order, occurred, known, offsets, data):
    """Among rows that occurred at once, order by (known, id); `order` is sorted by occurred and changed in place."""
    spare = np.empty_like(order)
    a = 0
    while a < order.size:
        b = a + 1
        while b < order.size and occurred[order[b]] == occurred[order[a]]:
            b += 1
        if b - a > 1:
            _sort_run(order, spare, a, b, known, offsets, data)
        a = b


@kernel
def shared_ids(hashes):
    """Which rows may share their id with another: all that do, and a few that do not.

    A bit table of 16 bits a row finds the second of two; the first are those that meet a marked bit again.
    """
    bits = 16
    while (1 << bits) < 16 * hashes.size and bits < 34:
        bits += 1
    shift = np.uint64(64 - bits)
    seen, twice = np.zeros(1 << (bits - 5), np.uint32), np.zeros(1 << (bits - 5), np.uint32)
    found = False
    for i in range(hashes.size):
        place = (hashes[i] * _SALT) >> shift
        word, bit = place >> np.uint64(5), np.uint32(1) << np.uint32(place & np.uint64(31))
        if seen[word] & bit:
            twice[word] |= bit
            found = True
        else:
            seen[word] |= bit
    shared = np.zeros(hashes.size, np.bool_)
    if found:
        for i in range(hashes.size):
            place = (hashes[i] * _SALT) >> shift
            shared[i] = (twice[place >> np.uint64(5)] >> np.uint32(place & np.uint64(31))) & np.uint32(1) != 0
    return shared


@kernel
def group_order(code, rows, groups, order):
    """Counting sort, stable: offsets (groups + 1) and the places i by code[rows[i]]; codes below zero are left out.

    `order` is an empty array that carries the type of an index.
    """
    offsets = np.zeros(groups + 1, np.int64)
    for i in range(rows.size):
        c = code[rows[i]]
        if c >= 0:
            offsets[c + 1] += 1
    for k in range(groups):
        offsets[k + 1] += offsets[k]
    at = offsets[:-1].copy()
    found = np.empty(offsets[groups], order.dtype)
    for i in range(rows.size):
        c = code[rows[i]]
        if c >= 0:
            found[at[c]] = i
            at[c] += 1
    return offsets, found


@kernel
def drop_unasked(code, asked_offsets):
    """Codes with -1 for those that the spine never asks about."""
    found = np.empty(code.size, np.int32)
    for i in range(code.size):
        c = code[i]
        found[i] = c if c >= 0 and asked_offsets[c + 1] > asked_offsets[c] else -1
    return found


@kernel
def gather(values, rows, into):
    """into[i] = values[rows[i]], with the type of `into`."""
    for i in range(rows.size):
        into[i] = values[rows[i]]
    return into


@kernel
def state_spans(offsets, rows, seen_from, seen_to):
    """The last visible version of each owner as disjoint spans.

    Parameters: versions grouped by owner, in the total order within each; their intervals (to is FOREVER if open).
    Returns: version, start (exclusive), end (inclusive) of every span.
    """
    size = 16
    version, start, end = np.empty(size, np.int64), np.empty(size, np.int64), np.empty(size, np.int64)
    n = 0
    for k in range(offsets.size - 1):
        a, m = offsets[k], offsets[k + 1] - offsets[k]
        if m == 0:
            continue
        begin = np.empty(m, np.int64)
        for i in range(m):
            begin[i] = seen_from[rows[a + i]]
        entering = np.argsort(begin, kind="mergesort")
        bounds = np.empty(2 * m, np.int64)
        count = 0
        for i in range(m):
            bounds[count] = begin[i]
            count += 1
            if seen_to[rows[a + i]] != FOREVER:
                bounds[count] = seen_to[rows[a + i]]
                count += 1
        bounds = np.sort(bounds[:count])
        heap, held, entered, current = np.empty(m, np.int64), 0, 0, -1
        for b in range(count):
            bound = bounds[b]
            if b + 1 < count and bounds[b + 1] == bound:
                continue
            while entered < m and begin[entering[entered]] <= bound:
                held = _push(heap, held, entering[entered])
                entered += 1
            while held and seen_to[rows[a + heap[0]]] <= bound:
                held = _pop(heap, held)
            top = heap[0] if held else -1
            if top == current:
                continue
            if current >= 0:
                end[n - 1] = bound
            current = top
            if current >= 0:
                if n == size:
                    size *= 2
                    version, start, end = _grown(version, size), _grown(start, size), _grown(end, size)
                version[n], start[n], end[n] = rows[a + current], bound, FOREVER
                n += 1
    return version[:n].copy(), start[:n].copy(), end[:n].copy()


@kernel
def _grown(values, size):
    larger = np.empty(size, values.dtype)
    larger[: values.size] = values
    return larger


@kernel
def _push(heap, held, value):
    i = held
    while i > 0 and heap[(i - 1) // 2] < value:
        heap[i] = heap[(i - 1) // 2]
        i = (i - 1) // 2
    heap[i] = value
    return held + 1


@kernel
def _pop(heap, held):
    held -= 1
    value, i = heap[held], 0
    while 2 * i + 1 < held:
        child = 2 * i + 1
        if child + 1 < held and heap[child + 1] > heap[child]:
            child += 1
        if heap[child] <= value:
            break
        heap[i] = heap[child]
        i = child
    heap[i] = value
    return held
