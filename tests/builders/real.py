"""The workspace of `examples/real`, whole, or as a copy with a mistake over a part of the industries and rows."""

from __future__ import annotations

import os
import shutil
from functools import cache
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
import yaml

from examples.real import locate_data
from pipelines.workspace import Workspace, open_workspace

REAL = Path(locate_data.__file__).parent

INDUSTRIES = ("city_hotel", "resort_hotel", "care", "retail", "delivery")

# what belongs together: industries, the sources they use, the raw tables behind these
PARTS = {
    "hotels": (("city_hotel", "resort_hotel"), ("bookings", "booking_status"), ("hotel",)),
    "care": (("care",), ("appointments", "appointment_status"), ("clinic",)),
    "retail": (("retail",), ("invoices", "invoice_lines", "returns"), ("shop",)),
    "delivery": (
        ("delivery",),
        ("orders", "order_status", "reviews"),
        tuple(f"marketplace_{t}" for t in ("orders", "customers", "items", "payments", "reviews")),
    ),
}

needs_real = pytest.mark.skipif(
    bool(locate_data.missing()),
    reason=f"{len(locate_data.missing())} files are not in {locate_data.folder()}: see examples/real/README.md",
)


@cache
def bookings(every: int = 1) -> pa.Table:
    """Every so many of the hotels' bookings, in the order of the file."""
    table = pq.read_table(locate_data.folder() / "hotel_bookings.parquet")
    return table.take(pa.array(range(0, table.num_rows, every)))


@cache
def appointments(every: int = 1) -> pa.Table:
    """The appointments of every so many patients."""
    return _of_some(pq.read_table(locate_data.folder() / "appointments.parquet"), "PatientId", every)


@cache
def invoice_lines(every: int = 1) -> pa.Table:
    """The shop's lines of every so many customers."""
    return _of_some(pq.read_table(locate_data.folder() / "online_retail.parquet"), "CustomerID", every)


def sample(part: str, every: int) -> dict[str, pa.Table]:
    """A smaller table for a part of the workspace, by name; the marketplace is small as it is."""
    makers = {"hotels": ("hotel", bookings), "care": ("clinic", appointments), "retail": ("shop", invoice_lines)}
    if part not in makers:
        return {}
    name, make = makers[part]
    return {name: make(every)}


def _of_some(table: pa.Table, column: str, every: int) -> pa.Table:
    """The rows of every so many values of a column, in the order of the file."""
    values = pc.unique(table[column].drop_null()).sort()
    kept = values.take(pa.array(range(0, len(values), every)))
    return table.filter(pc.is_in(table[column], kept))


def real_workspace() -> Workspace:
    """All five industries, where they are: read it only."""
    name_the_folder()
    return open_workspace(REAL)


def name_the_folder() -> None:
    """Say in the environment where the files are, as a user does."""
    os.environ.setdefault("DEMAND_DATA", str(locate_data.folder().resolve()))


def real_with(folder: Path, *changes: tuple[str, str, str], part: str | None = None, **frames: pa.Table) -> Workspace:
    """A copy of the workspace in which texts of its files are replaced: (file, old, new).

    Parameters
    ----------
    part : one of `PARTS`: the copy keeps only its industries, sources and tables
    frames : tables that stand in for the files, by name
    """
    root = folder / "real"
    shutil.copytree(REAL, root, ignore=shutil.ignore_patterns("state", "reports", "outbox", "__pycache__"))
    for file, old, new in changes:
        text = (root / file).read_text()
        assert old in text, f"{file} does not say {old!r}"
        (root / file).write_text(text.replace(old, new))
    if part is not None:
        _keep_only(root / "demand.yaml", *PARTS[part])
    name_the_folder()
    return open_workspace(root, frames=frames)


def hotels_with(folder: Path, *changes: tuple[str, str, str], every: int = 40, **frames: pa.Table) -> Workspace:
    """The two hotels with every so many bookings."""
    return real_with(folder, *changes, part="hotels", hotel=bookings(every), **frames)


def _keep_only(file: Path, industries: tuple[str, ...], sources: tuple[str, ...], tables: tuple[str, ...]) -> None:
    """Without the other parts; what a change added stays."""
    known = {name for _, s, t in PARTS.values() for name in (*s, *t)} | set(INDUSTRIES)
    wanted = {*industries, *sources, *tables}
    config = yaml.safe_load(file.read_text())
    for block in ("tables", "sources", "industries"):
        config[block] = {n: v for n, v in config[block].items() if n in wanted or n not in known}
    file.write_text(yaml.safe_dump(config, allow_unicode=True, sort_keys=False))
