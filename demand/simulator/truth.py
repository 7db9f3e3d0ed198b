"""The truth behind the rows: for grading only, never a source.

- `risks`: for every live subject at the night's cutoff of a day (02:00 local) the probability that its next request
  arises within the industry's horizon, altogether and per scenario, given everything hidden and all actions so far.
- `traits`: the hidden traits of subjects that opened on a day.
- `effects`: for every action that began to act on a day, the same probability with and without it, everything else as
  it was; what became of it (`acted`, `repeated`, `no_slot`, `opted_out`) and what fatigue left of it (`weight`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from demand.contract import INSTANT
from demand.simulator.clock import CUTOFF_HOUR, DAY, instant
from demand.simulator.dice import Floats, Ints
from demand.simulator.industry import Industry
from demand.simulator.rows import names

EFFECTS = pa.schema(
    [
        ("decision_id", pa.string()),
        ("subject_id", pa.string()),
        ("industry", pa.string()),
        ("intervention", pa.string()),
        ("acts_from", pa.date32()),
        ("p_without", pa.float64()),
        ("p_with", pa.float64()),
        ("outcome", pa.string()),
        ("weight", pa.float64()),
    ]
)


RISKS = pa.schema(
    [
        ("subject_id", pa.string()),
        ("cutoff", INSTANT),
        ("industry", pa.string()),
        ("horizon_us", pa.int64()),
        ("p_request", pa.float64()),
        ("scenarios", pa.list_(pa.string())),
        ("p_scenario", pa.list_(pa.float64())),
    ]
)


@dataclass(frozen=True)
class Risks:
    """True chances of one industry's live subjects at one cutoff, as arrays."""

    industry: str
    prefix: str
    scenarios: tuple[str, ...]
    horizon_us: int
    cutoff: int
    subjects: Ints
    chances: Floats

    @classmethod
    def of(cls, industry: Industry, day: int, share: float = 1.0) -> Risks:
        """Of every live subject, or of a share of all subjects, always the same ones."""
        live = industry.live(day)
        if share < 1:
            live = live[industry.dice.uniform("graded", live) < share]
        chances = industry.chances(live, day)
        cutoff = int(instant(day, CUTOFF_HOUR))
        horizon = industry.horizon_days * DAY
        return cls(industry.name, industry.prefix, industry.scenarios, horizon, cutoff, live, chances)


def risks_table(risks: Sequence[Risks]) -> pa.Table:
    """subject_id, cutoff, industry, horizon_us, p_request, and scenarios beside their p_scenario as lists.

    `p_scenario` sums to `p_request`.
    """
    parts = [RISKS.empty_table()]
    for name in dict.fromkeys(risk.industry for risk in risks):
        of = [risk for risk in risks if risk.industry == name]
        sizes = [len(risk.subjects) for risk in of]
        chances = np.concatenate([risk.chances for risk in of])
        total, width = sum(sizes), len(of[0].scenarios)
        offsets = pa.array(np.arange(total + 1, dtype=np.int32) * width)
        words = pa.array(of[0].scenarios, pa.string()).take(pa.array(np.tile(np.arange(width), total)))
        parts.append(
            pa.table(
                {
                    "subject_id": names(of[0].prefix, np.concatenate([risk.subjects for risk in of])),
                    "cutoff": pa.array(np.repeat([risk.cutoff for risk in of], sizes)).cast(INSTANT),
                    "industry": pa.repeat(name, total),
                    "horizon_us": pa.repeat(of[0].horizon_us, total),
                    "p_request": chances.sum(axis=1),
                    "scenarios": pa.ListArray.from_arrays(offsets, words),
                    "p_scenario": pa.ListArray.from_arrays(offsets, pa.array(chances.ravel())),
                }
            )
        )
    return pa.concat_tables(parts)


@dataclass(frozen=True)
class Traits:
    """Hidden traits of one industry's subjects that opened on one day, as arrays."""

    industry: str
    prefix: str
    day: int
    subjects: Ints
    values: Mapping[str, Floats]

    @classmethod
    def of(cls, industry: Industry, day: int) -> Traits:
        p = industry.population
        opened = p.opened(day)
        values = {trait: p[trait][opened].astype(np.float64) for trait in industry.hidden}
        return cls(industry.name, industry.prefix, day, opened, values)


def traits_table(traits: Sequence[Traits]) -> pa.Table:
    """subject_id, industry, opened_on, trait, value: in long form, since each industry hides traits of its own."""
    parts = []
    for name in dict.fromkeys(of.industry for of in traits):
        days = [of for of in traits if of.industry == name]
        subjects = names(days[0].prefix, np.concatenate([of.subjects for of in days]))
        opened = np.repeat([of.day for of in days], [len(of.subjects) for of in days]).astype(np.int32)
        for trait in days[0].values:
            parts.append(
                pa.table(
                    {
                        "subject_id": subjects,
                        "industry": pa.repeat(name, len(subjects)),
                        "opened_on": pa.array(opened, pa.date32()),
                        "trait": pa.repeat(trait, len(subjects)),
                        "value": np.concatenate([of.values[trait] for of in days]),
                    }
                )
            )
    return pa.concat_tables(parts)
