"""The past as it was lived: every evening the old policy looks at the orders of the day, fires, and writes it down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from demand.catalog import Catalog
from demand.simulator.action import Action
from demand.simulator.actions import Actions
from demand.simulator.clock import HOUR, instant
from demand.simulator.dice import Floats, Ints
from demand.simulator.industry import Industry
from demand.simulator.logged_policy import (
    EVENING,
    TAKES_PART,
    Candidates,
    Choices,
    Policy,
    confounded,
    logged,
    shelf,
)
from demand.simulator.rows import Column, Layout, Outbox, Rows

_AGENTS_LOOK_AHEAD = 42  # days


class Past:
    """Candidates and choices of every evening, and the source `interventions`.

    The rule writes down what came into question, whether it fired and with which chance; agents only what they did.

    Parameters
    ----------
    policy : who decides; with `none` nothing happens and nothing is written
    industries, catalog : whose orders, and what there is to do
    users : how many
    """

    def __init__(self, policy: Policy, industries: Sequence[Industry], catalog: Catalog, users: int) -> None:
        self.policy, self._asked = policy, np.zeros(users, np.int64)
        self._shelves = {each.name: shelf(catalog.interventions_of(each.name)) for each in industries}
        self._layouts = {each.name: self._layout(each) for each in industries}
        self.outbox = Outbox(self._layouts.values() if policy != "none" else ())

    def note(self, industry: Industry, subjects: Ints) -> None:
        """These subjects were asked about: what the rule may know of their users from tonight on."""
        np.add.at(self._asked, industry.population["user"][subjects], 1)

    def evening(self, industry: Industry, day: int, actions: Actions) -> None:
        """Decide about the orders that were opened and known on `day`, and fire."""
        if self.policy == "none" or not self._shelves[industry.name]:
            return
        p, at = industry.population, instant(day, EVENING)
        opened = p.opened(day)
        if not len(opened):
            return
        seen = opened[p["known"][opened] < at]
        seen = seen[industry.everyone.uniform("takes_part", p["user"][seen]) < TAKES_PART]
        candidates = Candidates(
            ident=seen,
            days_left=p["due_day"][seen] - day,
            asked=self._asked[p["user"][seen]],
            trouble=self._trouble(industry, seen, day),
        )
        items = self._shelves[industry.name]
        choices = (logged if self.policy == "logged" else confounded)(candidates, items, industry.dice)
        fired, what = seen[choices.fired], choices.intervention[choices.fired]
        for ident, user, choice in zip(fired.tolist(), p["user"][fired].tolist(), what.tolist(), strict=True):
            name = f"past-{industry.prefix}-{ident:06d}"
            actions.take(Action(name, industry, ident, user, items[choice], int(at)))
        self._write_down(industry, candidates, choices, int(at))

    def release(self, day: int) -> Mapping[Layout, Rows]:
        """The rows that become known on `day`."""
        return self.outbox.release(day, np.zeros(0, np.int64))

    def _trouble(self, industry: Industry, subjects: Ints, day: int) -> Floats:
        """What agents have an eye for: the log of the requests to be expected in the weeks to come."""
        if self.policy != "confounded":
            return np.zeros(len(subjects))
        days = np.arange(day + 1, day + 1 + _AGENTS_LOOK_AHEAD)
        return np.asarray(np.log(industry.rates(subjects, days).sum(axis=(0, 2)).clip(min=1e-9)), np.float64)

    def _write_down(self, industry: Industry, candidates: Candidates, choices: Choices, at: int) -> None:
        kept = choices.intervention >= 0 if self.policy == "logged" else choices.fired
        who, p = candidates.ident[kept], industry.population
        self.outbox.put(
            self._layouts[industry.name],
            {"ident": who, "user_id": p["user"][who], "store_id": p["store"][who]},
            occurred=at,
            known=at + HOUR // 60,
            intervention=choices.intervention[kept],
            fired=choices.fired[kept],
            propensity=choices.propensity[kept],
        )

    def _layout(self, industry: Industry) -> Layout:
        words = tuple(each.id for each in self._shelves[industry.name])
        columns = (
            Column("intervention", "category", words),
            Column("fired", "bool"),
            Column("propensity", "number"),
        )
        user = Column("user_id", "key", ("user",))
        return Layout("interventions", "subject_id", industry.prefix, "i", (user, industry.store_column, *columns))
