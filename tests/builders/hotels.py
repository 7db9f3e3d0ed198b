"""The hotels of `examples/real`, whole, or as a copy with a mistake over a sample of the bookings."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from examples.real import locate_data
from pipelines.workspace import Workspace, open_workspace

HOTELS = Path(locate_data.__file__).parent
BOOKINGS = "hotel_bookings.parquet"

needs_hotels = pytest.mark.skipif(
    not (locate_data.folder() / BOOKINGS).is_file(),
    reason=f"{BOOKINGS} is not in {locate_data.folder()}: see examples/real/README.md",
)


@cache
def bookings(every: int = 1) -> pa.Table:
    """Every so many of the bookings, in the order of the file."""
    table = pq.read_table(locate_data.folder() / BOOKINGS)
    return table.take(pa.array(range(0, table.num_rows, every)))


def hotels_with(folder: Path, *changes: tuple[str, str, str], every: int = 40, **frames: pa.Table) -> Workspace:
    """A copy of the workspace in which texts of its files are replaced: (file, old, new); further tables by name."""
    root = folder / "hotels"
    shutil.copytree(HOTELS, root, ignore=shutil.ignore_patterns("state", "reports", "outbox", "__pycache__"))
    for file, old, new in changes:
        text = (root / file).read_text()
        assert old in text, f"{file} does not say {old!r}"
        (root / file).write_text(text.replace(old, new))
    return open_workspace(root, frames={"hotel": bookings(every), **frames})
