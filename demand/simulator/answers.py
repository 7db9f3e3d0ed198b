"""What the service desk does with requests: answered, passed on, resolved; a row for each, when it happens.

Some that are resolved are compensated then: the worse what happened, and the more it was money they asked for. What is
granted stands on the row of the resolution and in the fund ledger, and nowhere before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from demand.simulator.clock import HOUR
from demand.simulator.contacts import first_seq
from demand.simulator.dice import Floats, Ints
from demand.simulator.industry import Industry
from demand.simulator.rows import Column, Layout, Outbox, Rows
from demand.simulator.satisfaction import GRAVE
from demand.simulator.texts import EXPECTATIONS

ANSWER_STEPS = ("first_response", "escalated", "resolved")
_FIRST, _ESCALATED, _RESOLVED = range(len(ANSWER_STEPS))
_UNRESOLVED = 0.06
_HARD = 0.2  # share of requests that need an expert
_COMPENSATED, _GRAVE, _NEVER = 0.04, 0.2, frozenset({"other"})
"""Share of resolved requests with a compensation: of most scenarios, of grave ones, and scenarios without any."""
_WANTS_MONEY = EXPECTATIONS.index("compensation")


def hard(industry: Industry, subjects: Ints, day: int) -> NDArray[np.bool_]:
    """Which of these requests of `day` need an expert."""
    return industry.dice.chance(_HARD, "desk.hard", subjects, day)


def layout(prefix: str, store: Column) -> Layout:
    """The answers about subjects with this prefix."""
    about = Column("contact_id", "row", ("c",))
    told = (Column("step", "category", ANSWER_STEPS), Column("compensation_cents", "cents"))
    return Layout(
        "contact_answers", "subject_id", prefix, "a", (Column("user_id", "key", ("user",)), store, about, *told)
    )


def compensation(industry: Industry, subjects: Ints, scenario: Ints, wished: Ints, day: int) -> Ints:
    """Cents that these requests of `day` are compensated with, if they are resolved; 0 for most."""
    names, dice = np.array(industry.scenarios), industry.dice
    share = np.where(np.isin(names, sorted(GRAVE)), _GRAVE, _COMPENSATED) * ~np.isin(names, sorted(_NEVER))
    chance = share[scenario] * np.where(wished == _WANTS_MONEY, 2.5, 1.0)
    granted = dice.chance(chance, "compensated", subjects, day)
    part = 0.05 + 0.35 * dice.uniform("compensated.part", subjects, day) ** 2
    yuan = (industry.population["price"][subjects] * part / 100).round().clip(min=5)
    return np.where(granted, 100 * yuan, 0).astype(np.int64)


class Answers:
    """Takes what becomes of requests, and tells it when it happens."""

    def __init__(self, industries: Sequence[Industry]) -> None:
        self._layouts = {each.name: layout(each.prefix, each.store_column) for each in industries}
        self.outbox = Outbox(self._layouts.values())

    def about(
        self, industry: Industry, subjects: Ints, at: Ints, hours: Floats, day: int, granted: Ints
    ) -> tuple[Ints, Ints, Ints]:
        """Requests of `day` at these instants, answered so many hours later; hard ones take days to be resolved.

        Returns
        -------
        which subjects are compensated, when, and the cents out of `granted`
        """
        p, dice = industry.population, industry.dice
        difficult = hard(industry, subjects, day)
        answered = at + (hours * HOUR).astype(np.int64)
        passed_on = answered + (HOUR * (0.1 + dice.uniform("answer.passed", subjects, day))).astype(np.int64)
        needs = np.where(difficult, 30.0, 3.0) * dice.exponential("answer.needs", subjects, day)
        resolved = np.where(difficult, passed_on, answered) + ((0.2 + needs.clip(max=240)) * HOUR).astype(np.int64)
        settled = ~dice.chance(_UNRESOLVED, "answer.never", subjects, day)
        for step, happens, moment in (
            (_FIRST, np.ones(len(subjects), bool), answered),
            (_ESCALATED, difficult, passed_on),
            (_RESOLVED, settled, resolved),
        ):
            who, when = subjects[happens], moment[happens]
            self.outbox.put(
                self._layouts[industry.name],
                {"ident": who, "user_id": p["user"][who], "store_id": p["store"][who]},
                seq=(day - p["open_day"][who]) * len(ANSWER_STEPS) + step,
                contact_id=first_seq(industry, who, day),
                compensation_cents=granted[happens] if step == _RESOLVED else 0,
                occurred=when,
                known=np.maximum(when + HOUR // 60, p["known"][who]),
                step=step,
            )
        paid = settled & (granted > 0)
        return subjects[paid], resolved[paid], granted[paid]

    def release(self, day: int) -> Mapping[Layout, Rows]:
        """The rows that become known on `day`."""
        return self.outbox.release(day, np.zeros(0, np.int64))
