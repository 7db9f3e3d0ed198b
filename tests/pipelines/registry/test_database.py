"""The workspace's MLflow database: whole or not there, silent, and movable."""

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pandas as pd
import pytest

from demand.contract import StateError
from pipelines.registry import champion_version, load_champion, open_registry
from pipelines.registry.database import prepare_database
from tests.builders.training import Place, bundle, example

OPEN = """
import sys
from pathlib import Path
from pipelines.registry import open_registry
from tests.builders.training import Place
with open_registry(Place(Path(sys.argv[1]))).run("train", {}) as run:
    run.params({"alpha": 1})
    run.metrics({"hotel/log_loss": 0.25, "hotel/missing": None})
"""


def texts(path):
    """Every text value of a database."""
    with closing(sqlite3.connect(path)) as db:
        tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return [v for t in tables for row in db.execute(f'SELECT * FROM "{t}"') for v in row if isinstance(v, str)]


def test_two_processes_that_open_a_cold_workspace_at_once_both_succeed(tmp_path):
    state = tmp_path / "state"
    starts = [
        subprocess.Popen(
            [sys.executable, "-c", OPEN, str(state)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    said = [process.communicate() for process in starts]
    assert [process.returncode for process in starts] == [0, 0], said
    assert said == [("", ""), ("", "")]
    client, experiment = open_registry(Place(state)).client, "1"
    assert len(client.search_runs([experiment])) == 2
    assert sorted(p.name for p in state.iterdir()) == ["artifacts", "mlflow.db"]


def test_a_surrounding_mlflow_run_is_left_alone(own, tmp_path):
    env = {
        **os.environ,
        "MLFLOW_RUN_ID": "0" * 32,
        "MLFLOW_EXPERIMENT_ID": "77",
        "MLFLOW_TRACKING_URI": "sqlite:///no.db",
    }
    (tmp_path / "elsewhere").mkdir()
    subprocess.run(
        [sys.executable, "-c", OPEN, str(own.state)],
        env={**env, "PYTHONPATH": str(Path.cwd())},
        cwd=tmp_path / "elsewhere",
        check=True,
    )
    newest, _ = open_registry(own).client.search_runs(["1"])
    assert newest.data.metrics == {"hotel/log_loss": 0.25}
    assert not list((tmp_path / "elsewhere").iterdir())


def test_a_moved_workspace_finds_its_model_and_forgets_where_it_was(published, tmp_path):
    state = Path(shutil.copytree(published.state, tmp_path / "moved"))
    loaded, version = load_champion(Place(state))
    assert version == "1"
    rows = example("hotel", "spa")
    pd.testing.assert_frame_equal(loaded.predict(rows), bundle("hotel", "spa").predict(rows))
    assert not [value for value in texts(state / "mlflow.db") if str(published.state) in value]


def test_a_moved_workspace_opens_in_mlflow_too(own):
    registry = open_registry(own)
    version = registry.client.get_model_version_by_alias("demand", "champion").version
    (logged,) = registry.client.search_logged_models(["1"])
    assert Path(registry.client.get_model_version_download_uri("demand", version), "MLmodel").exists()
    assert Path(logged.artifact_location, "MLmodel").exists()


def test_a_path_that_only_begins_like_the_old_one_is_not_rewritten(own):
    registry = open_registry(own)
    neighbour = f"{own.state / 'artifacts'}-of-somebody-else/model"
    registry.client.create_registered_model("neighbour")
    registry.client.create_model_version("neighbour", source=neighbour, await_creation_for=0)
    further = Path(shutil.copytree(own.state, own.state.parent / "further"))
    prepare_database(further)
    assert neighbour in texts(further / "mlflow.db")


def test_before_the_first_training_there_is_no_champion_and_the_remedy_is_named(tmp_path):
    assert champion_version(Place(tmp_path)) is None
    with pytest.raises(StateError, match="demand train"):
        load_champion(Place(tmp_path))


def test_lost_artifacts_are_named(own):
    shutil.rmtree(own.state / "artifacts")
    with pytest.raises(StateError, match="version 1"):
        load_champion(own)


def test_a_bundle_of_another_format_is_refused(own):
    (head,) = (own.state / "artifacts").rglob("bundle/bundle.json")
    head.write_text(head.read_text().replace('"bundle_format": 1', '"bundle_format": 99'))
    with pytest.raises(StateError, match="99"):
        load_champion(own)


def test_a_file_that_is_no_registry_is_refused(tmp_path):
    (tmp_path / "mlflow.db").write_text("not a database, though long enough to be taken for one" * 20)
    with pytest.raises(StateError, match="not a model registry"):
        load_champion(Place(tmp_path))


@pytest.mark.parametrize("sign", "#?%")
def test_a_path_that_mlflow_cannot_open_is_refused_before_it_tries(tmp_path, sign):
    with pytest.raises(StateError, match="move the workspace"):
        prepare_database(tmp_path / f"a{sign}b")


def test_loading_the_champion_waits_for_neither_mlflow_nor_shap(published):
    code = (
        "import sys; from pathlib import Path; from pipelines.registry import load_champion;"
        f"from tests.builders.training import Place; load_champion(Place(Path({str(published.state)!r})));"
        "sys.exit(', '.join(sorted({'mlflow', 'shap'} & set(sys.modules))) or 0)"
    )
    said = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert (said.returncode, said.stderr) == (0, "")
