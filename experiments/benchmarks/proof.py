"""Does the proof cost less than training on the same workspace, so that people leave it on?

Both are run on fresh workspaces in one process, the sources mapped anew for each; CPU-seconds over all threads.
"""

from __future__ import annotations

import os
import resource
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

REAL = Path(__file__).parents[2] / "examples/real"

Say = Callable[[str], None]


def _cpu() -> float:
    spent = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(s.ru_utime + s.ru_stime for s in spent)


def _compare(root: Path, name: str, say: Say) -> dict[str, Any]:
    from pipelines.proof import prove
    from pipelines.train import train
    from pipelines.workspace import open_workspace

    start = _cpu()
    proof = prove(open_workspace(root))
    proved = _cpu() - start
    say(f"{name}: proof {proved:.1f} CPU-s, {len(proof.sources)} sources at {proof.trials} moments")
    start = _cpu()
    train(open_workspace(root))
    trained = _cpu() - start
    say(f"{name}: training {trained:.1f} CPU-s")
    return {
        "passed": proof.passed,
        "sources": len(proof.sources),
        "trials": proof.trials,
        "proof_seconds_cpu": round(proved, 1),
        "train_seconds_cpu": round(trained, 1),
        "proof_over_train": round(proved / trained, 3),
    }


def run(size: str, *, say: Say = print) -> dict[str, Any]:
    """`size` small is the small marketplace; full adds the five real industries, if their files are there."""
    from examples.real import locate_data
    from pipelines.simulate import simulate

    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        market = Path(folder) / "market"
        simulate(market, size="small" if size == "small" else "default")
        figures["marketplace"] = _compare(market, "marketplace", say)
        if size == "full" and not locate_data.missing():
            os.environ["DEMAND_DATA"] = str(locate_data.folder().resolve())
            real = Path(folder) / "real"
            shutil.copytree(REAL, real, ignore=shutil.ignore_patterns("state", "reports", "outbox", "__pycache__"))
            figures["real"] = _compare(real, "real", say)
    worst = max(f["proof_over_train"] for f in figures.values())
    return {"proof_over_train": worst, "workspaces": figures}
