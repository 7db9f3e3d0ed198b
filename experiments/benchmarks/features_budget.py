"""Do features of more events than fit finish within a budget of memory, and what does it cost?

The events and the 60 features of `features.py`, as files of four million events each; `full` is 40 million events with
a budget of 2 GB, `small` 4 million with 200 MB. Memory is the largest resident size of a process of its own, with
everything in it: interpreter, libraries, spine. At four million events the features must be those of the engine that
holds everything, to the bit.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from experiments.benchmarks.features import (
    HOUR,
    START,
    YEAR,
    child,
    events_of,
    keys_of,
    named_keys,
    spine_of,
    write,
)

Say = Callable[[str], None]
SIZES = {"small": (1, 200), "full": (10, 2_000), "large": (20, 2_000)}
_EVENTS, _ROWS, _GROUP = 4_000_000, 400_000, 131_072


def write_parts(folder: Path, parts: int) -> Path:
    """Events and spine as `features.write` has them, a part of the year a file; one event in a hundred is corrected."""
    folder.mkdir(parents=True)
    named, asked = named_keys(parts * _EVENTS), []
    for part in range(parts):
        draw = np.random.default_rng(part)
        at = np.sort(draw.integers(part * YEAR // parts, (part + 1) * YEAR // parts, _EVENTS)) + START
        known = at + draw.integers(0, 6 * HOUR, _EVENTS)
        ids = np.arange(_EVENTS) + part * _EVENTS
        corrects = draw.random(_EVENTS) < 0.01
        ids[corrects] = draw.integers(0, (part + 1) * _EVENTS, int(corrects.sum()))
        codes = {name: draw.integers(0, len(named[name]), _EVENTS) for name in ("user_id", "store_id")}
        events = events_of(draw, ids, at, known, corrects.astype(np.int64), keys_of(named, codes))
        order = pa.array(np.argsort(known, kind="stable"))
        pq.write_table(events.take(order), folder / f"events-{part:02}.parquet", row_group_size=_GROUP)
        picked, cutoff = draw.integers(0, _EVENTS, _ROWS), np.sort(draw.integers(YEAR // 3, YEAR, _ROWS)) + START
        asked.append(spine_of(events, picked, cutoff, part * _ROWS))
    pq.write_table(pa.concat_tables(asked), folder / "spine.parquet")
    return folder


def run(size: str, *, say: Say = print) -> dict[str, Any]:
    """Measure; `size` is 4 million events (small), 40 (full) or 80 (large), and a spine of a tenth of that."""
    parts, budget = SIZES[size]
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        tiny, few = write(root / "tiny", 2_000, 60), write_parts(root / "few", 1)
        outs = [root / f"{contender}.parquet" for contender in ("ours", "in_parts")]
        ours = child("ours", few, tiny, out=outs[0], repeats=1, threads=2)
        within = child(
            "in_parts", few, tiny, out=outs[1], repeats=1, threads=2, MEMORY_BUDGET=str(SIZES["small"][1] * 10**6)
        )
        say(f"4 million events: {ours['cpu']:.1f} s CPU in memory, {within['cpu']:.1f} s within a budget")
        figures: dict[str, Any] = {
            "equal_to_the_bit": equal(*outs),
            "time_over_in_memory": round(within["cpu"] / ours["cpu"], 2),
            "in_memory_peak_mb": ours["peak_mb"],
        }
        if size != "small":
            events = write_parts(root / "events", parts)
            within = child("in_parts", events, tiny, repeats=1, threads=2, MEMORY_BUDGET=str(budget * 10**6))
        return figures | {
            "events": parts * _EVENTS,
            "rows": parts * _ROWS,
            "budget_mb": budget,
            "peak_mb": within["peak_mb"],
            "start_mb": within["start_mb"],
            "seconds": round(within["cpu"], 1),
            "wall_seconds": round(within["wall"], 1),
        }


def equal(one: Path, other: Path) -> bool:
    """Whether two files hold the same values, column by column."""
    names = pq.read_schema(one).names
    return names == pq.read_schema(other).names and all(
        _column(one, name).equals(_column(other, name)) for name in names
    )


def _column(path: Path, name: str) -> pa.ChunkedArray:
    return pq.read_table(path, columns=[name]).column(0)
