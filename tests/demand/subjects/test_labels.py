"""What happened in [t, t + H), as far as we can know it."""

from __future__ import annotations

from datetime import timedelta

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demand.contract import INSTANT, ContractError
from demand.subjects import make_labels, merge_into_episodes
from tests.builders.subjects import contacts, day, histories, known_before, row, visible

H, DELAY = 7, 2


def asked(*rows):
    return pa.table(
        {"subject_id": pa.array([s for s, _ in rows]), "cutoff": pa.array([day(t) for _, t in rows], INSTANT)}
    )


def label(*rows, t=0, as_of=99, merge=0, known=None, decisions=None, delay=DELAY):
    """The label of subject s at t."""
    merged = merge_into_episodes(
        contacts(*rows), merge=timedelta(days=merge), known_before=None if known is None else day(known)
    )
    table = make_labels(
        asked(("s", t)),
        merged,
        horizon=timedelta(days=H),
        delay=timedelta(days=delay),
        label_as_of=day(as_of),
        decisions=decisions,
    )
    return table.to_pylist()[0]


def call(occurred, known=None, id="c", **rest):
    return row(id, occurred, known, subject="s", **rest)


def decided(**changes):
    """A table of decisions about subject s: one treatment on day 0 unless said otherwise."""
    one = {
        "decision_id": "d1",
        "subject_id": "s",
        "as_of": day(0),
        "arm": "treat",
        "status": "dispatched",
        "propensity": 0.9,
        "fire_at": day(1),
    }
    rows = [{**one, **c} for c in changes.pop("many", [changes])]
    types = {"as_of": INSTANT, "fire_at": INSTANT, "propensity": pa.float64()}
    return pa.table({n: pa.array([r[n] for r in rows], types.get(n, pa.string())) for n in one})


def test_a_request_at_the_cutoff_is_inside():
    assert label(call(0))["requested"] is True


def test_a_request_at_the_end_of_the_window_is_outside():
    assert label(call(H))["requested"] is False


def test_a_request_before_the_cutoff_is_no_new_request():
    assert label(call(-1))["requested"] is False


def test_an_episode_begun_before_the_cutoff_is_no_new_request():
    assert label(call(-1, id="a"), call(2, id="b"), merge=7)["requested"] is False


def test_a_request_of_somebody_else_is_not_mine():
    assert label(row("c", 1, subject="other"))["requested"] is False


def test_the_first_episode_gives_the_scenario():
    assert label(call(3, id="a", value="later"), call(1, id="b", value="first"))["scenario"] == "first"


def test_the_first_episode_gives_the_onset():
    assert label(call(3, id="a"), call(1, id="b"))["onset_at"] == day(1)


def test_a_window_that_is_over_with_its_delay_is_mature():
    assert label(as_of=H + DELAY)["status"] == "mature"


def test_a_window_whose_delay_is_not_over_is_censored():
    assert label(as_of=H + DELAY - 1e-6)["status"] == "censored"


def test_a_censored_row_says_nothing_about_a_request():
    censored = label(call(1, value="x"), as_of=3)
    assert [censored[n] for n in ("requested", "scenario", "onset_at")] == [None, None, None]


def test_a_censored_row_says_how_far_we_have_seen():
    assert label(as_of=6)["observed_until"] == day(4)


def test_a_cutoff_after_the_data_has_seen_nothing():
    assert label(as_of=0)["observed_until"] == day(0)


def test_a_request_known_after_we_look_back_is_not_seen():
    assert label(call(1, 20), as_of=20)["requested"] is False


def test_the_label_says_from_when_we_look_back():
    assert label(as_of=20)["label_as_of"] == day(20)


def test_where_nothing_was_done_the_arm_is_none():
    assert (label()["arm"], label()["propensity"]) == ("none", None)


def test_a_treatment_in_the_window_is_on_the_label_with_its_propensity():
    treated = label(decisions=decided())
    assert (treated["arm"], treated["propensity"]) == ("treat", 0.9)


def test_a_holdout_is_on_the_label_though_nothing_was_fired():
    assert label(decisions=decided(arm="holdout", fire_at=None))["arm"] == "holdout"


def test_an_exploration_is_something_that_was_done():
    assert label(decisions=decided(arm="explore"))["arm"] == "explore"


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "void"},
        {"arm": "blocked"},
        {"subject_id": "other"},
        {"as_of": day(H), "fire_at": day(H)},
        {"fire_at": day(H)},
    ],
    ids=["voided", "blocked", "of another subject", "made after the window", "fired after the window"],
)
def test_a_decision_that_did_nothing_in_the_window_is_not_on_the_label(changes):
    assert label(decisions=decided(**changes))["arm"] == "none"


def test_the_latest_decision_counts():
    many = [{"arm": "holdout"}, {"arm": "treat", "decision_id": "d0", "as_of": day(2), "fire_at": day(3)}]
    assert label(decisions=decided(many=many))["arm"] == "treat"


def test_a_decision_made_after_we_look_back_is_not_seen():
    assert label(as_of=3, decisions=decided(as_of=day(4), fire_at=day(4)))["arm"] == "none"


def test_labels_come_in_the_order_of_the_spine():
    spine = asked(("b", 3), ("a", 1), ("b", 1), ("a", 3))
    labels = make_labels(spine, merge_into_episodes(contacts()), horizon=timedelta(days=1), label_as_of=day(9))
    assert labels.select(["subject_id", "cutoff"]) == spine


def test_a_horizon_of_nothing_is_refused_with_the_remedy():
    with pytest.raises(ContractError, match="horizon: 14d"):
        make_labels(asked(("s", 0)), merge_into_episodes(contacts()), horizon=timedelta(0), label_as_of=day(9))


SPINE = [(s, t) for t in (0, 2.5, 6, 11, 14) for s in ("s1", "s2", "s3")]


def labelled(rows, as_of, known=None):
    merged = merge_into_episodes(contacts(*rows), merge=timedelta(0), known_before=day(known or as_of))
    return make_labels(
        asked(*SPINE), merged, horizon=timedelta(days=H), delay=timedelta(days=DELAY), label_as_of=day(as_of)
    )


@settings(max_examples=18, deadline=None)
@given(histories(["x", "y"]), st.sampled_from([5, 9, 15.25, 22]))
def test_equals_the_obvious_loop(rows, as_of):
    expected = []
    for subject, t in SPINE:
        inside = [r for r in visible(rows, as_of) if r.subject == subject and t <= r.occurred < t + H]
        first = min(inside, key=lambda r: r.order, default=None)
        if t + H + DELAY > as_of:
            expected.append(("censored", None, None, None))
        elif first is None:
            expected.append(("mature", False, None, None))
        else:
            expected.append(("mature", True, first.value, day(first.occurred)))
    labels = labelled(rows, as_of)
    found = list(zip(*(labels[n].to_pylist() for n in ("status", "requested", "scenario", "onset_at")), strict=True))
    assert found == expected


@settings(max_examples=7, deadline=None)
@given(histories(["x", "y"]), st.sampled_from([5, 9, 15.25]))
def test_labels_as_of_a_moment_equal_labels_of_tables_truncated_there(rows, as_of):
    assert labelled(rows, as_of) == labelled(known_before(rows, as_of), as_of)
