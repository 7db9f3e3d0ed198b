"""Reading what the page is made of from a workspace: its store, its state folder, its words."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from demand.contract import TABLES, FeatureMeta, SourceTable, StateError
from pipelines.freshness import stale_industries
from pipelines.reports.inputs import NIGHT_TABLES, Inputs, ResourceUse, SourceRows
from pipelines.reports.names import Names
from pipelines.runs import read_runs
from pipelines.store import Store
from pipelines.workspace import Workspace


def read_inputs(ws: Workspace, as_of: datetime) -> Inputs:
    """Everything the page of one moment is made of; what was never written is empty.

    Raises
    ------
    StateError
        If a file of the state folder cannot be read.
    """
    store, config = Store(ws.state / "store"), ws.config
    industries = {name: config.industries[name] for name in ws.industries}
    return Inputs(
        workspace=config.workspace,
        as_of=as_of,
        zone=ws.zone,
        names=Names.of(ws.catalog, {name: industry.text for name, industry in industries.items()}),
        horizons={name: industry.horizon for name, industry in industries.items()},
        tables={name: _night_of(store, name, as_of) for name in NIGHT_TABLES} | {"runs": read_runs(ws, as_of=as_of)},
        catalog=ws.catalog,
        meta={
            industry: {m["name"]: FeatureMeta.from_dict(m) for m in features}
            for industry, features in _json(ws.state / "features.json").items()
        },
        evaluation=_json(ws.state / "evaluation.json"),
        limits=_limits(store, as_of),
        scored=store.has("scores", as_of),
        decided=store.has("decisions", as_of),
        holdout_share=config.holdout.share,
        holdout_by=config.holdout.by,
        sources=tuple(_known(name, source, as_of) for name, source in ws.sources.items()),
        stale=stale_industries(ws, as_of, _scored(store, as_of)),
        quarantined=ws.quarantined,
    )


def _scored(store: Store, as_of: datetime) -> list[str]:
    """The industries that were asked about that night."""
    return list(_night_of(store, "score_axes", as_of)["industry"].to_pylist())


def night_name(ws: Workspace, as_of: datetime) -> str:
    """`2017-07-01` for a night's cutoff, `2017-07-01T123000Z` for any other instant."""
    day = as_of.astimezone(ws.zone).date().isoformat()
    return day if ws.parse_as_of(day) == as_of else f"{as_of:%Y-%m-%dT%H%M%SZ}"


def _night_of(store: Store, table: str, as_of: datetime) -> pa.Table:
    return store.read(table, as_of=as_of) if store.has(table, as_of) else TABLES[table].empty_table()


def _limits(store: Store, as_of: datetime) -> tuple[ResourceUse, ...]:
    if not store.has("limits", as_of):
        return ()
    rows = store.read("limits", as_of=as_of, columns=["resource", "used", "available", "price_cents"]).to_pylist()
    return tuple(ResourceUse(**row) for row in rows)


def _known(name: str, source: SourceTable, as_of: datetime) -> SourceRows:
    """A source as it was known at the moment asked for."""
    known = source.table["known_at"]
    before = known.filter(pc.less(known, pa.scalar(as_of, known.type)))
    return SourceRows(name, len(before), pc.max(before).as_py())


def _json(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(content, dict):
            raise ValueError(f"it holds a {type(content).__name__}")
    except (OSError, ValueError) as error:
        raise StateError(
            found=f"{path} cannot be read: {error}",
            expected="the JSON object that the toolkit wrote",
            remedy="delete it and run `demand train`, which writes it again",
        ) from error
    return content
