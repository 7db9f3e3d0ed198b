"""Reading what the page is made of from a workspace: its store, its state folder, its words."""

from __future__ import annotations

from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from demand.contract import TABLES, FeatureMeta, SourceTable
from pipelines.evaluations import evaluation_of_night, read_json
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
            for industry, features in read_json(ws.state / "features.json").items()
        },
        evaluation=evaluation_of_night(ws, as_of),
        limits=_limits(store, as_of),
        scored=store.has("scores", as_of),
        decided=store.has("decisions", as_of),
        elsewhere={n: (m, f"{night_name(ws, m)}.html") for n, m in _elsewhere(store, as_of, set(industries)).items()},
        holdout_share=config.holdout.share,
        holdout_by=config.holdout.by,
        sources=tuple(_known(name, source, as_of) for name, source in ws.sources.items()),
        stale=stale_industries(ws, as_of, sorted(_asked(store, as_of))),
        quarantined=ws.quarantined,
    )


def _elsewhere(store: Store, as_of: datetime, industries: set[str]) -> dict[str, datetime]:
    """The newest other moment of every industry that was not asked at this one, be it that they live in other years."""
    found: dict[str, datetime] = {}
    missing = industries - _asked(store, as_of)
    for moment in reversed(store.moments("score_axes")):
        if not missing:
            break
        here = missing & _asked(store, moment)
        found |= dict.fromkeys(sorted(here), moment)
        missing -= here
    return found


def _asked(store: Store, as_of: datetime) -> set[str]:
    axes = _night_of(store, "score_axes", as_of)
    return set(axes["industry"].to_pylist())


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
