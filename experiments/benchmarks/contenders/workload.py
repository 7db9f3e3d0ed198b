"""What is asked for: 60 features over four keys, as (keys, kind of event or None, function, column, days or None)."""

from __future__ import annotations

Asked = tuple[tuple[str, ...], str | None, str, str | None, int | None]

_USER_OR_STORE: list[tuple[str | None, str, str | None, tuple[int | None, ...]]] = [
    (None, "count", None, (7, 30, 90)),
    (None, "sum", "price_cents", (7, 30, 90)),
    (None, "std", "score", (90,)),
    (None, "min", "score", (90,)),
    (None, "max", "price_cents", (30,)),
    (None, "distinct", "channel", (30,)),
    (None, "since_last", None, (None,)),
    (None, "mean_gap", None, (90,)),
    ("asked", "count", None, (7, 30, 90)),
    ("asked", "mean", "score", (30,)),
    ("asked", "last", "price_cents", (None,)),
    ("paid", "count", None, (30, 90)),
    ("paid", "since_last", None, (None,)),
    ("shown", "sum", "price_cents", (30,)),
    (None, "share_asked", None, (90,)),
]
_BOTH: list[tuple[str | None, str, str | None, tuple[int | None, ...]]] = [
    (None, "count", None, (30, 90, None)),
    (None, "sum", "price_cents", (None,)),
    (None, "since_last", None, (None,)),
    (None, "last", "score", (None,)),
]
_CITY: list[tuple[str | None, str, str | None, tuple[int | None, ...]]] = [
    (None, "count", None, (7, 30)),
    (None, "mean", "price_cents", (7, 30)),
    ("asked", "count", None, (7, 30, 90)),
    ("paid", "mean", "score", (7, 30)),
]
_TABLE: list[tuple[tuple[str, ...], list[tuple[str | None, str, str | None, tuple[int | None, ...]]]]] = [
    (("user",), _USER_OR_STORE),
    (("store",), [*_USER_OR_STORE, (None, "distinct", "user", (30,))]),
    (("user", "store"), _BOTH),
    (("city",), _CITY),
]
WORK: list[Asked] = [
    (keys, kind, function, column, days)
    for keys, rows in _TABLE
    for kind, function, column, windows in rows
    for days in windows
]


def name(asked: Asked) -> str:
    """One name of a feature for all contenders."""
    keys, kind, function, column, days = asked
    parts = ["_".join(keys), kind or "every", function, column, f"{days}d" if days else "all"]
    return "_".join(part for part in parts if part)


NAMES = [name(asked) for asked in WORK]
