"""Fifteen tempting ways to map the five real industries that look ahead, and how the proof answers each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from examples.real import locate_data
from pipelines.proof import existence, proof_moments
from pipelines.proof.commutation import commutation
from tests.builders.real import bookings, real_with

YAML = "demand.yaml"
BOOKED, STATUS = "sources/bookings.sql", "sources/booking_status.sql"
STEPS, REVIEWS = "sources/order_status.sql", "sources/reviews.sql"
CUSTOMER = "customer_type:\n        type: category"
HANDICAP = "handicap: {type: int, text: {en: number of handicaps, zh: 残障项数}}"
COUNTRY = "country: {type: category, text: {en: country, zh: 国家}}"


@cache
def visits() -> pa.Table:
    """Every twentieth appointment."""
    table = pq.read_table(locate_data.folder() / "appointments.parquet")
    return table.take(pa.array(range(0, table.num_rows, 20)))


@cache
def lines() -> pa.Table:
    """The invoice lines of every twentieth customer."""
    table = pq.read_table(locate_data.folder() / "online_retail.parquet")
    number = pc.cast(table["CustomerID"], pa.int64(), safe=False)
    return table.filter(pc.equal(pc.subtract(number, pc.multiply(pc.divide(number, 20), 20)), 0))


FRAMES: dict[str, Callable[[], dict[str, pa.Table]]] = {
    "hotels": lambda: {"hotel": bookings(40)},
    "care": lambda: {"clinic": visits()},
    "retail": lambda: {"shop": lines()},
    "delivery": dict,
}


@dataclass(frozen=True)
class Leak:
    """A wrong mapping: in which part of the workspace, about which source, and what is replaced.

    A `rare` one needs every moment.
    """

    part: str
    source: str
    changes: tuple[tuple[str, str, str], ...]
    refused: bool = True
    rare: bool = False


@dataclass(frozen=True)
class Caught:
    """How the proof answered: by which part, how many rows moved, at how many moments, from what."""

    by: str
    rows: int
    moments: str
    found: str
    origin: str

    @property
    def cells(self) -> str:
        return " | ".join((self.by, f"{self.rows:,}" if self.rows else "", self.moments, self.origin))


LEAKS = {
    "the check-in is read from the final status": Leak(
        "hotels",
        "booking_status",
        ((STATUS, "WHEN checked_in THEN 'checked_in'", "WHEN reservation_status = 'Check-Out' THEN 'checked_in'"),),
    ),
    "a cancellation is known when the room was booked": Leak(
        "hotels", "booking_status", ((STATUS, "happened_on AS known_at", "booked_on AS known_at"),)
    ),
    "the country, written at check-in, is a column of the booking": Leak(
        "hotels",
        "bookings",
        (
            (YAML, "columns: [country,", "columns: ["),
            (YAML, "columns: [checked_in, assigned_room_type]", "columns: [checked_in, assigned_room_type, country]"),
            (BOOKED, "customer_type\nFROM", "customer_type, country AS extra\nFROM"),
            (YAML, CUSTOMER, f"extra: category\n      {CUSTOMER}"),
        ),
    ),
    "the assigned room is a column of the booking": Leak(
        "hotels",
        "bookings",
        (
            (BOOKED, "customer_type\nFROM", "customer_type, assigned_room_type AS extra\nFROM"),
            (YAML, CUSTOMER, f"extra: category\n      {CUSTOMER}"),
        ),
    ),
    "the id is the number of the row": Leak(
        "hotels",
        "bookings",
        ((BOOKED, "SELECT row_id AS id", "SELECT row_number() OVER (ORDER BY arrival, row_id)::VARCHAR AS id"),),
    ),
    "bookings are survivors only": Leak(
        "hotels", "bookings", ((BOOKED, "FROM hotel", "FROM hotel WHERE reservation_status <> 'Canceled'"),)
    ),
    "whether the patient came is known when the appointment was made": Leak(
        "care",
        "appointment_status",
        (
            (
                "sources/appointment_status.sql",
                "greatest(day + INTERVAL 1 DAY - INTERVAL 1 MICROSECOND, scheduled_at)",
                "scheduled_at",
            ),
        ),
    ),
    "the reminder, sent three days before, is a column of the appointment": Leak(
        "care",
        "appointments",
        (
            (
                YAML,
                "{at: never, columns: [SMS_received]}",
                "{at: 'greatest(day - 3, scheduled_at::DATE)', columns: [SMS_received]}",
            ),
            ("sources/appointments.sql", "Handcap AS handicap", "Handcap AS handicap, SMS_received AS extra"),
            (YAML, HANDICAP, f"{HANDICAP}\n      extra: int"),
        ),
    ),
    "a return is attributed to a later purchase": Leak(
        "retail",
        "returns",
        (("sources/returns.sql", "r.InvoiceDate > b.InvoiceDate", "r.InvoiceDate < b.InvoiceDate"),),
    ),
    "the customer's returns are counted over the whole table": Leak(
        "retail",
        "invoices",
        (
            (
                "sources/invoices.sql",
                "Country AS country",
                "Country AS country, (SELECT count(*) FROM shop s WHERE s.CustomerID = shop.CustomerID"
                " AND starts_with(s.InvoiceNo, 'C')) AS extra",
            ),
            (YAML, COUNTRY, f"{COUNTRY}\n      extra: int"),
        ),
    ),
    "an invoice is taken from its last line": Leak(
        "retail",
        "invoices",
        (("sources/invoices.sql", "ORDER BY InvoiceDate, row_id", "ORDER BY InvoiceDate DESC, row_id"),),
        refused=False,
        rare=True,
    ),
    "the steps of the parcel are known at purchase": Leak(
        "delivery",
        "order_status",
        (
            (
                "sources/order_status.sql",
                "greatest(made_at, ordered_at) AS",
                "ordered_at AS",
            ),
        ),
    ),
    "orders appear once they are delivered": Leak(
        "delivery",
        "orders",
        (
            (
                "sources/orders.sql",
                "LEFT JOIN packed USING (order_id)",
                "LEFT JOIN packed USING (order_id)\nWHERE order_delivered_customer_date IS NOT NULL",
            ),
        ),
    ),
    "a review is dated by its creation": Leak(
        "delivery",
        "reviews",
        (
            (
                REVIEWS,
                "greatest(review_answer_timestamp, order_purchase_timestamp) AS",
                "greatest(review_creation_date, order_purchase_timestamp) AS",
            ),
        ),
    ),
    "the last review of an order counts instead of the first": Leak(
        "delivery",
        "reviews",
        (
            (
                REVIEWS,
                "ORDER BY review_answer_timestamp, review_id",
                "ORDER BY review_answer_timestamp DESC",
            ),
        ),
        rare=True,
    ),
}


def answer(leak: Leak, folder: Path) -> Caught:
    """What the proof says about a leak, at every fourth of the moments it chooses itself for the source it touches."""
    ws = real_with(folder, *leak.changes, part=leak.part, **FRAMES[leak.part]())
    moments = proof_moments(ws, leak.source)[:: 1 if leak.rare else 4]
    findings = commutation(ws, {leak.source: moments})
    if findings:
        worst = max(findings, key=lambda f: f.rows)
        seen = f"{worst.moments} of {worst.tried}"
        origin = "" if worst.culprit is None else str(worst.culprit).split(" (")[0].removesuffix(" before it is known")
        return Caught("A", worst.rows, seen, worst.found, origin)
    for problem in existence(ws.config, ws.mapped.sources).problems:
        return Caught("B", problem.rows or 0, "", problem.found, problem.table or "")
    return Caught("not seen", 0, f"0 of {len(moments)}", "", "")
