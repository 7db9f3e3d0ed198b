"""How much memory a process takes: now, and at its peak."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

_STATUS = Path("/proc/self/status")


def peak_mb() -> int:
    """Megabytes this process held at most since its program began.

    Linux hands `ru_maxrss` down to a new program: it may be the peak of whoever started it. Where there is no /proc,
    it has to do.
    """
    return _status("VmHWM:")


def now_mb() -> int:
    """Megabytes this process holds now; where there is no /proc, at most so far."""
    return _status("VmRSS:")


def _status(name: str) -> int:
    if _STATUS.exists():
        (line,) = (line for line in _STATUS.read_text().splitlines() if line.startswith(name))
        return int(line.split()[1]) // 1024
    per_mb = 1024**2 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // per_mb
