"""The figures of the marketplace's page are those of the results that are kept."""

import json
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/marketplace.md").read_text(encoding="utf-8")
RESULTS = ROOT / "experiments/grading/results"


def kept(name: str) -> dict:
    return json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))


def test_the_effect_of_the_policy():
    told = kept("closed_loop")["summary"]
    low, high = told["interval"]
    assert f"**{told['mean']:.1%} [{low:.1%}, {high:.1%}]**" in PAGE
    assert f"{told['orders']:,} orders" in PAGE
    assert f"fall by {-told['pooled']['not_held_out']:.1%}" in PAGE


def test_the_effect_is_within_a_point_of_the_known_one():
    told = kept("closed_loop")["summary"]
    assert told["seeds"] == 10 and told["orders"] >= 200_000
    assert told["mean"] == pytest.approx(-0.129, abs=0.01)


@pytest.mark.parametrize("industry", kept("achievable"))
def test_what_can_be_reached(industry):
    figures = kept("achievable")[industry]
    row = next(line for line in PAGE.splitlines() if line.startswith(f"| {industry} | {figures['rows']:,} |"))
    losses = [figures[side]["log_loss"] for side in ("base_rate_only", "observable", "truth")]
    said = [f"{figures['base_rate']:.1%}", *(f"{loss:.3f}" for loss in losses), f"{figures['share']:.0%}"]
    said += [f"{figures['observable'][f]:.2f} / {figures['truth'][f]:.2f}" for f in ("auroc", "average_precision")]
    assert row.strip("| ").split(" | ")[2:] == said
