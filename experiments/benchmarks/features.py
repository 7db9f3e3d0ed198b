"""What do point-in-time features cost, over reading and sorting the same files, and over other ways to get them?

A year of events of users in stores, known up to six hours late, as Parquet in the order they became known; a spine of
subjects at moments of their own; 60 features over four keys. Every time is CPU-seconds of user plus system from the
files to the finished table, the median of alternating runs; a gain by threads is wall time.
"""

from __future__ import annotations

import math
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from demand.contract import INSTANT, ColumnSpec, Roles, SourceSpec, SourceTable
from features import By, FeatureSet, events
from features.engine import DuckDBEngine, Engine, LocalEngine
from features.engine.encode import categories
from features.engine.order_kernels import radix_order
from features.reference import ReferenceEngine
from features.resolve import resolve

Say = Callable[[str], None]
SIZES = {"small": (1_000_000, 100_000), "full": (5_000_000, 500_000)}
REPEATS = 3
_HOUR = 3_600_000_000
_YEAR = 365 * 24 * _HOUR
_START = 1_704_067_200_000_000
_ZONE = ZoneInfo("Asia/Shanghai")
_FILES = ("spine.parquet", "events.parquet")
_REPEATED = ["store_id", "city_id", "kind", "channel", "op"]
_SPEC = SourceSpec(
    name="events",
    kind="events",
    keys=("user", "store", "city"),
    columns={
        "kind": ColumnSpec("category", "before"),
        "channel": ColumnSpec("category", "before"),
        "price_cents": ColumnSpec("cents", "before"),
        "score": ColumnSpec("number", "before"),
    },
)


def declared() -> FeatureSet:
    """60 features: user, store, city, user x store; four filters; counts to distinct values."""
    every = events("events")
    asked, paid, shown = (every.where(kind=k) for k in ("asked", "paid", "shown"))
    made = []
    for key in (By("user"), By("store")):
        made += [
            key(every).count("7d", "30d", "90d"), key(every).sum("price_cents", "7d", "30d", "90d"),
            key(every).std("score", "90d"), key(every).min("score", "90d"), key(every).max("price_cents", "30d"),
            key(every).distinct("channel", "30d"), key(every).since_last(), key(every).mean_gap("90d"),
            key(asked).count("7d", "30d", "90d"), key(asked).mean("score", "30d"), key(asked).last("price_cents"),
            key(paid).count("30d", "90d"), key(paid).since_last(), key(shown).sum("price_cents", "30d"),
            key(every).share("90d", kind="asked"),
        ]  # fmt: skip
    both, city = By("user", "store"), By("city")
    made += [both(every).count("30d", "90d", "all"), both(every).sum("price_cents", "all"), both(every).since_last()]
    made += [both(every).last("score"), city(every).count("7d", "30d"), city(every).mean("price_cents", "7d", "30d")]
    made += [city(asked).count("7d", "30d", "90d"), city(paid).mean("score", "7d", "30d")]
    made += [By("store")(every).distinct("user", "30d")]
    return FeatureSet("benchmark", *made)


def write(folder: Path, n: int, q: int, *, hot: float = 0.0, late: bool = False) -> Path:
    """Files of `n` events and `q` spine rows; `hot` is one store's share, `late` one row known after 600 days."""
    draw = np.random.default_rng(20240601)
    at = np.sort(draw.integers(0, _YEAR, n)) + _START
    known = at + draw.integers(0, 6 * _HOUR, n)
    if late:
        known[n // 3] += 600 * 24 * _HOUR
    users, stores, cities = max(n // 10, 2), max(n // 250, 2), 40
    user, store = draw.integers(0, users, n), draw.integers(0, stores, n)
    if hot:
        store[draw.random(n) < hot] = 0
    picked = draw.integers(0, n, q)
    cutoff = np.sort(draw.integers(_YEAR // 3, _YEAR, q)) + _START
    order = np.argsort(known, kind="stable")
    keys = {"user_id": ("u", user, users), "store_id": ("s", store, stores), "city_id": ("c", store % cities, cities)}
    rows = {
        "id": pa.array(np.arange(n)).cast(pa.string()),
        "occurred_at": pa.array(at).cast(INSTANT),
        "known_at": pa.array(known).cast(INSTANT),
        "op": pa.repeat("insert", n),
        **{name: _words([f"{p}{i}" for i in range(m)], codes) for name, (p, codes, m) in keys.items()},
        "kind": _words(["asked", "paid", "shown", "left"], draw.integers(0, 4, n)),
        "channel": _words([f"channel {i}" for i in range(12)], draw.integers(0, 12, n)),
        "price_cents": pa.array(draw.integers(1, 100_000, n)),
        "score": pa.array(draw.normal(size=n)),
    }
    asked = {
        "subject_id": pa.array(np.arange(q)).cast(pa.string()),
        "cutoff": pa.array(cutoff).cast(INSTANT),
        "industry": pa.repeat("orders", q),
        **{name: _words([f"{p}{i}" for i in range(m)], codes[picked]) for name, (p, codes, m) in keys.items()},
    }
    folder.mkdir(parents=True)
    pq.write_table(pa.table(rows).take(pa.array(order)), folder / "events.parquet")
    pq.write_table(pa.table(asked), folder / "spine.parquet")
    return folder


def _words(values: list[str], codes: np.ndarray[Any, Any]) -> pa.Array:
    return pa.array(values).take(pa.array(codes))


def read_and_sort(folder: Path) -> None:
    """The floor: read both files, number one key, order the events by it (rows are not even moved)."""
    _, table = (pq.read_table(folder / name, read_dictionary=_REPEATED) for name in _FILES)
    codes = categories(table["user_id"]).codes.astype(np.int64)
    radix_order(codes, np.arange(codes.size, dtype=np.int32))


def ours(folder: Path, engine: Engine) -> pa.Table:
    """From the files to the finished table."""
    spine, table = (pq.read_table(folder / name, read_dictionary=_REPEATED) for name in _FILES)
    source = SourceTable(_SPEC, table)
    roles = Roles("orders", subjects="events")
    _, plan = resolve([declared()], {"events": _SPEC}, roles, spine.column_names)
    return engine.run(spine, {"events": source}, plan, _ZONE)


def cost(work: Callable[[], object]) -> tuple[float, float]:
    """CPU-seconds and wall seconds."""
    cpu, wall = time.process_time(), time.perf_counter()
    work()
    return time.process_time() - cpu, time.perf_counter() - wall


def largest_difference(a: pa.Table, b: pa.Table) -> float:
    """The largest relative difference of any value; infinite where one is null and the other is not."""
    worst = 0.0
    for name in a.column_names:
        for x, y in zip(a[name].to_pylist(), b[name].to_pylist(), strict=True):
            if (x is None) != (y is None):
                return math.inf
            if x != y:
                worst = max(worst, abs(x - y) / max(abs(x), abs(y)))
    return worst


def run(size: str, *, say: Say = print) -> dict[str, Any]:
    """Measure; `size` small is 1 million events and 100,000 rows, full 5 million and 500,000."""
    n, q = SIZES[size]
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        tiny = write(root / "tiny", 2_000, 60)
        slow = [ours(tiny, engine) for engine in (LocalEngine(), ReferenceEngine(), DuckDBEngine())]
        differences = [largest_difference(slow[0], other) for other in slow[1:]]
        say(f"largest difference to the oracles: {differences}")
        even, twice = write(root / "even", n, q), write(root / "twice", 2 * n, 2 * q)
        hot, late = write(root / "hot", n, q, hot=0.2), write(root / "late", n, q, late=True)
        runs: dict[str, Callable[[], object]] = {
            "floor": lambda: read_and_sort(even),
            "ours": lambda: ours(even, LocalEngine(1)),
            "threads": lambda: ours(even, LocalEngine(2)),
            "hot": lambda: ours(hot, LocalEngine(1)),
            "late": lambda: ours(late, LocalEngine(1)),
            "twice": lambda: ours(twice, LocalEngine(1)),
        }
        spent: dict[str, list[tuple[float, float]]] = {name: [] for name in runs}
        for _ in range(REPEATS):
            for name, work in runs.items():
                spent[name].append(cost(work))
                say(f"{name}: {spent[name][-1][0]:.2f} s CPU, {spent[name][-1][1]:.2f} s wall")
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        cpu = {name: statistics.median(c for c, _ in times) for name, times in spent.items()}
        wall = {name: statistics.median(w for _, w in times) for name, times in spent.items()}
        joined = cost(lambda: ours(even, DuckDBEngine()))[0] if size == "small" else None
        return {
            "events": n,
            "rows": q,
            "features": len(declared().features),
            "read_sort_seconds": round(cpu["floor"], 3),
            "seconds": round(cpu["ours"], 3),
            "time_over_read_sort": round(cpu["ours"] / cpu["floor"], 2),
            "duckdb_join_engine_over_ours": None if joined is None else round(joined / cpu["ours"], 1),
            "time_at_2x": round(cpu["twice"] / cpu["ours"], 2),
            "hot_key_over_even": round(cpu["hot"] / cpu["ours"], 2),
            "late_row_over_even": round(cpu["late"] / cpu["ours"], 2),
            "wall_gain_2_threads": round(wall["ours"] / wall["threads"], 2),
            "peak_mb": peak,
            "largest_difference": max(differences),
            "oracle_equal": max(differences) < 1e-9,
        }
