"""The desk shows the tables that the verbs pass to each other, and the workspace shows itself."""

import shutil

import pytest

from demand.contract import ContractError, StateError
from features import By, FeatureSet, events
from pipelines.score import score
from pipelines.workspace import open_workspace

INDUSTRY = "home_cleaning"


@pytest.fixture(scope="module")
def ws(small_market):
    return open_workspace(small_market)


@pytest.mark.parametrize("name", ["subjects", "spine", "episodes", "training_table"])
def test_a_frame_holds_the_table_that_the_workspace_gives(ws, name):
    shown = getattr(ws.desk, name)(INDUSTRY)
    assert shown.table.equals(getattr(ws, name)(INDUSTRY))
    assert INDUSTRY in shown._repr_html_()


def test_labels_and_features_take_a_frame_as_spine_and_by_default_the_whole_grid(ws):
    spine = ws.desk.spine(INDUSTRY, start="2024-11-01", end="2024-11-08")
    assert len(ws.desk.labels(INDUSTRY, spine)) == len(ws.desk.features(INDUSTRY, spine)) == len(spine) > 0
    assert len(ws.desk.labels(INDUSTRY)) == ws.spine(INDUSTRY).num_rows


def test_the_facts_of_labels_count_requests_among_the_matured_rows(ws):
    table = ws.labels(INDUSTRY, ws.spine(INDUSTRY)).to_pandas()
    mature = table[table["status"] == "mature"]
    assert (
        ws.desk.labels(INDUSTRY)
        .facts["mature"]
        .startswith(f"{len(mature):,}, of which {int(mature['requested'].sum()):,} with a request")
    )


def test_a_view_that_is_tried_is_a_column_of_the_features(ws):
    calls = FeatureSet("tried", By("store")(events("contacts")).count("60d").named("tried_calls"))
    spine = ws.desk.spine(INDUSTRY, start="2024-11-01", end="2024-11-02")
    assert "tried_calls" in ws.desk.features(INDUSTRY, spine, extra=[calls]).columns


def test_who_is_live_is_shown_at_a_moment(ws):
    assert ws.desk.live(INDUSTRY, "2024-12-01").facts["cutoffs"] == "2024-12-01 02:00"


def test_a_source_is_shown_with_its_kind_and_keys(ws):
    assert ws.desk.source("contacts").facts["keys"] == "subject, user, store, continued"


def test_an_unknown_source_names_the_nearest(ws):
    with pytest.raises(ContractError, match="contacts"):
        ws.desk.source("contact")


def test_the_scores_of_a_night_are_shown_riskiest_first(own_market):
    ws = open_workspace(own_market)
    assert len(ws.desk.scores()) == 0
    written = score(ws, industries=[INDUSTRY])
    shown = ws.desk.scores()
    assert shown["p_request"].tolist() == sorted(written.extra["scores"]["p_request"].to_pylist(), reverse=True)
    assert shown.facts["night"] == "2024-12-31 02:00"
    with pytest.raises(StateError, match="no scores"):
        ws.desk.scores("2024-06-01")


def test_a_workspace_shows_its_industries_its_sources_and_that_no_night_was_run(ws):
    html = ws._repr_html_()
    assert all(f">{name}</td>" in html for name in (*ws.industries, *ws.sources))
    assert f">{ws.sources['hotel_status'].table.num_rows:,}</td>" in html
    assert "none yet" in html


def test_a_workspace_whose_data_are_broken_shows_what_is_wrong(small_market, tmp_path):
    root = shutil.copytree(small_market, tmp_path / "market")
    (root / "data" / "contacts.parquet").unlink()
    assert "contacts.parquet" in open_workspace(root)._repr_html_()
