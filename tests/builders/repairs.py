"""A repair business of 240 orders: raw tables with one moment a row and with several, a view, a catalogue."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

CONFIG = """
workspace: repairs
timezone: Europe/Lisbon
night: {cutoff: "02:00"}
catalog: [shipped, catalog.yaml]

tables:
  raw_orders:
    read: data/orders.csv
    known:
      - {at: ordered_at, columns: [order_id, customer_id, shop_id, ordered_at, due_on, item, price]}
      - {at: ended_at, columns: [ended_at, ending]}

sources:
  orders:
    kind: events
    keys: {subject: order_id, user: customer_id, store: shop_id}
    before: {due_on: date, item: category, price_cents: cents}
  order_status:
    kind: changes
    keys: {subject: order_id, store: shop_id}
    contact: {status: category}
  contacts:
    kind: events
    read: data/contacts.parquet
    keys: {subject: order_id, user: customer_id, store: shop_id}
    contact: {scenario: category, words: text}

industries:
  repairs:
    subjects: {from: orders, due: due_on, closed_when: order_status.status IS NOT NULL}
    cutoffs: {every: 7d, from: 2024-02-05}
    requests: {from: contacts, scenario: scenario}
    horizon: 14d
    features: [views/own.py]
    evaluate: {from: 2024-05-06, cluster: [user], two_way: [days]}

limits: {fund_cents_per_night: 100000, expert_calls_per_night: 5, messages_per_user: {day: 1, week: 2}}
holdout: {share: 0.1, by: user}
"""

CATALOG = """
scenarios:
  - {id: repair_late, industries: [repairs], text: {en: not ready when promised, zh: 维修逾期}, request_cents: 3000}
  - {id: repair_again, industries: [repairs], text: {en: broken again, zh: 再次损坏}, request_cents: 2000}
interventions:
  - id: repair_new_date
    text: {en: give an honest new date, zh: 告知新的完成时间}
    kind: reminder
    industries: [repairs]
    scenarios: [repair_late]
    lead_time: 12h
    expires_after: 2d
    channel: app_message
    cost_cents: 5
    effect: {reduction: 0.15, source: {en: assumption, zh: 假设}}
    min_probability: 0.05
    wording: {en: "Your order {order} needs more time than {due}.", zh: "订单 {order} 可能无法在{due}完成。"}
"""

SQL = {
    "sources/orders.sql": """
        SELECT order_id AS id, ordered_at AS occurred_at, ordered_at AS known_at, order_id, customer_id, shop_id,
               due_on, item, round(price * 100)::BIGINT AS price_cents
        FROM raw_orders
    """,
    "sources/order_status.sql": """
        SELECT order_id || '/end' AS id, ended_at AS occurred_at, ended_at AS known_at, order_id, shop_id,
               ending AS status
        FROM raw_orders WHERE ended_at IS NOT NULL
    """,
}

VIEW = """
from features import By, FeatureSet, events

shops = FeatureSet("shops", By("store")(events("orders")).count("30d"))
"""

DAYS = 180
ORDERS = 240
START = datetime(2024, 1, 1)  # noqa: DTZ001  raw times are local


def orders() -> pa.Table:
    """Raw orders of half a year; those of the last weeks are still open."""
    rng = np.random.default_rng(11)
    at = [START + timedelta(days=float(d), minutes=13) for d in np.sort(rng.uniform(0, DAYS, ORDERS)).round(2)]
    stays = rng.integers(5, 30, ORDERS)
    over = [a + timedelta(days=int(d)) for a, d in zip(at, stays, strict=True)]
    ended = [o if o < START + timedelta(days=DAYS) else None for o in over]
    return pa.table(
        {
            "order_id": [f"order-{i:03}" for i in range(ORDERS)],
            "customer_id": [f"customer-{i:02}" for i in rng.integers(0, 60, ORDERS)],
            "shop_id": [f"shop-{i}" for i in rng.integers(1, 5, ORDERS)],
            "ordered_at": pa.array(at, pa.timestamp("s")),
            "due_on": pa.array([(a + timedelta(days=14)).date() for a in at], pa.date32()),
            "item": rng.choice(["camera", "laptop", "phone"], ORDERS),
            "price": rng.integers(20, 200, ORDERS) + 0.5,
            "ended_at": pa.array(ended, pa.timestamp("s")),
            "ending": ["collected" if e else None for e in ended],
        }
    )


def contacts() -> pa.Table:
    """A contact for every order that takes longer than promised, and for some others."""
    rng = np.random.default_rng(12)
    rows = []
    for order in orders().to_pylist():
        late = order["ended_at"] is None or order["ended_at"].date() > order["due_on"]
        at = order["ordered_at"] + timedelta(days=float(rng.uniform(10, 16)))
        if rng.random() < (0.8 if late else 0.15) and at < START + timedelta(days=DAYS):
            scenario = "repair_late" if rng.random() < 0.8 else "repair_again"
            words = "Where is it?"
            rows.append({**order, "at": at.replace(tzinfo=UTC), "scenario": scenario, "words": words})
    moments = pa.array([r["at"] for r in rows], pa.timestamp("us", "UTC"))
    taken = ("order_id", "customer_id", "shop_id", "scenario", "words")
    ids = [f"contact-{i:03}" for i in range(len(rows))]
    return pa.table({"id": ids, "occurred_at": moments, "known_at": moments} | {n: [r[n] for r in rows] for n in taken})


def write_repairs(root: Path) -> Path:
    """The workspace, before anything ran in it."""
    texts = {"demand.yaml": CONFIG, "catalog.yaml": CATALOG, "views/own.py": VIEW, **SQL}
    for name, text in texts.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    (root / "data").mkdir()
    pa.csv.write_csv(orders(), root / "data" / "orders.csv")
    pq.write_table(contacts(), root / "data" / "contacts.parquet")
    return root
