"""What does a night cost from the sorted store, with one day merged in, over computing all of it anew?

A year of events (`features.py`), a part of yesterday's corrected or taken back on the last day; every subject at one
cutoff, the midnight after it; the same 60 features. Contenders, each in a process of its own, warm, on the same files:
reading and sorting the events (the floor), the whole recompute, and the store, from the day's file to the finished
table. Times are CPU-seconds of user plus system on one thread, medians of alternating runs; features are compared to
the bit.
"""

from __future__ import annotations

import shutil
import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from demand.contract import INSTANT, SourceTable
from experiments.benchmarks.contenders.ours import REPEATED, SPEC, declared
from experiments.benchmarks.contenders.stored import ROLES
from experiments.benchmarks.contenders.workload import NAMES
from experiments.benchmarks.features import Say, child, write
from features import SortedStore

SIZES = {"small": (1_000_000, 50_000, 3), "full": (20_000_000, 1_000_000, 3)}
NIGHT = datetime(2024, 12, 30, tzinfo=UTC)
_DAY = timedelta(days=1)
_KEYS = ("user_id", "store_id", "city_id")


def night(folder: Path, events: int, subjects: int) -> Path:
    """Files of one night, made by another process: a child's peak memory counts that of the one it came from."""
    made = get_context("spawn").Process(target=make, args=(folder, events, subjects))
    made.start()
    made.join()
    if made.exitcode:
        raise RuntimeError(f"the files of the night were not made: {made.exitcode}")
    return folder


def make(folder: Path, events: int, subjects: int) -> None:
    """All events known by the night, the last day's apart, the spine, and the store without the last day."""
    table = pq.read_table(write(folder, events, 1) / "events.parquet", read_dictionary=REPEATED)
    table = table.filter(pc.less(table["known_at"], pa.scalar(NIGHT, INSTANT)))
    draw = np.random.default_rng(20240602)
    known = table["known_at"].to_numpy()
    before = np.flatnonzero(known < np.datetime64((NIGHT - _DAY).replace(tzinfo=None), "us"))
    again = np.sort(draw.choice(before, max(events // 10_000, 2), replace=False))
    moments = np.sort(draw.integers(0, _DAY // timedelta(microseconds=1), again.size))
    moments += int((NIGHT - _DAY).timestamp()) * 1_000_000
    changed = {
        "known_at": pa.array(moments).cast(INSTANT),
        "op": pa.array(np.where(draw.random(again.size) < 0.8, "correct", "delete")).dictionary_encode(),
        "price_cents": pa.array(draw.integers(1, 100_000, again.size)),
    }
    more = table.take(pa.array(again))
    more = pa.table({name: changed.get(name, more[name]) for name in more.column_names})
    table = pa.concat_tables([table, more.cast(table.schema)])
    table = table.take(pc.sort_indices(table["known_at"])).unify_dictionaries()
    is_new = pc.greater_equal(table["known_at"], pa.scalar(NIGHT - _DAY, INSTANT))
    pq.write_table(table, folder / "events.parquet")
    pq.write_table(table.filter(is_new), folder / "day.parquet")
    users = pc.dictionary_encode(table["user_id"].combine_chunks()).indices.to_numpy()
    _, first = np.unique(users, return_index=True)
    rows = pa.array(np.sort(draw.permutation(first)[:subjects]))
    spine = {
        "subject_id": pa.array(np.arange(len(rows))).cast(pa.string()),
        "cutoff": pa.repeat(pa.scalar(NIGHT, INSTANT), len(rows)),
        "industry": pa.repeat("orders", len(rows)),
        **{name: table[name].take(rows) for name in _KEYS},
    }
    pq.write_table(pa.table(spine), folder / "spine.parquet")
    (folder / "night").write_text(NIGHT.isoformat())
    past, keys = table.filter(pc.invert(is_new)), list(spine)
    sources = {"events": SourceTable(SPEC, past)}
    SortedStore.build(folder / "built", sources, [declared()], roles=ROLES, keys=keys, through=NIGHT - _DAY)


def run(size: str, *, say: Say = print) -> dict[str, Any]:
    """Measure; `size` is 50,000 subjects over 1 million events (small), or 1 million over 20 million (full)."""
    events, subjects, repeats = SIZES[size]
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        warm = night(root / "warm", 2_000, 60)
        _renew(warm)
        start = time.perf_counter()
        files = night(root / "night", events, subjects)
        say(f"files and store: {time.perf_counter() - start:.1f} s wall")
        costs: dict[str, list[Any]] = {"floor": [], "ours": [], "stored": [], "evaluated": []}
        for _ in range(repeats):
            _renew(files)
            for what, runs in costs.items():
                contender = "stored" if what == "evaluated" else what
                runs.append(child(contender, files, warm, out=root / f"{what}.parquet", repeats=1))
                say(f"{what}: {runs[-1]['cpu']:.2f} s CPU, {runs[-1]['wall']:.2f} s, {runs[-1]['peak_mb']} MB")
        found, expected = (pq.read_table(root / f"{what}.parquet") for what in ("stored", "ours"))
        seconds = {what: statistics.median(r["cpu"] for r in runs) for what, runs in costs.items()}
        return {
            "events": events,
            "subjects": pq.read_metadata(files / "spine.parquet").num_rows,
            "day_rows": pq.read_metadata(files / "day.parquet").num_rows,
            "features": len(NAMES),
            "equal_to_the_bit": _equal(found, expected),
            "read_sort_seconds": round(seconds["floor"], 3),
            "recompute_seconds": round(seconds["ours"], 3),
            "store_seconds": round(seconds["stored"], 3),
            "store_evaluate_seconds": round(seconds["evaluated"], 3),
            "recompute_over_read_sort": round(seconds["ours"] / seconds["floor"], 2),
            "recompute_over_store": round(seconds["ours"] / seconds["stored"], 2),
            "store_over_read_sort": round(seconds["stored"] / seconds["floor"], 2),
            "store_mb": sum(p.stat().st_size for p in (files / "store").iterdir()) // 2**20,
            "recompute_peak_mb": costs["ours"][-1]["peak_mb"],
            "store_peak_mb": costs["stored"][-1]["peak_mb"],
            "runs": {what: [round(r["cpu"], 2) for r in runs] for what, runs in costs.items()},
        }


def _renew(folder: Path) -> None:
    """The store as it was built, before the day."""
    shutil.rmtree(folder / "store", ignore_errors=True)
    shutil.copytree(folder / "built", folder / "store")


def _equal(a: pa.Table, b: pa.Table) -> bool:
    """Whether two tables of numbers have the same nulls and the same bits."""
    return a.column_names == b.column_names and all(_same(a[n], b[n]) for n in a.column_names)


def _same(a: pa.ChunkedArray, b: pa.ChunkedArray) -> bool:
    nulls, bits = (pc.is_null(c) for c in (a, b)), (pc.fill_null(c, 0.0).to_numpy().view(np.int64) for c in (a, b))
    return np.array_equal(*(n.to_numpy() for n in nulls)) and np.array_equal(*bits)
