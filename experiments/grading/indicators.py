"""Do leading indicators lead? Requests by days since the indicator, against orders that never showed it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import yaml

from experiments.grading.expected import Floats
from pipelines.workspace import Workspace

BEFORE, AFTER = 7, 14
_FILE = Path(__file__).with_name("indicators.yaml")

_HAZARD = """
WITH opened AS (
    SELECT subject_id, opened_at, coalesce(due_at, TIMESTAMPTZ '9999-01-01') AS due_at FROM subjects
), signed AS (
    SELECT subject_id, min(known_at) AS sign FROM source_rows WHERE op <> 'delete' AND ({where}) GROUP BY 1
), anchored AS (
    SELECT o.*, coalesce(s.sign, o.opened_at + (o.due_at - o.opened_at) / 2) AS sign, s.sign IS NOT NULL AS showed
    FROM opened o LEFT JOIN signed s USING (subject_id)
    WHERE s.sign IS NULL OR s.sign < o.due_at
), days AS (SELECT unnest(range(-{before}, {after})) AS day
), exposed AS (
    SELECT a.showed, d.day, count(*) AS subjects FROM anchored a, days d
    WHERE a.sign + INTERVAL 1 DAY * d.day >= a.opened_at AND a.sign + INTERVAL 1 DAY * d.day <= a.due_at
    GROUP BY ALL
), asked AS (
    SELECT a.showed, floor(date_diff('second', a.sign, e.occurred_at) / 86400.0)::BIGINT AS day, count(*) AS requests
    FROM anchored a JOIN episodes e USING (subject_id)
    WHERE e.scenario = '{scenario}' GROUP BY ALL
)
SELECT x.showed, x.day, x.subjects, coalesce(k.requests, 0) AS requests
FROM exposed x LEFT JOIN asked k USING (showed, day) ORDER BY 1, 2
"""


@dataclass(frozen=True)
class Lead:
    """Requests per exposed order and day, around an indicator's first row.

    Parameters
    ----------
    industry, scenario, text : whose indicator, of what, in words
    days : (d,) days since the indicator
    with_sign, without : (d,) requests of the scenario per order and day; for orders that never showed it, around the
        middle of their time
    shown : how many orders showed it
    """

    industry: str
    scenario: str
    text: str
    days: Floats
    with_sign: Floats
    without: Floats
    shown: int
    after: float
    before: float
    otherwise: float


def declared() -> dict[str, list[dict[str, str]]]:
    """Industry -> its indicators, as `indicators.yaml` lists them."""
    found: dict[str, list[dict[str, str]]] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return found


def leads(ws: Workspace, industry: str) -> list[Lead]:
    """Every declared indicator of an industry, measured."""
    return [_measured(ws, industry, **entry) for entry in declared().get(industry, [])]


def _measured(ws: Workspace, industry: str, *, scenario: str, source: str, where: str, text: str) -> Lead:
    with duckdb.connect() as db:
        db.execute("SET TimeZone = 'UTC'")
        db.register("subjects", ws.subjects(industry))
        db.register("episodes", ws.episodes(industry))
        db.register("source_rows", ws.sources[source].table)
        sql = _HAZARD.format(where=where, scenario=scenario, before=BEFORE, after=AFTER)
        found = db.sql(sql).to_arrow_table()
    showed, day = (found[name].to_numpy(zero_copy_only=False) for name in ("showed", "day"))
    subjects, requests = (found[name].to_numpy().astype(np.float64) for name in ("subjects", "requests"))
    days = np.arange(-BEFORE, AFTER)

    def of(side: bool, rows: np.ndarray) -> float:
        taken = (showed == side) & np.isin(day, rows)
        return float(requests[taken].sum() / max(subjects[taken].sum(), 1))

    with_sign, without = (np.array([of(side, np.array([d])) for d in days]) for side in (True, False))
    shown = int(subjects[(showed == True) & (day == 0)].sum())  # noqa: E712 - an array
    after, before, otherwise = of(True, days[days >= 0]), of(True, days[days < 0]), of(False, days)
    return Lead(industry, scenario, text, days.astype(np.float64), with_sign, without, shown, after, before, otherwise)
