"""A night is decided once: final when committed, planned again only on request, whole whenever it is killed."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from demand.contract import StateError
from pipelines.decide import decide, is_committed
from pipelines.dispatch import dispatch
from pipelines.ledger import Ledger
from pipelines.result import Result
from pipelines.runs import read_runs
from pipelines.store import Store
from pipelines.workspace import Workspace
from tests.builders.decisions import DAY, NIGHT, action, axes, put_scores, scores, workspace

MESSAGE = {"audience": "customer", "channel": "app"}


def people(n: int, **fields: Any) -> pa.Table:
    return scores(*[{"subject_id": f"b{i}", "user_id": f"u{i}", **fields} for i in range(n)])


def scored(root: Path, *actions: dict[str, Any], rows: pa.Table | None = None, **settings: Any) -> Workspace:
    ws = workspace(root, *actions, **settings)
    put_scores(ws, people(3) if rows is None else rows)
    return ws


def arms(result: Result) -> dict[str, str]:
    assert result.table is not None
    return dict(zip(result.table["subject_id"].to_pylist(), result.table["arm"].to_pylist(), strict=True))


def test_a_night_is_decided_and_counted(tmp_path: Path) -> None:
    found = decide(scored(tmp_path))
    assert {k: found.summary[k] for k in ("treat", "holdout", "blocked", "quarantined")} == {
        "treat": 3,
        "holdout": 0,
        "blocked": 0,
        "quarantined": 0,
    }


def test_the_limits_of_the_workspace_hold(tmp_path: Path) -> None:
    limits = {"desk_per_night": 2, "fund_cents_per_night": 1_000}
    found = decide(scored(tmp_path, action(capacity_pool="desk", fund="f", cost_cents=600), limits=limits))
    assert (found.summary["treat"], found.summary["fund"]) == (1, "6.00 of 10.00")


def test_the_holdout_of_the_workspace_is_drawn(tmp_path: Path) -> None:
    ws = scored(tmp_path, rows=people(60), holdout={"share": 0.5})
    assert 15 <= decide(ws).summary["holdout"] <= 45


def test_a_committed_night_is_final_even_after_late_data(tmp_path: Path) -> None:
    ws = scored(tmp_path)
    first = decide(ws)
    put_scores(ws, people(9))
    second = decide(ws)
    assert second.table is not None and second.table.equals(first.table)


def test_a_night_that_is_planned_again_sees_late_data(tmp_path: Path) -> None:
    ws = scored(tmp_path)
    decide(ws)
    put_scores(ws, people(9))
    assert decide(ws, replan=True).summary["treat"] == 9


def test_planning_again_keeps_what_is_dispatched(tmp_path: Path) -> None:
    ws = scored(tmp_path, rows=people(1))
    sent = decide(ws)
    dispatch(ws)
    put_scores(ws, people(2))
    again = decide(ws, replan=True)
    assert sent.table is not None and again.table is not None
    assert again.table["status"].to_pylist() == ["dispatched", "planned"]
    assert again.table["decision_id"][0] == sent.table["decision_id"][0]


def test_planning_again_keeps_the_candidates_of_what_is_dispatched(tmp_path: Path) -> None:
    ws = scored(tmp_path, rows=people(1))
    decide(ws)
    dispatch(ws)
    assert decide(ws, replan=True).why_not("b0") == "b0\n- call: will be done (worth 25.00, costs 0.00)"


def test_planning_again_without_new_data_gives_the_same_names(tmp_path: Path) -> None:
    ws = scored(tmp_path)
    first, second = decide(ws), decide(ws, replan=True)
    assert first.table is not None and second.table is not None and first.table.equals(second.table)


def test_money_and_capacity_of_what_is_dispatched_are_gone(tmp_path: Path) -> None:
    ws = scored(tmp_path, action(capacity_pool="desk"), rows=people(1), limits={"desk_per_night": 2})
    decide(ws)
    dispatch(ws)
    put_scores(ws, people(5))
    assert decide(ws, replan=True).summary["treat"] == 2


def test_a_dry_run_commits_nothing(tmp_path: Path) -> None:
    ws = scored(tmp_path)
    assert decide(ws, dry_run=True).summary["treat"] == 3
    assert (is_committed(ws, NIGHT), Store(ws.state / "store").has("candidates", NIGHT)) == (False, False)


def test_a_dry_run_of_planning_again_takes_nothing_back(tmp_path: Path) -> None:
    ws = scored(tmp_path)
    decide(ws)
    put_scores(ws, people(9))
    assert (decide(ws, dry_run=True, replan=True).summary["treat"], decide(ws).summary["treat"]) == (9, 3)


def test_a_result_of_score_that_was_not_written_can_be_tried(tmp_path: Path) -> None:
    ws = workspace(tmp_path)
    tonight = Result("score", {}, extra={"scores": people(4), "score_axes": axes()})
    assert decide(ws, tonight, dry_run=True).summary["treat"] == 4


def test_by_default_the_newest_scored_night_is_decided(tmp_path: Path) -> None:
    ws = scored(tmp_path)
    later = NIGHT + DAY
    put_scores(ws, scores({}, night=later), night=later)
    assert decide(ws).summary["night"] == "2024-09-03 02:00"


def test_a_night_that_was_not_scored_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StateError, match=r"2024-09-03 02:00 was not scored.*\n.*--as-of 2024-09-03T02:"):
        decide(scored(tmp_path), as_of=NIGHT + DAY)


def test_a_workspace_without_scores_is_told_to_score(tmp_path: Path) -> None:
    with pytest.raises(StateError, match="run `demand score "):
        decide(workspace(tmp_path))


def test_industries_are_decided_one_after_the_other_within_one_nights_limits(tmp_path: Path) -> None:
    both = ["city", "resort"]
    desk = action(capacity_pool="desk", industries=both)
    ws = workspace(tmp_path, desk, industries=both, limits={"desk_per_night": 3})
    rows = [scores(*[{"subject_id": f"{i}{n}"} for n in range(2)], industry=i) for i in both]
    put_scores(ws, pa.concat_tables(rows))
    first, second = decide(ws, industries=["city"]), decide(ws)
    assert (len(arms(first)), second.summary["treat"], second.summary["blocked"]) == (2, 3, 1)
    assert second.plan is not None and second.plan.candidates.num_rows == 4


def test_a_night_is_committed_when_all_its_industries_are(tmp_path: Path) -> None:
    both = ["city", "resort"]
    ws = workspace(tmp_path, action(industries=both), industries=both)
    put_scores(ws, scores({}, industry="city"))
    decide(ws, industries=["city"])
    assert (is_committed(ws, NIGHT, industries=["city"]), is_committed(ws, NIGHT)) == (True, False)


def test_a_night_without_anybody_is_committed_too(tmp_path: Path) -> None:
    ws = scored(tmp_path, rows=scores())
    decide(ws)
    assert is_committed(ws, NIGHT)


def test_tomorrow_leaves_alone_who_is_treated_tonight(tmp_path: Path) -> None:
    ws = scored(tmp_path)
    decide(ws)
    put_scores(ws, scores({"subject_id": "b1"}, {"subject_id": "b7"}, night=NIGHT + DAY), night=NIGHT + DAY)
    assert arms(decide(ws)) == {"b7": "treat"}


def test_the_holdout_waits_as_long_as_the_treated(tmp_path: Path) -> None:
    ws = scored(tmp_path, rows=people(20), holdout={"share": 0.5})
    held = {s for s, arm in arms(decide(ws)).items() if arm == "holdout"}
    again = scores(*[{"subject_id": s, "user_id": f"u{s[1:]}"} for s in sorted(held)], night=NIGHT + DAY)
    put_scores(ws, again, night=NIGHT + DAY)
    assert held and arms(decide(ws)) == {}


def test_a_user_gets_no_second_message_in_a_week_that_is_full(tmp_path: Path) -> None:
    limits = {"messages_per_user": {"day": 1, "week": 2}}
    ws = scored(tmp_path, action(**MESSAGE), rows=scores({"subject_id": "b0"}), limits=limits)
    found = [decide(ws).summary["treat"]]
    for n in (1, 2, 3, 9):
        night = NIGHT + n * DAY
        put_scores(ws, scores({"subject_id": f"b{n}"}, night=night), night=night)
        found.append(decide(ws).summary["treat"])
    assert found == [1, 1, 0, 0, 1]


def test_a_night_that_is_decided_after_a_later_one_is_decided_as_if_it_came_first(tmp_path: Path) -> None:
    limits = {"messages_per_user": {"day": 1, "week": 1}}
    ws = scored(tmp_path, action(**MESSAGE), rows=people(2), limits=limits)
    put_scores(ws, scores({"subject_id": "b0", "user_id": "u0"}, night=NIGHT + DAY), night=NIGHT + DAY)
    assert decide(ws, as_of=NIGHT + DAY).summary["treat"] == 1
    assert arms(decide(ws, as_of=NIGHT)) == {"b0": "treat", "b1": "treat"}


def test_candidates_and_decisions_reach_the_store(tmp_path: Path) -> None:
    ws = scored(tmp_path)
    found = decide(ws)
    store = Store(ws.state / "store")
    assert store.read("candidates", as_of=NIGHT).num_rows == 3
    assert found.table is not None
    assert store.read("decisions", as_of=NIGHT).equals(found.table)


def test_the_limits_of_the_night_reach_the_store(tmp_path: Path) -> None:
    ws = scored(tmp_path, action(capacity_pool="desk"), limits={"desk_per_night": 1})
    decide(ws)
    rows = Store(ws.state / "store").read("limits", as_of=NIGHT).to_pylist()
    assert {r["resource"]: (r["used"], r["available"], r["price_cents"]) for r in rows}["desk"] == (1, 1, 2_500)


def test_messages_wait_in_the_outbox_with_their_words(tmp_path: Path) -> None:
    rows = scores({"store_id": "Lisbon", "due": NIGHT + timedelta(days=2, hours=8)})
    ws = scored(tmp_path, rows=rows)
    decide(ws)
    with Ledger.open(ws.state) as ledger, ledger.writing() as step:
        sent = step.take(NIGHT, most=1)[0]
    assert sent.payload["text"] == {"en": "b1 at Lisbon, 4 Sep 2024, 10:00", "zh": "b1 at Lisbon, 2024年9月4日10:00"}


def test_a_run_is_recorded(tmp_path: Path) -> None:
    ws = scored(tmp_path)
    decide(ws)
    assert read_runs(ws).select(["verb", "status"]).to_pylist() == [{"verb": "decide", "status": "done"}]


def test_progress_is_told(tmp_path: Path) -> None:
    said: list[str] = []
    decide(scored(tmp_path), progress=said.append)
    assert said == ["3 treat, 0 holdout, 0 blocked"]
