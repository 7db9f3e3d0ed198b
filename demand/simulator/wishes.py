"""What people want from a request: drawn per subject and scenario, from what is usual and what is in their nature."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from demand.catalog import Catalog
from demand.simulator.dice import Floats, Ints
from demand.simulator.industry import Industry
from demand.simulator.texts import EXPECTATIONS

_BY_RANK, _BY_OTHERS = (1.0, 0.5, 0.25, 0.15, 0.1, 0.1, 0.1, 0.1, 0.1), 0.025
_UNKNOWN = ("explanation", "refund_full", "fulfil_now")
_MONEY = np.isin(EXPECTATIONS, ("refund_full", "refund_partial", "compensation"))
_SPEED = np.isin(EXPECTATIONS, ("rebook", "fulfil_now"))
_HARDNESS = np.isin(EXPECTATIONS, ("merchant_penalty", "escalate_authority"))


def usual_wishes(catalog: Catalog, industry: str, scenarios: Sequence[str]) -> Floats:
    """Weights of shape (scenarios, expectations): the catalogue names the wishes of a scenario, the likeliest first."""
    ranked = {scenario.id: scenario.expectations for scenario in catalog.scenarios_of(industry)}
    weights = np.full((len(scenarios), len(EXPECTATIONS)), _BY_OTHERS)
    for row, scenario in enumerate(scenarios):
        wished = [w for w in ranked.get(scenario, ()) if w in EXPECTATIONS] or _UNKNOWN
        for wish, weight in zip(wished, _BY_RANK, strict=False):
            weights[row, EXPECTATIONS.index(wish)] = weight
    return weights


def wish(industry: Industry, usual: Floats, subjects: Ints, scenario: Ints) -> Ints:
    """The expectation behind these requests, as codes of `EXPECTATIONS`.

    Some users want money and others speed, a few want somebody to pay for it, whatever the scenario; a subject that
    asks again about the same scenario wants the same.
    """
    users = industry.population["user"][subjects]
    taste = 0.6 * industry.everyone.normal("taste", users)[:, None]
    hardness = 0.7 * industry.everyone.normal("hardness", users)[:, None]
    leaning = taste * (_MONEY.astype(float) - _SPEED) + hardness * _HARDNESS
    return industry.dice.pick(usual[scenario] * np.exp(leaning), "wish", subjects, scenario)
