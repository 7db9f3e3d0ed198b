"""What a served model says about its input: the keys that route a row, then every industry's features.

Only doubles and strings: MLflow refuses float32 for double, categories, and instants with a time zone. A feature is
optional, because each industry has its own, and a caller brings those of the industries it asks about. Columns
that are not declared (`cutoff`, for one) are dropped by MLflow before the model sees the frame.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import version
from typing import Any

import pandas as pd

from demand.contract import FeatureMeta
from pipelines.registry.silence import import_mlflow

RUNTIME = ("duckdb", "lightgbm", "mlflow", "numpy", "pandas", "pyarrow", "scikit-learn", "scipy", "shap")
"""The distributions that `demand.models` runs on. The toolkit's own top-level names belong to strangers on PyPI,
so they never stand here: the model carries `demand` as code."""


def pip_requirements() -> list[str]:
    """The exact versions of this environment; given outright, because inferring them takes seconds."""
    return [f"{name}=={version(name)}" for name in RUNTIME]


def build_signature(metas: Iterable[FeatureMeta], predictions: pd.DataFrame) -> Any:
    """The model's signature.

    Parameters
    ----------
    metas : the features of all industries; of a name that several share, the first counts
    predictions : what the model gives back for a few rows
    """
    import_mlflow()
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, Schema

    kinds: dict[str, str] = {}
    for meta in metas:
        kinds.setdefault(meta.name, "string" if meta.kind == "category" else "double")
    inputs = [ColSpec("string", "industry"), ColSpec("string", "subject_id", required=False)]
    inputs += [ColSpec(kind, name, required=False) for name, kind in sorted(kinds.items())]
    outputs = [
        ColSpec("double" if pd.api.types.is_float_dtype(kind) else "string", str(name), required=False)
        for name, kind in predictions.dtypes.items()
    ]
    return ModelSignature(Schema(inputs), Schema(outputs))
