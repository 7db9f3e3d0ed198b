"""A registry with one published bundle, made once; the tests that change it take a copy."""

import shutil
from pathlib import Path

import pytest

from pipelines.registry import open_registry, publish
from tests.builders.training import Place, bundle, example


@pytest.fixture(scope="session")
def published(tmp_path_factory, monkeypatch_session) -> Place:
    """A workspace whose champion knows the industries hotel and spa."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    monkeypatch_session.chdir(elsewhere)
    ws = Place(tmp_path_factory.mktemp("published") / "预订 state")
    with open_registry(ws).run("train", {"data": "digest"}) as run:
        publish(ws, run, bundle("hotel", "spa"), example("hotel", "spa"))
    assert not list(elsewhere.iterdir())
    return ws


@pytest.fixture(scope="session")
def monkeypatch_session():
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@pytest.fixture
def own(published, tmp_path) -> Place:
    """The same at another place, to be changed."""
    return Place(Path(shutil.copytree(published.state, tmp_path / "moved")))
