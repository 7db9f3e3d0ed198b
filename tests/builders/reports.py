"""A night for the operations page: a few rows by hand, or a realistic seeded night of three industries."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from demand.catalog import Catalog, load_catalog
from demand.contract import TABLES, FeatureMeta, Problem, Text, conform
from pipelines.reports.inputs import NIGHT_TABLES, Inputs, ResourceUse, SourceRows
from pipelines.reports.names import Names

ZONE = ZoneInfo("Asia/Shanghai")
NIGHT = datetime(2024, 12, 30, 18, tzinfo=UTC)
"""2024-12-31 02:00 in Shanghai."""
DAY = timedelta(days=1)
INDUSTRIES: dict[str, Text | None] = {
    "hotel": Text("hotels", "酒店"),
    "prepaid_card": Text("prepaid cards", "预付卡"),
    "home_cleaning": Text("home cleaning", "家政保洁"),
}


@cache
def shipped() -> Catalog:
    return load_catalog(["shipped"])


def table(name: str, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Rows as a table of the contract; what may be null may be left out."""
    return conform(pa.table({f.name: pa.array([r.get(f.name) for r in rows], f.type) for f in TABLES[name]}), name)


def axes(industry: str = "hotel", scenarios: Sequence[str] = ("no_room", "cancel_fee"), days: Any = (0, 1, 2)) -> Any:
    return {"industry": industry, "run_id": "r1", "scenarios": list(scenarios), "bucket_days": [float(d) for d in days]}


def score(subject: str, p: float, *, split: Sequence[float] = (0.7, 0.3), **more: Any) -> Any:
    """One scored order; `split` is the share of each scenario, all of it in the first of two one-day buckets."""
    row = {"subject_id": subject, "cutoff": NIGHT, "industry": "hotel", "run_id": "r1", "model_version": "3"}
    onset = {"onset_p10": NIGHT + 0.1 * DAY, "onset_p50": NIGHT + 0.8 * DAY, "onset_p90": NIGHT + 1.7 * DAY}
    return row | onset | {"p_request": p, "incidence": [v for share in split for v in (p * share, 0.0)]} | more


def reason(subject: str, feature: str, *, rank: int = 1, value: float | str = 3, **more: Any) -> Any:
    row = {"subject_id": subject, "cutoff": NIGHT, "rank": rank, "family": "store", "feature": feature}
    return (
        row | {"points": 0.1, "actionable": False, "value": str(value), "context": json.dumps({feature: value})} | more
    )


def decision(subject: str, arm: str = "treat", **more: Any) -> Any:
    row = {"decision_id": f"d-{subject}", "subject_id": subject, "as_of": NIGHT, "industry": "hotel", "policy": "dual"}
    what = {"intervention": "hotel_confirm_call", "scenario": "no_room", "channel": "work_queue", "arm": arm}
    money = {"propensity": 1.0, "value_cents": 900, "cost_cents": 400, "liability_cents": 0}
    return row | what | money | {"reason_code": "ok", "approval": "none", "status": "planned", "fire_at": NIGHT} | more


def candidate(subject: str, reason_code: str, **more: Any) -> Any:
    row = {"decision_id": f"c-{subject}-{reason_code}", "subject_id": subject, "cutoff": NIGHT, "industry": "hotel"}
    what = {"intervention": "hotel_confirm_call", "scenario": "no_room", "eligible": False, "reason_code": reason_code}
    return row | what | {"value_cents": 100, "cost_cents": 400, "propensity": 0.0} | more


def run(verb: str, *, status: str = "done") -> Any:
    row = {"run_id": f"{verb}-1", "verb": verb, "as_of": NIGHT, "status": status, "started_at": NIGHT}
    return row | {"quarantined": 0, "finished_at": None if status == "running" else NIGHT}


def inputs(*, industries: Sequence[str] = ("hotel",), axes_rows: Iterable[Any] | None = None, **given: Any) -> Inputs:
    """The page's inputs from a few rows of tables, and any other field; decided once there is a decision."""
    rows = {name: list(given.pop(name, ())) for name in NIGHT_TABLES if name != "score_axes"}
    rows["score_axes"] = [axes(i) for i in industries] if axes_rows is None else list(axes_rows)
    catalog = shipped()
    base = Inputs(
        workspace="marketplace",
        as_of=NIGHT,
        zone=ZONE,
        names=Names.of(catalog, INDUSTRIES),
        horizons=dict.fromkeys(industries, 14 * DAY),
        tables={name: table(name, rows[name]) for name in NIGHT_TABLES},
        catalog=catalog,
        decided=bool(rows["decisions"] or rows["candidates"]),
        holdout_share=0.05,
    )
    return replace(base, **given)


def evaluation(names: Sequence[str] = tuple(INDUSTRIES)) -> dict[str, Any]:
    """What training writes: the first industry clearly better than the tables, the third open."""
    rng = np.random.default_rng(11)
    return {
        "label_as_of": "2024-12-30T17:59:00+00:00",
        "industries": {name: _figures(rng, i) for i, name in enumerate(names)},
    }


def _figures(rng: np.random.Generator, i: int) -> dict[str, Any]:
    predicted = np.sort(rng.beta(1.3, 9, 10))
    observed = np.clip(predicted + rng.normal(0, 0.012, 10), 0, 1)
    gain, half = ((0.118, 0.02), (0.071, 0.03), (0.021, 0.034))[i % 3]
    loss, best = 0.2871 - 0.02 * i, (0.2871 - 0.02 * i) / (1 - gain)
    sizes = {"rows_train": 48_210 - 9_000 * i, "rows_test": 9_870 - 2_000 * i, "positives_test": 911 - 200 * i}
    losses = {
        "base_rate": best + 0.012,
        "days_table": best,
        "days_table_90d": best + 0.002,
        "two_way_table": best - 0.004,
    }
    return {
        **sizes,
        **{f"log_loss_{name}": value for name, value in losses.items()},
        "base_rate_test": sizes["positives_test"] / sizes["rows_test"],
        "log_loss": loss,
        "gain": gain,
        "gain_low": gain - half,
        "gain_high": gain + half,
        "auroc": 0.79 - 0.03 * i,
        "average_precision": 0.31,
        "calibration_error": 0.009 + 0.003 * i,
        "lift_at_5_percent": 4.4 - 0.5 * i,
        "recall_at_5_percent": 0.22 - 0.025 * i,
        "test_from": "2024-10-01T18:00:00+00:00",
        "test_to": "2024-12-10T18:00:00+00:00",
        "reliability": [[float(p), float(y), 987] for p, y in zip(predicted, observed, strict=True)],
    }


# A realistic night

EDGES = (0.0, 1.0, 2.0, 3.0, 5.0, 7.0, 10.0, 14.0)
LIVE = {"hotel": 300, "prepaid_card": 180, "home_cleaning": 120}
ROOM = {"expert_calls": 12, "merchant_calls": 30, "dispatch_desk": 15}
SCENARIOS = {
    "hotel": ("cancel_fee", "no_room", "room_mismatch", "late_checkin", "refund_slow", "other"),
    "prepaid_card": ("refund_loss", "booking_full", "merchant_runaway", "coach_change", "other"),
    "home_cleaning": ("worker_late", "worker_no_show", "platform_cancel", "damage", "other"),
}
META = tuple(
    FeatureMeta(name, family, unit, f"orders.{name}", Text(name, zh), Text(en, zh), actionable)
    for family, name, unit, actionable, en, zh in (
        ("booking", "lead_days", "days", False, "booked {value} days ahead", "提前 {value} 天预订"),
        ("agent", "by_agent", "count", False, "{value} requests about this agent's orders", "该渠道 {value} 个请求"),
        ("store", "store_requests", "count", True, "{value} requests about the store", "该门店 {value} 个请求"),
        ("fulfilment", "unassigned", "flag", True, "nobody is assigned yet", "尚未派单"),
        ("contacts", "user_requests", "count", False, "{value} requests by the customer", "该用户 {value} 个请求"),
        ("calendar", "holiday", "flag", False, "due on a public holiday", "履约日为法定节假日"),
    )
)  # fmt: skip


def realistic_night(*, seed: int = 7, live: Mapping[str, int] = LIVE) -> Inputs:
    """About 600 live orders of three industries with scores, reasons, a plan, an evaluation and some bad rows."""
    rng = np.random.default_rng(seed)
    scores, reasons, decisions = [], [], []
    for industry, number in live.items():
        weights = rng.dirichlet(np.linspace(6, 1, len(SCENARIOS[industry])))
        for i in range(number):
            subject = f"{industry.replace('_', '-')}-{88000 + i * 7}"
            scores.append(_scored(rng, industry, subject, weights))
            reasons += _reasons(rng, subject)
            decisions += _decided(rng, scores[-1])
    return inputs(
        industries=tuple(live),
        axes_rows=[axes(i, SCENARIOS[i], EDGES) for i in live],
        scores=scores,
        reasons=reasons,
        decisions=decisions,
        runs=[run(verb) for verb in ("check", "score", "decide", "dispatch")],
        limits=_within_capacity(decisions),
        meta={i: {m.name: m for m in META} for i in live},
        evaluation=evaluation(tuple(live)),
        sources=tuple(
            SourceRows(s, 18_204 + 23_173 * i, NIGHT - DAY / 400) for i, s in enumerate(("orders", "contacts"))
        ),
        quarantined=(
            Problem("change without a subject", table="order_status", rows=5, example="hotel-99121"),
            Problem("known before it occurred", table="contacts", column="known_at", rows=2, example="c-1882"),
        ),
    )


def _scored(rng: np.random.Generator, industry: str, subject: str, weights: Any) -> Any:
    p = float(rng.beta(1.1, 8.5))
    shares = rng.dirichlet(weights * 9 + 0.15)
    times = rng.dirichlet(np.diff(EDGES) * rng.uniform(0.3, 2.2, len(EDGES) - 1))
    middle = float(np.interp(0.5, np.cumsum(times), EDGES[1:]))
    onset = {f"onset_p{q}": NIGHT + max(0.1, middle + by) * DAY for q, by in ((10, -2.5), (50, 0.0), (90, 3.0))}
    incidence = (p * np.outer(shares, times)).ravel().tolist()
    return score(subject, p, industry=industry, incidence=incidence, due_at=NIGHT + (middle + 2) * DAY, **onset)


def _reasons(rng: np.random.Generator, subject: str) -> list[Any]:
    chosen = rng.choice(len(META), size=int(rng.integers(1, 5)), replace=False)
    values = [int(rng.integers(2, 210 if META[m].unit == "days" else 9)) for m in chosen]
    return [
        reason(subject, META[m].name, rank=rank, value=value, family=META[m].family, actionable=META[m].actionable)
        for rank, (m, value) in enumerate(zip(chosen, values, strict=True), start=1)
    ]


def _decided(rng: np.random.Generator, scored: Any) -> list[Any]:
    """The first intervention that fits the likeliest scenario; a twentieth held out, the unlikely left alone."""
    scenarios = SCENARIOS[scored["industry"]]
    by_scenario = np.reshape(scored["incidence"], (len(scenarios), -1)).sum(axis=1)
    scenario = scenarios[int(by_scenario.argmax())]
    fitting = [i for i in shipped().interventions_of(scored["industry"]) if scenario in i.scenarios]
    if not fitting:
        return []
    action, held, rare = fitting[0], rng.random() < 0.05, scored["p_request"] < 0.04
    arm, code = ("holdout", "holdout") if held else ("blocked", "below_min_probability") if rare else ("treat", "ok")
    return [
        decision(
            scored["subject_id"], arm, industry=scored["industry"], intervention=action.id, scenario=scenario,
            channel=action.channel, reason_code=code, cost_cents=action.cost_cents,
            liability_cents=action.liability_cents,
            value_cents=int(by_scenario.max() * 8000), fire_at=scored["onset_p50"] - DAY if arm == "treat" else None,
        )
    ]  # fmt: skip


def _within_capacity(decisions: list[Any]) -> tuple[ResourceUse, ...]:
    """Block what exceeds a pool's capacity, the least valuable first; what is used then."""
    pools = {i.id: i.capacity_pool for i in shipped().interventions}
    used = dict.fromkeys(ROOM, 0)
    for row in sorted(decisions, key=lambda r: -r["value_cents"]):
        pool = pools[row["intervention"]]
        if row["arm"] == "treat" and pool and used[pool] == ROOM[pool]:
            row |= {"arm": "blocked", "reason_code": "capacity", "fire_at": None}
        elif row["arm"] == "treat" and pool:
            used[pool] += 1
    spent = sum(r["cost_cents"] for r in decisions if r["arm"] == "treat")
    uses = [ResourceUse(p, used[p], room, 412.0 if used[p] == room else 0.0) for p, room in ROOM.items()]
    return (ResourceUse("fund", spent, 50_000, 0.0), *uses)
