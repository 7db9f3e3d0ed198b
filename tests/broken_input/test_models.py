"""A registry, a bundle or an evaluation that is damaged, lost, or of another version."""

import shutil
import sqlite3
from contextlib import closing

import pytest

from tests.builders.broken import State, demand

TOPIC = "Models"
SCORE = ("score", "--as-of", "2024-06-30")


def bundle_of(root):
    return next((root / "state" / "artifacts").rglob("bundle.json"))


def test_a_bundle_of_another_format_is_refused(repairs, refused):
    file = bundle_of(repairs)
    file.write_text(file.read_text().replace('"bundle_format": 1', '"bundle_format": 7'))
    refused("a model of another bundle format", "model version 1: bundle format 7; expected format 1", *SCORE)


def test_a_bundle_that_was_cut_off_is_refused(repairs, refused):
    file = bundle_of(repairs)
    file.write_bytes(file.read_bytes()[:40])
    refused("a damaged model", "the files of model version 1 in", *SCORE)


def test_lost_artifacts_are_named(repairs, refused):
    shutil.rmtree(repairs / "state" / "artifacts")
    refused("lost model files", "the files of model version 1 are not in", *SCORE)


def test_a_file_that_is_no_registry_is_refused(repairs, refused):
    (repairs / "state" / "mlflow.db").write_text("not a database at all" * 100)
    refused("a registry that is no database", "mlflow.db is not a model registry of this toolkit", *SCORE)


def test_a_registry_of_another_schema_is_refused(repairs, refused):
    with closing(sqlite3.connect(repairs / "state" / "mlflow.db")) as db:
        db.execute("DROP TABLE registered_model_aliases")
        db.commit()
    refused("a registry of another schema", "mlflow.db is damaged, or of another version", *SCORE)


def test_a_registry_of_another_mlflow_is_refused_by_training(repairs, refused):
    with closing(sqlite3.connect(repairs / "state" / "mlflow.db")) as db:
        db.execute("UPDATE alembic_version SET version_num = 'deadbeef0000'")
        db.commit()
    refused("a registry of another MLflow", "MLflow cannot use", "train")


@pytest.mark.parametrize("text", ['{"industries": {', "[]"])
def test_an_evaluation_that_cannot_be_read_is_named_by_the_report(repairs, refused, text):
    (repairs / "state" / "evaluations" / "1.json").write_text(text)
    kind = "a broken evaluation" if text != "[]" else "an evaluation of another shape"
    refused(kind, "state/evaluations/1.json cannot be read", "report", "--as-of", "2024-06-29")


def test_status_reads_a_workspace_with_a_broken_evaluation(repairs):
    (repairs / "state" / "evaluation.json").write_text("{")
    before = State.of(repairs)
    assert "champion: 1" in demand("status", repairs).text
    assert State.of(repairs) == before
