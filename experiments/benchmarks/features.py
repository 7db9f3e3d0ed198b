"""What do point-in-time features cost, over reading and sorting the same files, and over other ways to get them?

A year of events of users in stores, known up to six hours late, as Parquet in the order they became known; a spine of
subjects at moments of their own; 60 features over four keys (`contenders/workload.py`). Every contender runs in a
process of its own, warm, on the same files; every time is CPU-seconds of user plus system from the files to the
finished table, the least of some runs; a gain by threads is wall time. Contenders' features must equal ours.

Other tools need `make contenders` first; without it their figures are left out.
"""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from demand.contract import INSTANT
from experiments.benchmarks.contenders.ours import computed
from experiments.benchmarks.contenders.workload import NAMES
from features.engine import DuckDBEngine, LocalEngine
from features.reference import ReferenceEngine

Say = Callable[[str], None]
Numbers = np.ndarray[Any, Any]
ROOT = Path(__file__).parents[2]
CONTENDERS = ROOT / ".venv-contenders" / "bin" / "python"
SIZES = {"small": (1_000_000, 100_000), "full": (5_000_000, 500_000), "large": (20_000_000, 2_000_000)}
_PLANS = ("duckdb_plan", "polars_plan")
HOUR = 3_600_000_000
YEAR = 365 * 24 * HOUR
START = 1_704_067_200_000_000
CITIES = 40


def write(folder: Path, n: int, q: int, *, hot: float = 0.0, late: bool = False) -> Path:
    """Files of `n` events and `q` spine rows; `hot` is one store's share, `late` one row known after 600 days."""
    draw = np.random.default_rng(20240601)
    at = np.sort(draw.integers(0, YEAR, n)) + START
    known = at + draw.integers(0, 6 * HOUR, n)
    if late:
        known[n // 3] += 600 * 24 * HOUR
    keys = named_keys(n)
    codes = {
        "user_id": draw.integers(0, len(keys["user_id"]), n),
        "store_id": draw.integers(0, len(keys["store_id"]), n),
    }
    if hot:
        codes["store_id"][draw.random(n) < hot] = 0
    picked = draw.integers(0, n, q)
    cutoff = np.sort(draw.integers(YEAR // 3, YEAR, q)) + START
    events = events_of(draw, np.arange(n), at, known, np.zeros(n, np.int64), keys_of(keys, codes))
    folder.mkdir(parents=True)
    pq.write_table(events.take(pa.array(np.argsort(known, kind="stable"))), folder / "events.parquet")
    pq.write_table(spine_of(events, picked, cutoff), folder / "spine.parquet")
    return folder


def named_keys(n: int) -> dict[str, pa.Array]:
    """The names of users, stores and cities of `n` events."""
    sizes = {"user_id": max(n // 10, 2), "store_id": max(n // 250, 2), "city_id": CITIES}
    return {name: pa.array([f"{name[0]}{i}" for i in range(size)]) for name, size in sizes.items()}


def keys_of(named: dict[str, pa.Array], codes: dict[str, Numbers]) -> dict[str, pa.Array]:
    """Of every event; a store lies in one city."""
    codes = codes | {"city_id": codes["store_id"] % CITIES}
    return {name: named[name].take(pa.array(of)) for name, of in codes.items()}


def events_of(
    draw: np.random.Generator, ids: Numbers, at: Numbers, known: Numbers, corrects: Numbers, keys: dict[str, pa.Array]
) -> pa.Table:
    """Events in the order given; what nobody decided is drawn."""
    n = ids.size
    rows = {
        "id": pa.array(ids).cast(pa.string()),
        "occurred_at": pa.array(at).cast(INSTANT),
        "known_at": pa.array(known).cast(INSTANT),
        "op": words(["insert", "correct"], corrects),
        **keys,
        "kind": words(["asked", "paid", "shown", "left"], draw.integers(0, 4, n)),
        "channel": words([f"channel {i}" for i in range(12)], draw.integers(0, 12, n)),
        "price_cents": pa.array(draw.integers(1, 100_000, n)),
        "score": pa.array(draw.normal(size=n)),
    }
    return pa.table(rows)


def spine_of(events: pa.Table, picked: Numbers, cutoff: Numbers, first: int = 0) -> pa.Table:
    """Subjects with the keys of some events; their numbers go on from `first`."""
    asked = {
        "subject_id": pa.array(np.arange(picked.size) + first).cast(pa.string()),
        "cutoff": pa.array(cutoff).cast(INSTANT),
        "industry": pa.repeat("orders", picked.size),
        **{name: events[name].take(pa.array(picked)) for name in ("user_id", "store_id", "city_id")},
    }
    return pa.table(asked)


def words(values: list[str], codes: Numbers) -> pa.Array:
    return pa.array(values).take(pa.array(codes))


def child(
    name: str,
    folder: Path,
    warm: Path,
    *,
    out: Path | None = None,
    threads: int = 1,
    repeats: int = 3,
    **environment: str,
) -> Any:
    """What a contender costs in a process of its own: CPU-seconds, wall seconds, peak memory."""
    python = sys.executable if name in ("ours", "floor", "in_parts", "stored") else str(CONTENDERS)
    command = [python, "-W", "ignore", "-m", "experiments.benchmarks.contenders", name, str(folder)]
    command += ["--warm", str(warm), "--threads", str(threads), "--repeats", str(repeats)]
    command += ["--out", str(out)] if out else []
    done = subprocess.run(
        command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True, env=os.environ | environment
    )
    return json.loads(done.stdout.splitlines()[-1])


def largest_difference(a: pa.Table, b: pa.Table) -> float:
    """The largest relative difference of any value, and absolute below 1; infinite where only one is null."""
    worst = 0.0
    for name in a.column_names:
        x, y = (t[name].to_numpy().astype(np.float64) for t in (a, b))
        if not np.array_equal(np.isnan(x), np.isnan(y)):
            return math.inf
        scale = np.maximum(np.maximum(np.abs(x), np.abs(y)), 1.0)
        worst = max(worst, float(np.nanmax(np.abs(x - y) / scale, initial=0.0)))
    return worst


def run(size: str, *, say: Say = print) -> dict[str, Any]:
    """Measure; `size` is 1 million events and 100,000 rows (small), 5 times that (full) or 20 (large)."""
    n, q = SIZES[size]
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        tiny, even = write(root / "tiny", 2_000, 60), write(root / "even", n, q)
        oracles = [computed(tiny, engine) for engine in (LocalEngine(), ReferenceEngine(), DuckDBEngine())]
        figures: dict[str, Any] = {"events": n, "rows": q, "features": len(NAMES)}
        figures["difference_to_oracles"] = max(largest_difference(oracles[0], other) for other in oracles[1:])

        def measured(what: str, contender: str, folder: Path, **how: Any) -> Any:
            cost = child(contender, folder, tiny, **how)
            say(f"{what}: {cost['cpu']:.2f} s CPU, {cost['wall']:.2f} s wall, {cost['peak_mb']} MB")
            return cost

        floor = measured("read and sort", "floor", even)
        ours = measured("ours", "ours", even, out=root / "ours.parquet")
        figures |= {
            "read_sort_seconds": round(floor["cpu"], 3),
            "seconds": round(ours["cpu"], 3),
            "peak_mb": ours["peak_mb"],
            "time_over_read_sort": round(ours["cpu"] / floor["cpu"], 2),
        }
        threads = measured("two threads", "ours", even, threads=2)
        figures["wall_gain_2_threads"] = round(ours["wall"] / threads["wall"], 2)
        if CONTENDERS.exists():
            figures |= _others(measured, root, even, ours["cpu"], q)
        if size != "large":
            for figure, how in (("hot_key_over_even", {"hot": 0.2}), ("late_row_over_even", {"late": True})):
                folder = write(root / figure, n, q, **how)
                figures[figure] = round(measured(figure, "ours", folder)["cpu"] / ours["cpu"], 2)
            twice = measured("twice", "ours", write(root / "twice", 2 * n, 2 * q))
            figures["time_at_2x"] = round(twice["cpu"] / ours["cpu"], 2)
        return figures


def _others(measured: Callable[..., Any], root: Path, even: Path, ours: float, rows: int) -> dict[str, Any]:
    """What the best plans of other tools cost over ours, and how far their features are from ours."""
    figures: dict[str, Any] = {}
    expected = pq.read_table(root / "ours.parquet")
    for plan in _PLANS:
        out = root / f"{plan}.parquet"
        cost = measured(plan, plan, even, out=out, repeats=1)
        figures[f"{plan}_over_ours"] = round(cost["cpu"] / ours, 2)
        figures[f"{plan}_difference"] = largest_difference(expected, pq.read_table(out))
    few, many = 20, 120
    costs = [
        measured(f"featuretools, {sampled} rows", "featuretools_plan", even, repeats=1, FEATURETOOLS_ROWS=str(sampled))
        for sampled in (few, many)
    ]
    more = (costs[1]["cpu"] - costs[0]["cpu"]) / (many - few)  # reading and indexing the events is not counted
    figures["featuretools_seconds_per_more_row"] = round(more, 4)
    figures["featuretools_over_ours_per_row"] = round(more / (ours / rows))
    return figures
