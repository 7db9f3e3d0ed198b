"""Outcomes read as of any moment say of each subject what its labels as of that moment say, and nothing else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from demand.contract import INSTANT, visible_rows
from demand.subjects import make_labels, make_outcomes, merge_into_episodes
from tests.builders.subjects import contacts, day, row

H, DELAY = timedelta(days=7), timedelta(days=2)
SETTLED = 9
"""The day from which the outcome of day 0 is known: after its window and the reporting delay."""


def asked(*rows: tuple[str, float], stores: dict[str, str] | None = None) -> pa.Table:
    columns = {"subject_id": [s for s, _ in rows], "cutoff": pa.array([day(t) for _, t in rows], INSTANT)}
    return pa.table(columns | ({"store_id": [stores[s] for s, _ in rows]} if stores else {}))


def outcomes(*rows, spine=None, merge=0):
    many = [(contacts(*rows), timedelta(days=merge))]
    return make_outcomes(asked(("s", 0)) if spine is None else spine, many, horizon=H, delay=DELAY)


def as_of(table: pa.Table, t: float) -> list[tuple[str, bool, str | None]]:
    """Subject, whether it asked, and for what, of the outcomes that are known at t."""
    seen = visible_rows(table).to_pylist()
    there = [r for r in seen if r["visible_from"] < day(t) and (r["visible_to"] is None or day(t) <= r["visible_to"])]
    return in_order(there)


def in_order(rows: list[dict[str, Any]]) -> list[tuple[str, bool, str | None]]:
    return sorted(((r["subject_id"], r["requested"], r["scenario"]) for r in rows), key=repr)


def call(occurred, known=None, id="c", **rest):
    return row(id, occurred, known, subject="s", **rest)


def test_an_outcome_is_known_after_its_window_and_the_reporting_delay_and_not_at_that_moment():
    table = outcomes(call(3, value="late"))
    assert as_of(table, SETTLED) == []
    assert as_of(table, SETTLED + 1 / 86_400e6) == [("s", True, "late")]


def test_an_outcome_happens_when_its_window_ends():
    assert outcomes()["occurred_at"].to_pylist() == [day(7)]


def test_a_subject_counts_once_however_often_it_was_asked_about():
    table = outcomes(call(11, value="late"), spine=asked(("s", 0), ("s", 7), ("s", 14)))
    assert [as_of(table, t) for t in (10, 17, 30)] == [
        [("s", False, None)],
        [("s", True, "late")],
        [("s", True, "late")],
    ]


def test_a_window_that_is_not_over_is_not_looked_into():
    table = outcomes(call(8, value="late"), spine=asked(("s", 0), ("s", 7)))
    assert [as_of(table, t)[0][1] for t in (SETTLED + 1, 16, 16.1)] == [False, False, True]


def test_an_outcome_happens_again_when_the_next_window_ends():
    table = outcomes(spine=asked(("s", 0), ("s", 7)))
    assert table["occurred_at"].to_pylist() == [day(7), day(14)]


def test_a_subject_that_never_asked_has_an_outcome_too():
    assert as_of(outcomes(), 20) == [("s", False, None)]


def test_a_request_that_becomes_known_late_counts_from_then_on():
    table = outcomes(call(3, known=15, value="late"))
    assert [as_of(table, t)[0][1] for t in (10, 15, 15.01)] == [False, False, True]


def test_a_request_that_is_taken_back_counts_until_then():
    table = outcomes(call(3, value="late"), call(3, known=12, op="delete"))
    assert [as_of(table, t)[0][1] for t in (10, 12, 12.01)] == [True, True, False]


def test_a_request_outside_the_window_is_none():
    assert as_of(outcomes(call(-0.5), call(7, id="d")), 20) == [("s", False, None)]


def test_a_contact_about_what_was_asked_before_the_cutoff_is_no_new_request():
    before, again = call(-1, value="late"), call(2, id="d", value="late")
    assert as_of(outcomes(before, again, merge=7), 20) == [("s", False, None)]
    assert as_of(outcomes(before, again, merge=1), 20) == [("s", True, "late")]


def test_each_entry_of_requests_merges_by_itself():
    first, second = contacts(call(-1, value="late")), contacts(call(2, id="d", value="late"))
    merge = timedelta(days=7)
    table = make_outcomes(asked(("s", 0)), [(first, merge), (second, merge)], horizon=H, delay=DELAY)
    assert as_of(table, 20) == [("s", True, "late")]


def test_an_outcome_carries_the_keys_of_its_row():
    table = outcomes(spine=asked(("s", 0), stores={"s": "north"}))
    assert table["store_id"].to_pylist() == ["north"]


def test_a_spine_without_contacts_or_without_rows_is_fine():
    assert make_outcomes(asked(("s", 0)), [], horizon=H, delay=DELAY).num_rows == 1
    assert outcomes(spine=asked()).num_rows == 0


HALF_DAYS = st.integers(-4, 40).map(lambda n: n / 2)


@st.composite
def histories(draw):
    """Contacts of two subjects with late knowledge, corrections that move, and deletions."""
    rows, seen = [], set()
    for _ in range(draw(st.integers(0, 8))):
        occurred, name = draw(HALF_DAYS), draw(st.sampled_from("uvwxyz"))
        known = occurred + draw(st.sampled_from([0, 0, 0.5, 4, 15]))
        if (name, known) in seen:
            continue
        seen.add((name, known))
        op = draw(st.sampled_from(["insert", "insert", "correct", "delete"]))
        scenario = draw(st.sampled_from(["late", "late", "broken", None]))
        rows.append(row(name, occurred, known, subject=draw(st.sampled_from("st")), op=op, value=scenario))
    return rows


SPINES = st.lists(st.tuples(st.sampled_from("st"), HALF_DAYS), unique=True, max_size=5)


@given(histories(), SPINES, HALF_DAYS.map(lambda t: t + 9), st.sampled_from([0, 1, 7]))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_outcomes_of_a_moment_are_made_of_its_labels(rows, spine, t, merge):
    grid, gap = asked(*spine), timedelta(days=merge)
    episodes = merge_into_episodes(contacts(*rows), merge=gap, known_before=day(t))
    labels = make_labels(grid, episodes, horizon=H, delay=DELAY, label_as_of=day(t)).to_pylist()
    over: dict[str, list[dict[str, Any]]] = {}
    for r in labels:
        if r["cutoff"] + H + DELAY < day(t):
            over.setdefault(r["subject_id"], []).append(r)
    expected = []
    for subject, of in over.items():
        first = min((r for r in of if r["requested"]), key=lambda r: r["onset_at"], default={"scenario": None})
        expected.append({"subject_id": subject, "requested": "onset_at" in first, "scenario": first["scenario"]})
    assert as_of(outcomes(*rows, spine=grid, merge=merge), t) == in_order(expected)


@given(histories(), SPINES, HALF_DAYS.map(lambda t: t + 9))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_what_is_known_later_changes_nothing_before(rows, spine, t):
    grid = asked(*spine)
    past = [r for r in rows if r.known < t]
    assert as_of(outcomes(*rows, spine=grid, merge=1), t) == as_of(outcomes(*past, spine=grid, merge=1), t)
