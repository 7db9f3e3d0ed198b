"""A model is registered only if a stranger can use it."""

import ast
import os
import subprocess
import sys
from importlib.metadata import packages_distributions
from importlib.util import find_spec
from pathlib import Path

import pandas as pd
import pytest

from demand.contract import GateFailed
from demand.models import Bundle
from pipelines.registry import champion_version, load_bundle, open_registry, publish
from pipelines.registry.database import database_uri
from pipelines.registry.lookup import find_version
from pipelines.registry.signature import RUNTIME, pip_requirements
from pipelines.registry.silence import import_mlflow
from tests.builders.training import bundle, example


def files_of(ws, version):
    folder = find_version(ws.state, version)[1]
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}


def test_the_first_model_is_candidate_and_champion(published):
    assert [load_bundle(published, alias)[1] for alias in ("candidate", "champion")] == ["1", "1"]


def test_the_next_model_is_candidate_only(own):
    with open_registry(own).run("train", {}) as run:
        assert publish(own, run, bundle("hotel", seed=4), example("hotel")) == "2"
    assert (load_bundle(own, "candidate")[1], champion_version(own)) == ("2", "1")


class Forgetful(Bundle):
    """Leaves half of itself behind when it is written."""

    def to_files(self):
        return bundle("hotel", seed=9).to_files()


def test_a_model_that_predicts_otherwise_elsewhere_moves_no_alias(own):
    good = bundle("hotel")
    broken = Forgetful(good.industries, good.baselines, good.label_as_of)
    registry = open_registry(own)
    with pytest.raises(GateFailed, match="other predictions"), registry.run("train", {}) as run:
        publish(own, run, broken, example("hotel"))
    assert load_bundle(own, "candidate")[1] == "1"
    assert registry.client.get_model_version("demand", "2").tags == {"reloaded": "no"}
    assert registry.client.get_run(run.run_id).info.status == "FAILED"


def test_the_model_carries_demand_alone_and_nothing_of_the_working_directory(published):
    files = files_of(published, "1")
    assert {f.split("/")[1] for f in files if f.startswith("code/")} == {"demand"}
    assert not {"uv.lock", "pyproject.toml"} & files


def test_nothing_in_the_model_is_pickled(published):
    assert not [f for f in files_of(published, "1") if f.endswith((".pkl", ".pickle", ".cloudpickle", ".joblib"))]


SERVE = """
import sys
import mlflow, numpy as np, pandas as pd
from tests.builders.training import example
frame = example("spa", "hotel").assign(cutoff=pd.Timestamp("2024-03-04", tz="UTC"))
model = mlflow.pyfunc.load_model("models:/demand@champion")
model.predict(frame).to_parquet(sys.argv[1])
"""


def test_a_stranger_scores_a_frame_with_the_keys_in_it_and_pickle_refused(published, tmp_path):
    env = {
        **os.environ,
        "MLFLOW_TRACKING_URI": database_uri(published.state),
        "MLFLOW_ALLOW_PICKLE_DESERIALIZATION": "false",
        "MLFLOW_DISABLE_TELEMETRY": "true",
    }
    out = tmp_path / "predictions.parquet"
    subprocess.run([sys.executable, "-c", SERVE, str(out)], env=env, check=True, capture_output=True)
    expected = bundle("hotel", "spa").predict(example("spa", "hotel"))
    pd.testing.assert_frame_equal(pd.read_parquet(out), expected, check_dtype=False)


def test_the_signature_declares_doubles_and_strings_only(published):
    model = import_mlflow().models.Model.load(str(find_version(published.state, "1")[1]))
    kinds = {spec.name: (spec.type.name, spec.required) for spec in model.signature.inputs}
    assert kinds == {
        "industry": ("string", True),
        "subject_id": ("string", False),
        "channel": ("string", False),
        "days_to_due": ("double", False),
        "price": ("double", False),
    }


def test_the_requirements_name_what_the_models_import():
    root = Path(find_spec("demand").origin).parent
    trees = [ast.parse(file.read_text()) for room in ("contract", "models") for file in (root / room).rglob("*.py")]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    modules = {a.name for n in nodes if isinstance(n, ast.Import) for a in n.names}
    modules |= {n.module for n in nodes if isinstance(n, ast.ImportFrom) and n.module}
    owners = packages_distributions()
    used = {d for m in modules for d in owners.get(m.partition(".")[0], [])} - {"demand-toolkit"}
    assert used <= set(RUNTIME)


def test_the_requirements_are_exact_and_name_nobody_elses_package():
    names = [r.partition("==")[0] for r in pip_requirements()]
    assert all("==" in r for r in pip_requirements())
    assert not {"demand", "features", "pipelines", "experiments"} & set(names)
