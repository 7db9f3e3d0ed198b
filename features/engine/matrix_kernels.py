"""From rows of folds to columns: numpy arrays in, numpy arrays out."""

# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False

from __future__ import annotations

import numpy as np

from features.engine.compiled import kernel


@kernel
def fill_word(records, word, values, rows, low, high):
    """records[i, word] = values[rows[i]] for i in low..high."""
    for i in range(low, high):
        records[i, word] = values[rows[i]]


@kernel
def add_bit(words, passed, bit):
    """Set a bit of the words whose rows pass."""
    for i in range(words.size):
        words[i] |= np.int64(passed[i]) << bit


@kernel
def blank_rows(codes, out):
    """Nothing is known of spine rows without a key."""
    for i in range(codes.size):
        if codes[i] < 0:
            out[i] = np.nan


@kernel
def lay_out(low, high, rows, columns, bits):
    """Turn rows low..high of (n, folds) into columns (folds, n) and their bits of validity.

    `low` is a multiple of 8; returns how many values of each column are missing.
    """
    missing = np.zeros(rows.shape[1], np.int64)
    for i in range(low, high, 8):
        for f in range(rows.shape[1]):
            byte = 0
            for j in range(min(8, high - i)):
                v = rows[i + j, f]
                columns[f, i + j] = v
                if v == v:
                    byte |= 1 << j
                else:
                    missing[f] += 1
            bits[f, i >> 3] = byte
    return missing
