"""Do leading indicators lead? Requests by days since the indicator, against orders that never showed it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt
import yaml
from scipy.stats import gamma

from experiments.grading.expected import Floats
from pipelines.workspace import Workspace

BEFORE, AFTER = 7, 14
RESTS = 7  # days after its due moment on which an order may still be asked about
_FILE = Path(__file__).with_name("indicators.yaml")

_HAZARD = """
WITH opened AS (
    SELECT DISTINCT ON (subject_id) subject_id, opened_at, coalesce(due_at, opened_at + INTERVAL 1 YEAR) AS due_at
    FROM subjects ORDER BY subject_id, visible_from DESC
), signed AS (
    SELECT subject_id, min(known_at) AS sign FROM source_rows WHERE op <> 'delete' AND ({where}) GROUP BY 1
), anchored AS (
    SELECT o.*, coalesce(s.sign, o.opened_at + (o.due_at - o.opened_at) / 2) AS sign, s.sign IS NOT NULL AS showed
    FROM opened o LEFT JOIN signed s USING (subject_id)
    WHERE s.sign IS NULL OR s.sign < o.due_at
), days AS (SELECT unnest(range(-{before}, {after})) AS day
), open AS (
    SELECT a.*, d.day FROM anchored a, days d
    WHERE a.sign + INTERVAL 1 DAY * d.day BETWEEN a.opened_at AND a.due_at + INTERVAL {rests} DAY
), exposed AS (
    SELECT showed, day, count(*) AS subjects FROM open GROUP BY ALL
), asked AS (
    SELECT o.showed, o.day, count(*) AS requests
    FROM open o JOIN episodes e ON e.subject_id = o.subject_id
        AND floor(date_diff('second', o.sign, e.occurred_at) / 86400.0)::BIGINT = o.day
    WHERE e.scenario = '{scenario}' GROUP BY ALL
)
SELECT x.showed, x.day, x.subjects, coalesce(k.requests, 0) AS requests
FROM exposed x LEFT JOIN asked k USING (showed, day) ORDER BY 1, 2
"""


@dataclass(frozen=True)
class Around:
    """What happened to orders on the days around an instant of their own.

    Parameters
    ----------
    requests : (days,) of the scenario
    orders : (days,) that were open on that day
    """

    requests: Floats
    orders: Floats

    @property
    def rate(self) -> Floats:
        """(days,) requests per open order and day; where no order was open, not a number."""
        return np.divide(self.requests, self.orders, out=np.full(len(self.orders), np.nan), where=self.orders > 0)

    def interval(self, level: float = 0.9) -> tuple[Floats, Floats]:
        """(days,) twice: the lowest and the highest rate that agree with so many requests, counts being Poisson's."""
        low = gamma.ppf((1 - level) / 2, np.maximum(self.requests, 1e-9))
        high = gamma.ppf((1 + level) / 2, self.requests + 1)
        orders = np.where(self.orders > 0, self.orders, np.nan)
        return np.where(self.requests > 0, low, 0.0) / orders, high / orders

    def overall(self, of: npt.NDArray[np.bool_]) -> float:
        """Requests per open order and day, of the days `of` taken together."""
        return float(self.requests[of].sum() / max(self.orders[of].sum(), 1))


@dataclass(frozen=True)
class Lead:
    """Requests around an indicator's first row.

    Parameters
    ----------
    industry, scenario, text : whose indicator, of what, in words
    days : (days,) whole days since the indicator: 0 are the 24 hours that begin with it
    with_sign, without : orders that showed it; orders that never did, around the middle of their time
    """

    industry: str
    scenario: str
    text: str
    days: npt.NDArray[np.int64]
    with_sign: Around
    without: Around

    @property
    def times(self) -> float:
        """How many times as often requests come from the indicator on, beside orders that never showed it."""
        since = self.days >= 0
        never = self.without.overall(since)
        return self.with_sign.overall(since) / never if never else np.inf


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
        sql = _HAZARD.format(where=where, scenario=scenario, before=BEFORE, after=AFTER, rests=RESTS)
        found = db.sql(sql).to_arrow_table()
    showed, day = (found[name].to_numpy(zero_copy_only=False) for name in ("showed", "day"))
    subjects, requests = (found[name].to_numpy().astype(np.float64) for name in ("subjects", "requests"))
    days = np.arange(-BEFORE, AFTER)

    def around(side: bool) -> Around:
        counts = np.zeros((2, len(days)))
        counts[:, day[showed == side] + BEFORE] = requests[showed == side], subjects[showed == side]
        return Around(*counts)

    return Lead(industry, scenario, text, days, around(True), around(False))
