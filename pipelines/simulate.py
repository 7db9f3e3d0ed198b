"""The embedded marketplace as a workspace: a year of rows up to tonight, and the truth beside them.

The workspace is the template `marketplace` with `data/` (one Parquet file per source, or a folder of parts where it is
large) and `truth/` (what hides behind the rows; no source reads it). Orders are still open after tonight; nothing that
is known later is in the files.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from demand.contract import StateError
from demand.simulator import GRADED, DayBatch, Size, World, orders_a_year, policy_named, tables_one_by_one, truth_of
from pipelines.init import copy_template, folder_in_the_making, refuse_unless_free
from pipelines.result import Result

START, TONIGHT = date(2024, 1, 1), date(2024, 12, 31)
_ROWS_AT_ONCE = 366 * 60_000  # orders x days whose rows are held in memory
_NEARLY_UNIQUE = ("id", "occurred_at", "known_at")  # a dictionary of their values would only take time and room
_MARK = Path("truth/world.json")
_PAST = Path("past.yaml")  # the part of the template that reads what was done
_WRITTEN_LATER = ("state", "reports", "outbox", "summary.json", "achievable.json", "data", "truth", "__pycache__")


def simulate(
    path: str | Path,
    *,
    size: Size | str = "default",
    seed: int = 7,
    policy: str = "logged",
    processes: int = 1,
    graded: int = GRADED,
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
    processes : one lives through the year, the others write what it brings, for marketplaces that come in parts. The
        files are the same. A script needs `if __name__ == "__main__":` around its call then.
    graded : of how many orders a year, drawn evenly, `truth/risks` tells the true chances; no row depends on it

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
    world = World(seed, orders, START, truth="grid", graded=graded, policy=policy_named(policy))
    chunks = _chunks(max(1, _ROWS_AT_ONCE // orders))
    rows: Counter[str] = Counter()
    with folder_in_the_making(root) as making:
        files = copy_template("marketplace", making)
        if world.past.policy == "none":
            files = _without_past(making, files)
        lived = _live_through(world, chunks, making)
        for chunk, written in zip(chunks, _written(lived, processes), strict=True):
            rows.update(written)
            say(f"simulate: to {chunk[-1]:%d %B %Y}, {rows.total():,} rows")
        mark: dict[str, Any] = {"seed": seed, "size": size, "policy": policy, "graded": graded}
        mark |= {"start": f"{START}", "tonight": f"{TONIGHT}"}
        mark["files"] = {file.as_posix(): _digest(making / file) for file in files}
        (making / _MARK).write_text(json.dumps(mark, indent=2) + "\n")
    say(f"simulate: {rows.total():,} rows in {root}")
    table = pa.table({"source": list(rows), "rows": list(rows.values())})
    return Result("simulate", _summary(world, rows, path), table, root)


def _without_past(root: Path, files: tuple[Path, ...]) -> tuple[Path, ...]:
    """Where nothing was done, no source tells of it: the files that are left of the template."""
    settings = root / "demand.yaml"
    lines = settings.read_text(encoding="utf-8").splitlines(keepends=True)
    settings.write_text("".join(line for line in lines if _PAST.name not in line), encoding="utf-8")
    (root / _PAST).unlink()
    return tuple(file for file in files if file != _PAST)


@dataclass(frozen=True)
class _Lived:
    """Some days and where they are to be written; `tonight` are the risks after the last of all days."""

    folder: Path
    part: str
    batches: list[DayBatch]
    tonight: pa.Table | None

    def write(self) -> dict[str, int]:
        """Write them; returns rows by source."""
        rows = {}
        for name, table in tables_one_by_one(self.batches):
            repeated = [column for column in table.column_names if column not in _NEARLY_UNIQUE]
            _write(table, self.folder / "data" / f"{name}.parquet{self.part}", use_dictionary=repeated)
            rows[name] = table.num_rows
        truth = truth_of(self.batches)
        if self.tonight is not None:
            truth["risks"] = pa.concat_tables([truth["risks"], self.tonight])
        for name, table in truth.items():
            _write(table, self.folder / "truth" / f"{name}.parquet{self.part}")
        return rows


def _live_through(world: World, chunks: list[list[date]], folder: Path) -> Iterator[_Lived]:
    for number, chunk in enumerate(chunks):
        part, last = "" if len(chunks) == 1 else f"/{number:05d}.parquet", chunk is chunks[-1]
        # without a name for the batches, which would keep them while the next ones are lived
        yield _Lived(folder, part, [world.step(day) for day in chunk], world.risks() if last else None)


def _written(lived: Iterator[_Lived], processes: int) -> Iterator[dict[str, int]]:
    """Rows by source of each, once it is written: here, or by other processes while the next days are lived."""
    if processes == 1:
        yield from map(_Lived.write, lived)
        return
    # spawned: a fork of a process that has used Arrow's threads may hang
    with ProcessPoolExecutor(processes - 1, mp_context=get_context("spawn")) as pool:
        writing: deque[Future[dict[str, int]]] = deque()
        for days in lived:
            writing.append(pool.submit(_Lived.write, days))
            if len(writing) == processes:  # else days would pile up in memory
                yield writing.popleft().result()
        yield from (each.result() for each in writing)


def _write(table: pa.Table, file: Path, **options: Any) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, file, **options)


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
