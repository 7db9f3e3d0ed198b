"""What every industry of the marketplace has in common: orders arrive, requests arise, requests have consequences.

The rate of scenario s for subject i on day d is

    base[i, s] x due[s](days to due) x age[s](days open) x mood[s](store, d) x effect[i, s] x drift(d)

(times what an action put off, see `postponed`)

and a request arises on that day with probability 1 - exp(-sum of rates), from a draw keyed by (subject, day). After a
request the subject is quiet for `QUIET` days, longer than re-contacts are merged over. Everything but these draws is
drawn when the order arrives, so true probabilities are exact.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from demand.simulator.aftermath import layouts, leave_behind, refund_by_agent
from demand.simulator.clock import CUTOFF_HOUR, HOUR, day_number, instant
from demand.simulator.dice import Dice, Floats, Ints
from demand.simulator.kernels import first_of_each, happens, hazards, plain
from demand.simulator.population import Population
from demand.simulator.postponed import Postponed
from demand.simulator.rhythm import ORDERS
from demand.simulator.rows import NEVER, Column, Layout, Outbox
from demand.simulator.trends import drift, growth
from demand.simulator.window import Window

Keys = Mapping[str, Ints]
"""`ident` and the key columns of some subjects, of equal length."""

QUIET = 14
BLOCK = 32
_ORDERS_AT_ONCE = 40_000  # drawn ahead: more would only take memory
_SUBJECTS_AT_ONCE = 4096  # whose rates on all days of the horizon are held in memory


class Industry(ABC):
    """One industry: a population, its stores, and how requests arise.

    Parameters
    ----------
    seed : of the world
    orders : expected per year
    users : how many users the marketplace has
    start : first day
    """

    name: ClassVar[str]
    prefix: ClassVar[str]
    scenarios: ClassVar[tuple[str, ...]]
    horizon_days: ClassVar[int]
    layouts: ClassVar[tuple[Layout, ...]]
    due_table: ClassVar[NDArray[np.float64]]
    due_first: ClassVar[int]
    age_table: ClassVar[NDArray[np.float64]]
    hidden: ClassVar[tuple[str, ...]]
    stores: int
    graded_every: ClassVar[int] = 7  # days between the nights whose truth is kept, counted from a Monday
    moment: ClassVar[str] = "due_day"  # the trait that says on which day things go well or wrong
    agreed: ClassVar[str | None] = None  # the trait that holds the instant that was agreed upon with the customer
    broken_off: ClassVar[str | None] = None  # the trait that holds when an order was ended that its user wanted
    runs_away: ClassVar[bool] = False  # whether merchants who shut vanish with their customers' money
    opens_on: ClassVar[date | None] = None  # the industry's first day of sales; None: that of the world

    def __init__(self, seed: int, *, orders: float, users: int, start: int) -> None:
        self.dice = Dice(seed, f"{self.name}.")
        self.everyone = Dice(seed, "user.")
        self.orders_per_year, self.users, self.start = orders, users, start
        self.population = Population()
        self.all_layouts = (*self.layouts, *layouts(self.prefix, self.store_column))
        self.outbox = Outbox(self.all_layouts)
        self.postponed = Postponed()
        self._moods = Window(lambda days: np.stack([self.mood(day) for day in days.tolist()]))
        self._planned_until = start

    @abstractmethod
    def season(self, day: Ints) -> Floats:
        """Orders of these days relative to an ordinary one."""

    @abstractmethod
    def plan(self, ident: Ints, day: Ints) -> dict[str, NDArray[Any]]:
        """Draw the orders that arrive on these days: put their rows into the outbox, return their traits."""

    def mood(self, day: int) -> Floats:
        """Multipliers of shape (stores, scenarios) on this day; 1 where the orders' own traits know everything."""
        return np.ones((self.stores, len(self.scenarios)))

    @abstractmethod
    def contact_hours(self, subjects: Ints, scenario: Ints, u: Floats, day: int) -> Floats:
        """Hours after midnight at which these requests arise on `day`, from uniforms `u`."""

    @abstractmethod
    def react(self, subjects: Ints, scenario: Ints, at: Ints, known: Ints, day: int) -> None:
        """What a request leads to: a cancellation, a refund, nothing."""

    def served(self, t: Mapping[str, NDArray[Any]]) -> NDArray[np.bool_]:
        """Which of these orders come to a service that one can have an opinion of, unless an agent ends them before."""
        return np.asarray(t["cancelled"] == NEVER, np.bool_)

    @property
    def store_column(self) -> Column:
        """The key column of its stores, as its own sources have it; the first of its words begins their names."""
        return next(c for layout in self.layouts for c in layout.columns if c.name == "store_id")

    def layout(self, source: str) -> Layout:
        """How this industry writes to a source."""
        return next(layout for layout in self.all_layouts if layout.source == source)

    def capacity(self, drawn: Ints) -> Ints:
        """How many guests its stores hold: those that are `drawn`, unless the industry knows."""
        return drawn

    def facts(self, days: Ints) -> None:  # noqa: B027 - most industries have none
        """Rows about stores rather than subjects."""

    def shutdowns(self) -> tuple[Floats, Floats]:
        """Of shape (stores, lives): the days from which stores are shut, and from which they are open again."""
        return np.empty((self.stores, 0)), np.empty((self.stores, 0))

    def is_shut(self, store: Ints, day: Ints) -> NDArray[np.bool_]:
        """Whether these stores are shut on these days, as far as the industry shuts any."""
        shut, again = (np.ceil(each)[store] for each in self.shutdowns())
        return np.asarray(((shut <= day[:, None]) & (day[:, None] < again)).any(axis=1), np.bool_)

    def open(self, day: int) -> None:
        """Let the orders of `day` arrive (they are drawn some weeks at a time; the draws do not depend on that)."""
        if day < self._planned_until:
            return
        self.population.retire(day, self.outbox.oldest())
        block = max(1, min(BLOCK, round(366 * _ORDERS_AT_ONCE / self.orders_per_year)))
        days = np.arange(self._planned_until, self._planned_until + block)
        expected = self.orders_per_year / 366 * self.season(days) * growth(days, self.start)
        if self.opens_on is not None:
            expected = expected * (days >= day_number(self.opens_on))
        counts = self.dice.poisson(expected, "orders", days)
        ident = np.arange(len(self.population), len(self.population) + counts.sum())
        traits = self.plan(ident, np.repeat(days, counts))
        traits["served"] = self.served(traits)
        leave_behind(self, ident, traits)
        self.population.add(traits | {"response": self.dice.uniform("response", ident)})
        self.facts(days)
        self._planned_until += block

    def rates(self, subjects: Ints, days: Ints) -> Floats:
        """Shape (days, subjects, scenarios): expected requests of each kind on each day."""
        return self.rates_if_due(subjects, days, "due_day")

    def rates_if_due(self, subjects: Ints, days: Ints, due: str) -> Floats:
        """The same, before what an industry makes of it, if subjects are due on the day of this trait."""
        p = self.population
        columns = (p[n].values for n in ("open_day", due, "end_day", "quiet_until", "paid_day", "store"))
        moods, first = self._moods.around(days)
        slow = self.scenarios.index("refund_slow") if "refund_slow" in self.scenarios else -1
        kernels = (self.due_table, self.due_first, self.age_table, moods, first, drift(days, self.start), slow)
        rows = plain(p["base"].rows(subjects), np.int64)
        rates = hazards(rows, plain(days, np.int64), *columns, p["base"].values, p["effect"].values, *kernels)
        self.postponed.raise_rates(rates, subjects, days)
        return np.asarray(rates, np.float64)

    def is_graded(self, day: int) -> bool:
        """Whether the truth of this night is kept where not all nights are; day 4 of the count is a Monday."""
        return (day - 4) % self.graded_every == 0

    def live(self, day: int) -> Ints:
        """Who is open and known at the night's cutoff of `day`."""
        return self.population.live(day, int(instant(day, CUTOFF_HOUR)))

    def chances(self, subjects: Ints, day: int) -> Floats:
        """Shape (subjects, scenarios): that the next request arises within the horizon and is of this kind."""
        days = np.arange(day, day + self.horizon_days)
        chances = np.empty((len(subjects), len(self.scenarios)))
        for first in range(0, len(subjects), _SUBJECTS_AT_ONCE):
            some = slice(first, first + _SUBJECTS_AT_ONCE)
            chances[some] = first_of_each(plain(self.rates(subjects[some], days), np.float64))
        return chances

    def requests(self, day: int) -> tuple[Ints, Ints, Ints]:
        """Who raises which request when on `day`: subjects, scenarios, instants."""
        subjects = self.population.exposed(day)
        rates = self.rates(subjects, np.array([day]))[0]
        asks = happens(plain(rates, np.float64), self.dice.uniform("asks", subjects, day))
        subjects, rates = subjects[asks], rates[asks]
        if not len(subjects):
            return subjects, subjects, subjects
        scenario = self.dice.pick(rates, "scenario", subjects, day)
        hours = self.contact_hours(subjects, scenario, self.dice.uniform("hour", subjects, day), day)
        self.population["quiet_until"][subjects] = day + QUIET
        self.population["requests"][subjects] += 1
        return subjects, scenario, instant(day, hours)

    def order_hours(self, ident: Ints) -> Floats:
        """Hours after midnight at which these orders are placed; those after midnight belong to the evening before."""
        return ORDERS[self.name].hours(self.dice.uniform("opened", ident))

    def pick_user(self, ident: Ints) -> Ints:
        """Who ordered; some order far more often than others."""
        return (self.users * self.dice.uniform("user", ident) ** 1.4).astype(np.int64)

    def base_rates(self, scores: Mapping[int, Floats], users: Ints, *, most: float) -> Floats:
        """Rates of shape (subjects, scenarios) from log scores by scenario, at most `most` a day."""
        columns = np.column_stack([scores[scenario] for scenario in range(len(self.scenarios))])
        return np.minimum(np.exp(columns + self.propensity(users)[:, None]), most)

    def propensity(self, users: Ints) -> Floats:
        """How readily these users complain, on the log scale of rates; the same in every industry."""
        return 0.45 * self.everyone.normal("propensity", users)

    def english(self, users: Ints) -> Ints:
        """1 for users who write English, 0 for those who write Chinese."""
        return (self.everyone.uniform("language", users) < 0.15).astype(np.int64)

    def close(self, subjects: Ints, at: Ints, known: Ints, day: int) -> None:
        """End subjects at these instants, known then: no further request, no further planned row."""
        self.population["closed_at"][subjects] = at
        self.population["settled_at"][subjects] = np.minimum(self.population["settled_at"][subjects], known)
        self.population["end_day"][subjects] = np.minimum(self.population["end_day"][subjects], day)

    def tell(
        self, log: Layout, keys: Keys, t: dict[str, NDArray[Any]], courses: Mapping[int, str], settles: tuple[int, ...]
    ) -> None:
        """Write to a change log what becomes of orders; adds the trait `settled_at`: when it was known to be over.

        Parameters
        ----------
        courses : status -> the trait that holds when each order takes it, or NEVER
        settles : the statuses that end an order
        """
        t["settled_at"] = np.full(len(keys["ident"]), NEVER)
        for status, course in courses.items():
            happens = np.flatnonzero(t[course] < NEVER)
            at, own = t[course][happens], {name: values[happens] for name, values in keys.items()}
            seen = np.maximum(self.later(course, at, own["ident"]), t["known"][happens])
            self.outbox.put(log, own, planned=True, seq=status, occurred=at, known=seen, status=status)
            if status in settles:
                t["settled_at"][happens] = seen

    def refund_by_agent(
        self, log: Layout, who: Ints, at: Ints, known: Ints, day: int, *, cents: Ints, **columns: Any
    ) -> None:
        """End subjects at these instants with a row in their change log: an agent has given `cents` back.

        Parameters
        ----------
        known : when the request behind it was known; the refund is known no earlier
        columns : `seq`, `status` and whatever else the log has
        """
        p, seen = self.population, np.maximum(at, known)
        keys = {"ident": who, "user_id": p["user"][who], "store_id": p["store"][who]}
        self.outbox.put(log, keys, occurred=at, known=seen, agent_refund_cents=cents, **columns)
        refund_by_agent(self, keys, at, seen, cents)
        self.close(who, at, seen, day)

    def later(self, purpose: str, at: Ints, *counters: Any) -> Ints:
        """When we come to know of rows that happened at `at`: mostly at once, sometimes hours, rarely days."""
        u, size = self.dice.uniform(f"{purpose}.late", *counters), self.dice.exponential(f"{purpose}.by", *counters)
        hours = np.select([u < 0.95, u < 0.99], [size * 0.01, 0.5 + size * 3], 14 + size.clip(max=2.4) * 10)
        return at + (hours * HOUR).astype(np.int64)


def table(**kernels: list[tuple[int, float]]) -> tuple[NDArray[np.float64], int]:
    """Step functions of a whole number of days, one per scenario: (from this day on, value) in ascending order.

    Returns
    -------
    values of shape (days, scenarios), and the day of the first row; before its first step a kernel is 0
    """
    first = min(steps[0][0] for steps in kernels.values()) - 1
    last = max(steps[-1][0] for steps in kernels.values())
    values = np.zeros((last - first + 1, len(kernels)))
    for column, steps in enumerate(kernels.values()):
        for day, value in steps:
            values[day - first :, column] = value
    return values, first
