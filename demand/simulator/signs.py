"""Signs that can be seen before a request: questions, overdue replies, page views, searches.

They come from the same hidden traits as the requests, so a model can learn from them; they cause nothing themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from demand.simulator.clock import HOUR, day_of
from demand.simulator.dice import Floats, Ints
from demand.simulator.industry import Industry, Keys
from demand.simulator.rows import Layout
from demand.simulator.sources import MESSAGES

_QUESTION, _REPLY, _OVERDUE = range(len(MESSAGES))
OnDay = Callable[[Ints, Ints], Floats]
"""A value of some subjects, by position, each on a day of its own: what is planned long before must not know more."""


def of(keys: Keys, rows: NDArray[np.int64]) -> dict[str, NDArray[np.int64]]:
    """The keys of these rows; a position may come any number of times."""
    return {name: values[rows] for name, values in keys.items()}


def numbered(count: Ints) -> tuple[Ints, Ints]:
    """`count` rows for each position: the position and the number of each row, from 0."""
    owner = np.repeat(np.arange(len(count)), count)
    return owner, np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)


def scattered(
    industry: Industry,
    purpose: str,
    ident: Ints,
    rate: Floats,
    first: Ints,
    last: Ints,
    tilt: float = 1.0,
    over: Ints | None = None,
) -> tuple[Ints, Ints, Ints]:
    """Events at random moments between `first` and `last` (instants), `rate` a day; a tilt below 1 favours the end.

    Parameters
    ----------
    over : instants from which on nothing happens any more, where that comes as a surprise: until then the events are
        those that `first` and `last` make them

    Returns
    -------
    position of the subject in `ident`, number of the event, instant; in one row per event
    """
    span = np.maximum(last - first, 0)
    owner, number = numbered(industry.dice.poisson((rate * span / (24 * HOUR)).clip(max=40), purpose, ident))
    u = industry.dice.uniform(f"{purpose}.at", ident[owner], number) ** tilt
    at = first[owner] + (u * span[owner]).astype(np.int64)
    if over is None:
        return owner, number, at
    happens = at < over[owner]
    return owner[happens], number[happens], at[happens]


def chat(
    industry: Industry,
    layout: Layout,
    keys: Keys,
    *,
    rate: Floats,
    answered: Floats | OnDay,
    known: Ints,
    first: Ints,
    last: Ints,
    asks: OnDay | None = None,
    over: Ints | None = None,
) -> None:
    """Questions to the merchant; each is answered within hours, or flagged overdue after twelve.

    Parameters
    ----------
    rate : questions a day, at most
    answered : share that gets a reply, on the day of the question where the store's state changes
    known : when the orders are: nothing about them is known before
    first, last : instants between which questions are asked
    asks : the share of `rate` that is asked on a day; all of it unless given
    over : as in `scattered`
    """
    ident = keys["ident"]
    owner, number, asked = scattered(industry, "question", ident, rate, first, last, tilt=0.8, over=over)
    if asks is not None:
        kept = industry.dice.chance(asks(owner, day_of(asked)), "question.kept", ident[owner], number)
        owner, number, asked = owner[kept], number[kept], asked[kept]
    asker, own = ident[owner], of(keys, owner)
    share = answered(owner, day_of(asked)) if callable(answered) else answered[owner]
    reply = industry.dice.chance(share, "reply", asker, number)
    waited = np.where(reply, 0.3 + 3 * industry.dice.exponential("reply.wait", asker, number), 12.0)
    seen = np.maximum(industry.later("question", asked, asker, number), known[owner])
    industry.outbox.put(layout, own, planned=True, seq=2 * number, occurred=asked, known=seen, kind=_QUESTION)
    at = asked + (waited * HOUR).astype(np.int64)
    industry.outbox.put(
        layout,
        own,
        planned=True,
        seq=2 * number + 1,
        occurred=at,
        known=np.maximum(at + HOUR // 60, seen),
        kind=np.where(reply, _REPLY, _OVERDUE),
        overdue=~reply,
    )


def browse(
    industry: Industry,
    layout: Layout,
    keys: Keys,
    *,
    rates: Mapping[int, Floats],
    known: Ints,
    first: Ints,
    last: Ints,
    over: Ints | None = None,
) -> None:
    """Views of pages, each at a rate a day by its number among the pages of the layout; `over` as in `scattered`."""
    for page, rate in rates.items():
        owner, number, at = scattered(industry, f"page.{page}", keys["ident"], rate, first, last, tilt=0.8, over=over)
        seen = np.maximum(industry.later(f"page.{page}", at, keys["ident"][owner], number), known[owner])
        seq = len(rates) * number + page
        industry.outbox.put(layout, of(keys, owner), planned=True, seq=seq, occurred=at, known=seen, page=page)


def minutes_apart(industry: Industry, purpose: str, ident: Ints, row: Ints, number: Ints, step: Ints) -> Ints:
    """Microseconds to the steps of people in a hurry: some minutes each, never in another order; below 0 come before.

    Parameters
    ----------
    ident : of the orders, each with a pace of its own
    row, number : of each step, as from `numbered`
    step : how many steps after the moment at which it all is over
    """
    pace = np.exp(0.35 * industry.dice.normal(f"{purpose}.pace", ident)).clip(0.4, 1.8)
    within = 0.05 + 0.9 * industry.dice.uniform(f"{purpose}.step", ident[row], number)
    return np.asarray((step + within) * pace[row] * (HOUR // 20), np.int64)


def seen_before(industry: Industry, ident: Ints, opened: Ints) -> Ints:
    """When the video or livestream was seen that made people order: minutes before, at times hours."""
    minutes = 1 + np.exp(2.4 + 0.9 * industry.dice.normal("content.seen", ident)).clip(max=300)
    return opened - (minutes * (HOUR // 60)).astype(np.int64)


def search(industry: Industry, layout: Layout, keys: Keys, *, vain: Ints, opened: Ints, known: Ints) -> None:
    """Searches for a slot in the minutes before the order: `vain` of them fail, the last one finds it."""
    row, number = numbered(1 + vain)
    at = opened[row] + minutes_apart(industry, "search", keys["ident"], row, number, number - vain[row] - 1)
    seen = np.maximum(at + HOUR // 60, known[row])
    industry.outbox.put(layout, of(keys, row), seq=number, occurred=at, known=seen, found=number == vain[row])
