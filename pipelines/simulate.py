"""The embedded marketplace as a workspace: a year of rows up to tonight, and the truth beside them.

The workspace is the template `marketplace` with `data/` (one Parquet file per source, or a folder of parts where it is
large) and `truth/` (what hides behind the rows; no source reads it). Orders are still open after tonight; nothing that
is known later is in the files.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from datetime import date, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from demand.contract import StateError
from demand.simulator import DayBatch, Size, World, orders_a_year, policy_named, tables_one_by_one, truth_of
from pipelines.init import copy_template, folder_in_the_making, refuse_unless_free
from pipelines.result import Result

START, TONIGHT = date(2024, 1, 1), date(2024, 12, 31)
_ROWS_AT_ONCE = 366 * 120_000  # orders x days whose rows are held in memory
_NEARLY_UNIQUE = ("id", "occurred_at", "known_at")  # a dictionary of their values would only take time and room
_MARK = Path("truth/world.json")
_WRITTEN_LATER = ("state", "reports", "outbox", "summary.json", "achievable.json", "data", "truth", "__pycache__")


def simulate(
    path: str | Path,
    *,
    size: Size | str = "default",
    seed: int = 7,
    policy: str = "logged",
    processes: int = 1,
    progress: Callable[[str], None] | None = None,
) -> Result:
    """Write the embedded marketplace as a workspace, whole or not at all.

    Parameters
    ----------
    path : the folder to make. It may hold an earlier simulated workspace, which is replaced with everything that was
        computed in it, unless its own files were edited since.
    size : `default` (40,000 orders), `small` (4,000), or a number of orders a year
    seed : the same seed, size and policy make the same rows
    policy : what was done that year: `logged` by a rule with dice that wrote its chances down, `confounded` by agents
        who picked what looked worst, `none`
    processes : one lives through the year, the others write what it brings. The rows are the same. With more than one
        a script needs `if __name__ == "__main__":` around its call.

    Returns
    -------
    Result
        Orders and requests; `table` has one row per source with its number of rows.

    Raises
    ------
    StateError
        If the folder holds anything else.
    ContractError
        If the size or the policy is none.
    """
    say = progress or (lambda line: None)
    root = Path(path).absolute()
    if not _is_untouched(root):
        refuse_unless_free(root)
    orders = orders_a_year(size)
    world = World(seed, orders, START, truth="grid", policy=policy_named(policy))
    rows: Counter[str] = Counter()
    with folder_in_the_making(root) as making:
        files = copy_template("marketplace", making)
        for last, written in _live_through(world, making, max(1, _ROWS_AT_ONCE // orders), processes):
            rows.update(written)
            say(f"simulate: to {last:%d %B %Y}, {rows.total():,} rows")
        mark: dict[str, Any] = {
            "seed": seed,
            "size": size,
            "policy": policy,
            "start": f"{START}",
            "tonight": f"{TONIGHT}",
        }
        mark["files"] = {file.as_posix(): _digest(making / file) for file in files}
        (making / _MARK).write_text(json.dumps(mark, indent=2) + "\n")
    say(f"simulate: {rows.total():,} rows in {root}")
    table = pa.table({"source": list(rows), "rows": list(rows.values())})
    return Result("simulate", _summary(world, rows, path), table, root)


def _live_through(world: World, making: Path, days: int, processes: int) -> Iterator[tuple[date, Counter[str]]]:
    """Chunk by chunk its last day and the rows by source that were written."""
    writing: deque[tuple[date, Future[Counter[str]]]] = deque()
    with _writers(processes - 1) as pool:
        for number, chunk in enumerate(chunks := _chunks(days)):
            batches = [world.step(day) for day in chunk]
            tonight = [world.risks()] if chunk is chunks[-1] else []
            part = "" if len(chunks) == 1 else f"/{number:05d}.parquet"
            if pool is None:
                yield chunk[-1], _write_chunk(making, part, batches, tonight)
                continue
            while len(writing) >= processes - 1:  # so that memory does not grow with the year
                yield _written(writing)
            writing.append((chunk[-1], pool.submit(_write_chunk, making, part, batches, tonight)))
        while writing:
            yield _written(writing)


def _writers(many: int) -> AbstractContextManager[ProcessPoolExecutor | None]:
    """Spawned processes: a fork of a process that has used Arrow's threads may hang."""
    return ProcessPoolExecutor(many, mp_context=get_context("spawn")) if many else nullcontext()


def _written(writing: deque[tuple[date, Future[Counter[str]]]]) -> tuple[date, Counter[str]]:
    last, written = writing.popleft()
    return last, written.result()


def _write_chunk(making: Path, part: str, batches: Sequence[DayBatch], tonight: Sequence[pa.Table]) -> Counter[str]:
    """The days of a chunk as one file per source, or as one more part of each; `tonight` are risks beyond the days."""
    rows: Counter[str] = Counter()
    for name, table in tables_one_by_one(batches):
        _write(table, making / "data" / f"{name}.parquet{part}")
        rows[name] += table.num_rows
    truth = truth_of(batches)
    truth["risks"] = pa.concat_tables([truth["risks"], *tonight])
    for name, table in truth.items():
        _write(table, making / "truth" / f"{name}.parquet{part}")
    return rows


def _write(table: pa.Table, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    repeated = [name for name in table.column_names if name not in _NEARLY_UNIQUE]
    pq.write_table(table, file, use_dictionary=repeated)


def _chunks(days: int) -> list[list[date]]:
    """The days up to tonight, so many at a time."""
    every = [START + timedelta(days=ahead) for ahead in range((TONIGHT - START).days)]
    return [every[first : first + days] for first in range(0, len(every), days)]


def _summary(world: World, rows: Mapping[str, int], path: str | Path) -> dict[str, Any]:
    orders = world.orders_so_far()
    return {
        "orders": ", ".join(f"{industry} {count:,}" for industry, count in orders.items()),
        "rows": f"{sum(rows.values()):,} in {len(rows)} sources",
        "tonight": f"{TONIGHT}",
        "quarantined": 0,
        "next": f"demand check {path}",
    }


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
