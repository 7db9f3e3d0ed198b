"""What does the simulator cost, over writing what it makes once more?

A year of the marketplace is lived through and written by one process of its own; then the same process reads each file
and writes it once more with pyarrow's defaults (snappy, default row groups), and only that writing is timed, of each
table the median of three times. Every time is CPU-seconds of user plus system; what is made includes its first writing.
Peak memory is that of the process until the workspace stands. Kernels are compiled before, by a few orders.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq

from experiments.benchmarks.memory import peak_mb
from pipelines.simulate import simulate

Say = Callable[[str], None]
SIZES = {"small": 20_000, "full": 1_000_000}
REPEATS = 3
_TINY = 200


def cpu(work: Callable[[], object]) -> float:
    """CPU-seconds."""
    start = time.process_time()
    work()
    return time.process_time() - start


def make(root: Path, orders: int) -> dict[str, Any]:
    """Simulate into `root`, in a process that has done nothing else."""
    simulate(root / "tiny", size=_TINY)
    start = time.process_time()
    made = simulate(root / "market", size=orders)
    return {
        "orders": orders,
        "rows": pc.sum(made.table["rows"]).as_py() if made.table else 0,
        "seconds_cpu": round(time.process_time() - start, 2),
        "peak_mb": peak_mb(),
    }


def write_once_more(market: Path, spare: Path) -> float:
    """CPU-seconds of writing every table of a simulated workspace to another place."""
    seconds = 0.0
    for file in sorted(p for folder in ("data", "truth") for p in (market / folder).rglob("*.parquet") if p.is_file()):
        table = pq.read_table(file)
        seconds += statistics.median(cpu(lambda table=table: pq.write_table(table, spare)) for _ in range(REPEATS))
    return seconds


def measure(orders: int, *, compare: bool = True) -> dict[str, Any]:
    """Figures of one size, and what writing costs beside it."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        figures = make(root, orders)
        if not compare:
            return figures
        written = write_once_more(root / "market", root / "again.parquet")
    ratio = figures["seconds_cpu"] / written
    return figures | {"write_seconds_cpu": round(written, 2), "cpu_over_write": round(ratio, 2)}


def alone(orders: int, *, compare: bool = True) -> dict[str, Any]:
    """`measure` in a process of its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(measure, orders, compare=compare).result()


def run(size: str, *, say: Say = print) -> dict[str, Any]:
    """Measure; `size` small is 20,000 orders, full 1 million."""
    figures = alone(SIZES[size])
    say(f"{figures['rows']:,} rows: {figures['cpu_over_write']} times the writing, {figures['peak_mb']:,} MB")
    return figures
