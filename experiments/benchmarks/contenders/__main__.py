"""Run one contender on a folder; the last line is its cost as JSON, of the fastest of some runs."""

from __future__ import annotations

import argparse
import importlib
import json
import resource
import time
from pathlib import Path

import pyarrow.parquet as pq

from experiments.benchmarks.memory import now_mb, peak_mb


def spent() -> float:
    """CPU-seconds of user plus system of this process, all of its threads."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--warm", type=Path, required=True, help="a small folder, run first and not measured")
    parser.add_argument("--out", type=Path, help="where to leave the features of the last run")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=1)
    asked = parser.parse_args()
    run = importlib.import_module(f"experiments.benchmarks.contenders.{asked.name}").run
    run(asked.warm, asked.threads)
    costs, start, peak = [], now_mb(), 0
    for _ in range(asked.repeats):
        cpu, wall = spent(), time.perf_counter()
        found = run(asked.folder, asked.threads)
        costs.append((spent() - cpu, time.perf_counter() - wall))
        peak = peak_mb()
        if asked.out is not None and found is not None:
            pq.write_table(found, asked.out)
    best = min(costs)
    memory = {"peak_mb": peak, "start_mb": start}
    print(json.dumps({"cpu": best[0], "wall": min(w for _, w in costs), "runs": [c for c, _ in costs], **memory}))


if __name__ == "__main__":
    main()
