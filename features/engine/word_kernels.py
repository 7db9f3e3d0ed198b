"""Strings as dense codes, in order of first appearance: a table of open addresses over an arena of their bytes.

A table is `slots` (pairs: the hash of a string; its code + 1 and its length, 0 where free), `ends` (where the bytes of
each code end) and `arena`; all grow by doubling, so that kernels return them. The hash of up to eight bytes is one to
one for each length, so that only longer strings are compared. Slots are met at random: each batch of strings is hashed
and its slots are fetched first, many at a time, and only then looked at one by one.
"""

# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False

from __future__ import annotations

import numpy as np

from features.engine.compiled import kernel

_SALT = np.uint64(0x9E3779B97F4A7C15)
_MIX = np.uint64(0xBF58476D1CE4E5B9)
_SHIFT = np.uint64(29)
_BATCH = 256
_SIZE_BITS, _LONG = 8, 255


@kernel
def hash_word(data, a, b):
    """64 bits of the bytes data[a:b]."""
    h = np.uint64(b - a) * _SALT
    while a + 8 <= b:
        word = np.uint64(0)
        for k in range(8):
            word |= np.uint64(data[a + k]) << np.uint64(8 * k)
        h = (h ^ word) * _MIX
        h ^= h >> _SHIFT
        a += 8
    word, k = np.uint64(0), np.uint64(0)
    while a < b:
        word |= np.uint64(data[a]) << k
        k += np.uint64(8)
        a += 1
    h = (h ^ word) * _SALT
    return h ^ (h >> np.uint64(32))


@kernel
def hash_words(offsets, data):
    """64 bits of every string."""
    hashes = np.empty(offsets.size - 1, np.uint64)
    for i in range(hashes.size):
        hashes[i] = hash_word(data, np.int64(offsets[i]), np.int64(offsets[i + 1]))
    return hashes


@kernel
def _place(slots, ends, arena, h, data, a, b):
    """The slot of a string: its own, or the free one where it belongs."""
    mask, size = slots.shape[0] - 1, min(b - a, _LONG)
    place = h & mask
    while slots[place, 1]:
        if slots[place, 0] == h and slots[place, 1] & _LONG == size:
            if size <= 8:
                return place
            code = (slots[place, 1] >> _SIZE_BITS) - 1
            start, k = ends[code], 0
            if ends[code + 1] - start == b - a:
                while k < b - a and arena[start + k] == data[a + k]:
                    k += 1
                if k == b - a:
                    return place
        place = (place + 1) & mask
    return place


@kernel
def _fetch(offsets, data, i, stop, slots, hashes):
    """Hash the strings i..stop and bring their slots near."""
    near, mask = 0, slots.shape[0] - 1
    for j in range(i, stop):
        h = np.int64(hash_word(data, np.int64(offsets[j]), np.int64(offsets[j + 1])))
        hashes[j - i] = h
        near ^= slots[h & mask, 1]
    hashes[_BATCH] ^= near


@kernel
def intern_words(offsets, data, missing, slots, ends, arena, count, codes):
    """Number strings, the new ones from `count` on, into `codes` (-1 where `missing`, which is empty if none is).

    Returns the grown slots, ends, arena, and the number of strings.
    """
    n = offsets.size - 1
    hashes = np.zeros(_BATCH + 1, np.int64)
    for batch in range(0, n, _BATCH):
        stop = min(batch + _BATCH, n)
        _fetch(offsets, data, batch, stop, slots, hashes)
        for i in range(batch, stop):
            if missing.size and missing[i]:
                codes[i] = -1
                continue
            a, b, h = np.int64(offsets[i]), np.int64(offsets[i + 1]), hashes[i - batch]
            place = _place(slots, ends, arena, h, data, a, b)
            if slots[place, 1] == 0:
                if count + 1 == ends.size:
                    further = np.empty(2 * ends.size, np.int64)
                    further[: ends.size] = ends
                    ends = further
                if ends[count] + b - a > arena.size:
                    wider = np.empty(2 * max(arena.size, b - a), np.uint8)
                    wider[: ends[count]] = arena[: ends[count]]
                    arena = wider
                for k in range(b - a):
                    arena[ends[count] + k] = data[a + k]
                ends[count + 1] = ends[count] + b - a
                count += 1
                slots[place, 0], slots[place, 1] = h, (count << _SIZE_BITS) | min(b - a, _LONG)
                if 2 * count > slots.shape[0]:
                    slots = _spread(slots)
                codes[i] = count - 1
            else:
                codes[i] = (slots[place, 1] >> _SIZE_BITS) - 1
    return slots, ends, arena, count


@kernel
def _spread(slots):
    """The same strings in a table of twice the size."""
    wider = np.zeros((2 * slots.shape[0], 2), np.int64)
    mask = wider.shape[0] - 1
    for i in range(slots.shape[0]):
        if slots[i, 1]:
            place = slots[i, 0] & mask
            while wider[place, 1]:
                place = (place + 1) & mask
            wider[place, 0], wider[place, 1] = slots[i, 0], slots[i, 1]
    return wider


@kernel
def find_words(offsets, data, missing, slots, ends, arena, stranger, codes):
    """Codes of strings in a finished table: -1 where missing, `stranger` where the table has no such string."""
    n = offsets.size - 1
    hashes = np.zeros(_BATCH + 1, np.int64)
    for batch in range(0, n, _BATCH):
        stop = min(batch + _BATCH, n)
        _fetch(offsets, data, batch, stop, slots, hashes)
        for i in range(batch, stop):
            if missing.size and missing[i]:
                codes[i] = -1
                continue
            a, b = np.int64(offsets[i]), np.int64(offsets[i + 1])
            place = _place(slots, ends, arena, hashes[i - batch], data, a, b)
            codes[i] = (slots[place, 1] >> _SIZE_BITS) - 1 if slots[place, 1] else stranger


@kernel
def pair_codes(left, right, width, keys, slots):
    """Number the different pairs (left, right): `keys` and `slots` are a table of zeros with room for all.

    Returns the code of every pair, -1 where either is missing, and how many there are.
    """
    codes, count, mask = np.empty(left.size, np.int32), 0, np.uint64(slots.size - 1)
    for i in range(left.size):
        if left[i] < 0 or right[i] < 0:
            codes[i] = -1
            continue
        key = np.int64(left[i]) * width + right[i]
        h = np.uint64(key) * _SALT
        place = (h ^ (h >> _SHIFT)) & mask
        while slots[place] and keys[place] != key:
            place = (place + np.uint64(1)) & mask
        if slots[place] == 0:
            count += 1
            keys[place], slots[place] = key, count
        codes[i] = slots[place] - 1
    return codes, count


@kernel
def mark_pairs(left, right, width, marks):
    """Set the bit of every pair in a filter that lets few others pass."""
    shift = np.uint64(64)
    size = marks.size * 8
    while size > 1:
        size //= 2
        shift -= np.uint64(1)
    for i in range(left.size):
        if left[i] >= 0 and right[i] >= 0:
            place = (np.uint64(np.int64(left[i]) * width + right[i]) * _MIX) >> shift
            marks[place >> np.uint64(3)] |= np.uint8(1) << np.uint8(place & np.uint64(7))
    return shift


@kernel
def find_pairs(left, right, width, keys, slots, marks, shift):
    """Codes of pairs in a finished table, -1 where it has none."""
    codes, mask = np.empty(left.size, np.int32), np.uint64(slots.size - 1)
    for i in range(left.size):
        codes[i] = -1
        if left[i] < 0 or right[i] < 0:
            continue
        key = np.int64(left[i]) * width + right[i]
        mark = (np.uint64(key) * _MIX) >> shift
        if not (marks[mark >> np.uint64(3)] >> np.uint8(mark & np.uint64(7))) & 1:
            continue
        h = np.uint64(key) * _SALT
        place = (h ^ (h >> _SHIFT)) & mask
        while slots[place] and keys[place] != key:
            place = (place + np.uint64(1)) & mask
        codes[i] = slots[place] - 1
    return codes
