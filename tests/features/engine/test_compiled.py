"""Kernels are compiled once; an edit of any file of kernels is noticed, also of one that only helps another."""

from __future__ import annotations

import subprocess
import sys

import pytest

HELPER = "from features.engine.compiled import kernel\n\n\n@kernel\ndef helper(x):\n    return x + {n}\n"
CALLER = (
    "from features.engine.compiled import kernel\nfrom helper_kernels import helper\n\n\n"
    "@kernel\ndef caller(x):\n    return helper(x) * 10\n"
)
ASK = "from caller_kernels import caller; caller(1); print(caller(1), sum(caller._cache_hits.values()))"


@pytest.fixture
def ask(tmp_path):
    """Call a kernel in a fresh process: what it gives, and how often it was found compiled."""

    def run(n):
        (tmp_path / "helper_kernels.py").write_text(HELPER.format(n=n), encoding="utf-8")
        (tmp_path / "caller_kernels.py").write_text(CALLER, encoding="utf-8")
        code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); {ASK}"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        return done.stdout.split()

    return run


def test_a_kernel_is_found_compiled_by_the_next_process(ask):
    assert [ask(1), ask(1)] == [["20", "0"], ["20", "1"]]


def test_an_edited_helper_in_another_file_is_compiled_again_with_all_that_call_it(ask):
    ask(1)
    assert ask(2) == ["30", "0"]
