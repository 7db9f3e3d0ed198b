"""Each change and each request finds its subject, known no later than itself."""

from __future__ import annotations

from hypothesis import given, settings

from demand.subjects import find_orphans
from tests.builders.subjects import day, histories, known_before, row, source, table_rows


def orphans(changes, *subjects):
    return find_orphans(source(*changes, name="status", kind="changes"), [source(*s) for s in subjects])


def test_a_change_of_a_subject_that_does_not_exist_is_an_orphan():
    assert orphans([row("x", 2, subject="gone")], [row("a", 1)])["id"].to_pylist() == ["x"]


def test_a_change_known_before_its_subject_is_an_orphan_and_says_when_the_subject_came():
    found = orphans([row("x", 2, subject="a")], [row("a", 1, 5)])
    assert table_rows(found, "id", "subject_known_at") == [("x", day(5))]


def test_a_change_known_together_with_its_subject_is_none():
    assert orphans([row("x", 1, subject="a")], [row("a", 1)]).num_rows == 0


def test_a_subject_of_any_industry_will_do():
    assert orphans([row("x", 2, subject="b")], [row("a", 1)], [row("b", 1)]).num_rows == 0


def test_a_contact_about_nobody_is_none():
    assert orphans([row("x", 2, subject=None)], [row("a", 1)]).num_rows == 0


def test_a_deletion_needs_no_subject():
    assert orphans([row("x", 2, subject="gone", op="delete")], [row("a", 1)]).num_rows == 0


def test_without_any_subject_every_change_is_an_orphan():
    assert orphans([row("x", 2)], []).num_rows == 1


@settings(max_examples=7, deadline=None)
@given(histories(["x"]), histories(["x"]))
def test_what_is_learned_later_makes_no_orphan_and_redeems_none(changes, opened):
    whole = table_rows(orphans(changes, opened), "id", "known_at")
    for t in (3, 11):
        cut = table_rows(orphans(known_before(changes, t), known_before(opened, t)), "id", "known_at")
        assert cut == [r for r in whole if r[1] < day(t)]
