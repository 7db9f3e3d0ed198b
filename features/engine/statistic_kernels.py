"""Statistics of rows and how folds are read off them: numpy arrays in, numpy arrays out.

Sums are pairs of floats (Knuth's two-sum, Dekker's product, about 100 bits). So are sums of squared deviations:
corrected two-pass, and merged after Chan, Golub and LeVeque (1983). However rows are grouped, the pairs agree far
beyond the digits of a float, so that rows which are not visible change no bit.
"""

# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False

from __future__ import annotations

import numpy as np

from features.engine.compiled import kernel

COUNT, SUM, MEAN, MIN, MAX, STD, FIRST, LAST, DISTINCT, SINCE_FIRST, SINCE_LAST, MEAN_GAP = range(12)
PLAIN, DATE, TIME = range(3)
WANTS_SUM, WANTS_SPREAD, WANTS_EXTREMES = 1, 2, 4
STATS = 7
_DAY = 86_400_000_000.0
_SPLIT = 134_217_729.0
_NN, _SH, _SL, _M2, _ML, _MN, _MX = range(STATS)


@kernel
def two_sum(a, b):
    s = a + b
    t = s - a
    return s, (a - (s - t)) + (b - t)


@kernel
def two_product(a, b):
    p = a * b
    s = _SPLIT * a
    ah = s - (s - a)
    al = a - ah
    s = _SPLIT * b
    bh = s - (s - b)
    bl = b - bh
    return p, ((ah * bh - p) + ah * bl + al * bh) + al * bl


@kernel
def _mean(n, high, low):
    """(high + low) / n as a pair."""
    m = high / n
    if abs(m) > 1e280:
        return m, 0.0
    p, e = two_product(m, n)
    return m, (((high - p) - e) + low) / n


@kernel
def plus_square(high, low, d, e):
    """high + low + (d + e)^2 as a pair."""
    p, r = two_product(d, d)
    s, f = two_sum(high, p)
    return s, low + (f + (r + 2.0 * d * e))


@kernel
def around_mean(n, one, one_low, two, two_low):
    """Squared deviations from the mean as a pair, from sums and squares of n deviations from a number near it."""
    p, r = two_product(one, one)
    q = p / n
    t, u = two_product(q, n)
    rest = ((p - t) - u + r + 2.0 * one * one_low) / n
    s, f = two_sum(two, -q)
    low = f + two_low - rest
    return (s, low) if s + low > 0.0 else (0.0, 0.0)


@kernel
def clear(stats):
    for c in range(stats.shape[0]):
        stats[c, _NN] = stats[c, _SH] = stats[c, _SL] = stats[c, _M2] = stats[c, _ML] = 0.0
        stats[c, _MN], stats[c, _MX] = np.inf, -np.inf


@kernel
def merge(into, other, wants):
    """Add the statistics of more rows, column by column."""
    for c in range(wants.size):
        n = other[c, _NN]
        m, want = into[c, _NN], wants[c]
        if n == 0.0 or want < 0:
            continue
        if want & WANTS_SPREAD:
            high, low = two_sum(into[c, _M2], other[c, _M2])
            low += into[c, _ML] + other[c, _ML]
            if m > 0.0:
                ah, al = _mean(m, into[c, _SH], into[c, _SL])
                bh, bl = _mean(n, other[c, _SH], other[c, _SL])
                d, e = two_sum(bh, -ah)
                square, rest = plus_square(0.0, 0.0, d, e + (bl - al))
                share = m * n / (m + n)
                p, r = two_product(share, m + n)
                more = ((m * n - p) - r) / (m + n)
                p, r = two_product(square, share)
                high, e = two_sum(high, p)
                low += e + (r + square * more + rest * share)
            into[c, _M2] = high + low
            into[c, _ML] = low - (into[c, _M2] - high)
        if want & WANTS_SUM:
            s, e = two_sum(into[c, _SH], other[c, _SH])
            e += into[c, _SL] + other[c, _SL]
            into[c, _SH] = s + e
            into[c, _SL] = e - (into[c, _SH] - s)
        if want & WANTS_EXTREMES:
            into[c, _MN] = min(into[c, _MN], other[c, _MN])
            into[c, _MX] = max(into[c, _MX], other[c, _MX])
        into[c, _NN] = m + n


@kernel
def rows_stats(values, rows, a, b, wants, stats):
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
                    high, e = two_sum(high, v)
                    low += e
                if want & WANTS_EXTREMES:
                    least, most = min(least, v), max(most, v)
        s = high + low
        stats[c, _NN], stats[c, _SH], stats[c, _SL] = n, s, low - (s - high)
        stats[c, _MN], stats[c, _MX], stats[c, _M2], stats[c, _ML] = least, most, 0.0, 0.0
        if want & WANTS_SPREAD and n > 1:
            center, one, one_low, two, two_low = s / n, 0.0, 0.0, 0.0, 0.0
            for i in range(a, b):
                v = values[c, rows[i]]
                if v == v:
                    d, e = two_sum(v, -center)
                    two, two_low = plus_square(two, two_low, d, e)
                    one, f = two_sum(one, d)
                    one_low += e + f
            stats[c, _M2], stats[c, _ML] = around_mean(n, one, one_low, two, two_low)


@kernel
def emit(out, place, at, t, day, folds, count, first, last, stats, distinct, occurred, values):
    """Write folds of one spine row, into out[place, at:], from what their windows hold.

    folds : (folds, 4) function, window, column or set, kind; `count`, `first` and `last` (windows) are rows of
    `occurred` and `values`; stats : (windows, columns, STATS); distinct : (windows, sets)
    """
    for f in range(folds.shape[0]):
        function, w, c, kind = folds[f, 0], folds[f, 1], folds[f, 2], folds[f, 3]
        n = count[w]
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
                        p, e = two_product(known, np.float64(day if kind == DATE else t))
                        high, g = two_sum(high, -p)
                        low = low - e + g
                    x = (high + low) / known
                    if kind == TIME:
                        x /= _DAY
            elif function == STD:
                if known > 1:
                    x = np.sqrt((stats[w, c, _M2] + stats[w, c, _ML]) / (known - 1.0))
                    if kind == TIME:
                        x /= _DAY
            elif known > 0:
                x = stats[w, c, _MN] if function == MIN else stats[w, c, _MX]
                if kind == DATE:
                    x -= day
                elif kind == TIME:
                    x = (x - t) / _DAY
        out[place, at + f] = x
