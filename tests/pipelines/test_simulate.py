"""The embedded marketplace as a workspace: whole or not at all, and the truth beside it."""

import json
import shutil
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from demand.contract import ContractError, StateError
from pipelines.check import check
from pipelines.simulate import simulate
from pipelines.workspace import Workspace, open_workspace

TINY = 1_500
TONIGHT = datetime(2024, 12, 30, 18, tzinfo=UTC)


@pytest.fixture(scope="module")
def progress() -> list[str]:
    return []


@pytest.fixture(scope="module")
def tiny(tmp_path_factory, progress) -> Path:
    path = tmp_path_factory.mktemp("simulate") / "tiny"
    simulate(path, size=TINY, progress=progress.append)
    return path


@pytest.fixture(scope="module")
def market(small_market) -> Workspace:
    return open_workspace(small_market)


def wait_for(found):
    """What `found` gives, once it gives something."""
    for _ in range(6000):
        if thing := found():
            return thing
        time.sleep(0.01)
    raise AssertionError("it never came")


@pytest.fixture
def copy(tiny, tmp_path) -> Path:
    return Path(shutil.copytree(tiny, tmp_path / "market"))


def test_every_source_has_its_file_and_every_file_its_source(small_market, market):
    read = {source.read for source in market.config.sources.values()}
    assert read == {f"data/{file.name}" for file in (small_market / "data").iterdir()}


def test_the_truth_is_never_among_the_sources(small_market, market):
    assert all("truth" not in (s.read or "") + (s.sql or "") for s in market.config.sources.values())
    hidden = set(pq.read_table(small_market / "truth/traits.parquet")["trait"].unique().to_pylist()) | {"p_request"}
    for name, source in market.sources.items():
        assert not hidden & set(source.table.column_names), name


def test_nothing_is_known_after_tonight(small_market, market):
    for file in (small_market / "data").iterdir():
        assert pc.max(pq.read_table(file)["known_at"]).as_py() < TONIGHT, file.name
    assert market.latest() == TONIGHT


def test_every_industry_has_live_orders_tonight(market):
    assert all(market.live(industry, market.latest()).num_rows for industry in market.industries)


def test_the_truth_covers_every_live_order_of_tonight(small_market, market):
    risks = pq.read_table(small_market / "truth/risks.parquet")
    tonight = risks.filter(pc.equal(risks["cutoff"], pa.scalar(TONIGHT, pa.timestamp("us", "UTC"))))
    for industry in market.industries:
        live = set(market.live(industry, market.latest())["subject_id"].to_pylist())
        assert live <= set(tonight["subject_id"].to_pylist()), industry


def test_check_finds_no_problem(market):
    found = check(market, proof=False)
    assert found.summary["problems"] == 0 and found.summary["quarantined"] == 0


def test_scenarios_are_those_of_the_catalogue(market):
    for industry in market.industries:
        known = {scenario.id for scenario in market.catalog.scenarios_of(industry)}
        asked = set(market.episodes(industry)["scenario"].unique().to_pylist())
        assert asked <= known, industry


def test_every_column_and_source_has_words_in_both_languages(market):
    config = market.config
    for name, source in config.sources.items():
        assert source.text, name
        assert all(column.text for _, column in source.columns.values()), name
    assert all(industry.text for industry in config.industries.values())


def test_the_same_seed_writes_the_same_rows(tiny, tmp_path):
    simulate(tmp_path / "again", size=f"{TINY}")
    for file in sorted(p for folder in ("data", "truth") for p in (tiny / folder).glob("*.parquet")):
        assert pq.read_table(file) == pq.read_table(tmp_path / "again" / file.relative_to(tiny)), file.name


def test_the_chances_of_fewer_orders_may_be_kept_and_no_row_depends_on_it(tiny, tmp_path):
    simulate(tmp_path / "fewer", size=TINY, graded=TINY // 5)
    for file in sorted((tiny / "data").glob("*.parquet")):
        assert pq.read_table(file) == pq.read_table(tmp_path / "fewer" / "data" / file.name), file.name
    every, some = (pq.read_table(root / "truth/risks.parquet").num_rows for root in (tiny, tmp_path / "fewer"))
    assert 0.1 * every < some < 0.3 * every


def test_a_year_in_which_nothing_was_done_has_no_source_about_it(tmp_path):
    simulate(tmp_path / "quiet", size=TINY, policy="none")
    quiet = open_workspace(tmp_path / "quiet")
    assert "interventions" not in quiet.sources
    assert not (tmp_path / "quiet/data/interventions.parquet").exists()
    simulate(tmp_path / "quiet", size=TINY, policy="confounded")  # it was not edited, so it may be replaced
    assert (tmp_path / "quiet/data/interventions.parquet").exists()


def test_an_unknown_policy_is_refused(tmp_path):
    with pytest.raises(ContractError, match="one of none, logged, confounded"):
        simulate(tmp_path / "market", size=TINY, policy="clever")
    assert not (tmp_path / "market").exists()


def test_progress_says_how_far_it_is(tiny, progress):
    assert progress[0].startswith("simulate: to 30 December 2024, ")


def test_a_large_marketplace_is_written_in_parts_and_holds_the_same_rows(tiny, tmp_path, monkeypatch):
    monkeypatch.setattr(sys.modules["pipelines.simulate"], "_ROWS_AT_ONCE", TINY * 100)
    simulate(tmp_path / "parts", size=TINY)
    order = [("known_at", "ascending"), ("id", "ascending"), ("op", "ascending")]
    for folder in ("data", "truth"):
        for file in (tiny / folder).glob("*.parquet"):
            parts = tmp_path / "parts" / folder / file.name
            assert len(list(parts.iterdir())) == 4
            whole, joined = pq.read_table(file), pq.read_table(parts)
            if folder == "data":
                whole, joined = whole.sort_by(order), joined.sort_by(order)
                assert whole == joined, file.name
            else:
                assert whole.num_rows == joined.num_rows, file.name
    assert check(open_workspace(tmp_path / "parts"), proof=False).summary["problems"] == 0


def test_two_processes_write_the_same_files_as_one(tmp_path, monkeypatch):
    monkeypatch.setattr(sys.modules["pipelines.simulate"], "_ROWS_AT_ONCE", 300 * 100)
    one, two = (simulate(tmp_path / f"{n}", size=300, processes=n).path for n in (1, 2))
    files = {p.relative_to(one): p.read_bytes() for p in one.rglob("*") if p.is_file()}
    assert len(list((one / "data/contacts.parquet").iterdir())) == 4
    assert {p.relative_to(two): p.read_bytes() for p in two.rglob("*") if p.is_file()} == files


def test_a_failure_of_a_process_that_writes_leaves_nothing(tmp_path, monkeypatch):
    def no_template(name, folder):
        (folder / "data").write_text("not a folder")
        return ()

    monkeypatch.setattr(sys.modules["pipelines.simulate"], "copy_template", no_template)
    with pytest.raises(OSError, match="data"):
        simulate(tmp_path / "two", size=10, processes=2)
    assert list(tmp_path.iterdir()) == []


def test_a_killed_simulation_leaves_the_last_good_workspace(copy):
    before = {p: p.read_bytes() for p in copy.rglob("*") if p.is_file()}
    command = [sys.executable, "-m", "pipelines", "simulate", str(copy), "--size", "20000"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    making = wait_for(lambda: next(copy.parent.glob(f".{copy.name}.making-*/data/*"), None))
    process.kill()
    process.wait()
    assert making.exists()
    assert {p: p.read_bytes() for p in copy.rglob("*") if p.is_file()} == before
    simulate(copy, size=10, seed=8)
    assert json.loads((copy / "truth/world.json").read_text())["seed"] == 8


def test_a_folder_with_something_else_is_refused_and_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("three years of work")
    with pytest.raises(StateError, match=r"thesis\.txt"):
        simulate(tmp_path, size=10)
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_simulated_workspace_is_replaced_with_what_was_computed_in_it(copy):
    (copy / "state").mkdir()
    (copy / "state/old").touch()
    simulate(copy, size=10, seed=8)
    assert json.loads((copy / "truth/world.json").read_text())["seed"] == 8
    assert not (copy / "state").exists()


@pytest.mark.parametrize("edited", ["demand.yaml", "views/signs.py", "views/mine.py", "notes.txt"])
def test_a_simulated_workspace_that_was_edited_is_refused(copy, edited):
    with (copy / edited).open("a") as file:
        file.write("# mine\n")
    with pytest.raises(StateError, match=edited):
        simulate(copy, size=10)
    assert (copy / edited).read_text().endswith("# mine\n")


def test_a_failure_leaves_the_folder_as_it_was_and_nothing_beside_it(copy, monkeypatch):
    before = {p: p.read_bytes() for p in copy.rglob("*") if p.is_file()}

    def full_disk(*args, **kwargs):
        raise OSError("No space left on device")

    monkeypatch.setattr("pyarrow.parquet.write_table", full_disk)
    with pytest.raises(OSError, match="No space"):
        simulate(copy, size=10)
    assert {p: p.read_bytes() for p in copy.rglob("*") if p.is_file()} == before
    assert [p.name for p in copy.parent.iterdir()] == [copy.name]
