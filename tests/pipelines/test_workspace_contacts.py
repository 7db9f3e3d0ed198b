"""What subjects asked for: rows of any source, corrections and our own calls among them."""

from datetime import UTC, date, datetime

import pyarrow as pa
import pytest

from demand.contract import ConfigError
from pipelines.workspace import open_workspace
from tests.builders.workspace import bookings, changed, write_workspace

CALLS = {
    "kind": "events",
    "read": "calls.parquet",
    "keys": {"subject": "booking"},
    "contact": {"scenario": "category", "initiator": "category"},
}


def opened(root, calls, *rows, requests=None, where=None):
    """A workspace whose bookings are subjects `b1`, `b2` ... and whose requests are calls."""
    config = changed("sources.calls", CALLS)
    config = changed("sources.bookings.keys.subject", "'b' || right(id, 1)", config)
    config = changed("sources.stays.keys.subject", "'b' || right(booking, 1)", config)
    config = changed("industries.hotel.requests", requests or {"from": "calls"}, config)
    config = changed("industries.hotel.subjects.where", where, config)
    write_workspace(root, config)
    full = [
        {"id": f"c{i}", "booking": "b1", "scenario": "noise", "initiator": "user", "op": "insert", **c}
        for i, c in enumerate(calls)
    ]
    moments = {c: [row.pop(c, row["at"]) for row in full] for c in ("occurred_at", "known_at")}
    names = ("id", "booking", "scenario", "initiator", "op")
    table = pa.table({n: pa.array([row[n] for row in full], pa.string()) for n in names} | moments)
    return open_workspace(root, frames={"hotel": bookings(*rows), "calls": table})


def day(n):
    return date(2024, 1, n)


def episodes(ws, **keywords):
    return [(r["subject_id"], r["scenario"], r["contacts"]) for r in ws.episodes("hotel", **keywords).to_pylist()]


def test_calls_about_one_problem_are_one_episode(tmp_path):
    ws = opened(tmp_path, [{"at": day(3)}, {"at": day(5)}])
    assert episodes(ws) == [("b1", "noise", 2)]


def test_a_merge_of_nothing_keeps_every_row(tmp_path):
    ws = opened(tmp_path, [{"at": day(3)}, {"at": day(5)}], requests={"from": "calls", "merge": "0d"})
    assert len(episodes(ws)) == 2


def test_our_own_calls_are_not_demand(tmp_path):
    ws = opened(tmp_path, [{"at": day(3)}, {"at": day(4), "initiator": "platform"}])
    assert episodes(ws) == [("b1", "noise", 1)]
    rows = ws.feature_sources("hotel")["requests"].table
    assert [r["id"] for r in rows.to_pylist() if r["op"] != "delete"] == ["c0"]


def test_a_condition_and_a_scenario_are_sql(tmp_path):
    request = {"from": "calls", "where": "scenario <> 'question'", "scenario": "upper(scenario)"}
    ws = opened(tmp_path, [{"at": day(3)}, {"at": day(4), "scenario": "question"}], requests=request)
    assert episodes(ws) == [("b1", "NOISE", 1)]


def test_a_request_belongs_to_the_industry_of_its_subject(tmp_path):
    ws = opened(tmp_path, [{"at": day(3)}, {"at": day(3), "booking": "b2"}], {}, {}, where="subject_id = 'b2'")
    assert episodes(ws) == [("b2", "noise", 1)]


def test_a_corrected_row_is_what_it_was_corrected_to(tmp_path):
    said = {"id": "c", "at": day(3)}
    corrected = {**said, "known_at": day(5), "op": "correct", "scenario": "leak"}
    ws = opened(tmp_path, [said, corrected])
    assert episodes(ws) == [("b1", "leak", 1)]
    assert episodes(ws, known_before=datetime(2024, 1, 5, tzinfo=UTC)) == [("b1", "noise", 1)]


def test_a_correction_may_take_a_request_back(tmp_path):
    said = {"id": "c", "at": day(3)}
    corrected = {**said, "known_at": day(5), "op": "correct", "scenario": "question"}
    ws = opened(tmp_path, [said, corrected], requests={"from": "calls", "where": "scenario <> 'question'"})
    assert episodes(ws) == []
    assert len(episodes(ws, known_before=datetime(2024, 1, 5, tzinfo=UTC))) == 1


def test_requests_of_several_sources_come_together(tmp_path):
    both = [
        {"from": "calls"},
        {"from": "stays", "where": "room_assigned <> room_reserved", "scenario": "'room_change'"},
    ]
    ws = opened(tmp_path, [{"at": day(3)}], {"room_assigned": "B"}, requests=both)
    assert episodes(ws) == [("b1", "noise", 1), ("b1", "room_change", 1)]
    ids = ws.feature_sources("hotel")["requests"].table["id"].to_pylist()
    assert len(set(ids)) == 2


def test_the_source_of_requests_carries_the_keys_of_the_subject(tmp_path):
    ws = opened(tmp_path, [{"at": day(3)}])
    requests = ws.feature_sources("hotel")["requests"]
    assert requests.spec.keys == ("subject", "store", "user")
    row = requests.table.to_pylist()[0]
    assert (row["id"], row["subject_id"], row["store_id"], row["user_id"], row["scenario"]) == (
        "c0",
        "b1",
        "Lisbon",
        "g1",
        "noise",
    )


def test_the_source_of_requests_keeps_every_row(tmp_path):
    ws = opened(tmp_path, [{"at": day(3)}, {"at": day(4)}, {"at": day(5)}])
    assert ws.feature_sources("hotel")["requests"].table.num_rows == 3


def test_an_episode_names_its_user(tmp_path):
    assert opened(tmp_path, [{"at": day(3)}]).episodes("hotel")["user_id"].to_pylist() == ["g1"]


def test_an_expression_that_fails_is_told_at_its_place(tmp_path):
    ws = opened(tmp_path, [{"at": day(3)}], requests={"from": "calls", "where": "scenario + 1 = 2"})
    with pytest.raises(ConfigError, match=r"industries\.hotel\.requests\[0\]"):
        ws.episodes("hotel")
