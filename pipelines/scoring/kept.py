"""A night as it was scored before, read back from the store."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow.compute as pc

from demand.contract import FeatureMeta
from demand.explanation import word
from demand.models import Prediction
from pipelines.disk import on_disk
from pipelines.ledger import Ledger
from pipelines.scoring.industry import Scored
from pipelines.store import Store
from pipelines.workspace import Workspace


def committed_scores(ws: Workspace, moment: datetime, asked: Sequence[str]) -> dict[str, Scored]:
    """Of the industries asked for, those whose decisions of that night are committed, as they were scored for them."""
    if not Ledger.exists(ws.state):
        return {}
    with Ledger.open(ws.state) as ledger, ledger.reading() as step:
        committed = step.committed(moment)
    store = Store(ws.state / "store")
    if not committed or not store.has("score_axes", moment):
        return {}
    axes = store.read("score_axes", as_of=moment).drop_columns(["as_of"])
    scored = set(axes["industry"].to_pylist())
    scores, reasons = (store.read(name, as_of=moment).drop_columns(["as_of"]) for name in ("scores", "reasons"))
    meta = _meta(ws)
    kept = {}
    for name in (n for n in asked if n in committed and n in scored):
        rows = scores.filter(pc.equal(scores["industry"], name))
        own = axes.filter(pc.equal(axes["industry"], name))
        why = reasons.filter(pc.is_in(reasons["subject_id"], rows["subject_id"].combine_chunks()))
        said: dict[str, list[str]] = {}
        for row in why.to_pylist():
            known = row["feature"] in meta.get(name, {})
            said.setdefault(row["subject_id"], []).append(word(row, meta[name]) if known else row["feature"])
        words = ["; ".join(said.get(subject, [])) for subject in rows["subject_id"].to_pylist()]
        (axis,) = own.to_pylist()
        shape = (rows.num_rows, len(axis["scenarios"]), len(axis["bucket_days"]) - 1)
        incidence = pc.list_flatten(rows["incidence"]).to_numpy().reshape(shape).astype(np.float64)
        prediction = Prediction(tuple(axis["scenarios"]), tuple(axis["bucket_days"]), incidence)
        kept[name] = Scored(rows, own, why, words, prediction.top_scenario)
    return kept


def _meta(ws: Workspace) -> dict[str, dict[str, FeatureMeta]]:
    """Industry -> feature -> its meaning, as training wrote them."""
    path = ws.state / "features.json"
    if not path.is_file():
        return {}
    with on_disk(path):
        content: dict[str, list[dict[str, Any]]] = json.loads(path.read_text(encoding="utf-8"))
    return {name: {m["name"]: FeatureMeta.from_dict(m) for m in metas} for name, metas in content.items()}
