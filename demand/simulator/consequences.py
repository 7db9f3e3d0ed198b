"""What actions do to the rates of their subjects, and the truth about it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from demand.catalog import Intervention
from demand.simulator.action import ACTED, Done
from demand.simulator.clock import HOUR, day_date, instant
from demand.simulator.dice import Floats, Ints
from demand.simulator.effects import Circumstances, rate_ratios, rebound, true_effect, with_moved
from demand.simulator.industry import Industry
from demand.simulator.rows import names
from demand.simulator.truth import EFFECTS


def change_rates(industry: Industry, done: Sequence[Done], day: int) -> pa.Table:
    """Actions on distinct subjects of one industry, everything else as it is; the truth about them, as `EFFECTS`."""
    subjects = np.array([each.action.ident for each in done])
    expected = _expected(industry, subjects, day)
    seen = _circumstances(industry, done, subjects)
    acting: dict[str, list[int]] = defaultdict(list)
    for number, each in enumerate(done):
        if each.outcome == ACTED:
            acting[each.action.intervention.id].append(number)
    industry.postponed.forget(day)
    for numbers in acting.values():
        which = np.array(numbers)
        intervention = done[numbers[0]].action.intervention
        _apply(industry, intervention, subjects[which], seen.only(which), expected[which], day)
    return pa.table(
        {
            "decision_id": [each.action.decision_id for each in done],
            "subject_id": names(industry.prefix, subjects),
            "industry": pa.repeat(industry.name, len(done)),
            "intervention": [each.action.intervention.id for each in done],
            "acts_from": pa.repeat(pa.scalar(day_date(day), pa.date32()), len(done)),
            "p_without": -np.expm1(-expected.sum(axis=1)),
            "p_with": -np.expm1(-_expected(industry, subjects, day).sum(axis=1)),
            "outcome": [each.outcome for each in done],
            "weight": [each.weight for each in done],
        },
        schema=EFFECTS,
    )


def _circumstances(industry: Industry, done: Sequence[Done], subjects: Ints) -> Circumstances:
    p = industry.population
    fired = np.array([each.action.moment for each in done])
    return Circumstances(
        response=p["response"][subjects],
        propensity=industry.propensity(p["user"][subjects]),
        english=industry.english(p["user"][subjects]),
        hours_left=(instant(p[industry.moment][subjects], 12.0) - fired) / HOUR,
        weight=np.array([each.weight for each in done]),
    )


def _expected(industry: Industry, subjects: Ints, day: int) -> Floats:
    """(subjects, scenarios) rates summed over the horizon; the sum over scenarios says how likely a request is."""
    return np.asarray(industry.rates(subjects, np.arange(day, day + industry.horizon_days)).sum(axis=0), np.float64)


def _apply(
    industry: Industry, intervention: Intervention, subjects: Ints, seen: Circumstances, expected: Floats, day: int
) -> None:
    """Lower (or raise) the rates from `day` on, and let what was put off come later."""
    effect, ratios = true_effect(intervention), rate_ratios(intervention, industry.scenarios, seen)
    industry.population["effect"][subjects] *= with_moved(intervention, industry.scenarios, ratios, expected)
    if effect.delayed:
        industry.postponed.add(subjects, day + effect.delay_days, effect.delay_days, rebound(intervention, ratios))
