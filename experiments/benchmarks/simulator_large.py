"""Does a marketplace of 10 million orders fit into memory, by chunks of days? Takes about six minutes and 5 GB of disk.

The figures are made as in `simulator`; the writing is not measured again.
"""

from __future__ import annotations

from typing import Any

from experiments.benchmarks.simulator import Say, alone

SIZES = {"small": 200_000, "full": 10_000_000}


def run(size: str, *, say: Say = print) -> dict[str, Any]:
    """Measure; `size` small is 200,000 orders, full 10 million."""
    figures = alone(SIZES[size], compare=False)
    say(f"{figures['orders']:,} orders, {figures['rows']:,} rows: {figures['peak_mb']:,} MB")
    return figures
