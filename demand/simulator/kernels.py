"""The loops of the simulator that numpy would spread over many passes: arrays in, arrays out.

All kernels that call each other stand in this file: numba's cache on disk notices an edit of the file a kernel stands
in, and of no other. What a draw depends on is computed in the order in which numpy would, so that it is equal to the
last bit; nothing here may use `fastmath`. Kernels take contiguous writable arrays only (`plain`): a type of array more
would be compiled once more.
"""

# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, DTypeLike, NDArray

_GOLDEN, _FIRST, _SECOND = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_30, _27, _31, _11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)
_MOST_COUNTS = 400
_ZERO, _DIGITS = 48, 6


def plain(values: ArrayLike, dtype: DTypeLike) -> NDArray[Any]:
    """An array as kernels take it, of at least one dimension; copied only where it has to be."""
    array = np.ascontiguousarray(values, dtype)
    return array if array.flags.writeable else array.copy()


def _kernel(function):
    return njit(function, cache=True, nogil=True, error_model="numpy")


@_kernel
def _mixed(value):
    """The finaliser of SplitMix64."""
    value = (value ^ (value >> _30)) * _FIRST
    value = (value ^ (value >> _27)) * _SECOND
    return value ^ (value >> _31)


@_kernel
def uniforms(key, counters, size):
    """Numbers in (0, 1), one per position; counters are a tuple of int64 arrays of length `size` or 1."""
    state = np.full(size, key, np.uint64)
    for counter in counters:
        if counter.size == 1:
            step = np.uint64(counter[0]) * _GOLDEN
            for i in range(size):
                state[i] = _mixed((state[i] + _GOLDEN) ^ step)
        else:
            for i in range(size):
                state[i] = _mixed((state[i] + _GOLDEN) ^ (np.uint64(counter[i]) * _GOLDEN))
    drawn = np.empty(size, np.float64)
    for i in range(size):
        drawn[i] = (np.float64(np.int64(_mixed(state[i] + _GOLDEN) >> _11)) + 0.5) * 2.0**-53
    return drawn


@_kernel
def counts(u, rate, nothing):
    """Poisson counts by inversion from uniforms; `nothing` is exp(-rate)."""
    drawn = np.zeros(u.size, np.int64)
    for i in range(u.size):
        term, below = nothing[i], nothing[i]
        k = 1
        while u[i] > below and k < _MOST_COUNTS:
            term = term * rate[i] / k
            below += term
            k += 1
        drawn[i] = k - 1
    return drawn


@_kernel
def picks(weights, u):
    """Index drawn by the weights of each row, shape (draws, choices), from one uniform per row."""
    draws, choices = weights.shape
    drawn = np.empty(draws, np.int64)
    cumulative = np.empty(choices, np.float64)
    for i in range(draws):
        total = 0.0
        for j in range(choices):
            total += weights[i, j]
            cumulative[j] = total
        scaled = u[i] * total
        passed = 0
        for j in range(choices):
            passed += cumulative[j] <= scaled
        drawn[i] = min(passed, choices - 1)
    return drawn


@_kernel
def passed(ends, row, day):
    """How many of `ends[row]`, which rise, each day has reached; at most all but the last."""
    found = np.empty(row.size, np.int64)
    for i in range(row.size):
        life = 0
        while life < ends.shape[1] - 1 and day[i] >= ends[row[i], life]:
            life += 1
        found[i] = life
    return found


@_kernel
def hazards(rows, days, open_day, due_day, end_day, quiet_until, paid_day, store, base, effect, due_table, due_first,
            age_table, moods, moods_from, drift, slow):  # fmt: skip
    """`Industry.rates`, of shape (days, rows, scenarios); `slow` is the scenario a paid refund ends, or -1."""
    scenarios = base.shape[1]
    rates = np.zeros((days.size, rows.size, scenarios), np.float64)
    for d in range(days.size):
        day = days[d]
        for i in range(rows.size):
            row = rows[i]
            if quiet_until[row] > day or day > end_day[row] or open_day[row] >= day:
                continue
            due = min(max(due_day[row] - day - due_first, 0), due_table.shape[0] - 1)
            age = min(max(day - open_day[row], 0), age_table.shape[0] - 1)
            for s in range(scenarios):
                rate = due_table[due, s] * age_table[age, s] * moods[day - moods_from, store[row], s]
                rates[d, i, s] = rate * (base[row, s] * effect[row, s]) * drift[d]
            if slow >= 0 and day >= paid_day[row]:
                rates[d, i, slow] = 0.0
    return rates


@_kernel
def happens(rates, u):
    """Whether anything arises that comes at these rates, shape (subjects, scenarios), from one uniform per subject."""
    found = np.empty(u.size, np.bool_)
    for i in range(u.size):
        total = 0.0
        for s in range(rates.shape[1]):
            total += rates[i, s]
        found[i] = u[i] < -np.expm1(-total)
    return found


@_kernel
def first_of_each(rates):
    """Chance that the first to arise is of each kind, by (subject, scenario); rates by (day, subject, scenario)."""
    days, subjects, scenarios = rates.shape
    chances = np.zeros((subjects, scenarios), np.float64)
    for i in range(subjects):
        before = 0.0
        for d in range(days):
            total = 0.0
            for s in range(scenarios):
                total += rates[d, i, s]
            if total > 0.0:
                first = np.exp(-before) * -np.expm1(-total) / total
                for s in range(scenarios):
                    chances[i, s] += first * rates[d, i, s]
                before += total
    return chances


@_kernel
def _digits(number):
    size = 1
    while number >= 10:
        number //= 10
        size += 1
    return size


@_kernel
def _write(text, at, number, size):
    for place in range(size):
        text[at + size - 1 - place] = _ZERO + number % 10
        number //= 10
    return at + size


@_kernel
def spelled(prefix, number, tag, part):
    """Words `prefix` + number (of six digits or more) + `tag` + part, the last two unless `part` is empty.

    Returns where each word begins (and, at last, ends), and the bytes; a negative number makes an empty word.
    """
    starts = np.zeros(number.size + 1, np.int32)
    for i in range(number.size):
        size = 0
        if number[i] >= 0:
            size = prefix.size + max(_DIGITS, _digits(number[i]))
            if part.size:
                size += tag.size + _digits(abs(part[i])) + (part[i] < 0)
        starts[i + 1] = starts[i] + size
    text = np.empty(starts[-1], np.uint8)
    for i in range(number.size):
        if number[i] < 0:
            continue
        at = np.int64(starts[i])
        for byte in prefix:
            text[at] = byte
            at += 1
        at = _write(text, at, number[i], max(_DIGITS, _digits(number[i])))
        if part.size:
            for byte in tag:
                text[at] = byte
                at += 1
            if part[i] < 0:
                text[at] = 45  # a minus sign
                at += 1
            _write(text, at, abs(part[i]), _digits(abs(part[i])))
    return starts, text
