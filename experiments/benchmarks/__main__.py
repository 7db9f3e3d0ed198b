"""Run one benchmark and print its figures as one JSON object on the last line."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).parent
NAMES = sorted(p.stem for p in HERE.glob("*.py") if "\ndef run(" in p.read_text(encoding="utf-8"))


def machine() -> dict[str, object]:
    """What a figure has to name to be repeated."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=HERE, capture_output=True, text=True, check=False
    )
    return {
        "commit": commit.stdout.strip() or "unknown",
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "cores": os.cpu_count(),
        "machine": platform.machine(),
        "python": platform.python_version(),
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m experiments.benchmarks", description=__doc__)
    parser.add_argument("name", choices=NAMES)
    parser.add_argument("--size", choices=["small", "full", "large"], default="small")
    parser.add_argument("--json", action="store_true", help="print nothing but the last line")
    parser.add_argument("--keep", action="store_true", help="keep the figures of a size other than full, too")
    asked = parser.parse_args()
    run = importlib.import_module(f"experiments.benchmarks.{asked.name}").run
    figures = run(asked.size, say=(lambda line: None) if asked.json else print)
    if asked.size == "full" or asked.keep:
        kept = HERE / "results" / f"{asked.name}{'' if asked.size == 'full' else '-' + asked.size}.json"
        kept.parent.mkdir(exist_ok=True)
        kept.write_text(json.dumps({**figures, "about": machine()}, indent=2) + "\n")
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
