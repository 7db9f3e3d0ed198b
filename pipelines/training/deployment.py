"""The models that will score: fitted on everything that has matured, and remembering how far they have looked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import pandas as pd

from demand.models import Bundle, Forecaster
from pipelines.training.examples import Examples, as_known_at
from pipelines.workspace import Workspace

EXAMPLE_ROWS = 5


def deployed_label_as_of(ws: Workspace, industry: str, label_as_of: datetime) -> datetime:
    """How far the deployed model looks: never beyond the last moment at which the industry can fairly be scored."""
    return min(label_as_of, ws.last_fair_cutoff(industry))


def fit_deployed(ws: Workspace, examples: Examples, label_as_of: datetime) -> Forecaster | None:
    """The model of everything known at `label_as_of`; None where nothing had matured by then."""
    known = as_known_at(ws, examples, label_as_of)
    if not len(known):
        return None
    return Forecaster(known.horizon).fit(known.x, known.labels, meta=known.meta)


def build_bundle(models: Mapping[str, Forecaster], label_as_of: Mapping[str, datetime]) -> Bundle:
    return Bundle(dict(models), label_as_of={name: label_as_of[name] for name in models})


def example_rows(examples: Mapping[str, Examples]) -> pd.DataFrame:
    """A few of the newest rows of every industry, as a served model takes them; strings and float64 only."""
    kinds: dict[str, str] = {}
    parts = []
    for name, known in sorted(examples.items()):
        newest = known.x.tail(EXAMPLE_ROWS).reset_index(drop=True)
        subject = known.spine["subject_id"].to_pandas().tail(EXAMPLE_ROWS).to_numpy()
        parts.append(pd.concat([pd.DataFrame({"industry": name, "subject_id": subject}), newest], axis=1))
        for meta in known.meta:
            kinds.setdefault(meta.name, "str" if meta.kind == "category" else "float64")
    return pd.concat(parts, ignore_index=True).astype({"industry": "str", "subject_id": "str", **kinds})
