"""What a model may learn from: matured rows, of subjects to whom nothing was done."""

from datetime import timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from demand.contract import TABLES, conform
from pipelines.store import Store
from pipelines.training.examples import as_known_at, build_examples
from pipelines.workspace import open_workspace


@pytest.fixture(scope="module")
def market(small_market):
    return open_workspace(small_market)


@pytest.fixture(scope="module")
def known(market):
    return build_examples(market, "hotel", label_as_of=market.label_as_of("hotel"))


def decision(subject, cutoff, arm, propensity):
    return {
        "decision_id": f"{subject}-{arm}",
        "subject_id": subject,
        "as_of": cutoff,
        "industry": "hotel",
        "policy": "default",
        "intervention": "call",
        "scenario": "no_room",
        "arm": arm,
        "reason_code": "chosen",
        "channel": "file",
        "propensity": propensity,
        "value_cents": 1,
        "cost_cents": 1,
        "liability_cents": 0,
        "approval": "none",
        "status": "dispatched",
        "fire_at": cutoff,
    }


def test_every_row_has_matured(market, known):
    cutoffs = known.labels["cutoff"]
    assert (cutoffs + known.horizon + known.delay <= market.label_as_of("hotel")).all()
    assert known.labels["requested"].dtype == bool


def test_rows_features_and_labels_stay_side_by_side(market, known):
    rows = np.zeros(len(known), dtype=bool)
    rows[::7] = True
    some = known.only(rows)
    again = market.features("hotel", some.spine).to_pandas()[list(some.x.columns)]
    assert again.equals(some.x)
    assert some.spine["cutoff"].to_pandas().equals(some.labels["cutoff"])


def test_looking_back_from_an_earlier_moment_only_takes_rows_away(market, known):
    moment = known.labels["cutoff"].max().to_pydatetime()
    earlier = as_known_at(market, known, moment)
    assert 0 < len(earlier) < len(known)
    assert earlier.labels["cutoff"].max() + known.horizon + known.delay <= moment


def test_whoever_was_treated_is_left_out_and_whoever_was_held_out_stands_for_others(small_market, known, tmp_path):
    import shutil

    root = shutil.copytree(small_market, tmp_path / "market")
    once = pc.value_counts(known.spine["subject_id"]).to_pylist()
    treated, held, rare = [e["values"] for e in once if e["counts"] == 1][:3]
    at = dict(zip(known.spine["subject_id"].to_pylist(), known.spine["cutoff"].to_pylist(), strict=True))
    rows = [
        decision(treated, at[treated], "treat", 0.9),
        decision(held, at[held], "holdout", 0.25),
        decision(rare, at[rare], "holdout", 0.01),
    ]
    schema = TABLES["decisions"]
    table = pa.Table.from_pylist([{n: row.get(n) for n in schema.names} for row in rows], schema)
    Store(root / "state" / "store").replace(
        "decisions", as_of=at[treated] + timedelta(0), rows=conform(table, "decisions"), run_id="test"
    )
    ws = open_workspace(root)
    after = build_examples(ws, "hotel", label_as_of=ws.label_as_of("hotel"))
    weight = dict(zip(after.spine["subject_id"].to_pylist(), after.labels["weight"].tolist(), strict=True))
    assert (len(after), after.treated) == (len(known) - 1, 1)
    assert treated not in weight
    assert (weight[held], weight[rare]) == (4.0, 20.0)
    assert sum(w != 1.0 for w in weight.values()) == 2
