"""What can be reached on a simulated workspace: the figures that grading left beside its data."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa

from demand.contract import StateError
from pipelines.result import Result

FILE = "achievable.json"
_SIDES = ("base_rate_only", "observable", "truth")


def achievable(path: str | Path) -> Result:
    """Log loss, AUROC and average precision of the true probabilities and of the best prediction from what is seen.

    Parameters
    ----------
    path : a workspace that `simulate` wrote

    Returns
    -------
    Result
        `table` has a row for each industry and side (`base_rate_only`, `observable`, `truth`).

    Raises
    ------
    StateError
        If the figures are missing, or there is no such workspace.
    """
    root = Path(path).absolute()
    if not (root / "truth").is_dir():
        raise StateError(f"no simulated workspace at {root}", "one with its truth", f"run `demand simulate {path}`")
    try:
        found = json.loads((root / FILE).read_text())
    except FileNotFoundError:
        raise StateError(
            found=f"what can be reached on {root} was not computed",
            expected=FILE,
            remedy=f"run `python -m experiments.grading achievable {path}` in a checkout",
        ) from None
    rows = [
        {"industry": industry, "side": side, **figures[side]} for industry, figures in found.items() for side in _SIDES
    ]
    summary = {
        industry: f"log loss {f['truth']['log_loss']:.4f} true, {f['observable']['log_loss']:.4f} observable, "
        f"{f['base_rate_only']['log_loss']:.4f} base rate; AUROC {f['truth']['auroc']:.3f}, "
        f"{f['observable']['auroc']:.3f}"
        for industry, f in found.items()
    }
    return Result("simulate", summary, pa.Table.from_pylist(rows), root / FILE)
