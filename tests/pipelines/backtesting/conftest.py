"""One industry of the small marketplace, rolled once; and a backtest of it with everything that is written."""

from __future__ import annotations

import shutil

import pytest

from pipelines.backtest import backtest
from pipelines.backtesting.folds import roll
from pipelines.backtesting.material import gather
from pipelines.backtesting.origins import choose_origins
from pipelines.workspace import open_workspace

INDUSTRY = "hotel"
ORIGINS = 2
DROPPED = ("channel", "agent_*")


@pytest.fixture(scope="package")
def market(trained_market, tmp_path_factory):
    """An own copy of the trained marketplace, open."""
    return open_workspace(shutil.copytree(trained_market, tmp_path_factory.mktemp("backtested") / "market"))


@pytest.fixture(scope="package")
def material(market):
    return gather(market, INDUSTRY, moment=None)


@pytest.fixture(scope="package")
def folds(material):
    return roll(material, choose_origins(material, ORIGINS))


@pytest.fixture(scope="package")
def tested(market):
    """A backtest of the same origins, through the verb."""
    (market.root / "summary.json").write_text('{"industries": {"hotel": {"gain": 0.1}, "prepaid_card": {}}}')
    return backtest(market, INDUSTRY, origins=ORIGINS, drop=DROPPED)
