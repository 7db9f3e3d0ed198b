"""A workspace from a template: every line explained, and good from the first check on."""

import re
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel

from demand.contract import ContractError, StateError
from pipelines.check import check
from pipelines.config import WorkspaceConfig, load_config
from pipelines.init import init
from pipelines.workspace import open_workspace


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("init") / "mine"
    init(path)
    return path


def test_the_empty_template_passes_the_check_and_the_proof(made):
    found = check(made)
    assert found.summary["problems"] == 0 and found.summary["warnings"] == 0 and found.summary["quarantined"] == 0
    assert str(found.summary["proof"]).startswith("passed")


def test_its_example_has_live_subjects_labels_and_features(made):
    ws = open_workspace(made)
    table = ws.training_table("repairs")
    assert ws.live("repairs", ws.latest()).num_rows > 0
    assert set(table["requested"].drop_null().to_pylist()) == {True, False}
    assert {"days_to_due", "shop_orders_trend", "shop_late_calls_30d"} <= set(table.column_names)


def test_its_own_scenarios_are_known_to_the_catalogue(made):
    ws = open_workspace(made)
    asked = set(ws.episodes("repairs")["scenario"].to_pylist())
    assert asked == {"repair_late", "repair_again"}
    assert asked <= {scenario.id for scenario in ws.catalog.scenarios_of("repairs")}


def keys_of(model: type[BaseModel]) -> Iterator[tuple[str, str]]:
    """(part, key) of everything that `demand.yaml` may hold."""
    for name, field in model.model_fields.items():
        yield model.__name__, field.alias or name
        for part in parts_of(field.annotation):
            yield from keys_of(part)


def parts_of(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from parts_of(inner)


WRITTEN_ANOTHER_WAY = {"capacities": "expert_calls_per_night"}
"""Keys of the model that the file spells otherwise."""
KEYS = sorted({(part, WRITTEN_ANOTHER_WAY.get(key, key)) for part, key in keys_of(WorkspaceConfig)})
OPTION = re.compile(r"^( *)# ([a-z_]+): (.+)$", re.MULTILINE)
TEMPLATE = resources.files("pipelines").joinpath("templates", "empty", "demand.yaml").read_text(encoding="utf-8")


def test_every_key_of_the_language_is_among_those_looked_for():
    assert {("WorkspaceConfig", "sources"), ("EvaluateConfig", "origins"), ("MessageCaps", "week")} <= set(KEYS)


@pytest.mark.parametrize("key", sorted({key for _, key in KEYS} | {"profiles"}))
def test_every_key_of_the_language_stands_in_the_template_with_a_comment(key):
    """A key of several parts, such as `from`, is explained in each."""
    parts = [part for part, of_part in KEYS if of_part == key] or ["the file"]
    explained = re.findall(rf"^ *(?:- )?(?:# )?{key}:.*  +# \S.+$", TEMPLATE, re.MULTILINE)
    assert len(explained) >= len(parts), f"{key} of {', '.join(parts)}: {explained}"


@pytest.mark.parametrize("key", sorted({key for _, key in KEYS} | {"profiles"}))
def test_every_key_of_the_language_stands_on_its_page(key):
    page = (Path(__file__).parents[2] / "docs" / "workspace.md").read_text(encoding="utf-8")
    reference = page[page.index("## Every key") :]
    assert re.search(rf"[`{{ ]{key}[`:,}}]", reference)


@pytest.mark.parametrize("option", list(OPTION.finditer(TEMPLATE)), ids=lambda found: f"{found[2]} {found.start()}")
def test_an_option_of_the_template_may_be_put_in_as_it_stands(option, tmp_path):
    before, after = TEMPLATE[: option.start()], TEMPLATE[option.end() :]
    if option[2] == "column":  # instead of the line before it
        before = before[: before.rstrip("\n").rindex("\n") + 1]
    (tmp_path / "demand.yaml").write_text(f"{before}{option[1]}{option[2]}: {option[3]}{after}")
    load_config(tmp_path)


def test_what_the_toolkit_writes_is_ignored_by_git(made):
    ignored = (made / ".gitignore").read_text().split()
    assert {"state/", "reports/", "outbox/"} <= set(ignored)
    assert not (made / "gitignore").exists()


def test_a_folder_that_holds_something_is_refused(tmp_path):
    (tmp_path / "demand.yaml").write_text("workspace: mine\n")
    with pytest.raises(StateError, match=r"demand\.yaml"):
        init(tmp_path)
    assert (tmp_path / "demand.yaml").read_text() == "workspace: mine\n"


def test_a_file_in_the_way_is_refused(tmp_path):
    (tmp_path / "mine").write_text("")
    with pytest.raises(StateError, match="not a folder"):
        init(tmp_path / "mine")


def test_an_empty_folder_is_taken(tmp_path):
    result = init(tmp_path)
    assert (tmp_path / "demand.yaml").exists() and result.path == tmp_path


def test_an_unknown_template_is_refused_with_the_known_ones(tmp_path):
    with pytest.raises(ContractError, match="empty, marketplace, service_desk"):
        init(tmp_path / "mine", template="hotel")
    assert not (tmp_path / "mine").exists()


def test_the_marketplace_template_comes_with_its_rows(tmp_path):
    init(tmp_path / "market", template="marketplace")
    assert (tmp_path / "market/data/hotel_bookings.parquet").exists()
