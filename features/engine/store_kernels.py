"""A day's rows join the rows of a store, each key's in the total order: numpy arrays in, numpy arrays out."""

# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False

from __future__ import annotations

import numpy as np

from features.engine.compiled import kernel
from features.engine.fold_kernels import OCCURRED, SEEN_FROM


@kernel
def find_ids(offsets, data, rows, low, high, entries, id_offsets, id_data):
    """Of the ids at some rows, the entry of the stored row with that id; -1 where there is none.

    Parameters
    ----------
    low, high : the entries that have the hash of each
    entries : stored rows by the hash of their id
    id_offsets, id_data : the stored ids
    """
    found = np.full(rows.size, -1, np.int64)
    for i in range(rows.size):
        start, size = np.int64(offsets[rows[i]]), np.int64(offsets[rows[i] + 1] - offsets[rows[i]])
        for e in range(low[i], high[i]):
            there, k = id_offsets[entries[e]], 0
            if id_offsets[entries[e] + 1] - there != size:
                continue
            while k < size and data[start + k] == id_data[there + k]:
                k += 1
            if k == size:
                found[i] = e
    return found


@kernel
def same_ids(rows, others, id_offsets, id_data):
    """Whether each of some stored rows has the id of the other at its side."""
    same = np.zeros(rows.size, np.bool_)
    for i in range(rows.size):
        a, b, k = id_offsets[rows[i]], id_offsets[others[i]], 0
        size = id_offsets[rows[i] + 1] - a
        if id_offsets[others[i] + 1] - b == size:
            while k < size and id_data[a + k] == id_data[b + k]:
                k += 1
            same[i] = k == size
    return same


@kernel
def merge_sorted(keys, rows, gone, more_keys, more_rows):
    """Sorted keys with their rows, without the places `gone` (sorted), and with more, behind their equals."""
    n = keys.size - gone.size + more_keys.size
    all_keys, all_rows = np.empty(n, keys.dtype), np.empty(n, more_rows.dtype)
    at, g, m = 0, 0, 0
    for i in range(keys.size + 1):
        while m < more_keys.size and (i == keys.size or more_keys[m] < keys[i]):
            all_keys[at], all_rows[at] = more_keys[m], more_rows[m]
            m += 1
            at += 1
        if i == keys.size:
            break
        if g < gone.size and gone[g] == i:
            g += 1
            continue
        all_keys[at], all_rows[at] = keys[i], rows[i]
        at += 1
    return all_keys, all_rows


@kernel
def _before(a, b, version, records, known, id_offsets, id_data):
    """Whether row a stands before row b: by occurred_at, known_at, id, and the beginning of its interval."""
    if records[a, OCCURRED] != records[b, OCCURRED]:
        return records[a, OCCURRED] < records[b, OCCURRED]
    i, j = np.int64(version[a]), np.int64(version[b])
    if known[i] != known[j]:
        return known[i] < known[j]
    x, y = id_offsets[i], id_offsets[j]
    m, n = id_offsets[i + 1] - x, id_offsets[j + 1] - y
    for k in range(min(m, n)):
        if id_data[x + k] != id_data[y + k]:
            return id_data[x + k] < id_data[y + k]
    if m != n:
        return m < n
    return records[a, SEEN_FROM] < records[b, SEEN_FROM]


@kernel
def sort_rows(rows, version, records, known, id_offsets, id_data):
    """Merge sort of rows into the total order, in place; nothing moves where they stand in it already."""
    spare, width = np.empty_like(rows), 1
    while width < rows.size:
        for a in range(0, rows.size - width, 2 * width):
            m, b = a + width, min(a + 2 * width, rows.size)
            if not _before(rows[m], rows[m - 1], version, records, known, id_offsets, id_data):
                continue
            i, j = a, m
            for at in range(a, b):
                if j >= b or (i < m and not _before(rows[j], rows[i], version, records, known, id_offsets, id_data)):
                    spare[at] = rows[i]
                    i += 1
                else:
                    spare[at] = rows[j]
                    j += 1
            rows[a:b] = spare[a:b]
        width *= 2


@kernel
def merge_order(offsets, order, dead, touched, new_offsets, new, version, records, known, id_offsets, id_data):
    """Rows grouped by key, each key's in the total order, without the dead and with new rows grouped the same way.

    Parameters
    ----------
    offsets, order : the rows of each key; new keys come behind those that are known
    dead : of every old row
    touched : of every old key, whether a row of its died
    new_offsets, new : the new rows of each key, of all keys that there are now
    version, records, known, id_offsets, id_data : see `_before`
    """
    groups, total = new_offsets.size - 1, order.size + new.size
    all_offsets, merged, at = np.zeros(groups + 1, np.int64), np.empty(total, new.dtype), 0
    for k in range(groups):
        a, b = (offsets[k], offsets[k + 1]) if k < offsets.size - 1 else (np.int64(0), np.int64(0))
        buried = k < touched.size and touched[k]
        for j in range(new_offsets[k], new_offsets[k + 1]):
            low, high = a, b
            while low < high:
                middle = (low + high) // 2
                if _before(new[j], order[middle], version, records, known, id_offsets, id_data):
                    high = middle
                else:
                    low = middle + 1
            for i in range(a, low):
                if not (buried and dead[order[i]]):
                    merged[at] = order[i]
                    at += 1
            a = low
            merged[at] = new[j]
            at += 1
        for i in range(a, b):
            if not (buried and dead[order[i]]):
                merged[at] = order[i]
                at += 1
        all_offsets[k + 1] = at
    return all_offsets, merged[:at].copy()


@kernel
def take_groups(offsets, order, wanted):
    """The rows of some keys: their offsets and rows; a key that nobody has yet has none."""
    found = np.zeros(wanted.size + 1, np.int64)
    for k in range(wanted.size):
        key = wanted[k]
        found[k + 1] = found[k] + (offsets[key + 1] - offsets[key] if key < offsets.size - 1 else 0)
    rows = np.empty(found[wanted.size], order.dtype)
    for k in range(wanted.size):
        start = offsets[wanted[k]] if found[k + 1] > found[k] else 0
        for i in range(found[k + 1] - found[k]):
            rows[found[k] + i] = order[start + i]
    return found, rows


@kernel
def append_strings(offsets, data, rows, into_offsets, into):
    """The bytes of the strings at some rows, one after another; their ends from `into_offsets[0]` on."""
    at = np.int64(0)
    for i in range(rows.size):
        for k in range(offsets[rows[i]], offsets[rows[i] + 1]):
            into[at] = data[k]
            at += 1
        into_offsets[i + 1] = into_offsets[0] + at
