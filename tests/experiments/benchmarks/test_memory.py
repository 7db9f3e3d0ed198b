"""The peak of a process is its own."""

import subprocess
import sys

import numpy as np

from experiments.benchmarks.memory import peak_mb

_ASK = "from experiments.benchmarks.memory import peak_mb; print(peak_mb())"


def test_what_was_held_and_freed_counts():
    before = peak_mb()
    assert np.ones(before * 2**17 + 2**25).sum() > 0  # more than ever before, of eight bytes each
    assert peak_mb() > before


def test_the_peak_of_whoever_started_a_process_does_not_count():
    assert np.ones(2**26).sum() > 0  # 512 MB here
    assert peak_mb() > 512
    asked = subprocess.run([sys.executable, "-c", _ASK], capture_output=True, text=True, check=True)
    assert 5 < int(asked.stdout) < 200
