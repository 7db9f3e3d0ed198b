"""A scored night: live subjects with chosen probabilities, a small catalogue, a workspace that holds both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import yaml

from demand.catalog import Catalog, Expectation, Intervention, Scenario, Standard
from demand.contract import INSTANT, conform
from demand.decisions import History, Holdout, Limits, Live, Plan, live_subjects, make_plan
from pipelines.store import Store
from pipelines.workspace import Workspace, open_workspace
from tests.builders.workspace import CONFIG, changed, write_workspace

NIGHT = datetime(2024, 9, 2, 2, tzinfo=UTC)
DAY = timedelta(days=1)
ZONE = ZoneInfo("UTC")
SCENARIOS = ("no_room", "cancel_fee")
EDGES = (0.0, 1.0, 7.0, 14.0)


def text(word: str) -> dict[str, str]:
    return {"en": word, "zh": word}


def action(id: str = "call", **fields: Any) -> dict[str, Any]:
    """An intervention at any hour, without lead time, cost or need of a user, that halves `no_room`."""
    default = {
        "id": id,
        "text": text(id),
        "kind": "in_process",
        "industries": ["hotel"],
        "scenarios": ["no_room"],
        "channel": "queue",
        "audience": "operations",
        "hours": {"from": "00:00", "to": "00:00"},
        "effect": {"reduction": 0.5, "source": text("assumption")},
        "needs": {"user": False},
        "wording": text("{order} at {store}, {due}"),
    }
    return {**default, **fields}


def catalog_content(*actions: Mapping[str, Any], standards: Sequence[Mapping[str, Any]] = ()) -> dict[str, Any]:
    """What stands in a catalogue file: two scenarios of 100.00 each, and these actions."""
    return {
        "expectations": [{"id": "apology", "text": text("apology")}],
        "scenarios": [{"id": s, "industries": ["*"], "text": text(s)} for s in SCENARIOS],
        "interventions": [dict(a) for a in actions or (action(),)],
        "standards": [dict(s) for s in standards],
        "value_of_request_cents": {"*": 10_000},
    }


def catalog(*actions: Mapping[str, Any], standards: Sequence[Mapping[str, Any]] = ()) -> Catalog:
    content = catalog_content(*actions, standards=standards)
    return Catalog(
        expectations=tuple(Expectation(**e) for e in content["expectations"]),
        scenarios=tuple(Scenario(**s) for s in content["scenarios"]),
        interventions=tuple(Intervention(**i) for i in content["interventions"]),
        standards=tuple(Standard(**s) for s in content["standards"]),
        value_of_request_cents=content["value_of_request_cents"],
    )


def scores(*rows: Mapping[str, Any], night: datetime = NIGHT, industry: str = "hotel") -> pa.Table:
    """One row a subject: `p` of no_room, `q` of cancel_fee, spread evenly over 14 days; onset and due where given."""
    default = {"subject_id": "b1", "user_id": "u1", "p": 0.5, "q": 0.0, "p10": None, "p50": None, "due": None}
    filled = [{**default, **row} for row in rows]
    width = np.diff(EDGES) / EDGES[-1]
    columns = {
        "subject_id": pa.array([r["subject_id"] for r in filled], pa.string()),
        "cutoff": pa.array([night] * len(filled), INSTANT),
        "industry": pa.array([industry] * len(filled), pa.string()),
        "run_id": pa.array(["r"] * len(filled), pa.string()),
        "model_version": pa.array(["1"] * len(filled), pa.string()),
        "p_request": pa.array([r["p"] + r["q"] for r in filled], pa.float64()),
        "incidence": pa.array([[*(r["p"] * width), *(r["q"] * width)] for r in filled], pa.list_(pa.float64())),
        "onset_p10": pa.array([r["p10"] for r in filled], INSTANT),
        "onset_p50": pa.array([r["p50"] for r in filled], INSTANT),
        "due_at": pa.array([r["due"] for r in filled], INSTANT),
        "user_id": pa.array([r["user_id"] for r in filled], pa.string()),
    }
    more = {k for r in rows for k in r} - set(default)
    extra = {k: pa.array([r.get(k) for r in filled]) for k in sorted(more)}
    return conform(pa.table({**columns, **extra}), "scores")


def axes(*industries: str) -> pa.Table:
    names = industries or ("hotel",)
    rows = [{"industry": i, "run_id": "r", "scenarios": list(SCENARIOS), "bucket_days": list(EDGES)} for i in names]
    return conform(pa.Table.from_pylist(rows), "score_axes")


def live(*rows: Mapping[str, Any], industry: str = "hotel") -> Live:
    return live_subjects(scores(*rows, industry=industry), axes(industry), industry, NIGHT)


def plan(
    *rows: Mapping[str, Any],
    catalog: Catalog,
    limits: Limits | None = None,
    holdout: Holdout | None = None,
    history: History | None = None,
    zone: ZoneInfo = ZONE,
) -> Plan:
    """The plan of a night of these subjects; no limits, no holdout, no history unless given."""
    return make_plan(
        [live(*rows)],
        catalog,
        as_of=NIGHT,
        policy="p",
        limits=limits or Limits(),
        holdout=holdout or Holdout(),
        history=history or History(),
        zone=zone,
    )


def codes(plan: Plan) -> dict[tuple[str, str], str]:
    """(subject, intervention) -> reason code."""
    rows = plan.candidates.to_pylist()
    return {(r["subject_id"], r["intervention"]): r["reason_code"] for r in rows}


def workspace(root: Path, *actions: Mapping[str, Any], **settings: Any) -> Workspace:
    """A real workspace with this catalogue; `limits` and `holdout` (none by default) as in `demand.yaml`."""
    config = changed("catalog", ["catalog.yaml"], CONFIG)
    config = changed("limits", settings.get("limits", {}), config)
    config = changed("holdout", settings.get("holdout", {"share": 0.0}), config)
    if settings.get("industries"):
        hotel = config["industries"]["hotel"]
        config["industries"] = dict.fromkeys(settings["industries"], hotel)
    write_workspace(root, config)
    content = yaml.safe_dump(catalog_content(*actions), allow_unicode=True)
    (root / "catalog.yaml").write_text(content, "utf-8")
    return open_workspace(root)


def put_scores(ws: Workspace, table: pa.Table, *, night: datetime = NIGHT, industries: Sequence[str] = ()) -> None:
    """Write a scored night into the workspace's store."""
    store = Store(ws.state / "store")
    store.replace("score_axes", as_of=night, rows=axes(*(industries or ws.industries)), run_id="r")
    store.replace("scores", as_of=night, rows=table, run_id="r")
