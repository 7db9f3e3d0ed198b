"""Runs and models of one workspace, through MLflow's client: no global state of MLflow is read or set."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import time_ns
from typing import Any

from demand.contract import StateError
from pipelines.registry.database import EXPERIMENT, HasState, prepare_database
from pipelines.registry.lookup import MODEL_NAME
from pipelines.registry.silence import import_mlflow

CONFIG_FILE = "demand.yaml"
"""The artifact of a run that holds the configuration it was trained under."""

_BATCH = 100
"""MLflow takes that many parameters or tags at once."""


def open_registry(ws: HasState) -> Registry:
    """The workspace's registry in `state/mlflow.db` and `state/artifacts`, made if there is none.

    Raises
    ------
    StateError
        See `prepare_database`.
    """
    ws.state.mkdir(parents=True, exist_ok=True)
    uri = prepare_database(ws.state)
    mlflow = import_mlflow()
    try:
        client = mlflow.MlflowClient(tracking_uri=uri, registry_uri=uri)
        return Registry(uri, client, client.get_experiment_by_name(EXPERIMENT).experiment_id)
    except mlflow.exceptions.MlflowException as error:
        raise StateError(
            found=f"MLflow cannot use {ws.state / 'mlflow.db'}: {str(error).splitlines()[0]}",
            expected="a database of the installed version of MLflow",
            remedy=f"copy the file, then run `mlflow db upgrade {uri}`; or install the version that wrote it",
        ) from error


@dataclass(frozen=True)
class Registry:
    """An open registry.

    Parameters
    ----------
    uri : its database, as MLFLOW_TRACKING_URI takes it
    client : MLflow's client of this database
    experiment_id : where the runs are kept
    """

    uri: str
    client: Any
    experiment_id: str

    @contextmanager
    def run(self, name: str, tags: Mapping[str, str]) -> Iterator[TrackedRun]:
        """A run that ends FINISHED, or FAILED where the block raises."""
        info = self.client.create_run(self.experiment_id, run_name=name, tags=dict(tags)).info
        try:
            yield TrackedRun(self, info.run_id)
        except BaseException:
            self.client.set_terminated(info.run_id, "FAILED")
            raise
        self.client.set_terminated(info.run_id, "FINISHED")

    def point(self, alias: str, version: str) -> None:
        """Let an alias name a version; from then on `load_bundle` finds it by that name."""
        self.client.set_registered_model_alias(MODEL_NAME, alias, version)


@dataclass(frozen=True)
class TrackedRun:
    """A run under way; what is logged is there at once."""

    registry: Registry
    run_id: str

    def params(self, values: Mapping[str, Any]) -> None:
        from mlflow.entities import Param

        self._log("params", [Param(key, str(value)) for key, value in values.items()])

    def metrics(self, values: Mapping[str, float | None]) -> None:
        """Numbers; those that do not exist (None) are left out."""
        from mlflow.entities import Metric

        now = time_ns() // 1_000_000
        self._log("metrics", [Metric(k, float(v), now, 0) for k, v in values.items() if v is not None])

    def text(self, content: str, path: str) -> None:
        self.registry.client.log_text(self.run_id, content, path)

    def folder(self, folder: Path) -> None:
        """Every file below `folder`, under its path there."""
        self.registry.client.log_artifacts(self.run_id, str(folder))

    def _log(self, kind: str, items: list[Any]) -> None:
        for start in range(0, len(items), _BATCH):
            self.registry.client.log_batch(self.run_id, **{kind: items[start : start + _BATCH]})
