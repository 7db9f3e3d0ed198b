"""Leak alarms: figures too good to be true, each with the column that is to blame.

    auroc   the AUROC of a request, or of one scenario, lies above its level (`evaluate.alarm_auroc`)
    alone   a table of days and one feature has nearly all of a large gain, or of the ranking
    newest  the gain is gone without the newest column

The suspect of the first is found by leaving out the strongest columns one by one: it is the one without which the AUROC
falls furthest. The newest column is the one that the champion does not know; without a champion, or where it knows all,
the one declared last in the source whose rows became known latest before the cutoffs: people append.
An alarm is a reason to look, not a proof; the proof of `demand check` looks at the mapping, this looks at the figures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from demand.contract import Text
from demand.contract.database import session
from demand.evaluation import auroc, gain_interval
from demand.models import TwoWayTable
from demand.models.days import DAY_COLUMNS
from pipelines.backtesting.champion import Champion
from pipelines.backtesting.folds import Fold, Said, said, scenario_aurocs
from pipelines.backtesting.material import Material
from pipelines.config.industries import OVERALL

DEFAULT_LEVEL = 0.95
"""Nobody foresees requests that well from honest columns."""

SCENARIO_LEVEL = 0.995
"""Of one scenario, where no level is configured: a scenario may be settled by the calendar alone."""

ALONE = 0.8
LARGE_GAIN = 0.2
"""Below that, one feature may honestly have nearly all of it: the state of an order often does."""

FIRM_GAIN = 0.03
VANISHED = 1 / 3
LEAST_RANKING = 0.05
CANDIDATES = 6


@dataclass(frozen=True)
class Alarm:
    """One alarm.

    Parameters
    ----------
    kind : `auroc`, `alone` or `newest`
    suspect : the column (or feature) to look at
    features : what is made of it
    value, level : the figure that gave the alarm, and its limit
    scenario : of which scenario, None for a request of any
    text : the alarm as a sentence
    """

    kind: str
    suspect: str
    features: tuple[str, ...]
    value: float
    level: float
    text: Text
    scenario: str | None = None

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def levels(material: Material) -> Mapping[str, float]:
    """The AUROC above which a leak is suspected, of `all` and of scenarios."""
    return {OVERALL: DEFAULT_LEVEL, **material.ws.config.industries[material.industry].evaluate.alarm_auroc}


def too_good(limits: Mapping[str, float], overall: float, scenarios: Mapping[str, float]) -> list[str]:
    """What lies above its level: `all`, and scenarios."""
    found = {OVERALL: overall, **scenarios}
    return [
        name
        for name, value in found.items()
        if value > limits.get(name, limits[OVERALL] if name == OVERALL else SCENARIO_LEVEL)
    ]


@dataclass
class Detective:
    """Looks at the folds of one industry; models without a column are fitted once, at the last origin."""

    material: Material
    folds: Sequence[Fold]
    champion: Champion | None = None
    _without: dict[frozenset[str], Fold] = field(default_factory=dict)

    def alarms(self, pooled: Said) -> list[Alarm]:
        """Every alarm of the industry; `pooled` are the rows of all origins."""
        return [*self._too_good(pooled), *self._alone(), *self._newest()]

    def _too_good(self, pooled: Said) -> list[Alarm]:
        limits, found = levels(self.material), []
        parts = [pooled, *(said(fold) for fold in self.folds)] if len(self.folds) > 1 else [pooled]
        worst: dict[str, float] = {}
        for part in parts:
            overall, scenarios = auroc(part.y, part.p), scenario_aurocs(part)
            for name in too_good(limits, overall, scenarios):
                worst[name] = max(worst.get(name, 0.0), {OVERALL: overall, **scenarios}[name])
        for name, value in worst.items():
            scenario = None if name == OVERALL else name
            suspect = self._suspect(scenario)
            level = limits.get(name, SCENARIO_LEVEL)
            found.append(
                self._alarm(
                    "auroc",
                    suspect,
                    value,
                    level,
                    f"AUROC {value:.3f}{f' of {scenario}' if scenario else ''} lies above {level:g}; "
                    f"it falls furthest without {suspect}: was that known before the request?",
                    f"{f'{scenario} 的' if scenario else ''}AUROC {value:.3f} 高于警戒值 {level:g}；"
                    f"去掉 {suspect} 后降幅最大：它在请求发生前真的已知吗？",
                    scenario,
                )
            )
        return found

    def _alone(self) -> list[Alarm]:
        """Features that, in a two-way table with the days, have nearly all of gain or AUROC; one a column."""
        fold = self.folds[-1]
        learned = fold.learned
        bars = {name: learned.tables[name] for name in ("base_rate", "days_table")}
        gain, low, _ = gain_interval(learned.y, learned.p, bars, learned.clusters)
        if gain < LARGE_GAIN or low <= 0:
            return []
        ranked, by_days = auroc(learned.y, learned.p), auroc(learned.y, learned.tables["days_table"])
        seen, asked = (side.x.assign(days=side.labels["days"]) for side in (learned.train, learned.test))
        shares = {}
        for name in (m.name for m in learned.train.meta if m.name not in DAY_COLUMNS):
            p = TwoWayTable(("days", name)).fit(seen, learned.train.labels).predict(asked)
            of_gain = gain_interval(learned.y, p, bars, learned.clusters, n=1).estimate / gain
            of_ranking = (auroc(learned.y, p) - by_days) / max(ranked - by_days, LEAST_RANKING)
            shares[name] = max(of_gain, of_ranking)
        found: dict[str, Alarm] = {}
        for name, share in sorted(shares.items(), key=lambda item: -item[1]):
            if share < ALONE:
                break
            suspect = self._blamed(name)
            if suspect not in found:
                found[suspect] = self._alarm(
                    "alone",
                    suspect,
                    share,
                    ALONE,
                    f"a table of days and {name} alone has {share:.0%} of what the model adds: look at {suspect}",
                    f"仅用天数与 {name} 的统计表就达到模型增益的 {share:.0%}：请检查 {suspect}",
                )
        return list(found.values())

    def _newest(self) -> list[Alarm]:
        newest = self.newest()
        if newest is None:
            return []
        suspect, features = newest
        learned, without = self.folds[-1].learned, self._fold_without(frozenset(features)).learned
        bars = {name: learned.tables[name] for name in ("base_rate", "days_table")}
        gain, low, _ = gain_interval(learned.y, learned.p, bars, learned.clusters)
        left, left_low, _ = gain_interval(without.y, without.p, bars, without.clusters)
        if gain < FIRM_GAIN or low <= 0 or left > VANISHED * gain or (left_low > 0 and gain < LARGE_GAIN):
            return []
        return [
            self._alarm(
                "newest",
                suspect,
                left,
                VANISHED * gain,
                f"the gain of {gain:.1%} is gone without the newest column, {suspect} ({left:.1%} left)",
                f"去掉最新的列 {suspect} 后，{gain:.1%} 的增益不复存在（仅剩 {left:.1%}）",
            )
        ]

    def newest(self) -> tuple[str, list[str]] | None:
        """The newest column and the features made of it; None where no column can be called so."""
        columns, own = self.material.columns(), [m.name for m in self.folds[-1].learned.train.meta]
        if self.champion is not None:
            added = [name for name in own if name not in self.champion.features]
            if added and len(added) < len(own):
                new = [c for c, readers in columns.items() if set(readers) <= set(added)]
                return (", ".join(new) or ", ".join(added), added)
        sources = self.material.ws.feature_sources(self.material.industry)
        for source in self._latest_sources():
            for column in reversed(list(sources[source].spec.columns)):
                if readers := columns.get(f"{source}.{column}"):
                    return f"{source}.{column}", readers
        return None

    def _latest_sources(self) -> list[str]:
        """Sources about the subjects themselves, the one whose rows became known latest before the cutoffs first."""
        spine = self.folds[-1].learned.test.spine.select(["subject_id", "cutoff"])
        read = {source for reads in self.material.reads.values() for source, column in reads if column}
        ages = {}
        with session() as db:
            db.register("spine", spine)
            for name, source in self.material.ws.feature_sources(self.material.industry).items():
                if name not in read or "subject" not in source.spec.keys:
                    continue
                db.register("rows", source.table.select(["subject_id", "occurred_at", "known_at"]))
                (row,) = db.sql(_AGE).to_arrow_table().to_pylist()
                db.unregister("rows")
                if row["age"] is not None:
                    ages[name] = row["age"]
        return sorted(ages, key=lambda name: (ages[name], name))

    def _suspect(self, scenario: str | None) -> str:
        """The column without which the AUROC falls furthest, among the strongest."""
        falls = {}
        for column, features in self._strongest().items():
            left = said(self._fold_without(frozenset(features)))
            falls[column] = scenario_aurocs(left).get(scenario, 0.0) if scenario else auroc(left.y, left.p)
        return min(falls, key=lambda column: (falls[column], column)) if falls else "no single column"

    def _strongest(self) -> dict[str, list[str]]:
        """The columns with the single features that the trees gain most from, and all that is made of them.

        Not the sum over a column's features: a key has dozens of them, a leak often one.
        """
        forecaster = self.folds[-1].learned.forecaster
        boosters = [b for b in (forecaster.likelihood_.booster_, forecaster.scenario_.booster_) if b is not None]
        gains = dict.fromkeys((m.name for m in forecaster.meta_), 0.0)
        for booster in boosters:
            importance = np.asarray(booster.feature_importance("gain"), dtype=np.float64)
            for name, share in zip(gains, importance / max(importance.sum(), 1e-12), strict=True):
                gains[name] += share
        columns = self.material.columns()
        weight = {column: max(gains.get(f, 0.0) for f in readers) for column, readers in columns.items()}
        best = sorted(weight, key=lambda column: (-weight[column], column))[:CANDIDATES]
        return {column: columns[column] for column in best}

    def _blamed(self, feature: str) -> str:
        """The column that a feature is made of; of several, the one that fewest other features read."""
        columns = self.material.columns()
        return min(self.material.columns_of([feature]), key=lambda c: (len(columns.get(c, ())), c))

    def _fold_without(self, features: frozenset[str]) -> Fold:
        if features not in self._without:
            self._without[features] = self.folds[-1].without(features)
        return self._without[features]

    def _alarm(
        self, kind: str, suspect: str, value: float, level: float, en: str, zh: str, scenario: str | None = None
    ) -> Alarm:
        features = tuple(self.material.columns().get(suspect, [suspect]))
        return Alarm(kind, suspect, features, float(value), float(level), Text(en, zh), scenario)


_AGE = """
SELECT median(age) AS age
FROM (
    SELECT epoch_us(s.cutoff) - max(epoch_us(r.known_at)) AS age
    FROM spine s JOIN rows r ON r.subject_id = s.subject_id AND r.known_at < s.cutoff AND r.occurred_at < s.cutoff
    GROUP BY s.subject_id, s.cutoff
)
"""
