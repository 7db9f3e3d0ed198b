"""A world that lives through the nights of the policy: what the rows show is scored, decided, dispatched, and acts.

    world ── rows ──> frozen scores -> store -> decide -> dispatch ── messages ──> the same world's next day

`decide` and `dispatch` are the product's own, with its ledger and its store; only the scores are frozen (`observed`).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import yaml

from demand.contract import INSTANT, StateError
from demand.simulator import World, tables_of
from demand.simulator.clock import day_number
from demand.simulator.fund_ledger import DESK, ENTRIES, LEDGER, OPERATIONS, SIDES
from demand.simulator.industry import QUIET, Industry
from demand.simulator.world import ORDERS, DayBatch
from demand.subjects import merge_into_episodes
from experiments.grading.observed import Predictor, Sightings, score_night
from pipelines.channels import Channel
from pipelines.config import FILE, load_config
from pipelines.decide import POLICY, decide
from pipelines.dispatch import dispatch
from pipelines.init import copy_template
from pipelines.ledger import Due, Receipt
from pipelines.sources import RawTables
from pipelines.store import Store
from pipelines.workspace import Workspace

START = date(2024, 1, 1)
BURN_IN = 150
NIGHTS = 60
ORDERS_A_YEAR = 42_000  # over the burn-in and the nights ten seeds have 200,000 then
LESSONS = 100_000
_SETTLES = 14  # days after the last night until its contacts are known, and their scenarios corrected
_PAY, _DEBIT = ENTRIES.index("pay"), SIDES.index("debit")
_ACTION = {"decision_id": pa.string(), "subject_id": pa.string(), "intervention": pa.string(), "fire_at": INSTANT}


@dataclass(frozen=True)
class Setting:
    """What a run is about; runs of the same setting go into the same file.

    Parameters
    ----------
    orders : of each world, a year
    nights : decided and dispatched, one after the other
    burn_in : days before the first of them
    lessons : orders a year of the world without actions that the scores are learned from
    """

    orders: int = ORDERS_A_YEAR
    nights: int = NIGHTS
    burn_in: int = BURN_IN
    lessons: int = LESSONS

    def described(self) -> dict[str, Any]:
        """As it stands in the file."""
        return {
            "policy": POLICY,
            "orders_a_year": self.orders,
            "nights": self.nights,
            "burn_in_days": self.burn_in,
            "lessons_from_orders_a_year": self.lessons,
            "start": START.isoformat(),
        }


class Messenger:
    """A channel that keeps what it was given: what the world is told next.

    A message that was accepted once is never accepted again, however often it is brought.
    """

    def __init__(self) -> None:
        self.accepted: dict[str, Receipt] = {}
        self.new: list[Mapping[str, Any]] = []

    def deliver(self, message: Due) -> Receipt:
        key = message.idempotency_key
        if key not in self.accepted:
            self.accepted[key] = Receipt(key, "accepted", message.as_of, message.as_of)
            self.new.append(message.payload)
        return self.accepted[key]

    def find(self, message: Due) -> Receipt | None:
        return self.accepted.get(message.idempotency_key)

    def collect(self) -> list[Mapping[str, Any]]:
        """What came since the last time."""
        taken, self.new = self.new, []
        return taken


@dataclass
class Spent:
    """What the nights used of their limits, from the messages that went out and the world's own ledger.

    Parameters
    ----------
    fund_most_in_a_night : cents that a plan reserved
    paid : night of the action (20240315) -> cents that the world paid for its funds in the end
    told : user -> when messages went out that the caps count
    """

    messages: int = 0
    fund_limit: int | None = None
    fund_most_in_a_night: int = 0
    paid: Counter[int] = field(default_factory=Counter)
    told: dict[str, list[datetime]] = field(default_factory=dict)
    by_intervention: Counter[str] = field(default_factory=Counter)
    most_in_a_night: Counter[str] = field(default_factory=Counter)
    arms: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Lived:
    """What came in the days of the nights.

    Parameters
    ----------
    requests : one row each: subject_id, user_id, industry, scenario
    expected : (industry, scenario) -> how many were to be expected, day by day, of orders that might ask then
    orders : that were opened by the end
    """

    requests: pa.Table
    expected: Mapping[tuple[str, str], float]
    orders: int
    spent: Spent


def workspace(root: Path, orders: int) -> Workspace:
    """The shipped marketplace at `root` without its data, its limits scaled to so many orders a year."""
    copy_template("marketplace", root)
    file = root / FILE
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    share = orders / ORDERS["default"]
    content["limits"] = {
        name: value if isinstance(value, dict) else math.ceil(value * share)
        for name, value in content["limits"].items()
    }
    file.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
    config = load_config(root, files=False)
    return Workspace(root, config, RawTables(config, root, None), profile="default", file=file)


def live_through(
    seed: int, setting: Setting, predictors: Mapping[str, Predictor], ws: Workspace, *, acting: bool
) -> Lived:
    """One world, with the policy or without."""
    world = World(seed, setting.orders, START, catalog=ws.catalog, truth="grid")
    sightings = Sightings(world)
    contacts: list[DayBatch] = []
    expected = Counter[tuple[str, str]]()
    messenger, spent = Messenger(), Spent(fund_limit=ws.config.limits.fund_cents_per_night)
    first = START + timedelta(days=setting.burn_in)
    last = first + timedelta(days=setting.nights)
    while world.today < last + timedelta(days=_SETTLES):
        day, actions = world.today, None
        if acting and first <= day < last:
            actions = _night(ws, world, sightings, predictors, messenger, spent)
        batch = world.step(day, actions)
        spent.paid.update(_paid(batch))
        if acting and day < last:
            sightings.take(batch)
        if first <= day < last:
            for industry in world.industries:
                expected.update(expected_requests(industry, day_number(day)))
        if day >= first - timedelta(days=_SETTLES):
            contacts.append(_contacts_of(batch))
        if day == last - timedelta(days=1):
            orders = sum(world.orders_so_far().values())
    requests = _requests(ws, world, contacts, ws.parse_as_of(first), ws.parse_as_of(last))
    return Lived(requests, expected, orders, spent)


def _night(
    ws: Workspace,
    world: World,
    sightings: Sightings,
    predictors: Mapping[str, Predictor],
    messenger: Messenger,
    spent: Spent,
) -> pa.Table:
    """Score, decide, dispatch; what the world is to do."""
    moment = ws.parse_as_of(world.today)
    run_id, store = f"loop-{world.today:%Y%m%d}", Store(ws.state / "store")
    for name, rows in score_night(world, sightings, predictors, moment, run_id).items():
        store.replace(name, as_of=moment, rows=rows, run_id=run_id)
    decided = decide(ws, as_of=moment)
    channels: Mapping[str, Channel] = {i.channel: messenger for i in ws.catalog.interventions}
    dispatch(ws, as_of=moment, channels=channels)
    sent = messenger.collect()
    plan = decided.plan
    assert plan is not None
    spent.arms.update(plan.counts())
    book(ws, sent, plan.limits.to_pylist(), spent)
    return _told(sent)


def _told(sent: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Messages as the world takes them."""
    columns = {name: [message[name] for message in sent] for name in _ACTION}
    columns["fire_at"] = [datetime.fromisoformat(moment) for moment in columns["fire_at"]]
    return pa.table({name: pa.array(columns[name], kind) for name, kind in _ACTION.items()})


def expected_requests(industry: Industry, day: int) -> dict[tuple[str, str], float]:
    """How many requests of each kind a day that was just lived was to bring, whatever its draws brought."""
    p = industry.population
    exposed = p.exposed(day)
    asked = exposed[p["quiet_until"][exposed] == day + QUIET]
    p["quiet_until"][asked] = day  # as it was when the day's draws were made
    rates = industry.rates(exposed, np.array([day]))[0]
    p["quiet_until"][asked] = day + QUIET
    total = rates.sum(axis=1)
    each = (-np.expm1(-total) / np.maximum(total, 1e-300)) @ rates
    return {(industry.name, scenario): float(n) for scenario, n in zip(industry.scenarios, each, strict=True)}


def book(ws: Workspace, sent: Sequence[Mapping[str, Any]], planned: Sequence[Mapping[str, Any]], spent: Spent) -> None:
    """Add a night's messages up, on their own and not as the plan did; more than a limit allows is an error."""
    limits, pools, counted = ws.config.limits, Counter[str](), []
    severity = {scenario.id: scenario.severity for scenario in ws.catalog.scenarios}
    for message in sent:
        action = ws.catalog.intervention(message["intervention"])
        if action.capacity_pool is not None:
            pools[action.capacity_pool] += 1
        if action.is_message and severity[message["scenario"]] != "urgent":
            counted.append(message)
    over = [f"{pool}: {n:,}" for pool, n in pools.items() if n > limits.capacities.get(pool, n)]
    over += [
        f"{row['resource']}: {row['used']:,} planned"
        for row in planned
        if row["available"] is not None and row["used"] > row["available"]
    ]
    over += _too_often(ws, counted, spent)
    if over:
        raise StateError(f"a night beyond its limits: {', '.join(over)}", "limits that hold", "mend `decide`")
    reserved = next(row["used"] for row in planned if row["resource"] == "fund")
    spent.messages += len(sent)
    spent.fund_most_in_a_night = max(spent.fund_most_in_a_night, reserved)
    spent.by_intervention.update(message["intervention"] for message in sent)
    spent.most_in_a_night |= pools


def _too_often(ws: Workspace, counted: Sequence[Mapping[str, Any]], spent: Spent) -> list[str]:
    """Note messages; those that are one too many for their user on a day or within a week."""
    caps, over = ws.config.limits.messages_per_user, []
    for message in counted:
        at, user = datetime.fromisoformat(message["fire_at"]).astimezone(ws.zone), message["user_id"]
        told = spent.told.setdefault(user, [])
        told.append(at)
        days = sum(before.date() == at.date() for before in told)
        week = sum(abs(before - at) < timedelta(days=7) for before in told)
        if (caps.day is not None and days > caps.day) or (caps.week is not None and week > caps.week):
            over.append(f"user {user}: {days} messages on {at:%Y-%m-%d}, {week} within a week")
    return over


def _paid(batch: DayBatch) -> Counter[int]:
    """Cents that became known as paid today, by the night of the action; what has no fund of its own is left out."""
    paid = Counter[int]()
    for layout, rows in (pair for part in batch.rows for pair in part.items() if pair[0].source == LEDGER):
        funds = next(column.words for column in layout.columns if column.name == "fund")
        ours = ~np.isin(np.array(funds)[rows["fund"]], (OPERATIONS, DESK))
        mine = (rows["entry"] == _PAY) & (rows["side"] == _DEBIT) & ours
        for night, cents in zip(rows["cap_id"][mine].tolist(), rows["amount_cents"][mine].tolist(), strict=True):
            paid[night] += int(cents)
    return paid


def _contacts_of(batch: DayBatch) -> DayBatch:
    """The day's contacts alone: the rest of a day is large, and nobody asks for it again."""
    rows = tuple({layout: r for layout, r in part.items() if layout.source == "contacts"} for part in batch.rows)
    return replace(batch, rows=rows, risks=(), traits=())


def _requests(ws: Workspace, world: World, contacts: Sequence[DayBatch], start: datetime, end: datetime) -> pa.Table:
    """The episodes that began within [start, end), of every industry."""
    told = tables_of(contacts)["contacts"].rename_columns({"id": "request_id"})
    industry_of = {industry.prefix: industry.name for industry in world.industries}
    prefix = pc.replace_substring_regex(told["subject_id"], r"-\d+$", "").to_pylist()
    told = told.append_column("industry", pa.array([industry_of[p] for p in prefix], pa.string()))
    parts = []
    for name in (industry.name for industry in world.industries):
        own = told.filter(pc.equal(told["industry"], name))
        if not own.num_rows:
            continue
        merge = ws.industry(name).requests[0].merge
        episodes = merge_into_episodes(own, merge=merge)
        inside = pc.and_(
            pc.greater_equal(episodes["occurred_at"], pa.scalar(start, INSTANT)),
            pc.less(episodes["occurred_at"], pa.scalar(end, INSTANT)),
        )
        episodes = episodes.filter(inside).select(["subject_id", "user_id", "scenario"])
        parts.append(episodes.append_column("industry", pa.repeat(name, episodes.num_rows)))
    return pa.concat_tables(parts)
