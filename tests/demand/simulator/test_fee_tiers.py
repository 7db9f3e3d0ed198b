"""Fees for returning a ticket: they rise tier by tier, and are disputed most where one tier gives way to the next."""

from itertools import pairwise

import numpy as np
import pytest

from demand.simulator.dice import Dice
from demand.simulator.fee_tiers import FEE, FROM_DAYS, TIERS, FeeTiers

START = 19723
FEES = FeeTiers(Dice(7, "performances."), organisers=5, start=START)
SCHEMES = range(len(FEE))


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_fee_never_falls_as_the_show_comes_near(scheme):
    fees = FEES.share(np.full(91, scheme), np.arange(90, -1, -1))
    assert (np.diff(fees) >= 0).all() and fees[0] == FEE[scheme, 0] and fees[-1] == FEE[scheme, -1]


@pytest.mark.parametrize("scheme", SCHEMES)
def test_tiers_follow_each_other_without_a_gap_and_cover_the_day_of_the_show(scheme):
    show_on = np.array([START + 100])
    spells = [FEES.spells(np.array([scheme]), show_on, tier) for tier in range(TIERS)]
    for (_, last), (first, _) in pairwise(spells):
        assert first == last + 1
    assert spells[-1][1] == show_on


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_fee_is_what_the_tier_of_its_day_says(scheme):
    show_on = START + 100
    for tier in range(TIERS):
        first, last = (int(day[0]) for day in FEES.spells(np.array([scheme]), np.array([show_on]), tier))
        days = np.arange(max(first, show_on - 90), last + 1)
        assert (FEES.share(np.full(len(days), scheme), show_on - days) == FEE[scheme, tier]).all()


@pytest.mark.parametrize("scheme", SCHEMES)
def test_disputes_are_hottest_around_the_end_of_a_tier(scheme):
    end = FROM_DAYS[scheme, 1]
    before, at_its_end, after = FEES.heat(np.full(3, scheme), np.array([end + 5, end, end - 6]))
    assert at_its_end > 1.5 * before and at_its_end > 1.5 * after


def test_an_organiser_keeps_its_scheme_for_months_and_not_for_ever():
    days = START + np.arange(1200)
    schemes = np.stack([FEES.scheme(np.full(len(days), organiser), days) for organiser in range(5)])
    changes = (np.diff(schemes, axis=1) != 0).sum(axis=1)
    assert changes.max() <= 6 and changes.sum() > 3
