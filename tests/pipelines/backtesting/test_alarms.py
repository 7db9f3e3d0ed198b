"""Leak alarms: a planted leak is named by every one of them, and an honest workspace is left in peace."""

from __future__ import annotations

import shutil

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from demand.contract import ConfigError
from pipelines.backtest import backtest
from pipelines.backtesting.alarms import Detective, levels, too_good
from pipelines.backtesting.champion import champion_of
from pipelines.config import load_config
from pipelines.registry import open_registry
from pipelines.workspace import open_workspace

SUSPECT = "hotel_bookings.rated"


@pytest.fixture(scope="module")
def leaking(trained_market, tmp_path_factory):
    """A trained marketplace into which somebody put a column that was written after the guests had asked."""
    root = shutil.copytree(trained_market, tmp_path_factory.mktemp("leaking") / "market")
    contacts = pq.read_table(root / "data" / "contacts.parquet")
    asked = set(contacts.filter(pa.compute.equal(contacts["initiator"], "user"))["subject_id"].to_pylist())
    path = root / "data" / "hotel_bookings.parquet"
    bookings = pq.read_table(path)
    rated = ["poor" if s in asked else "good" for s in bookings["subject_id"].to_pylist()]
    pq.write_table(bookings.append_column("rated", pa.array(rated)), path)
    described = root / "industries" / "hotel.yaml"
    text = described.read_text()
    honest = "      arrival: {type: date, text: {en: arrival, zh: 入住日期}}\n"
    assert honest in text
    text = text.replace(honest, f"{honest}      rated: category\n", 1)
    evaluate = "evaluate: {from: 2024-09-30, cluster: [user], two_way: [days, channel]}"
    assert evaluate in text
    text = text.replace(evaluate, evaluate[:-1] + ", alarm_auroc: {all: 0.88, overbooked: 0.9}}")
    described.write_text(text)
    ws = open_workspace(root)
    return ws, backtest(ws, "hotel", origins=1, slices=False)


@pytest.mark.parametrize("kind", ["auroc", "alone", "newest"])
def test_every_alarm_names_the_planted_column(leaking, kind):
    _, result = leaking
    assert SUSPECT in {alarm.suspect for alarm in result.alarms["hotel"] if alarm.kind == kind}


def test_the_alarm_is_in_the_summary_on_the_page_and_on_the_run(leaking):
    ws, result = leaking
    assert SUSPECT in result.summary["alarms"]
    assert SUSPECT in result.path.read_text()
    registry = open_registry(ws)
    tags = registry.client.get_run(result.extra["run_id"]).data.tags
    assert SUSPECT in tags["alarm/hotel"]
    assert tags["alarms"] == str(len(result.alarms["hotel"]))


def test_an_honest_workspace_gives_no_alarm(tested):
    assert tested.alarms == {"hotel": ()}
    assert tested.summary["alarms"] == "none"


def test_the_newest_column_is_the_one_declared_last_in_the_source_known_latest(material, folds):
    suspect, features = Detective(material, folds).newest()
    source, column = suspect.split(".")
    declared = list(material.ws.sources[source].spec.columns)
    read = [c for c in declared if any((source, c) in reads for reads in material.reads.values())]
    assert column == read[-1]
    assert set(features) == {f for f, reads in material.reads.items() if (source, column) in reads}


def test_a_champion_that_knows_every_feature_leaves_that_choice_as_it_is(market, material, folds):
    champion = champion_of(market, "hotel")
    assert Detective(material, folds, champion).newest() == Detective(material, folds).newest()


def test_a_figure_is_too_good_above_its_own_level_only():
    limits = {"all": 0.8, "late": 0.7}
    assert too_good(limits, 0.81, {"late": 0.69, "broken": 0.9}) == ["all"]
    assert too_good(limits, 0.8, {"late": 0.71, "broken": 0.999}) == ["late", "broken"]
    assert too_good(limits, float("nan"), {}) == []


def test_without_a_configured_level_only_the_incredible_is_suspected(material):
    assert levels(material) == {"all": 0.95}


@pytest.fixture
def evaluated(small_market, tmp_path):
    """The marketplace's configuration alone, with a word more on how home cleaning is evaluated."""

    def write(more):
        for file in ("demand.yaml", "past.yaml"):
            shutil.copy(small_market / file, tmp_path)
        described = shutil.copytree(small_market / "industries", tmp_path / "industries") / "home_cleaning.yaml"
        text = described.read_text()
        described.write_text(text.replace("two_way: [days, service]", f"two_way: [days, service], {more}"))
        return tmp_path

    return write


def test_one_number_is_the_level_of_any_request(evaluated):
    evaluate = load_config(evaluated("alarm_auroc: 0.9, merchant: city")).industries["home_cleaning"].evaluate
    assert (evaluate.alarm_auroc, evaluate.merchant) == ({"all": 0.9}, "city")


@pytest.mark.parametrize("wrong", ["alarm_auroc: 90", "alarm_auroc: {all: 0.3}", "merchant: shop"])
def test_a_level_or_a_merchant_that_cannot_be_is_an_error(evaluated, wrong):
    path = evaluated(wrong)
    with pytest.raises(ConfigError, match=r"home_cleaning\.evaluate"):
        load_config(path)


def test_the_share_of_a_feature_alone_is_no_alarm_where_there_is_no_gain(material, folds):
    from dataclasses import replace

    fold = folds[-1]
    flat = replace(fold.learned.prediction, incidence=np.full_like(fold.learned.prediction.incidence, 1e-3))
    without_gain = replace(fold, learned=replace(fold.learned, prediction=flat))
    assert Detective(material, [without_gain])._alone() == []
