"""The column types of a source: what users write in `demand.yaml`, and what they become."""

from __future__ import annotations

from typing import Literal, get_args

import pyarrow as pa

ColumnType = Literal["int", "number", "cents", "bool", "category", "text", "date", "time"]
Side = Literal["before", "contact", "after"]
SourceKind = Literal["events", "changes"]

COLUMN_TYPES: tuple[str, ...] = get_args(ColumnType)

INSTANT = pa.timestamp("us", "UTC")

ARROW: dict[str, pa.DataType] = {
    "int": pa.int64(),
    "number": pa.float64(),
    "cents": pa.int64(),
    "bool": pa.bool_(),
    "category": pa.string(),
    "text": pa.string(),
    "date": pa.date32(),
    "time": INSTANT,
}

DUCKDB: dict[str, str] = {
    "int": "BIGINT",
    "number": "DOUBLE",
    "cents": "BIGINT",
    "bool": "BOOLEAN",
    "category": "VARCHAR",
    "text": "VARCHAR",
    "date": "DATE",
    "time": "TIMESTAMPTZ",
}
