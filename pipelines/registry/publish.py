"""From a trained bundle to a registered model: log it, load it again as a stranger, and only then move an alias.

MLflow logs and registers models that cannot be loaded, with no more than a warning. So each new version is loaded
in a fresh process, with pickle refused and with no code but its own, and has to give the predictions it gives here.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from demand.contract import GateFailed
from demand.models import Bundle
from pipelines.registry.database import HasState
from pipelines.registry.lookup import MODEL_NAME, find_version
from pipelines.registry.registry import TrackedRun
from pipelines.registry.signature import build_signature, pip_requirements
from pipelines.registry.silence import SURROUNDING, SWITCHES, import_mlflow

_HERE = Path(__file__).parent
_TOLERANCE = 1e-9
_PATIENCE_SECONDS = 300


def publish(ws: HasState, run: TrackedRun, bundle: Bundle, example: pd.DataFrame) -> str:
    """Register a bundle, check it in a fresh process, and let `candidate` name it. The first is `champion` too.

    Parameters
    ----------
    ws : the workspace
    run : the run that trained it
    bundle : the models of all industries
    example : a few rows of every industry: `industry`, `subject_id`, feature columns; logged as the input example

    Returns
    -------
    the version

    Raises
    ------
    GateFailed
        If the registered model cannot be loaded elsewhere, or predicts something else. No alias moves.
    """
    registry = run.registry
    expected = bundle.predict(example)
    version = _register(run, bundle, example, expected)
    complaint = _reload(registry.uri, version, example, expected)
    registry.client.set_model_version_tag(MODEL_NAME, version, "reloaded", "no" if complaint else "yes")
    if complaint:
        raise GateFailed(
            found=f"model version {version}, loaded in a fresh process: {complaint}",
            expected="the predictions of the process that trained it, without pickle and without the toolkit",
            remedy="see that `demand.models` imports only what `pip_requirements` lists, then train again",
        )
    first = find_version(ws.state, "champion") is None
    registry.point("candidate", version)
    if first:
        registry.point("champion", version)
    return version


def _register(run: TrackedRun, bundle: Bundle, example: pd.DataFrame, expected: pd.DataFrame) -> str:
    mlflow = import_mlflow()
    from mlflow.entities import LoggedModelOutput
    from mlflow.exceptions import MlflowException
    from mlflow.models import Model

    client, registry = run.registry.client, run.registry
    logged = client.create_logged_model(registry.experiment_id, name="bundle", source_run_id=run.run_id)
    with TemporaryDirectory(prefix="demand-bundle-") as folder:
        files, model = Path(folder, "bundle"), Path(folder, "model")
        for name, content in bundle.to_files().items():
            path = files / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        metas = [meta for name in sorted(bundle.industries) for meta in bundle.industries[name].meta_]
        mlflow.pyfunc.save_model(
            model,
            python_model=str(_HERE / "bundle_model.py"),
            artifacts={"bundle": str(files)},
            code_paths=[_package_folder("demand")],
            signature=build_signature(metas, expected),
            input_example=example.head(3),
            pip_requirements=pip_requirements(),
            mlflow_model=Model(artifact_path="bundle", run_id=run.run_id, model_id=logged.model_id),
            metadata={"bundle_format": bundle.bundle_format, "industries": sorted(bundle.industries)},
        )
        client.log_model_artifacts(logged.model_id, str(model))
    client.finalize_logged_model(logged.model_id, "READY")
    client.log_outputs(run.run_id, [LoggedModelOutput(logged.model_id, 0)])
    try:
        client.create_registered_model(MODEL_NAME)
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise
    # A source of the form models:/... would be looked up in MLflow's global store, so the path is given.
    made = client.create_model_version(
        MODEL_NAME, source=logged.artifact_location, run_id=run.run_id, model_id=logged.model_id, await_creation_for=0
    )
    return str(made.version)


def _package_folder(name: str) -> str:
    spec = find_spec(name)
    assert spec is not None and spec.origin is not None
    return str(Path(spec.origin).parent)


def _reload(uri: str, version: str, example: pd.DataFrame, expected: pd.DataFrame) -> str | None:
    """What is wrong with the registered model when a stranger loads it; None if nothing is."""
    surroundings = {k: v for k, v in os.environ.items() if k not in (*SURROUNDING, "MLFLOW_REGISTRY_URI")}
    settings = {"MLFLOW_TRACKING_URI": uri, "MLFLOW_ALLOW_PICKLE_DESERIALIZATION": "false"}
    with TemporaryDirectory(prefix="demand-reload-") as folder:
        frame, predictions = Path(folder, "frame.parquet"), Path(folder, "predictions.parquet")
        example.to_parquet(frame)
        script = str(_HERE / "fresh_process.py")
        done = subprocess.run(
            [sys.executable, "-P", script, f"models:/{MODEL_NAME}/{version}", str(frame), str(predictions)],
            cwd=folder,
            env={**surroundings, **SWITCHES, **settings},
            capture_output=True,
            text=True,
            timeout=_PATIENCE_SECONDS,
            check=False,
        )
        if done.returncode:
            return done.stderr.strip().splitlines()[-1] if done.stderr.strip() else f"exit code {done.returncode}"
        loaded = json.loads(done.stdout.strip().splitlines()[-1])
        if loaded["others"]:
            return f"it imported {', '.join(loaded['others'])}"
        if Path(_package_folder("demand")) in Path(loaded["demand"]).parents:
            return f"it used the installed package {loaded['demand']}, not its own copy"
        try:
            pd.testing.assert_frame_equal(pd.read_parquet(predictions), expected, rtol=_TOLERANCE, atol=0)
        except AssertionError as difference:
            return f"other predictions: {str(difference).splitlines()[0]}"
    return None
