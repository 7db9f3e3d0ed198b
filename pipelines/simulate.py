"""The embedded marketplace as a workspace: a year of rows up to tonight, and the truth beside them.

The workspace is the template `marketplace` with `data/` (one Parquet file per source) and `truth/` (what hides behind
the rows; no source reads it). Orders are still open after tonight; nothing that is known later is in the files.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from demand.contract import StateError
from demand.simulator import Size, World, orders_a_year, tables_of, truth_of
from pipelines.init import copy_template, folder_in_the_making, refuse_unless_free
from pipelines.result import Result

START, TONIGHT = date(2024, 1, 1), date(2024, 12, 31)
ORDERS = {"hotel": "hotel_bookings", "prepaid_card": "card_sales", "home_cleaning": "cleaning_orders"}
_MARK = Path("truth/world.json")
_WRITTEN_LATER = ("state", "reports", "outbox", "summary.json", "achievable.json", "data", "truth", "__pycache__")


def simulate(
    path: str | Path, *, size: Size | str = "default", seed: int = 7, progress: Callable[[str], None] | None = None
) -> Result:
    """Write the embedded marketplace as a workspace, whole or not at all.

    Parameters
    ----------
    path : the folder to make. It may hold an earlier simulated workspace, which is replaced with everything that was
        computed in it, unless its own files were edited since.
    size : `default` (20,000 orders), `small` (2,000), or a number of orders a year
    seed : the same seed and size make the same rows

    Returns
    -------
    Result
        Orders and requests; `table` has one row per source with its number of rows.

    Raises
    ------
    StateError
        If the folder holds anything else.
    """
    say = progress or (lambda line: None)
    root = Path(path).absolute()
    if not _is_untouched(root):
        refuse_unless_free(root)
    world = World(seed, orders_a_year(size), START)
    batches = []
    for ahead in range((TONIGHT - START).days):
        day = START + timedelta(days=ahead)
        batches.append(world.step(day))
        if (day + timedelta(days=1)).day == 1 or day == TONIGHT - timedelta(days=1):
            say(f"simulate: {day:%B %Y}")
    tables, truth = tables_of(batches), truth_of(batches)
    truth["risks"] = pa.concat_tables([truth["risks"], world.risks()])
    with folder_in_the_making(root) as making:
        files = copy_template("marketplace", making)
        for folder, content in (("data", tables), ("truth", truth)):
            (making / folder).mkdir()
            for name, table in content.items():
                pq.write_table(table, making / folder / f"{name}.parquet", compression="zstd")
        mark: dict[str, Any] = {"seed": seed, "size": size, "start": f"{START}", "tonight": f"{TONIGHT}"}
        mark["files"] = {file.as_posix(): _digest(making / file) for file in files}
        (making / _MARK).write_text(json.dumps(mark, indent=2) + "\n")
    say(f"simulate: {sum(t.num_rows for t in tables.values()):,} rows in {root}")
    return Result("simulate", _summary(tables, path), _counts(tables), root)


def _summary(tables: dict[str, pa.Table], path: str | Path) -> dict[str, Any]:
    orders = {industry: pc.count_distinct(tables[source]["id"]).as_py() for industry, source in ORDERS.items()}
    return {
        "orders": ", ".join(f"{industry} {count:,}" for industry, count in orders.items()),
        "rows": f"{sum(t.num_rows for t in tables.values()):,} in {len(tables)} sources",
        "tonight": f"{TONIGHT}",
        "quarantined": 0,
        "next": f"demand check {path}",
    }


def _counts(tables: dict[str, pa.Table]) -> pa.Table:
    return pa.table({"source": list(tables), "rows": [t.num_rows for t in tables.values()]})


def _is_untouched(root: Path) -> bool:
    """Whether a folder was written by `simulate`, and holds nothing but that and what verbs wrote into it since."""
    try:
        files: dict[str, str] = json.loads((root / _MARK).read_text())["files"]
    except (OSError, ValueError, KeyError):
        return False
    present = {
        file.relative_to(root).as_posix()
        for top in root.iterdir()
        if top.name not in _WRITTEN_LATER
        for file in ([top] if top.is_file() else top.rglob("*"))
        if file.is_file() and "__pycache__" not in file.parts
    }
    if present == set(files) and all(_digest(root / file) == digest for file, digest in files.items()):
        return True
    edited = sorted(present ^ set(files)) or sorted(f for f, d in files.items() if _digest(root / f) != d)
    raise StateError(
        found=f"the simulated workspace {root} was edited: {edited[0]}",
        expected="a new or an empty folder, or a simulated workspace as it was written",
        remedy="choose another path, or remove the folder first",
    )


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
