"""What the service desk does with requests: answered, passed on, resolved; a row for each, when it happens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from demand.simulator.clock import HOUR
from demand.simulator.dice import Floats, Ints
from demand.simulator.industry import Industry
from demand.simulator.rows import Column, Layout, Outbox, Rows

ANSWER_STEPS = ("first_response", "escalated", "resolved")
_FIRST, _ESCALATED, _RESOLVED = range(len(ANSWER_STEPS))
_UNRESOLVED = 0.06
_HARD = 0.2  # share of requests that need an expert


def hard(industry: Industry, subjects: Ints, day: int) -> NDArray[np.bool_]:
    """Which of these requests of `day` need an expert."""
    return industry.dice.chance(_HARD, "desk.hard", subjects, day)


def layout(prefix: str, store: Column) -> Layout:
    """The answers about subjects with this prefix."""
    columns = (Column("user_id", "key", ("user",)), store, Column("step", "category", ANSWER_STEPS))
    return Layout("contact_answers", "subject_id", prefix, "a", columns)


class Answers:
    """Takes what becomes of requests, and tells it when it happens."""

    def __init__(self, industries: Sequence[Industry]) -> None:
        self._layouts = {each.name: layout(each.prefix, each.store_column) for each in industries}
        self.outbox = Outbox(self._layouts.values())

    def about(self, industry: Industry, subjects: Ints, at: Ints, hours: Floats, day: int) -> None:
        """Requests of `day` at these instants, answered so many hours later; hard ones take days to be resolved."""
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
                occurred=when,
                known=np.maximum(when + HOUR // 60, p["known"][who]),
                step=step,
            )

    def release(self, day: int) -> Mapping[Layout, Rows]:
        """The rows that become known on `day`."""
        return self.outbox.release(day, np.zeros(0, np.int64))
