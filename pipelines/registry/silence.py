"""MLflow as a guest: no telemetry, no chatter, no progress bars, nothing taken from a surrounding run.

The switches must be set before `mlflow` is first imported, so this module is the only one that imports it.
"""

from __future__ import annotations

import importlib
import logging
import os
import warnings
from types import ModuleType

SWITCHES = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_LOGGING_LEVEL": "ERROR",
    "MLFLOW_UV_AUTO_DETECT": "false",  # or it copies uv.lock and pyproject.toml of the working directory into the model
    "MLFLOW_LOG_UV_FILES": "false",
    "GIT_PYTHON_REFRESH": "quiet",
}

SURROUNDING = ("MLFLOW_RUN_ID", "MLFLOW_EXPERIMENT_ID", "MLFLOW_EXPERIMENT_NAME")
"""Set by `mlflow run`, for its own database; with them in place a run in the workspace's database is refused."""


def import_mlflow() -> ModuleType:
    """MLflow, silent, in this process.

    A surrounding `mlflow run` hands its run down by environment variables; they name a run of another database
    and are dropped.
    """
    os.environ.update(SWITCHES)
    for name in SURROUNDING:
        os.environ.pop(name, None)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        mlflow = importlib.import_module("mlflow")
        importlib.import_module("mlflow.pyfunc")
    for name in ("mlflow", "alembic"):
        logging.getLogger(name).setLevel(logging.ERROR)
    return mlflow
