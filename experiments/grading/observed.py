"""Scores without training: the true chances of a burn-in, regressed once on what the rows had shown by then.

A closed loop scores hundreds of nights; training and scoring as the product does would take days. What is under test
there is the policy, so it gets a frozen predictor instead: a forest of each industry that has learned, from a world of
its own that nobody acted on, the mean true chance of each scenario in every leaf. It sees what a night sees and
nothing else: the rows known by then about the order and its store, and the calendar.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from sklearn.ensemble import RandomForestRegressor

from demand.contract import INSTANT, TABLES, conform
from demand.models import bucket_edges
from demand.models.prediction import Prediction
from demand.simulator import World
from demand.simulator.clock import CUTOFF_HOUR, DAY, day_number, day_of, holiday, instant, weekend
from demand.simulator.dice import Floats, Ints
from demand.simulator.fund_ledger import LEDGER
from demand.simulator.industry import Industry
from demand.simulator.rows import OPS, Layout, Rows, names
from demand.simulator.sources import INITIATORS
from demand.simulator.world import DayBatch

TEACHER = 4_100_000
"""The seed of the world that the forests learn from; no graded world has it."""

CHANNEL = "app_message"
"""The one channel that needs a consent."""

_WARM, _EVERY = 40, 3  # days before the first lesson, and between two: neighbouring nights teach much the same
_FEWEST_ROWS = 300
_FOREST = {"n_estimators": 24, "min_samples_leaf": 25, "max_features": 0.4, "bootstrap": True, "random_state": 7}
_INSERT, _USER = OPS.index("insert"), INITIATORS.index("user")
_KINDS = ("category", "int", "cents", "number", "bool", "date", "time")
_CONTACTS, _PRIOR = "contacts", 5.0
_UNREAD = (LEDGER, "store_status")
"""The first follows what was done; the second the marketplace told only after the loop's figures were made."""


class _Sheet:
    """What one source has said about each of its owners: how many rows, when the last, its values, rows by category.

    A column of dates keeps the day; it is turned into days from the night when it is asked for.
    """

    def __init__(self, layout: Layout) -> None:
        self.columns = [c for c in layout.columns if c.kind in _KINDS]
        self.counted = [c for c in self.columns if c.kind == "category" and layout.tag]
        self.dates = [1, *(2 + n for n, c in enumerate(self.columns) if c.kind in ("date", "time"))]
        self.first_count = 2 + len(self.columns)
        self.width = self.first_count + sum(len(c.words) for c in self.counted)
        self.values = np.empty((0, self.width))

    def take(self, rows: Rows) -> None:
        """Note rows, in the order in which they became known."""
        if not len(rows):
            return
        self._reach(int(rows["ident"].max()) + 1)
        ident, new = rows["ident"], rows["op"] == _INSERT
        np.add.at(self.values[:, 0], ident[new], 1)
        self.values[ident, 1] = day_of(rows["known"])
        for place, column in enumerate(self.columns, start=2):
            told = rows[column.name]
            self.values[ident, place] = day_of(told) if column.kind == "time" else told
        place = self.first_count
        for column in self.counted:
            said = new & (rows[column.name] >= 0)
            np.add.at(self.values, (ident[said], place + rows[column.name][said]), 1)
            place += len(column.words)

    def at(self, owners: Ints, day: int) -> Floats:
        """(owners, width) what a night on `day` sees; NaN where nothing was said."""
        self._reach(int(owners.max(initial=-1)) + 1)
        seen = self.values[owners]
        seen[:, self.dates] -= day
        return seen

    def _reach(self, size: int) -> None:
        if size > len(self.values):
            more = np.full((max(size, 2 * len(self.values)) - len(self.values), self.width), np.nan)
            more[:, 0] = more[:, self.first_count :] = 0
            self.values = np.concatenate([self.values, more])


class Sightings:
    """Everything that a world's rows have shown so far, as features of its orders.

    Parameters
    ----------
    world : at its first day
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._sheets: dict[str, dict[tuple[str, str], _Sheet]] = {i.name: {} for i in world.industries}
        self._asked = {i.name: np.zeros((i.stores, len(i.scenarios))) for i in world.industries}
        self._sold = {i.name: np.zeros(i.stores) for i in world.industries}
        self._by_user = np.zeros(world.industries[0].users)

    def take(self, batch: DayBatch) -> None:
        """Note the rows of a day."""
        for industry in self._world.industries:
            sheets = self._sheets[industry.name]
            for layout, rows in _about(industry, batch):
                if layout.source == _CONTACTS:
                    self._count_requests(industry, rows)
                    continue
                if (layout.source, layout.prefix) not in sheets:
                    sheets[layout.source, layout.prefix] = _Sheet(layout)
                sheets[layout.source, layout.prefix].take(rows)
                if not layout.tag and layout.prefix == industry.prefix:
                    np.add.at(self._sold[industry.name], rows["store_id"][rows["op"] == _INSERT], 1)

    def of(self, industry: Industry, subjects: Ints, day: int) -> npt.NDArray[np.float32]:
        """(subjects, features) at the cutoff of `day`."""
        p = industry.population
        store, due = p["store"][subjects], p["due_day"][subjects]
        asked, sold = self._asked[industry.name], self._sold[industry.name]
        calendar = [np.full(len(subjects), (day + 3) % 7), (due + 3) % 7, holiday(due), weekend(due)]
        parts = [due - day, day - p["open_day"][subjects], *calendar, self._by_user[p["user"][subjects]]]
        parts += [asked[store] / (sold[store] + _PRIOR)[:, None]]
        for (_, prefix), sheet in self._sheets[industry.name].items():
            parts.append(sheet.at(subjects if prefix == industry.prefix else store, day))
        return np.column_stack(parts).astype(np.float32)

    def _count_requests(self, industry: Industry, rows: Rows) -> None:
        """Of the customers only: what the policy itself sends must not look like demand."""
        own = rows[(rows["initiator"] == _USER) & (rows["op"] == _INSERT)]
        np.add.at(self._asked[industry.name], (own["store_id"], own["scenario"]), 1)
        np.add.at(self._by_user, own["user_id"], 1)


def _about(industry: Industry, batch: DayBatch) -> Iterable[tuple[Layout, Rows]]:
    """The day's rows about an industry's orders and stores, always in the same order."""
    wanted = (industry.prefix, industry.store_column.words[0])
    found = [
        (layout, rows)
        for part in batch.rows
        for layout, rows in part.items()
        if layout.prefix in wanted and layout.source not in _UNREAD
    ]
    return sorted(found, key=lambda pair: (pair[0].prefix, pair[0].source))


@dataclass(frozen=True)
class Predictor:
    """One industry's frozen predictor.

    Parameters
    ----------
    scenarios : S names
    edges : (B + 1) bucket edges in days after the cutoff
    forest : features -> (rows, S) mean true chance of a request of each kind within the horizon
    curves : (days, S, B) how such a request spreads over the buckets, by days to due, the first row `soonest`
    """

    scenarios: tuple[str, ...]
    edges: tuple[float, ...]
    forest: RandomForestRegressor
    curves: Floats
    soonest: int

    def predict(self, features: npt.NDArray[np.float32], days_to_due: Ints) -> Prediction:
        """What may happen to these orders; of shape (rows, S, B)."""
        each = self.forest.predict(features).reshape(len(features), len(self.scenarios))
        curve = self.curves[np.clip(days_to_due - self.soonest, 0, len(self.curves) - 1)]
        return Prediction(self.scenarios, self.edges, each[:, :, None] * curve)


def teach(orders: int, start: date, days: int, *, seed: int = TEACHER) -> dict[str, Predictor]:
    """Predictors learned from the first `days` of a world without actions.

    Industries that had too few orders by then have none.
    """
    world = World(seed, orders, start, truth="grid")
    sightings = Sightings(world)
    lessons: dict[str, list[tuple[npt.NDArray[np.float32], Ints, Floats]]] = {i.name: [] for i in world.industries}
    for passed in range(days):
        day = day_number(world.today)
        if passed >= _WARM and passed % _EVERY == 0:
            for industry in world.industries:
                live = industry.live(day)
                if len(live):
                    due = industry.population["due_day"][live] - day
                    lessons[industry.name].append(
                        (sightings.of(industry, live, day), due, _chances(industry, live, day))
                    )
        sightings.take(world.step(world.today))
    return {i.name: _learn(i, lessons[i.name]) for i in world.industries if _rows(lessons[i.name]) >= _FEWEST_ROWS}


def _rows(lessons: Iterable[tuple[Any, Ints, Any]]) -> int:
    return sum(len(due) for _, due, _ in lessons)


def _learn(industry: Industry, lessons: list[tuple[npt.NDArray[np.float32], Ints, Floats]]) -> Predictor:
    x, due, chances = (np.concatenate(part) for part in zip(*lessons, strict=True))
    forest = RandomForestRegressor(**_FOREST).fit(x, chances.sum(axis=2))
    soonest, latest = int(due.min()), int(due.max())
    curves = np.zeros((latest - soonest + 1, *chances.shape[1:]))
    np.add.at(curves, due - soonest, chances)
    curves += 1e-6 * chances.sum(axis=0) + 1e-12  # days to due that never asked take the overall curve
    return Predictor(industry.scenarios, _edges(industry), forest, curves / curves.sum(axis=2, keepdims=True), soonest)


def _edges(industry: Industry) -> tuple[float, ...]:
    return tuple(float(edge) for edge in bucket_edges(timedelta(days=industry.horizon_days)))


def _chances(industry: Industry, subjects: Ints, day: int) -> Floats:
    """(subjects, S, B) that the next request arises in this bucket and is of this kind, everything hidden known."""
    rates = industry.rates(subjects, np.arange(day, day + industry.horizon_days))
    total = rates.sum(axis=2)
    first = np.exp(total - np.cumsum(total, axis=0)) * -np.expm1(-total) / np.maximum(total, 1e-300)
    starts = np.array(_edges(industry)[:-1], np.int64)
    return np.add.reduceat(first[:, :, None] * rates, starts, axis=0).transpose(1, 2, 0)


def score_night(
    world: World, sightings: Sightings, predictors: Mapping[str, Predictor], cutoff: datetime, run_id: str
) -> dict[str, pa.Table]:
    """`scores` and `score_axes` of every live order at the night's cutoff of the world's `today`.

    An order is due at the end of its day.
    """
    day, scores, axes = day_number(world.today), [], []
    for industry in world.industries:
        predictor = predictors.get(industry.name)
        live = industry.live(day)
        if predictor is None:
            continue
        axes.append({
            "industry": industry.name,
            "run_id": run_id,
            "scenarios": list(predictor.scenarios),
            "bucket_days": list(predictor.edges),
        })  # fmt: skip
        if not len(live):
            continue
        p = industry.population
        predicted = predictor.predict(sightings.of(industry, live, day), p["due_day"][live] - day)
        width = predicted.incidence[0].size
        incidence = pa.ListArray.from_arrays(
            pa.array(np.arange(0, (len(live) + 1) * width, width), pa.int32()), pa.array(predicted.incidence.ravel())
        )
        columns = {
            "subject_id": names(industry.prefix, live),
            "cutoff": pa.repeat(pa.scalar(cutoff, INSTANT), len(live)),
            "industry": pa.repeat(industry.name, len(live)),
            "run_id": pa.repeat(run_id, len(live)),
            "model_version": pa.repeat("frozen", len(live)),
            "p_request": predicted.p_request,
            "incidence": incidence,
            **{f"onset_p{q}": _instants(day, predicted.onset(q / 100)) for q in (10, 50, 90)},
            "opened_at": pa.array(p["opened"][live]).cast(INSTANT),
            "due_at": pa.array(instant(p["due_day"][live] + 1) - 1).cast(INSTANT),
            "user_id": names("user", p["user"][live]),
            "store_id": names(industry.store_column.words[0], p["store"][live]),
            "consent": _consents(world.audience.allowed(p["user"][live], int(instant(day, CUTOFF_HOUR)))),
        }
        scores.append(conform(pa.table(columns), "scores"))
    every = pa.concat_tables([TABLES["scores"].empty_table(), *scores], promote_options="default")
    return {"scores": every, "score_axes": conform(pa.Table.from_pylist(axes), "score_axes")}


def _consents(given: npt.NDArray[np.bool_]) -> pa.Array:
    """The channels on which each user may be written to: those of the marketplace's template."""
    ends = np.concatenate([[0], np.cumsum(given)])
    return pa.ListArray.from_arrays(pa.array(ends, pa.int32()), pa.repeat(CHANNEL, int(given.sum())))


def _instants(day: int, days: Floats) -> pa.Array:
    """Moments so many days after the cutoff of `day`; null where there is none."""
    none = np.isnan(days)
    at = int(instant(day, CUTOFF_HOUR)) + np.rint(np.where(none, 0.0, days) * DAY).astype(np.int64)
    return pa.array(at, pa.int64(), mask=none).cast(INSTANT)
