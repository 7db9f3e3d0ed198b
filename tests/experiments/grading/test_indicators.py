"""Requests come after their leading indicators: more often than before, and than without one."""

import pytest

from experiments.grading.indicators import BEFORE, declared, leads
from pipelines.simulate import simulate
from pipelines.workspace import open_workspace

ENOUGH = 20


@pytest.fixture(scope="module")
def market(tmp_path_factory):
    path = tmp_path_factory.mktemp("indicators") / "market"
    simulate(path, size=24_000)
    return open_workspace(path)


def test_every_industry_declares_some():
    assert len(declared()) == 8


@pytest.mark.parametrize("industry", declared())
def test_an_indicator_that_shows_often_leads(market, industry):
    told = [lead for lead in leads(market, industry) if lead.with_sign.requests[lead.days >= 0].sum() >= ENOUGH]
    for lead in told:
        week = (lead.days >= 0) & (lead.days < BEFORE)
        assert lead.with_sign.overall(week) > lead.with_sign.overall(lead.days < 0), lead.text
        assert lead.with_sign.overall(week) > lead.without.overall(week), lead.text


@pytest.mark.parametrize("industry", declared())
def test_requests_are_counted_among_the_orders_that_are_open(market, industry):
    for lead in leads(market, industry):
        for around in (lead.with_sign, lead.without):
            assert not around.requests[around.orders == 0].any(), lead.text
