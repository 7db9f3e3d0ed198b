"""The source `outcomes` of a workspace: its labels, each from the moment when it was known."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from demand.contract import TABLES, conform, visible_rows
from features import FeatureSet, outcome_rate
from pipelines.store import Store
from pipelines.workspace import open_workspace
from tests.builders.repairs import write_repairs

NIGHTS = ["2024-03-20", "2024-05-01", "2024-06-01"]
RATES = FeatureSet(
    "rates", outcome_rate("store", "60d", "all"), outcome_rate(("store", "user"), scenario="repair_late")
)


@pytest.fixture
def ws(tmp_path):
    return open_workspace(write_repairs(tmp_path))


def seen_at(ws, moment) -> dict[str, tuple[bool, str | None]]:
    """(requested, scenario) of each outcome that is known at a moment, by the subject."""
    rows = visible_rows(ws.feature_sources("repairs")["outcomes"].table).to_pylist()
    known = [r for r in rows if r["visible_from"] < moment and (r["visible_to"] is None or moment <= r["visible_to"])]
    return {r["id"]: (r["requested"], r["scenario"]) for r in known}


@pytest.mark.parametrize("night", NIGHTS)
def test_the_outcomes_of_a_night_are_made_of_its_labels(ws, night):
    t = ws.parse_as_of(night)
    spine = ws.spine("repairs")
    labels = ws.labels("repairs", spine, label_as_of=night).to_pylist()
    over = [r for r in labels if r["status"] == "mature" and r["cutoff"] + timedelta(days=14) < t]
    of: dict[str, list[dict[str, Any]]] = {}
    for row in over:
        of.setdefault(row["subject_id"], []).append(row)
    expected = {}
    for subject, rows in of.items():
        requests = sorted((r for r in rows if r["requested"]), key=lambda r: r["onset_at"])
        expected[subject] = (bool(requests), requests[0]["scenario"] if requests else None)
    assert len(expected) > 20
    assert seen_at(ws, t) == expected


@pytest.mark.parametrize("night", NIGHTS)
def test_cutting_off_the_future_changes_no_rate(ws, night):
    then = ws.truncated(night)
    now = ws.features("repairs", ws.live("repairs", night), extra=[RATES]).table.select([*RATES.names])
    assert now.num_rows > 0
    assert then.features("repairs", then.live("repairs", night), extra=[RATES]).table.select([*RATES.names]).equals(now)


def test_the_rate_of_a_shop_is_that_of_its_subjects(ws):
    t = ws.parse_as_of("2024-05-01")
    found = ws.features("repairs", ws.live("repairs", t), extra=[RATES]).table
    row = {name: found[name][0].as_py() for name in ("subject_id", "store_outcomes_all", "store_outcome_rate_all")}
    store = ws.live("repairs", t)["store_id"][0].as_py()
    table = ws.feature_sources("repairs")["outcomes"].table
    shop = {i for i, s in zip(table["id"].to_pylist(), table["store_id"].to_pylist(), strict=True) if s == store}
    known = seen_at(ws, t)
    mine, everybody = [known[i][0] for i in known if i in shop], [requested for requested, _ in known.values()]
    assert row["store_outcomes_all"] == len(mine)
    prior = sum(everybody) / len(everybody)
    assert row["store_outcome_rate_all"] == pytest.approx((sum(mine) + 20 * prior) / (len(mine) + 20))


def test_subjects_about_whom_something_was_done_are_left_out(tmp_path):
    root = write_repairs(tmp_path)
    before = open_workspace(root)
    all_subjects = pc.unique(before.feature_sources("repairs")["outcomes"].table["subject_id"]).to_pylist()
    treated = before.spine("repairs")["subject_id"][0].as_py()
    night = before.parse_as_of("2024-02-05")
    decided = {"decision_id": "d", "as_of": night, "subject_id": treated, "arm": "treat", "status": "dispatched"}
    schema = TABLES["decisions"]
    filler = {pa.string(): "x", pa.int64(): 0, pa.float64(): 0.5, pa.bool_(): False}
    row = {f.name: night if pa.types.is_timestamp(f.type) else filler.get(f.type) for f in schema if not f.nullable}
    table = pa.Table.from_pylist([row | decided], schema)
    Store(root / "state" / "store").replace("decisions", as_of=night, rows=conform(table, "decisions"), run_id="test")
    left = pc.unique(open_workspace(root).feature_sources("repairs")["outcomes"].table["subject_id"]).to_pylist()
    assert set(all_subjects) - set(left) == {treated}
