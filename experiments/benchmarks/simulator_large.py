"""Does a marketplace of 10 million orders fit into memory, by chunks of days? The figures of `simulator` again.

A run takes about ten minutes of CPU and 5 GB of disk.
"""

from __future__ import annotations

from typing import Any

from experiments.benchmarks.simulator import Say, alone

SIZES = {"small": 200_000, "full": 10_000_000}


def run(size: str, *, say: Say = print) -> dict[str, Any]:
    """Measure; `size` small is 200,000 orders, full 10 million."""
    figures = alone(SIZES[size])
    say(f"{figures['orders']:,} orders, {figures['rows']:,} rows: {figures['peak_mb']:,} MB")
    return figures
