"""Declarations and data as awkward as can be, drawn at random.

Half days make ties between events, knowledge, cutoffs and window edges the rule, not the exception.
"""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from demand.contract import SourceTable
from features import FeatureSet, at_least, at_most, events, other_than, over, role, since, state, under
from features.conditions import conditions_of
from features.feature import Feature
from features.measures import Aggregate
from features.windows import Window
from tests.builders.features import source

COLUMNS = {
    "nights": "int",
    "rate": "number",
    "price_cents": "cents",
    "paid": "bool",
    "channel": "category",
    "arrival": "date",
    "slot": "time",
    "note": "text",
}
HALF_DAYS = st.integers(0, 24).map(lambda n: n / 2)
AGENTS = st.sampled_from(["a", "b", "it's", None])
SUBJECTS = st.sampled_from(["s", "t", None])
FUNCTIONS_OF_COLUMN = {
    "sum": ("nights", "rate", "price_cents", "paid"),
    "mean": ("nights", "rate", "price_cents", "paid", "arrival", "slot"),
    "min": ("nights", "rate", "arrival", "slot"),
    "max": ("nights", "price_cents", "paid", "slot"),
    "std": ("nights", "rate", "arrival", "slot"),
    "first": ("nights", "rate", "paid", "channel", "arrival", "slot", "agent"),
    "last": ("nights", "rate", "paid", "channel", "arrival", "slot", "agent"),
    "distinct": ("nights", "rate", "paid", "channel", "arrival", "slot", "subject"),
}


@st.composite
def source_rows(draw):
    """Rows with ties, nulls, late knowledge, corrections that move, and deletions; versions differ in a clock."""
    rows, seen = [], set()
    for _ in range(draw(st.integers(0, 14))):
        at = draw(HALF_DAYS)
        known = at + draw(st.sampled_from([0, 0, 0.5, 3, 9, -2]))
        name = draw(st.sampled_from("uvwxyz"))
        if (name, at, known) in seen:
            continue
        seen.add((name, at, known))
        rows.append(
            {
                "id": name,
                "at": at,
                "known": known,
                "op": draw(st.sampled_from(["insert", "insert", "correct", "delete"])),
                "subject": draw(SUBJECTS),
                "agent": draw(AGENTS),
                "nights": draw(st.none() | st.integers(-3, 5)),
                "rate": draw(st.none() | st.sampled_from([0.1, 0.2, 0.7, -4.25, 1e6, math.nan, math.inf])),
                "price_cents": draw(st.none() | st.sampled_from([0, 1, 10**12])),
                "paid": draw(st.none() | st.booleans()),
                "channel": draw(st.none() | st.sampled_from(["web", "app", "it's"])),
                "arrival": draw(st.none() | st.dates(date(2024, 5, 20), date(2024, 6, 30))),
                "slot": draw(st.none() | HALF_DAYS.map(lambda n: datetime(2024, 6, 1, tzinfo=UTC) + timedelta(days=n))),
            }
        )
    return rows


TESTS = st.sampled_from(
    [
        {},
        {},
        {"channel": "web"},
        {"channel": ("app", "it's", None)},
        {"nights": at_least(2)},
        {"nights": under(1), "paid": True},
        {"rate": over(0.15)},
        {"arrival": at_most(date(2024, 6, 10))},
        {"slot": at_least(datetime(2024, 6, 5, tzinfo=UTC))},
        {"agent": other_than("a")},
        {"paid": None},
        {"price_cents": (0, 1)},
    ]
)
DURATIONS = st.sampled_from(["12h", "1d", "3d", "1d12h", "40d", "all"]).map(Window.of)
BEGINNINGS = st.sampled_from(
    [
        "this_holiday",
        since(events("bookings").where(channel="web")),
        since(events(role("subjects")).where(paid=True)),
        since(state("bookings", owner="agent")),
    ]
).map(Window.of)
WINDOWS = DURATIONS | DURATIONS | BEGINNINGS


@st.composite
def aggregates(draw):
    function = draw(
        st.sampled_from(["count", "since_first", "since_last", "mean_gap", "share", "streak", *FUNCTIONS_OF_COLUMN])
    )
    rows = draw(st.sampled_from([events("bookings"), state("bookings"), state(role("subjects"), owner="agent")])).where(
        **draw(TESTS)
    )
    column = draw(st.sampled_from(FUNCTIONS_OF_COLUMN[function])) if function in FUNCTIONS_OF_COLUMN else None
    share = conditions_of(draw(TESTS.filter(bool))) if function in ("share", "streak") else ()
    keys = draw(st.sampled_from([("agent",), ("subject",), ("subject", "agent"), ()]))
    return Aggregate(keys, rows, function, column, share, draw(WINDOWS))


SPINES = st.lists(
    st.fixed_dictionaries({"cutoff": HALF_DAYS, "subject": st.sampled_from("st"), "agent": AGENTS}), max_size=6
)
DECLARED = st.lists(aggregates(), min_size=1, max_size=8).map(
    lambda many: FeatureSet("own", *(Feature(a, f"f{i}") for i, a in enumerate(many)))
)


def table_of(rows) -> SourceTable:
    return source("bookings", rows, columns=COLUMNS)
