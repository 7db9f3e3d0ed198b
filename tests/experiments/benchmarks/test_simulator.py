"""The simulator's benchmark measures what it says, and the figures that are kept hold."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from experiments.benchmarks import simulator, simulator_large

RESULTS = Path(simulator.__file__).parent / "results"


def test_a_run_has_its_figures(monkeypatch):
    monkeypatch.setitem(simulator.SIZES, "small", 300)
    said = []
    figures = simulator.run("small", say=said.append)
    assert figures["orders"] == 300 and figures["rows"] > 300
    assert figures["cpu_over_write"] == pytest.approx(figures["seconds_cpu"] / figures["write_seconds_cpu"], rel=0.1)
    assert 50 < figures["peak_mb"] < 2000
    assert "times the writing" in said[0]


def test_every_table_is_written_as_often_as_is_said(small_market, tmp_path, monkeypatch):
    written = []
    monkeypatch.setattr(simulator.pq, "write_table", lambda table, where: written.append(table.num_rows))
    assert simulator.write_once_more(small_market, tmp_path / "again.parquet") >= 0
    files = [file for folder in ("data", "truth") for file in (small_market / folder).glob("*.parquet")]
    assert sum(written) == simulator.REPEATS * sum(pq.read_metadata(file).num_rows for file in files)


def test_the_figures_that_are_kept_are_within_the_promise():
    """At most 6 times the writing, and 1 million orders under 4 GB."""
    kept = json.loads((RESULTS / "simulator.json").read_text())
    assert kept["orders"] == 1_000_000
    assert kept["cpu_over_write"] <= 6 and kept["peak_mb"] < 4096


def test_the_large_benchmark_has_the_same_figures(monkeypatch):
    monkeypatch.setattr(simulator_large, "alone", lambda orders, compare: {"orders": orders, "rows": 7, "peak_mb": 5})
    assert simulator_large.run("full", say=print)["orders"] == 10_000_000
