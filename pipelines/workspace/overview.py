"""A workspace in a notebook's cell: its industries, its sources, what stands in the way, and the last night."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa

from demand.contract import DemandError
from pipelines.frame import card, facts_html, note_html, table_html

if TYPE_CHECKING:
    from pipelines.workspace.workspace import Workspace

_SAID = 10
"""That many problems are shown; `demand check` lists them all."""


def overview_html(ws: Workspace) -> str:
    """What `ws` shows of itself; a problem with the data is shown in its place."""
    facts: dict[str, Any] = {"folder": ws.root, "time zone": ws.zone.key}
    if ws.raw.moment is not None:
        facts["as seen at"] = f"{ws.raw.moment:%Y-%m-%d %H:%M} UTC"
    title = f"workspace {ws.config.workspace}"
    try:
        industries, sources = _industries(ws), _sources(ws)
        facts["quarantined"] = f"{sum(p.rows or 0 for p in ws.quarantined):,} rows"
    except DemandError as error:
        problems = [str(p) for p in error.problems] or [error.found]
        facts |= {f"problem {i}" if len(problems) > 1 else "problem": p for i, p in enumerate(problems[:_SAID], 1)}
        return card(title, facts_html(facts), note_html("`demand check` says what to do"))
    facts["last night"] = _last_night(ws)
    return card(
        title,
        facts_html(facts),
        table_html(industries, zone=ws.zone, head=industries.num_rows, types=False),
        table_html(sources, zone=ws.zone, head=sources.num_rows, types=False),
    )


def _industries(ws: Workspace) -> pa.Table:
    rows = []
    for name in ws.industries:
        settings, last = ws.industry(name), ws.last_fair_cutoff(name)
        rows.append(
            {
                "industry": name,
                "subjects": ws.subjects(name)["subject_id"].unique().__len__(),
                "live": ws.live(name, last).num_rows,
                "at": last,
                "requests": ws.episodes(name).num_rows,
                "horizon days": settings.horizon.total_seconds() / 86_400,
            }
        )
    return pa.Table.from_pylist(rows)


def _sources(ws: Workspace) -> pa.Table:
    import pyarrow.compute as pc

    rows = [
        {
            "source": name,
            "kind": source.spec.kind,
            "rows": source.table.num_rows,
            "keys": ", ".join(source.spec.keys),
            "columns": ", ".join(source.spec.columns),
            "known from": pc.min(source.table["known_at"]).as_py(),
            "known until": pc.max(source.table["known_at"]).as_py(),
        }
        for name, source in ws.sources.items()
    ]
    return pa.Table.from_pylist(rows)


def _last_night(ws: Workspace) -> str:
    if not (ws.state / "store" / "runs").exists():
        return "none yet: `demand train`, then `demand nightly`"
    from pipelines.runs import read_runs

    nights = [row for row in read_runs(ws).to_pylist() if row["verb"] == "nightly"]
    if not nights:
        return "none yet: `demand nightly`"
    newest = max(nights, key=lambda row: row["started_at"])
    return f"{newest['as_of'].astimezone(ws.zone):%Y-%m-%d %H:%M}, {newest['status']}"
