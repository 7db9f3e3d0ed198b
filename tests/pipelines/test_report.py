"""`demand report` writes one page for a night, whole or not at all."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pandas as pd
import pyarrow as pa
import pytest

from demand.contract import FeatureMeta, StateError, Text
from pipelines.evaluations import write_evaluation
from pipelines.report import CASES, MOST_BYTES, report
from pipelines.runs import read_runs
from pipelines.store import Store
from pipelines.workspace import open_workspace
from tests.builders.reports import NIGHT, axes, decision, evaluation, reason, score, table

YAML = """
workspace: corner-shop
timezone: Asia/Shanghai
night: {cutoff: "02:00"}
sources:
  bookings:
    kind: events
    read: bookings.parquet
    id: id
    occurred_at: booked_at
    known_at: booked_at
    keys: {subject: booking_id}
    before: {arrival: date}
  contacts:
    kind: events
    read: contacts.parquet
    id: id
    occurred_at: asked_at
    known_at: asked_at
    keys: {subject: booking_id}
    contact: {scenario: category}
industries:
  hotel:
    text: {en: corner hotels, zh: 街角酒店}
    subjects: {from: bookings, due: arrival, ahead: 60d}
    cutoffs: {every: 7d, from: 2024-12-01}
    requests: [{from: contacts, scenario: scenario}]
    horizon: 2d
holdout: {share: 0.1}
"""


@pytest.fixture
def ws(tmp_path):
    (tmp_path / "demand.yaml").write_text(YAML, encoding="utf-8")
    days = pd.to_datetime(["2024-12-20T00:00", "2024-12-30T20:00"], utc=True)
    bookings = pd.DataFrame({"id": ["1", "2"], "booking_id": ["a", "b"], "booked_at": days, "arrival": days.date})
    contacts = pd.DataFrame({"id": ["9"], "booking_id": ["a"], "asked_at": days[:1], "scenario": ["no_room"]})
    return open_workspace(tmp_path, frames={"bookings": bookings, "contacts": contacts})


@pytest.fixture
def scored(ws):
    """The night as score and decide leave it."""
    write(ws, "scores", [score("a", 0.5), score("b", 0.2)])
    write(ws, "score_axes", [axes()])
    write(ws, "reasons", [reason("a", "calls", value=7)])
    write(ws, "decisions", [decision("a")])
    write(ws, "candidates", [])
    limits = {"resource": ["fund"], "used": [400], "available": [5000], "price_cents": [0.0]}
    Store(ws.state / "store").replace("limits", as_of=NIGHT, rows=pa.table(limits), run_id="r1")
    return ws


def write(ws, name, rows, as_of=NIGHT):
    Store(ws.state / "store").replace(name, as_of=as_of, rows=table(name, rows), run_id="r1")


def page_of(result):
    return result.path.read_text(encoding="utf-8")


def test_a_night_is_named_by_its_day(scored):
    result = report(scored, as_of="2024-12-31")
    assert result.path == scored.root / "reports" / "2024-12-31.html"


def test_an_instant_is_named_by_its_instant(scored):
    write(scored, "scores", [score("a", 0.5)], as_of=datetime(2024, 12, 31, 1, 30, tzinfo=UTC))
    assert report(scored, as_of="2024-12-31T09:30:00+08:00").path.name == "2024-12-31T013000Z.html"


def test_the_latest_page_is_the_one_just_written(scored):
    result = report(scored, as_of="2024-12-31")
    assert (scored.root / "reports" / "latest.html").read_bytes() == result.path.read_bytes()


def test_without_a_moment_it_is_the_newest_scored_night(scored):
    write(scored, "scores", [score("a", 0.5)], as_of=datetime(2024, 12, 29, 18, tzinfo=UTC))
    assert report(scored).path.name == "2024-12-31.html"


def test_before_any_night_is_scored_there_is_nothing_to_report(ws):
    with pytest.raises(StateError, match="no night was scored yet"):
        report(ws)


def test_a_night_that_was_not_scored_is_refused_and_leaves_the_pages_alone(scored):
    report(scored)
    with pytest.raises(StateError, match=r"2025-02-01 02:00 was not scored.*\n.*demand score .* --as-of 2025-02-01"):
        report(scored, as_of="2025-02-01")
    assert sorted(p.name for p in (scored.root / "reports").iterdir()) == ["2024-12-31.html", "latest.html"]


def test_the_page_of_an_older_night_is_not_the_latest(scored):
    older = datetime(2024, 12, 29, 18, tzinfo=UTC)
    write(scored, "scores", [score("a", 0.5)], as_of=older)
    latest = report(scored).path.read_bytes()
    report(scored, as_of=older)
    assert (scored.root / "reports" / "latest.html").read_bytes() == latest


def test_it_says_what_the_tables_say(scored):
    result = report(scored, as_of="2024-12-31")
    assert result.summary == {
        "subjects": 2, "expected_requests": 0.7, "interventions": 1, "held_out": 0, "quarantined": 0,
    }  # fmt: skip
    for words in ("Corner hotels", "街角酒店", "Call the hotel and have the room confirmed", "4 of 50 (8.0%)"):
        assert words in page_of(result)


def test_what_was_not_known_at_the_moment_is_not_counted(scored):
    text = page_of(report(scored, as_of="2024-12-31"))
    assert '<th scope="row">bookings</th><td class="n">1</td>' in text


def test_reasons_are_worded_with_what_training_wrote_about_the_features(scored):
    calls = FeatureMeta(
        "calls", "contacts", "count", "contacts", Text("calls", "来电"), Text("{value} calls", "{value} 次来电")
    )
    (scored.state / "features.json").write_text(json.dumps({"hotel": [calls.to_dict()]}), encoding="utf-8")
    text = page_of(report(scored, as_of="2024-12-31"))
    assert "7 calls" in text and "7 次来电" in text


def test_the_evaluation_of_the_version_that_scored_is_shown(scored):
    for version, figures in (("3", evaluation(["hotel"])["industries"]), ("4", {"hotel": {"gain": 0.5}})):
        write_evaluation(scored.state, version, {"hotel": NIGHT}, figures)
    assert "+11.8%" in page_of(report(scored, as_of="2024-12-31"))


def test_a_broken_evaluation_is_an_error_that_says_what_to_do(scored):
    (scored.state / "evaluation.json").write_text("{", encoding="utf-8")
    with pytest.raises(StateError, match=r"evaluation\.json.*\n.*delete it"):
        report(scored, as_of="2024-12-31")


def test_a_page_that_cannot_be_made_leaves_the_former_one(scored):
    former = report(scored, as_of="2024-12-31").path.read_bytes()
    (scored.state / "evaluation.json").write_text("{", encoding="utf-8")
    with pytest.raises(StateError):
        report(scored, as_of="2024-12-31")
    assert (scored.root / "reports" / "2024-12-31.html").read_bytes() == former


def test_nothing_but_pages_is_left_in_the_folder(scored):
    report(scored, as_of="2024-12-31")
    assert sorted(p.name for p in (scored.root / "reports").iterdir()) == ["2024-12-31.html", "latest.html"]


def test_the_run_is_recorded_and_not_on_its_own_page(scored):
    text = page_of(report(scored, as_of="2024-12-31"))
    assert read_runs(scored, as_of=NIGHT)["verb"].to_pylist() == ["report"]
    assert "No run is recorded for this moment." in text


def test_a_page_that_would_be_too_large_names_fewer_orders(scored):
    long = "x" * 900
    write(scored, "scores", [score(f"{long}{i}", 0.5) for i in range(220)])
    write(scored, "reasons", [reason(f"{long}{i}", long) for i in range(220)])
    result = report(scored, as_of="2024-12-31")
    assert result.path.stat().st_size <= MOST_BYTES
    assert page_of(result).count('<tr role="row" data-industry') in CASES[1:]


def test_it_tells_its_progress(scored):
    told = []
    report(scored, as_of="2024-12-31", progress=told.append)
    assert told == ["report: reading the night", "report: writing the page"]


def test_an_industry_that_was_asked_at_another_moment_is_linked_from_the_page(scored):
    after = datetime(2025, 1, 5, 18, tzinfo=UTC)
    write(scored, "score_axes", [], as_of=after)
    write(scored, "scores", [], as_of=after)
    page = page_of(report(scored, as_of=after))
    assert 'href="2024-12-31.html"' in page
    assert "Corner hotels" in page
