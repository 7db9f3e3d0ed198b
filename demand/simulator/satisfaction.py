"""What customers say afterwards: surveys about requests and about orders that went by, answered by some.

A score from 1 to 5 comes from what happened: a request and how grave it was, how long the answer took, what was done
beforehand, and the customer. Who is very satisfied or very dissatisfied answers more often, so the mean of the answers
is not the mean of all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from demand.simulator.clock import HOUR, instant
from demand.simulator.dice import Floats, Ints
from demand.simulator.industry import Industry
from demand.simulator.rows import NEVER, Column, Layout, Outbox, Rows
from demand.simulator.texts import ABOUT, remarks_of

STEPS = ("sent", "answered")
_SENT, _ANSWERED = range(len(STEPS))
_ORDER, _REQUEST = range(len(ABOUT))

ANSWERS = np.array([0.40, 0.26, 0.14, 0.18, 0.30])
"""Chance that a survey is answered, by the score it would get."""

WRITES = np.array([0.62, 0.45, 0.22, 0.24, 0.34])
"""Chance that an answer comes with a text, by its score."""

GRAVE = frozenset(
    {
        "no_room",
        "merchant_runaway",
        "worker_no_show",
        "allergy_injury",
        "guide_no_show",
        "forced_purchase",
        "show_cancelled",
        "expired_goods",
        "store_closed",
    }
)
_OF_ORDERS, _OF_REQUESTS = 0.08, 0.5  # share that is surveyed
_DAYS_AFTER = 2
_PER_DAY = 10
_REQUESTS_FROM = 1_000


def after_request(grave: NDArray[np.bool_], hours: Floats, pleased: Floats, luck: Floats) -> Floats:
    """What a customer thinks of the desk, on the scale of the score, before it is rounded.

    Parameters
    ----------
    grave : whether the scenario is one of `GRAVE`
    hours : until the request was answered
    pleased : stars that earlier actions added
    luck : standard normal
    """
    slow = 0.06 * hours.clip(max=24) + 0.4 * (hours > 12)
    return np.asarray(3.5 - 0.8 * grave - slow + pleased + 0.9 * luck, np.float64)


def after_order(asked: NDArray[np.bool_], pleased: Floats, luck: Floats) -> Floats:
    """What a customer thinks of an order that went by; a request leaves a mark."""
    return np.asarray(4.3 - 1.2 * asked + pleased + 0.7 * luck, np.float64)


def score(mood: Floats) -> Ints:
    """1 to 5."""
    return np.asarray(np.rint(mood).clip(1, 5), np.int64)


def layout(prefix: str, store: Column) -> Layout:
    """The surveys about subjects with this prefix: a row when one is sent, a row when it is answered."""
    columns = (
        Column("step", "category", STEPS),
        Column("about", "category", ABOUT),
        Column("score", "number"),
        Column("waited_hours", "number"),
        Column("text", "text", wording=remarks_of(prefix)),
    )
    return Layout("surveys", "subject_id", prefix, "y", (Column("user_id", "key", ("user",)), store, *columns))


class Surveys:
    """Who is asked when, and what they say."""

    def __init__(self, industries: Sequence[Industry]) -> None:
        self._layouts = {each.name: layout(each.prefix, each.store_column) for each in industries}
        self.outbox = Outbox(self._layouts.values())
        self._expected: dict[tuple[str, int], list[Ints]] = defaultdict(list)

    def expect(self, industry: Industry, opened: Ints) -> None:
        """Of the orders that were opened today some will be asked about when they are over."""
        self._await(industry, opened[industry.dice.chance(_OF_ORDERS, "survey", opened)])

    def _await(self, industry: Industry, subjects: Ints) -> None:
        day = industry.population["due_day"][subjects] + _DAYS_AFTER
        for on in np.unique(day):
            self._expected[industry.name, int(on)].append(subjects[day == on])

    def about_orders(self, industry: Industry, day: int, pleased: Floats) -> None:
        """Send the surveys of the orders that are `expected` today; `pleased` are stars that actions added to each."""
        subjects = self.expected(industry, day)
        self._expected.pop((industry.name, day), None)
        if not len(subjects):
            return
        asked = industry.population["requests"][subjects] > 0
        mood = after_order(asked, pleased, self._luck(industry, subjects, 0))
        at = instant(day, 10 + 8 * industry.dice.uniform("survey.at", subjects))
        self._send(industry, subjects, at, mood, about=_ORDER, number=0, hours=np.full(len(subjects), np.nan))

    def expected(self, industry: Industry, day: int) -> Ints:
        """The orders that are asked about on `day`: those that came to a service; some have been moved since."""
        parts = self._expected.pop((industry.name, day), [])
        every = np.concatenate(parts) if parts else np.zeros(0, np.int64)
        p = industry.population
        moved = p["due_day"][every] + _DAYS_AFTER > day
        self._await(industry, every[moved])
        now = every[~moved]
        self._expected[industry.name, day] = [now]
        return now[p["served"][now] & (p["closed_at"][now] == NEVER)]

    def about_requests(
        self, industry: Industry, subjects: Ints, scenario: Ints, at: Ints, hours: Floats, pleased: Floats, day: int
    ) -> None:
        """Send surveys about half of the requests of a day, two hours after they were answered."""
        which = np.flatnonzero(industry.dice.chance(_OF_REQUESTS, "survey.request", subjects, day))
        who = subjects[which]
        grave = np.array([name in GRAVE for name in industry.scenarios])[scenario[which]]
        number = _REQUESTS_FROM + (day - industry.population["open_day"][who]) * _PER_DAY
        mood = after_request(grave, hours[which], pleased[which], self._luck(industry, who, number))
        sent = at[which] + ((hours[which] + 2) * HOUR).astype(np.int64)
        self._send(industry, who, sent, mood, about=_REQUEST, number=number, hours=hours[which].round(1))

    def release(self, day: int) -> Mapping[Layout, Rows]:
        """The rows that become known on `day`."""
        return self.outbox.release(day, np.zeros(0, np.int64))

    @staticmethod
    def _luck(industry: Industry, subjects: Ints, number: Ints | int) -> Floats:
        """The customer's temper, the same in every survey, and the day's."""
        temper = industry.everyone.normal("temper", industry.population["user"][subjects])
        return np.asarray(0.6 * temper + 0.8 * industry.dice.normal("survey.luck", subjects, number), np.float64)

    def _send(
        self, industry: Industry, who: Ints, sent: Ints, mood: Floats, *, about: int, number: Any, hours: Floats
    ) -> None:
        p, dice, rating = industry.population, industry.dice, score(mood)
        keys = {"ident": who, "user_id": p["user"][who], "store_id": p["store"][who]}
        number = np.broadcast_to(number, len(who))
        answers = dice.chance(ANSWERS[rating - 1], "survey.answers", who, number)
        later = sent + ((0.2 + 14 * dice.exponential("survey.later", who, number)).clip(max=96) * HOUR).astype(np.int64)
        writes = dice.chance(WRITES[rating - 1], "survey.writes", who, number)
        spoken, u = industry.english(p["user"][who]), dice.uniform("survey.words", who, number)
        text = np.where(writes, remarks_of(industry.prefix).index(about, rating, spoken, u), -1)
        for step, of in ((_SENT, np.ones(len(who), bool)), (_ANSWERED, answers)):
            at = (later if step else sent)[of]
            self.outbox.put(
                self._layouts[industry.name],
                {name: values[of] for name, values in keys.items()},
                seq=number[of] + step,
                occurred=at,
                known=np.maximum(at + HOUR // 60, p["known"][who[of]]),
                step=step,
                about=about,
                score=rating[of] if step else np.nan,
                waited_hours=hours[of],
                text=text[of] if step else -1,
            )
