"""The marketplace, day by day: actions in, the rows that became known and the truth behind them out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal

import numpy as np
import pyarrow as pa

from demand.catalog import Catalog, load_catalog
from demand.contract import ContractError
from demand.simulator.actions import Actions
from demand.simulator.answers import Answers, compensation, hard
from demand.simulator.audience import MARKETING_HOUR, Audience
from demand.simulator.beauty import Beauty
from demand.simulator.catering import Catering
from demand.simulator.clock import day_date, day_number, instant
from demand.simulator.contacts import ask
from demand.simulator.desk import Desk
from demand.simulator.dice import Floats, Ints
from demand.simulator.fund_ledger import FundLedger
from demand.simulator.home_cleaning import HomeCleaning
from demand.simulator.hotel import Hotel
from demand.simulator.industry import Industry
from demand.simulator.learning import Learning
from demand.simulator.logged_policy import Policy
from demand.simulator.marketwide import Marketwide
from demand.simulator.past import Past
from demand.simulator.performances import Performances
from demand.simulator.prepaid_card import PrepaidCard
from demand.simulator.retail import Retail
from demand.simulator.rows import Layout, Rows, stack, to_table
from demand.simulator.satisfaction import Surveys
from demand.simulator.store_status import StoreStatus
from demand.simulator.travel import Travel
from demand.simulator.truth import Risks, Traits, risks_table, traits_table
from demand.simulator.wishes import usual_wishes, wish

Size = Literal["default", "small"] | int
ORDERS: Mapping[str, int] = {"default": 40_000, "small": 4_000}
_SHARES: tuple[tuple[type[Industry], float], ...] = (
    (Hotel, 0.15),
    (PrepaidCard, 0.09),
    (HomeCleaning, 0.13),
    (Catering, 0.25),
    (Travel, 0.07),
    (Retail, 0.13),
    (Beauty, 0.10),
    (Performances, 0.08),
)
GRADED = 100_000
"""Orders a year whose true chances are kept, unless said."""


@dataclass(frozen=True)
class DayBatch:
    """What one day brought.

    Attributes
    ----------
    tables : by source, the rows that became known on this day; in the form of the contract: id, occurred_at,
        known_at, op, `<key>_id`, columns
    truth : `risks`, `traits` and `effects`, which no source may read (see `demand.simulator.truth`)
    """

    day: date
    rows: tuple[Mapping[Layout, Rows], ...]
    risks: tuple[Risks, ...]
    traits: tuple[Traits, ...]
    effects: pa.Table

    @cached_property
    def tables(self) -> dict[str, pa.Table]:
        return tables_of([self])

    @cached_property
    def truth(self) -> dict[str, pa.Table]:
        return truth_of([self])


def orders_a_year(size: Size | str) -> int:
    """The orders that a size stands for; a number may be written as text.

    Raises
    ------
    ContractError
        If it is none.
    """
    orders = ORDERS.get(size) or (int(size) if size.isdigit() else 0) if isinstance(size, str) else size
    if not isinstance(orders, int) or orders < 1:
        raise ContractError(
            found=f"size {size!r}", expected="default, small or a number of orders a year", remedy="write size=2000"
        )
    return orders


class World:
    """A marketplace with known truth; the same seed, size and start give the same rows.

    Parameters
    ----------
    seed : of every draw
    size : orders a year: `default` (40,000), `small` (4,000) or a number
    start : the first day; days are stepped through one by one from there
    catalog : what actions mean; by default the shipped catalogue
    truth : whether the risks are told every night, or on each industry's own grid (`Industry.graded_every`)
    graded : of about how many orders a year the grid's risks are told, drawn evenly
    policy : what was done of old, beside the actions that are passed in; see `demand.simulator.logged_policy`

    See Also
    --------
    pipelines.simulate : writes a workspace from it.
    """

    def __init__(
        self,
        seed: int = 7,
        size: Size = "default",
        start: date = date(2024, 1, 1),
        *,
        catalog: Catalog | None = None,
        truth: Literal["nightly", "grid"] = "nightly",
        graded: int = GRADED,
        policy: Policy = "none",
    ) -> None:
        self.seed, self.start, self.orders = seed, start, (orders := orders_a_year(size))
        self.catalog, self._truth = catalog or load_catalog(), truth
        self._graded = min(1.0, graded / orders) if truth == "grid" else 1.0
        first, users = day_number(start), max(60, round(orders / 3))
        whole = sum(share for _, share in _SHARES)
        self.industries = tuple(
            kind(seed, orders=orders * share / whole, users=users, start=first) for kind, share in _SHARES
        )
        self._wishes = {each: usual_wishes(self.catalog, each.name, each.scenarios) for each in self.industries}
        self.marketwide = Marketwide(seed, users=users, start=first, industries=self.industries)
        self._today = first
        self.audience, self.desk = Audience(seed, users=users, start=first), Desk(orders)
        self.audience.record(first)
        self.learning = Learning(users)
        self.actions = Actions(self.industries, self.catalog, self.audience, self.desk, self.learning)
        self.answers, self.surveys = Answers(self.industries), Surveys(self.industries)
        self.status = StoreStatus(seed, start=first, industries=self.industries)
        self.past = Past(policy, self.industries, self.catalog, users)
        self.fund = FundLedger(self.industries, self.catalog, first)
        self._effects: list[pa.Table] = []
        for industry in self.industries:
            industry.open(first)

    @property
    def today(self) -> date:
        """The day that `step` takes next."""
        return day_date(self._today)

    def step(self, day: date, actions: pa.Table | None = None) -> DayBatch:
        """Live through one day.

        Parameters
        ----------
        day : the day after the previous one (at first `start`), local
        actions : interventions dispatched since the previous step: decision_id, subject_id, intervention, fire_at.
            One acts on the rates of its subject from the first contact hour after `fire_at` on, once per
            (subject, intervention), if it gets through; see `demand.simulator.actions`.

        Raises
        ------
        ContractError
            If the day is not the next one, or an action names an unknown subject or lacks a column.
        StateError
            If an action names an intervention the catalogue does not have.
        """
        if day != self.today:
            raise ContractError(
                found=f"step({day})", expected=f"the next day, {self.today}", remedy="step day by day, in order"
            )
        number = self._today
        if actions is not None:
            self.actions.accept(actions, number)
        for industry in self.industries:
            industry.open(number)
            self.learning.teach(industry, industry.population.opened(number))  # from what was done up to yesterday
        self.desk.open()
        self.fund.book(self.actions.deliver(number, before=int(instant(number, MARKETING_HOUR))))
        self.audience.market(number)
        self.fund.book(self.actions.deliver(number))
        self._effects.append(self.actions.act_before_cutoff(number))
        risks = tuple(
            Risks.of(industry, number, self._graded)
            for industry in self.industries
            if self._truth == "nightly" or industry.is_graded(number)
        )
        traits = []
        for industry in self.industries:
            self.surveys.expect(industry, industry.population.opened(number))
            self.past.evening(industry, number, self.actions)
            traits.append(Traits.of(industry, number))
        self.fund.book(self.actions.deliver(number))
        self._effects.append(self.actions.act(number))
        effects, self._effects = pa.concat_tables(self._effects), []
        self.audience.leave(number)
        rows = [self.marketwide.release(number), self.status.release(number), self.audience.release(number)]
        self._live(number)
        for industry in self.industries:
            rows.append(industry.outbox.release(number, industry.population["closed_at"]))
        rows += [self.answers.release(number), self.surveys.release(number), self.past.release(number)]
        rows.append(self.fund.release(number))
        self._today += 1
        return DayBatch(day, tuple(rows), risks, tuple(traits), effects)

    def risks(self) -> pa.Table:
        """The truth at the night's cutoff of `today`, before that day is lived: what tonight's scores are about."""
        self._effects.append(self.actions.act_before_cutoff(self._today))
        return risks_table([Risks.of(industry, self._today) for industry in self.industries])

    def orders_so_far(self) -> dict[str, int]:
        """Industry -> how many orders were opened before `today`."""
        return {i.name: i.population.opened_before(self._today) for i in self.industries}

    def _live(self, day: int) -> None:
        """Requests arise, the desk answers them as it can, some customers say what they think of it."""
        asked = [(industry, *industry.requests(day)) for industry in self.industries]
        asked = [requests for requests in asked if len(requests[1])]
        for industry, subjects, scenario, at in asked:
            contacts = industry.layout("contacts")
            known = ask(industry, contacts, subjects, scenario, at, day, self._wishes[industry])
            industry.react(subjects, scenario, at, known, day)
            self.past.note(industry, subjects)
            self.fund.claim(industry, subjects, scenario, at)
        self.fund.expire(self.industries, day)
        for (industry, subjects, scenario, at), hours in zip(asked, self._answered(asked, day), strict=True):
            wished = wish(industry, self._wishes[industry], subjects, scenario)
            granted = compensation(industry, subjects, scenario, wished, day)
            self.fund.compensate(industry, *self.answers.about(industry, subjects, at, hours, day, granted))
            pleased = self.actions.pleased(industry, subjects)
            self.surveys.about_requests(industry, subjects, scenario, at, hours, pleased, day)
        for industry in self.industries:
            self.surveys.about_orders(
                industry, day, self.actions.pleased(industry, self.surveys.expected(industry, day))
            )

    def _answered(self, asked: Sequence[tuple[Industry, Ints, Ints, Ints]], day: int) -> list[Floats]:
        """Hours until each request is answered, by the one desk of all industries; some need an expert."""
        if not asked:
            return []
        lots = [industry.dice.uniform("desk.lot", subjects, day) for industry, subjects, _, _ in asked]
        difficult = [hard(industry, subjects, day) for industry, subjects, _, _ in asked]
        at = [requests[3] for requests in asked]
        hours = self.desk.answer(np.concatenate(at), np.concatenate(lots), np.concatenate(difficult))
        return np.split(hours, np.cumsum([len(each) for each in at])[:-1])


def tables_of(batches: Iterable[DayBatch]) -> dict[str, pa.Table]:
    """The rows of several days as one table per source: one industry after the other, each by `known_at`."""
    return dict(tables_one_by_one(batches))


def tables_one_by_one(batches: Iterable[DayBatch]) -> Iterator[tuple[str, pa.Table]]:
    """The same, source by source, so that not all of them have to be held in memory."""
    parts: dict[Layout, list[Rows]] = {}
    for batch in batches:
        for released in batch.rows:
            for layout, rows in released.items():
                parts.setdefault(layout, []).append(rows)
    for source in sorted({layout.source for layout in parts}):
        pieces = [to_table(layout, stack(rows)) for layout, rows in parts.items() if layout.source == source]
        yield source, pa.concat_tables(pieces)


def truth_of(batches: Sequence[DayBatch]) -> dict[str, pa.Table]:
    """The truth of several days: `risks`, `traits`, `effects`."""
    return {
        "risks": risks_table([risks for batch in batches for risks in batch.risks]),
        "traits": traits_table([traits for batch in batches for traits in batch.traits]),
        "effects": pa.concat_tables([batch.effects for batch in batches]),
    }
