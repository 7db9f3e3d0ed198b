"""The smallest sources and spines that show a point about features."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from demand.contract import ARROW, INSTANT, ColumnSpec, FeatureMatrix, Roles, SourceFiles, SourceSpec, SourceTable, Text
from features import FeatureSet, compute

UTC_ZONE = ZoneInfo("UTC")
DAY0 = datetime(2024, 6, 1, tzinfo=UTC)


def day(n: float) -> datetime:
    """Day n of the tests' calendar; day 0 is Saturday, 1 June 2024."""
    return DAY0 + timedelta(days=n)


def source(
    name: str,
    rows: Iterable[Mapping[str, Any]],
    *,
    kind: str = "events",
    keys: tuple[str, ...] = ("subject", "agent"),
    columns: Mapping[str, str] | None = None,
    sides: Mapping[str, str] | None = None,
    role: str | None = None,
    text: Text | None = None,
) -> SourceTable:
    """A source from rows: `at` (days), `known` (days; `at` by default), `id`, `op`, keys and columns by name."""
    columns, sides = columns or {}, sides or {}
    filled = []
    for number, row in enumerate(rows):
        at = row["at"]
        filled.append(
            {
                "id": row.get("id", f"{name}-{number}"),
                "occurred_at": day(at),
                "known_at": day(row.get("known", at)),
                "op": row.get("op", "insert"),
                **{f"{k}_id": row.get(k) for k in keys},
                **{c: row.get(c) for c in columns},
            }
        )
    schema = pa.schema(
        [("id", pa.string()), ("occurred_at", INSTANT), ("known_at", INSTANT), ("op", pa.string())]
        + [(f"{k}_id", pa.string()) for k in keys]
        + [(c, ARROW[t]) for c, t in columns.items()]
    )
    specs = {c: ColumnSpec(t, sides.get(c, "before")) for c, t in columns.items()}
    spec = SourceSpec(name=name, kind=kind, keys=keys, columns=specs, role=role, text=text)
    return SourceTable(spec, pa.Table.from_pylist(filled, schema=schema))


def spine(rows: Iterable[Mapping[str, Any]], *, keys: tuple[str, ...] = ("agent",), due: bool = True) -> pa.Table:
    """A spine from rows: `cutoff` (days), `subject`, keys, `opened` and `due` (days)."""
    filled = [
        {
            "subject_id": row.get("subject", "s"),
            "cutoff": day(row["cutoff"]),
            "industry": "hotel",
            "horizon_us": 14 * 86_400_000_000,
            "opened_at": day(row.get("opened", 0)),
            "due_at": None if row.get("due") is None else day(row["due"]),
            **{f"{k}_id": row.get(k) for k in keys},
        }
        for row in rows
    ]
    schema = pa.schema(
        [("subject_id", pa.string()), ("cutoff", INSTANT), ("industry", pa.string()), ("horizon_us", pa.int64())]
        + [("opened_at", INSTANT), ("due_at", INSTANT)]
        + [(f"{k}_id", pa.string()) for k in keys]
    )
    table = pa.Table.from_pylist(filled, schema=schema)
    return table if due else table.drop_columns(["due_at"])


def values(
    features: FeatureSet | Any,
    asked: pa.Table,
    *sources: SourceTable | SourceFiles,
    roles: Roles | None = None,
    engine: Any = "local",
    zone: ZoneInfo = UTC_ZONE,
    memory_budget: float | str | None = None,
) -> dict[str, list[Any]]:
    """The matrix of a set (or of one group of features) as lists by name."""
    matrix = matrix_of(features, asked, *sources, roles=roles, engine=engine, zone=zone, memory_budget=memory_budget)
    return {name: matrix.table[name].to_pylist() for name in matrix.names}


def matrix_of(
    features: FeatureSet | Any,
    asked: pa.Table,
    *sources: SourceTable | SourceFiles,
    roles: Roles | None = None,
    engine: Any = "local",
    zone: ZoneInfo = UTC_ZONE,
    memory_budget: float | str | None = None,
) -> FeatureMatrix:
    sets = [features if isinstance(features, FeatureSet) else FeatureSet("own", features)]
    by_name = {s.spec.name: s for s in sources}
    roles = roles or Roles("hotel", subjects=next(iter(by_name)))
    return compute(asked, by_name, sets, roles=roles, zone=zone, engine=engine, memory_budget=memory_budget)


__all__ = ["DAY0", "UTC_ZONE", "date", "day", "matrix_of", "source", "spine", "values"]
