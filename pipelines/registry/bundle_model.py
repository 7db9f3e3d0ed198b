"""What MLflow runs when it serves the bundle: models from code, so nothing is pickled.

MLflow copies this script and the package `demand` into the model; it may import nothing else of the toolkit.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import mlflow
import pandas as pd

from demand.models import Bundle


class BundleModel(mlflow.pyfunc.PythonModel):
    """Every industry's forecaster behind one door: rows are routed by their column `industry`."""

    # MLflow looks for an argument of exactly this name: with another, logging succeeds and loading fails
    def load_context(self, context: Any) -> None:
        folder = Path(context.artifacts["bundle"])
        files = sorted(p for p in folder.rglob("*") if p.is_file())
        self.bundle = Bundle.from_files({p.relative_to(folder).as_posix(): p.read_bytes() for p in files})

    def predict(self, context: Any, model_input: pd.DataFrame, params: dict[str, Any] | None = None) -> pd.DataFrame:
        return self.bundle.predict(model_input)


mlflow.models.set_model(BundleModel())
