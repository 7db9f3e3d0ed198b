"""Where the numbers come from: rows, quarantine, models, runs."""

from __future__ import annotations

from datetime import datetime

from demand.contract import Text
from pipelines.reports.inputs import Inputs
from pipelines.reports.model import DataFacts


def data_facts(inputs: Inputs) -> DataFacts:
    """Facts for whoever wants to check the page; `missing` names the industries that were asked and have no live order,
    `stale` those whose newest row is old.

    Those that have a page of their own are not among them.

    What is still running is left out: the page itself is written by such a run.
    """
    scores = inputs.tables["scores"]
    newest = scores.group_by("industry").aggregate([("model_version", "max")]).to_pylist()
    versions = {row["industry"]: row["model_version_max"] for row in newest}
    runs = sorted(
        (r for r in inputs.tables["runs"].to_pylist() if r["status"] != "running"),
        key=lambda r: (r["started_at"], r["verb"], r["run_id"]),
    )
    return DataFacts(
        sources=tuple((s.name, s.rows, inputs.local(s.newest)) for s in inputs.sources),
        quarantined=tuple((p.table or p.where, _why(p.found, p.example), p.rows or 1) for p in inputs.quarantined),
        model_versions=tuple((inputs.names.industry(i), versions[i]) for i in inputs.horizons if i in versions),
        runs=tuple((r["verb"], r["run_id"], r["status"], inputs.local(r["finished_at"])) for r in runs),
        label_as_of=_instant(inputs.evaluation.get("label_as_of")),
        missing=_missing(inputs, {*versions, *inputs.elsewhere}),
        stale=tuple((inputs.names.industry(i), known) for i, known in inputs.stale.items()),
    )


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _missing(inputs: Inputs, live: set[str]) -> tuple[Text, ...]:
    return tuple(inputs.names.industry(i) for i in inputs.horizons if i not in live and i not in inputs.elsewhere)


def _why(found: str, example: str | None) -> str:
    return found if example is None else f"{found} ({example})"
