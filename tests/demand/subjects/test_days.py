"""Days to due where there is a due, age where there is none."""

from __future__ import annotations

from datetime import timedelta

import pyarrow as pa

from demand.contract import INSTANT
from demand.subjects import days_to_due_or_age
from tests.builders.subjects import day


def spine(cutoff, opened, due):
    columns = {"cutoff": cutoff, "opened_at": opened, "due_at": due}
    return pa.table({n: pa.array([None if v is None else day(v)], INSTANT) for n, v in columns.items()})


def test_days_count_to_the_due():
    assert days_to_due_or_age(spine(3, 1, 5.5)).to_pylist() == [2.5]


def test_without_a_due_days_count_since_it_opened():
    assert days_to_due_or_age(spine(3, 1, None)).to_pylist() == [2.0]


def test_from_a_midnight_cutoff_the_whole_part_is_calendar_days():
    last = (timedelta(days=6) - timedelta(microseconds=1)) / timedelta(days=1)
    assert int(days_to_due_or_age(spine(3, 1, last)).to_pylist()[0]) == 2


def test_an_empty_spine_has_no_days():
    assert days_to_due_or_age(spine(3, 1, 5).slice(0, 0)).to_pylist() == []
