"""The rows of the page's tables: model values, written out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from demand.contract import Text
from pipelines.reports.figures import day_totals, verdict
from pipelines.reports.model import Activity, DataFacts, Expected, Plan, Quality
from pipelines.reports.numerals import (
    MISSING,
    amount,
    count,
    decimals,
    money,
    percent,
    short_day,
    signed_percent,
    week_day,
)
from pipelines.reports.words import say


@dataclass(frozen=True, slots=True)
class Below:
    """A cell with a second, quieter line."""

    first: Text
    second: Text


Cell = Text | str | Below
Head = tuple[Text, bool]


def scenario_rows(e: Expected) -> list[list[Cell]]:
    total = e.expected or 1.0
    rows: list[list[Cell]] = [[name, amount(value), percent(value / total)] for name, value in e.scenarios]
    return [*rows, [say("total"), amount(e.expected), percent(1.0)]]


def day_heads(e: Expected) -> list[Head]:
    return [(say("day"), False), *((name, True) for name, _ in e.by_day), (say("total"), True)]


def day_rows(e: Expected) -> list[list[Cell]]:
    totals = day_totals(e)
    return [
        [week_day(day), *(amount(values[i]) for _, values in e.by_day), amount(totals[i])]
        for i, day in enumerate(e.days)
    ]


def activity_heads(plan: Plan) -> list[Head]:
    liable = [(say("liability"), True)] if _liable(plan) else []
    return [
        (say("intervention"), False),
        (say("orders"), True),
        (say("cost"), True),
        *liable,
        (say("addressed"), True),
        (say("effect"), True),
        (say("avoided"), True),
        (say("fires"), True),
    ]


def activity_rows(plan: Plan) -> list[list[Cell]]:
    rows = [_activity(a, liable=_liable(plan)) for a in plan.activities]
    if len(rows) > 1:
        each = plan.activities
        liability: list[Cell] = [money(sum(a.liability_cents for a in each))] if _liable(plan) else []
        rows.append(
            [
                say("total"),
                count(sum(a.count for a in each)),
                money(sum(a.cost_cents for a in each)),
                *liability,
                amount(sum(a.expected for a in each)),
                "",
                amount(sum(a.avoided or 0.0 for a in each)),
                "",
            ]
        )
    return rows


def _activity(a: Activity, *, liable: bool) -> list[Cell]:
    fires: Cell = MISSING
    if a.first_fire is not None and a.last_fire is not None:
        first, last = short_day(a.first_fire.date()), short_day(a.last_fire.date())
        fires = first if first == last else say("between", first=first, last=last)
    return [
        Below(a.name, a.channel),
        count(a.count),
        money(a.cost_cents),
        *([money(a.liability_cents)] if liable else []),
        amount(a.expected),
        percent(a.effect),
        MISSING if a.avoided is None else amount(a.avoided),
        fires,
    ]


def _liable(plan: Plan) -> bool:
    return any(a.liability_cents for a in plan.activities)


def refusal_rows(plan: Plan) -> list[list[Cell]]:
    return [[r.words, count(r.orders), amount(r.expected), r.code] for r in plan.refusals]


def limit_rows(plan: Plan) -> list[list[Cell]]:
    return [
        [limit.words, *((money if limit.money else count)(v) for v in (limit.used, limit.limit))]
        for limit in plan.limits
    ]


def gain_rows(qualities: Sequence[Quality]) -> list[list[Cell]]:
    return [
        [q.name, signed_percent(q.gain), _interval(q), verdict(q)] if q.gain is not None else [q.name, MISSING, "", ""]
        for q in qualities
    ]


def _interval(q: Quality) -> str:
    if q.gain_low is None or q.gain_high is None:
        return MISSING
    return f"[{signed_percent(q.gain_low)}, {signed_percent(q.gain_high)}]"


def merit_heads(qualities: Sequence[Quality]) -> list[Head]:
    figures = ("cases", "auroc", "calibration", "lift", "recall")
    return [(say("industry"), False), *((say(figure), True) for figure in figures)]


def merit_rows(qualities: Sequence[Quality]) -> list[list[Cell]]:
    return [
        [
            q.name if q.gain is None else Below(q.name, verdict(q)),
            count(q.rows_test),
            decimals(q.auroc, 3),
            decimals(q.calibration_error, 3),
            MISSING if q.lift is None else f"{q.lift:.1f}×",
            percent(q.recall),
        ]
        for q in qualities
    ]


def loss_heads(qualities: Sequence[Quality]) -> list[Head]:
    names = list(dict.fromkeys(name for q in qualities for name, _ in q.baselines))
    return [(say("industry"), False), (say("model"), True), *((say(name), True) for name in names)]


def loss_rows(qualities: Sequence[Quality]) -> list[list[Cell]]:
    names = list(dict.fromkeys(name for q in qualities for name, _ in q.baselines))
    return [
        [q.name, decimals(q.log_loss), *(decimals(dict(q.baselines).get(name)) for name in names)] for q in qualities
    ]


def bin_rows(q: Quality) -> list[list[Cell]]:
    return [[str(i), percent(p), percent(y), count(n)] for i, (p, y, n) in enumerate(q.reliability, start=1)]


def source_rows(data: DataFacts) -> list[list[Cell]]:
    return [[name, count(rows), MISSING if at is None else _stamp(at)] for name, rows, at in data.sources]


def quarantine_rows(data: DataFacts) -> list[list[Cell]]:
    return [[table, why, count(rows)] for table, why, rows in data.quarantined]


def run_rows(data: DataFacts) -> list[list[Cell]]:
    return [[verb, run, status, MISSING if at is None else _stamp(at)] for verb, run, status, at in data.runs]


def _stamp(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"


FILTERS: dict[str, Callable[..., Any]] = {
    name: value for name, value in list(globals().items()) if name.endswith(("_heads", "_rows"))
}
"""What the templates may call, by name."""
