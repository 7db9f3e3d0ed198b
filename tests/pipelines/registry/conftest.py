"""A registry with one published bundle, made once; the tests that change it take a copy."""

import shutil
from pathlib import Path

import pytest

from pipelines.registry import open_registry, publish
from tests.builders.training import Place, bundle, example
from tests.conftest import made_once


@pytest.fixture(scope="session")
def published(shared_folder, tmp_path_factory) -> Place:
    """A workspace whose champion knows the industries hotel and spa."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")

    def make(path: Path) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(elsewhere)
            ws = Place(path)
            with open_registry(ws).run("train", {"data": "digest"}) as run:
                publish(ws, run, bundle("hotel", "spa"), example("hotel", "spa"))

    ws = Place(made_once(shared_folder, "预订 state", make))
    assert not list(elsewhere.iterdir())
    return ws


@pytest.fixture
def own(published, tmp_path) -> Place:
    """The same at another place, to be changed."""
    return Place(Path(shutil.copytree(published.state, tmp_path / "moved")))
