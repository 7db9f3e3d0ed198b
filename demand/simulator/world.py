"""The marketplace, day by day: actions in, the rows that became known and the truth behind them out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Literal

import numpy as np
import pyarrow as pa

from demand.catalog import Catalog, Intervention, load_catalog
from demand.contract import ContractError
from demand.simulator.beauty import Beauty
from demand.simulator.catering import Catering
from demand.simulator.clock import FIRST_CONTACT_HOUR, day_date, day_number, day_of, instant
from demand.simulator.contacts import ask, reach_out
from demand.simulator.effects import rate_ratios
from demand.simulator.home_cleaning import HomeCleaning
from demand.simulator.hotel import Hotel
from demand.simulator.industry import Industry
from demand.simulator.marketwide import Marketwide
from demand.simulator.prepaid_card import PrepaidCard
from demand.simulator.retail import Retail
from demand.simulator.rows import Layout, Rows, names, stack, to_table
from demand.simulator.travel import Travel
from demand.simulator.truth import EFFECTS, Risks, Traits, risks_table, traits_table
from demand.simulator.wishes import usual_wishes

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
)
GRADED = 100_000
ACTIONS = ("decision_id", "subject_id", "intervention", "fire_at")


@dataclass(frozen=True)
class _Action:
    decision_id: str
    industry: Industry
    ident: int
    intervention: Intervention
    acts_from: int


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
    truth : whether the risks are told every night, or on each industry's own grid (`Industry.graded_every`) and, in
        large worlds, of about `GRADED` orders a year, drawn evenly

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
    ) -> None:
        self.seed, self.start, self.orders = seed, start, (orders := orders_a_year(size))
        self.catalog, self._truth = catalog or load_catalog(), truth
        self._graded = min(1.0, GRADED / orders) if truth == "grid" else 1.0
        first, users = day_number(start), max(60, round(orders / 3))
        whole = sum(share for _, share in _SHARES)
        self.industries = tuple(
            kind(seed, orders=orders * share / whole, users=users, start=first) for kind, share in _SHARES
        )
        self._wishes = {each: usual_wishes(self.catalog, each.name, each.scenarios) for each in self.industries}
        self.marketwide = Marketwide(seed, users=users, start=first, industries=self.industries)
        self._today = first
        self._waiting: list[_Action] = []
        self._acted: set[tuple[str, int, str]] = set()
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
            (subject, intervention).

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
            self._accept(actions)
        risks = tuple(
            Risks.of(industry, number, self._graded)
            for industry in self.industries
            if self._truth == "nightly" or industry.is_graded(number)
        )
        traits = []
        for industry in self.industries:
            industry.open(number)
            traits.append(Traits.of(industry, number))
        effects = self._act(number)
        rows = [self.marketwide.release(number)]
        for industry in self.industries:
            self._live(industry, number)
            rows.append(industry.outbox.release(number, industry.population["closed_at"]))
        self._today += 1
        return DayBatch(day, tuple(rows), risks, tuple(traits), effects)

    def risks(self) -> pa.Table:
        """The truth at the night's cutoff of `today`, before that day is lived: what tonight's scores are about."""
        return risks_table([Risks.of(industry, self._today) for industry in self.industries])

    def orders_so_far(self) -> dict[str, int]:
        """Industry -> how many orders were opened before `today`."""
        return {i.name: int(i.population["open_day"].searchsorted(self._today)) for i in self.industries}

    def _live(self, industry: Industry, day: int) -> None:
        subjects, scenario, at = industry.requests(day)
        if len(subjects):
            contacts = industry.layout("contacts")
            known = ask(industry, contacts, subjects, scenario, at, day, self._wishes[industry])
            industry.react(subjects, scenario, at, known, day)

    def _accept(self, actions: pa.Table) -> None:
        lacking = [name for name in ACTIONS if name not in actions.column_names]
        if lacking:
            raise ContractError(
                found=f"actions lack {', '.join(lacking)}",
                expected=f"columns {', '.join(ACTIONS)}",
                remedy="pass the dispatched decisions with these columns",
            )
        for action in actions.select(list(ACTIONS)).to_pylist():
            industry, ident = self._subject(action["subject_id"])
            fired = action["fire_at"]
            moment = int((fired.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(microseconds=1))
            first_day = int(day_of(moment))
            acts_from = first_day + int(moment >= int(instant(first_day, FIRST_CONTACT_HOUR)))
            intervention = self.catalog.intervention(action["intervention"])
            self._waiting.append(_Action(action["decision_id"], industry, ident, intervention, acts_from))
            if intervention.is_message:
                at = np.array([max(moment, int(instant(self._today)))])
                reach_out(industry, industry.layout("contacts"), np.array([ident]), at)

    def _act(self, day: int) -> pa.Table:
        due = [action for action in self._waiting if action.acts_from <= day]
        if not due:
            return EFFECTS.empty_table()
        self._waiting = [action for action in self._waiting if action.acts_from > day]
        rows = []
        for action in due:
            industry, subject = action.industry, np.array([action.ident])
            key = (industry.name, action.ident, action.intervention.id)
            without = float(industry.chances(subject, day).sum())
            if key not in self._acted:
                self._acted.add(key)
                response = industry.population["response"][subject]
                industry.population["effect"][subject] *= rate_ratios(action.intervention, industry.scenarios, response)
            rows.append({
                "decision_id": action.decision_id,
                "subject_id": names(industry.prefix, subject)[0].as_py(),
                "industry": industry.name,
                "intervention": action.intervention.id,
                "acts_from": day_date(day),
                "p_without": without,
                "p_with": float(industry.chances(subject, day).sum()),
            })  # fmt: skip
        return pa.Table.from_pylist(rows, schema=EFFECTS)

    def _subject(self, subject: str) -> tuple[Industry, int]:
        prefix, _, number = subject.rpartition("-")
        for industry in self.industries:
            known = industry.population["open_day"]
            if prefix == industry.prefix and number.isdigit() and int(number) < known.searchsorted(self._today):
                return industry, int(number)
        raise ContractError(
            found=f"an action for the unknown subject {subject!r}",
            expected="a subject of this world, as booking-000017",
            remedy="pass subjects that an earlier day's tables named",
        )


def tables_of(batches: Iterable[DayBatch]) -> dict[str, pa.Table]:
    """The rows of several days as one table per source: one industry after the other, each by `known_at`."""
    parts: dict[Layout, list[Rows]] = {}
    for batch in batches:
        for released in batch.rows:
            for layout, rows in released.items():
                parts.setdefault(layout, []).append(rows)
    tables: dict[str, list[pa.Table]] = {}
    for layout, pieces in parts.items():
        tables.setdefault(layout.source, []).append(to_table(layout, stack(pieces)))
    return {source: pa.concat_tables(tables[source]) for source in sorted(tables)}


def truth_of(batches: Sequence[DayBatch]) -> dict[str, pa.Table]:
    """The truth of several days: `risks`, `traits`, `effects`."""
    return {
        "risks": risks_table([risks for batch in batches for risks in batch.risks]),
        "traits": traits_table([traits for batch in batches for traits in batch.traits]),
        "effects": pa.concat_tables([batch.effects for batch in batches]),
    }
