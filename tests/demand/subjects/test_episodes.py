"""Three calls about one late refund are one request."""

from __future__ import annotations

from datetime import timedelta

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demand.contract import ContractError
from demand.subjects import merge_into_episodes
from tests.builders.subjects import contacts, day, histories, known_before, row, visible


def calls(*days, subject="card-1", initiator="user", scenario="refund_slow"):
    table = contacts(
        *(row(f"{subject}:{initiator}:{scenario}:{i}", d, subject=subject, value=scenario) for i, d in enumerate(days))
    )
    return table.append_column("initiator", pa.array([initiator] * len(days), pa.string()))


def test_calls_about_one_problem_are_one_request():
    assert merge_into_episodes(calls(0, 3, 6))["contacts"].to_pylist() == [3]


def test_the_gap_counts_from_the_previous_call_not_from_the_first():
    assert merge_into_episodes(calls(0, 6, 12, 18)).num_rows == 1


def test_a_call_after_a_quiet_week_is_a_new_request():
    assert merge_into_episodes(calls(0, 7.01)).num_rows == 2


def test_a_call_exactly_a_week_later_is_the_same_request():
    assert merge_into_episodes(calls(0, 7)).num_rows == 1


def test_another_scenario_is_another_request():
    assert (
        merge_into_episodes(pa.concat_tables([calls(0), calls(1, scenario="no_room", subject="card-1")])).num_rows == 2
    )


def test_contacts_without_a_scenario_are_merged_with_each_other():
    assert merge_into_episodes(calls(0, 1, scenario=None))["contacts"].to_pylist() == [2]


def test_our_own_call_is_not_demand_and_bridges_nothing():
    assert merge_into_episodes(pa.concat_tables([calls(0, 10), calls(5, initiator="platform")])).num_rows == 2


def test_a_gap_of_nothing_keeps_every_row_even_of_one_moment():
    assert merge_into_episodes(calls(0, 0, 0), merge=timedelta(0)).num_rows == 3


def test_the_first_call_gives_the_request_its_name_and_moment():
    episode = merge_into_episodes(calls(2, 4)).to_pylist()[0]
    assert (episode["request_id"], episode["occurred_at"]) == ("card-1:user:refund_slow:0", day(2))


def test_a_deleted_call_is_no_request():
    rows = contacts(row("a", 1), row("a", 1, 2, op="delete"))
    assert merge_into_episodes(rows).num_rows == 0


def test_asked_before_the_deletion_was_known_the_request_is_there():
    rows = contacts(row("a", 1), row("a", 1, 2, op="delete"))
    assert merge_into_episodes(rows, known_before=day(2)).num_rows == 1


def test_a_call_known_late_is_no_request_before_it_is_known():
    assert merge_into_episodes(contacts(row("a", 1, 5)), known_before=day(5)).num_rows == 0


def test_a_call_of_nobody_is_left_out():
    assert merge_into_episodes(contacts(row("a", 1, subject=None))).num_rows == 0


def test_a_negative_gap_is_refused_with_the_remedy():
    with pytest.raises(ContractError, match="merge: 7d"):
        merge_into_episodes(calls(0), merge=timedelta(days=-1))


def obvious(rows, merge):
    """Episodes as (first row's id, contacts), by walking each subject's rows of a scenario in order."""
    episodes, previous = [], {}
    for r in sorted((r for r in rows if r.subject is not None), key=lambda r: r.order):
        about = (r.subject, r.value)
        if merge and about in previous and r.occurred - previous[about][0] <= merge:
            previous[about][1][1] += 1
            previous[about][0] = r.occurred
        else:
            episode = [r.id, 1]
            episodes.append(episode)
            previous[about] = [r.occurred, episode]
    return sorted(tuple(e) for e in episodes)


@settings(max_examples=18, deadline=None)
@given(histories(["x", "y"]), st.integers(0, 8), st.sampled_from([3, 7.5, 15.25, 99]))
def test_equals_the_obvious_loop(rows, merge, t):
    merged = merge_into_episodes(contacts(*rows), merge=timedelta(days=merge), known_before=day(t))
    found = sorted(zip(merged["request_id"].to_pylist(), merged["contacts"].to_pylist(), strict=True))
    assert found == obvious(visible(rows, t), merge)


@settings(max_examples=7, deadline=None)
@given(histories(["x", "y"]), st.sampled_from([3, 7.5, 15.25]))
def test_episodes_as_they_looked_equal_episodes_of_truncated_tables(rows, t):
    looked = merge_into_episodes(contacts(*rows), known_before=day(t))
    assert merge_into_episodes(contacts(*known_before(rows, t)), known_before=day(t)) == looked
