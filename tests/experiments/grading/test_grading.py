"""What can be reached, and whether the truth is true, on the small marketplace."""

import shutil
import subprocess
import sys

import numpy as np
import pytest
from typer.testing import CliRunner

from demand.contract import StateError
from experiments.grading.achievable import achievable
from experiments.grading.rates import Cell, Rates, apart, rates
from experiments.grading.truth import graded
from pipelines.achievable import achievable as told
from pipelines.cli import app
from pipelines.workspace import open_workspace


@pytest.fixture(scope="module")
def market(small_market, tmp_path_factory):
    return shutil.copytree(small_market, tmp_path_factory.mktemp("grading") / "market")


@pytest.fixture(scope="module")
def reached(market):
    return achievable(market, rows=1500)


def test_nothing_seen_beats_the_truth(reached):
    for industry, figures in reached.items():
        loss = {side: figures[side]["log_loss"] for side in ("truth", "observable", "base_rate_only")}
        assert loss["truth"] < loss["observable"], industry
        assert figures["truth"]["auroc"] > figures["observable"]["auroc"], industry


def test_the_summary_prints_what_was_reached(reached, market):
    assert CliRunner().invoke(app, ["simulate", str(market), "--summary"]).output.count("log loss") == len(reached)


def test_the_summary_says_that_it_is_missing(tmp_path):
    (tmp_path / "truth").mkdir()
    with pytest.raises(StateError, match=r"grading achievable"):
        told(tmp_path)


def test_every_graded_row_has_its_truth_and_its_outcome(market):
    rows = graded(open_workspace(market), "hotel")
    assert rows.spine.num_rows == len(rows.p) == len(rows.requested) > 500
    assert rows.p.min() >= 0 and rows.p.max() < 1


def test_truth_in_parts_is_read_once(market, tmp_path):
    parts = shutil.copytree(market, tmp_path / "parts", ignore=shutil.ignore_patterns("state"))
    whole = parts / "truth" / "risks.parquet"
    moved = whole.rename(parts / "truth" / "moved")
    whole.mkdir()
    moved.rename(whole / "00000.parquet")
    rows = [graded(open_workspace(path), "hotel").spine.num_rows for path in (parts, market)]
    assert rows[0] == rows[1]


def test_the_truth_is_true_on_the_small_marketplace(market):
    assert rates([market]).p_value > 0.001


def test_a_wrong_truth_is_found_out():
    honest = Cell("hotel", "no_room", "none", expected=100.0, variance=98.0, came=104)
    wrong = Cell("hotel", "no_room", "none", expected=100.0, variance=98.0, came=150)
    assert Rates((honest, honest)).p_value > 0.5
    assert Rates((honest, wrong)).p_value < 0.001


def test_without_truth_there_is_nothing_to_grade(market, tmp_path):
    bare = shutil.copytree(market, tmp_path / "bare", ignore=shutil.ignore_patterns("truth", "state"))
    with pytest.raises(StateError, match="no truth"):
        graded(open_workspace(bare), "hotel")


def test_windows_of_a_cell_do_not_overlap_and_end_in_time():
    days = np.arange("2024-03-01", "2024-06-01", dtype="datetime64[D]").astype("datetime64[us]")
    kept = apart(np.repeat(days, 3), np.timedelta64(14, "D"), np.datetime64("2024-05-10"))
    assert kept[0] == days[0] and kept[-1] <= np.datetime64("2024-05-10")
    assert (np.diff(kept) == np.timedelta64(14, "D")).all() and len(kept) == 6


def test_a_path_that_is_no_workspace_is_answered_in_words(tmp_path):
    command = [sys.executable, "-m", "experiments.grading", "rates", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "no demand.yaml" in done.stderr and "Traceback" not in done.stderr
