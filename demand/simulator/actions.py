"""From a dispatched action to what it does: does it get through, and what becomes of the subject's rates.

    Actions.accept(table) -> waits until it is fired -> deliver(day) -> waits until it acts -> act(day) -> EFFECTS

An action is carried out on the day it is fired: if the group it needs has a slot left, if the customer takes messages,
if the same was not done before. It acts on the rates from the first contact hour after that on. Actions are ordered by
when they are fired and by lot, never by how they came in.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa

from demand.catalog import Catalog
from demand.contract import ContractError
from demand.simulator.action import ACTED, NO_SLOT, OPTED_OUT, REPEATED, Action, Done, apart, lots_of
from demand.simulator.audience import Audience, weakened
from demand.simulator.clock import CUTOFF_HOUR, instant
from demand.simulator.consequences import change_rates
from demand.simulator.contacts import reach_out
from demand.simulator.desk import BY_POOL, Desk
from demand.simulator.dice import Floats, Ints
from demand.simulator.effects import true_effect
from demand.simulator.industry import Industry
from demand.simulator.learning import Learning
from demand.simulator.truth import EFFECTS

ACTIONS = ("decision_id", "subject_id", "intervention", "fire_at")
_STOPPED_BY_OPT_OUT = ("app_message",)
_FORGETS_EVERY = 28  # days


class Actions:
    """Every action on its way, and what was done to whom.

    Parameters
    ----------
    industries, catalog : whose subjects, and what may be done to them
    audience, desk, learning : what actions draw on, and who learns from them
    """

    def __init__(
        self, industries: Sequence[Industry], catalog: Catalog, audience: Audience, desk: Desk, learning: Learning
    ) -> None:
        self.industries, self.catalog = tuple(industries), catalog
        self.audience, self.desk, self.learning = audience, desk, learning
        self._waiting: list[Action] = []
        self._done: list[Done] = []
        self._before: set[tuple[str, int, str]] = set()
        self._pleased: dict[tuple[str, int], float] = defaultdict(float)

    def accept(self, actions: pa.Table, today: int) -> None:
        """Take dispatched actions; those that were fired before `today` are carried out today.

        Raises
        ------
        ContractError
            If a column is missing, `fire_at` has no time zone, or a subject is unknown or long over.
        StateError
            If the catalogue does not have an intervention.
        """
        lacking = [name for name in ACTIONS if name not in actions.column_names]
        if lacking:
            raise ContractError(
                found=f"actions lack {', '.join(lacking)}",
                expected=f"columns {', '.join(ACTIONS)}",
                remedy="pass the dispatched decisions with these columns",
            )
        if getattr(actions.schema.field("fire_at").type, "tz", None) is None:
            raise ContractError(
                found=f"actions.fire_at is {actions.schema.field('fire_at').type}",
                expected="instants with a time zone",
                remedy="cast the column to timestamp('us', 'UTC')",
            )
        midnight = int(instant(today))
        for row in actions.select(list(ACTIONS)).to_pylist():
            industry, ident = self._subject(row["subject_id"], today)
            intervention = self.catalog.intervention(row["intervention"])
            fired = (row["fire_at"].astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(microseconds=1)
            who = np.array([ident])
            user = int(industry.population["user"][who][0])
            action = Action(row["decision_id"], industry, ident, user, intervention, max(int(fired), midnight))
            industry.population.hold(who, action.acts_from)
            self._waiting.append(action)

    def take(self, action: Action) -> None:
        """One that was decided inside the marketplace."""
        self._waiting.append(action)

    def deliver(self, day: int, before: int | None = None) -> list[Done]:
        """Carry out what is fired up to `day`: slots are taken, messages sent, merchants called, coupons issued.

        Returns what became of each.

        Parameters
        ----------
        before : only what is fired before this instant of the day
        """
        until, earlier = int(instant(day + 1)) if before is None else before, len(self._done)
        fired = [action for action in self._waiting if action.moment < until]
        self._waiting = [action for action in self._waiting if action.moment >= until]
        lots = lots_of(fired, "order")
        turn = sorted(range(len(fired)), key=lambda n: (fired[n].moment, lots[n], fired[n].key, fired[n].decision_id))
        through = list(self._send(self._staff(self._once(fired[n] for n in turn)), day))
        for batch in apart(through, lambda action: action.key[:2]):
            for industry in self.industries:
                self._carry_out(industry, [action for action in batch if action.industry is industry])
        self._forget(day)
        return self._done[earlier:]

    def act(self, day: int, before: int | None = None) -> pa.Table:
        """Change the rates of those whose actions act from `day` on; the truth about it, in the form of `EFFECTS`.

        Parameters
        ----------
        before : only what was fired before this instant
        """
        due: list[Done] = []
        later: list[Done] = []
        for done in self._done:
            acts = done.action.acts_from <= day and (before is None or done.action.moment < before)
            (due if acts else later).append(done)
        self._done = later
        tables = [EFFECTS.empty_table()]
        for batch in apart(due, lambda done: (done.action.industry.name, done.action.ident)):
            for industry in self.industries:
                of = [done for done in batch if done.action.industry is industry]
                if of:
                    tables.append(change_rates(industry, of, day))
        return pa.concat_tables(tables)

    def act_before_cutoff(self, day: int) -> pa.Table:
        """What was fired before the night's cutoff of `day` and acts from that day on: the truth knows of it."""
        return self.act(day, before=int(instant(day, CUTOFF_HOUR)))

    def pleased(self, industry: Industry, subjects: Ints) -> Floats:
        """Stars that actions added to what these subjects would say."""
        if not self._pleased:
            return np.zeros(len(subjects))
        return np.array([self._pleased.get((industry.name, int(ident)), 0.0) for ident in subjects], np.float64)

    def _once(self, fired: Iterable[Action]) -> Iterator[Action]:
        """Those that did not get through to the same subject before; what failed may be tried again another day."""
        today: set[tuple[str, int, str]] = set()
        for action in fired:
            if action.key in self._before or action.key in today:
                self._done.append(Done(action, REPEATED))
            else:
                today.add(action.key)
                yield action

    def _staff(self, actions: Iterable[Action]) -> list[Action]:
        """Those that need nobody from the desk, or find a slot there."""
        every = list(actions)
        stays = np.ones(len(every), bool)
        for pool, group in BY_POOL.items():
            which = np.array([n for n, a in enumerate(every) if a.intervention.capacity_pool == pool], np.int64)
            at = np.array([every[n].moment for n in which], np.int64)
            stays[which] = self.desk.admit(group, at, lots_of([every[n] for n in which], "order"))
        self._done += [Done(action, NO_SLOT) for action, stay in zip(every, stays, strict=True) if not stay]
        return [action for action, stay in zip(every, stays, strict=True) if stay]

    def _send(self, actions: Sequence[Action], day: int) -> Iterator[Action]:
        """Those that get through: one message per user after the other, since each tires and may be the last."""
        for batch in apart(actions, lambda action: action.user):
            users = np.array([action.user for action in batch], np.int64)
            at = np.array([action.moment for action in batch], np.int64)
            message = np.array([action.intervention.is_message for action in batch], bool)
            stopped = np.array([action.intervention.channel in _STOPPED_BY_OPT_OUT for action in batch], bool)
            through = self.audience.accepts(users, at) | ~stopped | ~message
            weight = np.where(message, weakened(self.audience.burden(users, day)), 1.0)
            sent = np.flatnonzero(message & through)
            rested = np.array([true_effect(batch[n].intervention).opt_out for n in sent])
            lots = lots_of([batch[n] for n in sent], "opt_out")
            self.audience.send(users[sent], at[sent], day, rested, lots)
            for action, passes, left in zip(batch, through, weight, strict=True):
                self._done.append(Done(action, ACTED if passes else OPTED_OUT, float(left)))
                if passes:
                    self._before.add(action.key)
                    yield action

    def _carry_out(self, industry: Industry, actions: Sequence[Action]) -> None:
        """What others see of actions on distinct subjects: contacts with customers, merchants told, coupons."""
        who = np.array([action.ident for action in actions], np.int64)
        at = np.array([action.moment for action in actions], np.int64)
        cents = np.array([action.intervention.cost_cents for action in actions], np.int64)
        message = np.array([action.intervention.is_message for action in actions], bool)
        told = np.array([action.intervention.audience == "merchant" for action in actions], bool)
        paid = np.array([action.intervention.kind == "advance_compensation" for action in actions], bool)
        if message.any():
            reach_out(industry, industry.layout("contacts"), who[message], at[message])
        if told.any():
            self.learning.tell(industry, who[told])
        if paid.any():
            self.learning.pay(industry, who[paid], at[paid], cents[paid])
        for action in actions:
            self._pleased[industry.name, action.ident] += true_effect(action.intervention).satisfaction

    def _forget(self, day: int) -> None:
        """Once in a while, what was done to subjects that have left."""
        if day % _FORGETS_EVERY == 0:
            first = {industry.name: industry.population.first for industry in self.industries}
            self._before = {key for key in self._before if key[1] >= first[key[0]]}
            kept = ((key, stars) for key, stars in self._pleased.items() if key[1] >= first[key[0]])
            self._pleased = defaultdict(float, kept)

    def _subject(self, subject: str, today: int) -> tuple[Industry, int]:
        prefix, _, number = subject.rpartition("-")
        for industry in self.industries:
            p = industry.population
            if prefix == industry.prefix and number.isdigit() and int(number) < p.opened_before(today):
                if int(number) >= p.first:
                    return industry, int(number)
                raise ContractError(
                    found=f"an action for {subject}, which has been over for weeks",
                    expected="subjects that are open",
                    remedy="leave out what has ended",
                )
        raise ContractError(
            found=f"an action for the unknown subject {subject!r}",
            expected="a subject of this world, as booking-000017",
            remedy="pass subjects that an earlier day's tables named",
        )
