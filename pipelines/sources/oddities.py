"""What is odd about a source's usable rows: said with a count and an example, and it stops nothing."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from demand.contract import Problem
from pipelines.config import SourceConfig

_ENOUGH = 20


def odd_clocks(rows: pa.Table, source: SourceConfig) -> list[Problem]:
    """Most rows known before they happened: plans are, but not most of what happens.

    A few are left alone: two systems never agree to the second, and an announced event may well be known early.
    """
    early = pc.less(rows["known_at"], rows["occurred_at"])
    count = pc.sum(early).as_py() or 0
    if 2 * count <= rows.num_rows:
        return []
    first = rows.filter(early).slice(0, 1).to_pylist()[0]
    example = (
        f"id {first['id']} known {first['known_at']:%Y-%m-%d %H:%M}, occurred {first['occurred_at']:%Y-%m-%d %H:%M}"
    )
    remedy = "are `occurred_at` and `known_at` swapped? if these are plans that are known ahead, all is well"
    found = "rows known before they happened"
    return [Problem(found, "", remedy, "", source.name, "known_at", count, example, "warning")]


def empty_columns(rows: pa.Table, source: SourceConfig) -> list[Problem]:
    """Declared columns and keys without a single value, where there are rows enough for that to be odd."""
    named = [*source.columns, *(f"{key}_id" for key in source.key_names)]
    remedy = "mend the mapping or the export, or drop the column"
    return [
        Problem("no row has a value", "", remedy, "", source.name, column, rows.num_rows, severity="warning")
        for column in named
        if rows.num_rows >= _ENOUGH and rows[column].null_count == rows.num_rows
    ]
