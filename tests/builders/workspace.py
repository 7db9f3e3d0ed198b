"""A hotel of a few bookings: the smallest workspace that shows a point."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import yaml

CONFIG: dict[str, Any] = {
    "workspace": "small",
    "timezone": "UTC",
    "night": {"cutoff": "00:00"},
    "tables": {
        "hotel": {
            "read": "hotel.parquet",
            "derive": {"checked_in": "status = 'Check-Out'"},
            "row_id": ["hotel", "booked_on", "arrival"],
            "known": [
                {"at": "booked_on", "columns": ["hotel", "booked_on", "arrival", "room_reserved", "guest"]},
                {"at": "arrival", "columns": ["checked_in", "room_assigned"]},
                {"at": "closed_on", "columns": ["status", "closed_on"]},
                {"at": "never", "columns": ["country"]},
            ],
        }
    },
    "sources": {
        "bookings": {
            "kind": "events",
            "keys": {"subject": "id", "store": "hotel", "user": "guest"},
            "before": {"arrival": "date", "room_reserved": "category"},
        },
        "stays": {
            "kind": "changes",
            "keys": {"subject": "booking", "store": "hotel"},
            "contact": {"status": "category", "room_reserved": "category", "room_assigned": "category"},
        },
    },
    "industries": {
        "hotel": {
            "subjects": {
                "from": "bookings",
                "due": "arrival",
                "ahead": "60d",
                "closed_when": "stays.status IS NOT NULL",
            },
            "cutoffs": {"every": "7d", "from": date(2024, 1, 1)},
            "requests": {"from": "stays", "where": "status <> 'checked_in'", "scenario": "status"},
            "horizon": "14d",
        }
    },
}

SQL = {
    "sources/bookings.sql": """
        SELECT row_id AS id, booked_on AS occurred_at, booked_on AS known_at, hotel, guest, arrival, room_reserved
        FROM hotel
    """,
    "sources/stays.sql": """
        SELECT row_id || ':' || state AS id, moment AS occurred_at, moment AS known_at, row_id AS booking, hotel,
               state AS status, room_reserved, room_assigned
        FROM (SELECT *, CASE WHEN checked_in THEN 'checked_in' WHEN status = 'Canceled' THEN 'cancelled' END AS state,
                     CASE WHEN checked_in THEN arrival ELSE closed_on END AS moment
              FROM hotel)
        WHERE state IS NOT NULL
    """,
}

DAY = date(2024, 1, 1)


def bookings(*rows: Mapping[str, Any]) -> pa.Table:
    """Raw bookings; by default booked on the first of January, arrived on the tenth, gone on the twelfth."""
    default = {
        "hotel": "Lisbon",
        "booked_on": date(2024, 1, 1),
        "arrival": date(2024, 1, 10),
        "room_reserved": "A",
        "guest": "g1",
        "room_assigned": "A",
        "status": "Check-Out",
        "closed_on": date(2024, 1, 12),
        "country": "PRT",
    }
    filled = [{**default, **row} for row in (rows or ({},))]
    types = {name: pa.date32() if name in ("booked_on", "arrival", "closed_on") else pa.string() for name in default}
    return pa.table({n: pa.array([r[n] for r in filled], t) for n, t in types.items()})


def changed(path: str, value: Any, config: Mapping[str, Any] = CONFIG) -> dict[str, Any]:
    """The configuration with one value set: `changed("industries.hotel.horizon", "7d")`."""
    result = copy.deepcopy(dict(config))
    *parents, last = path.split(".")
    at: Any = result
    for part in parents:
        at = at.setdefault(part, {}) if isinstance(at, dict) else at[int(part)]
    at[last] = value
    return result


def without(path: str, config: Mapping[str, Any] = CONFIG) -> dict[str, Any]:
    """The configuration with one value removed."""
    result = copy.deepcopy(dict(config))
    *parents, last = path.split(".")
    at: Any = result
    for part in parents:
        at = at[part]
    del at[last]
    return result


def write_workspace(
    root: Path,
    config: Mapping[str, Any] | str = CONFIG,
    *,
    sql: Mapping[str, str] = SQL,
    files: Mapping[str, str] | None = None,
) -> Path:
    """A folder with `demand.yaml`, its SQL and further text files."""
    text = config if isinstance(config, str) else yaml.safe_dump(dict(config), sort_keys=False)
    for name, content in {"demand.yaml": text, **sql, **(files or {})}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content, encoding="utf-8")
    return root


def direct(columns: Mapping[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """A configuration with one event source `events` that is read directly, keyed by `subject`."""
    source = {"kind": "events", "read": "events.parquet", "keys": {"subject": "subject"}, "before": dict(columns or {})}
    config = {**CONFIG, "tables": {}, "sources": {"events": {**source, **more}}}
    subjects = {"from": "events", "age": "30d"}
    requests = {"from": "events", "scenario": "'any'"}
    return {
        **config,
        "industries": {"hotel": {**CONFIG["industries"]["hotel"], "subjects": subjects, "requests": requests}},
    }


def events(rows: Sequence[Mapping[str, Any]], **types: pa.DataType) -> pa.Table:
    """Rows of `events`: id, subject and clocks are filled in where a row does not give them."""
    filled = [
        {"id": f"e{i}", "subject": f"s{i}", "occurred_at": DAY, "known_at": DAY, **row} for i, row in enumerate(rows)
    ]
    names = dict.fromkeys(name for row in filled for name in row)
    return pa.table({n: pa.array([row.get(n) for row in filled], types.get(n)) for n in names})
