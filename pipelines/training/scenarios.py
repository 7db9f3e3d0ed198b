"""Which request, given that there is one: the model against what the days alone say, among the rows with a request.

Most of it is structural (long before the stay only a cancellation is possible), so the days table is the bar.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from demand.evaluation import auroc
from demand.models import Prediction
from demand.models.scenario import UNKNOWN

Floats = npt.NDArray[np.float64]

_SMALLEST = 1e-15
_STRENGTH = 5.0


def scenario_figures(prediction: Prediction, train: pd.DataFrame, test: pd.DataFrame) -> dict[str, Any]:
    """Log loss and accuracy among the requests of the test rows, and one AUROC a scenario over all test rows.

    Parameters
    ----------
    prediction : of the test rows
    train, test : labels, with requested, scenario, days

    Returns
    -------
    requests, unseen (requests of a scenario that training never saw, left out of the losses), log_loss,
    log_loss_prior, log_loss_days_table, accuracy, accuracy_days_table, auroc {scenario: number}
    """
    names = list(prediction.scenarios)
    seen, asked = _requests(train), _requests(test)
    code = pd.Index(names).get_indexer(pd.Index(asked["scenario"]))
    known = code >= 0
    figures: dict[str, Any] = {"requests": len(asked), "unseen": int((~known).sum())}
    rows = asked.index.to_numpy()[known]
    if len(rows) and len(seen):
        table = _days_table(seen, asked[known], names)
        said = {"": prediction.scenario[rows], "_prior": table[1], "_days_table": table[0]}
        for suffix, p in said.items():
            picked = p[np.arange(len(rows)), code[known]]
            figures[f"log_loss{suffix}"] = float(-np.log(np.maximum(picked, _SMALLEST)).mean())
            figures[f"accuracy{suffix}"] = float((p.argmax(axis=1) == code[known]).mean())
    happened = test["scenario"].where(test["requested"])
    chance = prediction.incidence.sum(axis=2)
    figures["auroc"] = {
        name: auroc((happened == name).to_numpy(), np.minimum(chance[:, i], 1.0))
        for i, name in enumerate(names)
        if (happened == name).any()
    }
    return figures


def _requests(labels: pd.DataFrame) -> pd.DataFrame:
    asked = labels.reset_index(drop=True)
    asked = asked[asked["requested"].to_numpy()]
    return asked.assign(scenario=asked["scenario"].astype(object).where(asked["scenario"].notna(), UNKNOWN))


def _days_table(seen: pd.DataFrame, asked: pd.DataFrame, names: list[str]) -> tuple[Floats, Floats]:
    """Scenario shares by whole days, shrunken to the overall shares, for the requests `asked`; and those shares."""
    overall = seen["scenario"].value_counts(normalize=True).reindex(names, fill_value=0.0).to_numpy()
    counts = pd.crosstab(np.floor(seen["days"]), seen["scenario"]).reindex(columns=names, fill_value=0)
    cells = counts.reindex(np.floor(asked["days"])).fillna(0.0).to_numpy(dtype=np.float64)
    shares = (cells + _STRENGTH * overall) / (cells.sum(axis=1, keepdims=True) + _STRENGTH)
    return shares, np.tile(overall, (len(asked), 1))
