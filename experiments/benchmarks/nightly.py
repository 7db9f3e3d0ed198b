"""Does a night that is killed anywhere end the same when it is run again?

One night is run undisturbed; then the same night is started again and again from the same state, killed with SIGKILL
at a random moment, and run to its end. The tables (but for run ids and timings) and the outbox must be equal.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pipelines.store import Store

TABLES = ("scores", "score_axes", "reasons", "candidates", "decisions")
TIMINGS = {"run_id", "committed_at", "created_at", "dispatched_at"}
KILLS = {"small": 5, "full": 20}

Say = Callable[[str], None]


def snapshot(root: Path) -> dict[str, str]:
    """A digest of each table of a workspace's store, and of its outbox, without run ids and timings."""
    digests: dict[str, str] = {}
    for name in TABLES:
        table = Store(root / "state" / "store").read(name)
        kept = [c for c in sorted(table.column_names) if c not in TIMINGS]
        rows = sorted(json.dumps(row, default=str) for row in table.select(kept).to_pylist())
        digests[name] = f"{len(rows)}:{hashlib.sha256(chr(10).join(rows).encode()).hexdigest()[:16]}"
    sent = sorted(p.relative_to(root / "outbox").as_posix() for p in (root / "outbox").rglob("*.json"))
    digests["outbox"] = f"{len(sent)}:{hashlib.sha256(chr(10).join(sent).encode()).hexdigest()[:16]}"
    return digests


def _night(root: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "pipelines", "nightly", str(root)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)


def _finish(root: Path) -> float:
    start = time.perf_counter()
    if code := _night(root).wait():
        raise RuntimeError(f"the night of {root} ended with {code}")
    return time.perf_counter() - start


def run(size: str, *, say: Say = print) -> dict[str, Any]:
    """Kill nights and compare; `size` small is the small marketplace and 5 kills, full the default one and 20."""
    from pipelines.simulate import simulate
    from pipelines.train import train
    from pipelines.workspace import open_workspace

    draw = random.Random(20241231)
    with tempfile.TemporaryDirectory() as folder:
        before = Path(folder) / "before"
        simulate(before, size="small" if size == "small" else "default")
        train(open_workspace(before))
        undisturbed = Path(folder) / "undisturbed"
        shutil.copytree(before, undisturbed)
        whole = _finish(undisturbed)
        expected = snapshot(undisturbed)
        say(f"undisturbed: {whole:.1f} s, {expected}")
        again = _finish(undisturbed)
        rerun_equal = snapshot(undisturbed) == expected
        equal = 0
        for kill in range(KILLS[size]):
            root = Path(folder) / f"killed-{kill}"
            shutil.copytree(before, root)
            process, moment = _night(root), draw.uniform(0.1, 1.0) * whole
            time.sleep(moment)
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            _finish(root)
            same = snapshot(root) == expected
            equal += same
            say(f"kill {kill + 1} after {moment:.1f} s: {'equal' if same else 'DIFFERENT'}")
            shutil.rmtree(root)
    return {
        "kills": KILLS[size],
        "kills_equal": equal,
        "rerun_new_rows": 0 if rerun_equal else 1,
        "rerun_share": round(again / whole, 3),
        "night_seconds_wall": round(whole, 2),
        "peak_mb": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024,
    }
