"""A workspace from a template: every line explained, and good from the first check on."""

from pathlib import Path

import pytest
import yaml

from demand.contract import ContractError, StateError
from pipelines.check import check
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


def test_every_part_of_the_file_is_explained(made):
    """Each top-level key and each key of the example industry has a comment on its line or above it."""
    lines = (made / "demand.yaml").read_text().splitlines()
    config = yaml.safe_load("\n".join(lines))
    for key in [*config, *config["industries"]["repairs"]]:
        place = next(n for n, line in enumerate(lines) if line.strip().startswith(f"{key}:") and n > 0)
        assert "#" in lines[place] or lines[place - 1].startswith("#") or key == "text", key


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
    with pytest.raises(ContractError, match="empty, marketplace"):
        init(tmp_path / "mine", template="hotel")
    assert not (tmp_path / "mine").exists()


def test_the_marketplace_template_comes_with_its_rows(tmp_path):
    init(tmp_path / "market", template="marketplace")
    assert (tmp_path / "market/data/hotel_bookings.parquet").exists()
