"""Signs that can be seen before a request: questions, overdue replies, page views, searches.

They come from the same hidden traits as the requests, so a model can learn from them; they cause nothing themselves.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from demand.simulator.clock import HOUR
from demand.simulator.dice import Floats, Ints
from demand.simulator.industry import Industry, Keys
from demand.simulator.rows import Layout
from demand.simulator.sources import MESSAGES

_QUESTION, _REPLY, _OVERDUE = range(len(MESSAGES))


def of(keys: Keys, rows: NDArray[np.int64]) -> dict[str, NDArray[np.int64]]:
    """The keys of these rows; a position may come any number of times."""
    return {name: values[rows] for name, values in keys.items()}


def numbered(count: Ints) -> tuple[Ints, Ints]:
    """`count` rows for each position: the position and the number of each row, from 0."""
    owner = np.repeat(np.arange(len(count)), count)
    return owner, np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)


def scattered(
    industry: Industry, purpose: str, ident: Ints, rate: Floats, first: Ints, last: Ints, tilt: float = 1.0
) -> tuple[Ints, Ints, Ints]:
    """Events at random moments between `first` and `last` (instants), `rate` a day; a tilt below 1 favours the end.

    Returns
    -------
    position of the subject in `ident`, number of the event, instant; in one row per event
    """
    span = np.maximum(last - first, 0)
    owner, number = numbered(industry.dice.poisson((rate * span / (24 * HOUR)).clip(max=40), purpose, ident))
    u = industry.dice.uniform(f"{purpose}.at", ident[owner], number) ** tilt
    return owner, number, first[owner] + (u * span[owner]).astype(np.int64)


def chat(
    industry: Industry, layout: Layout, keys: Keys, *, rate: Floats, answered: Floats, first: Ints, last: Ints
) -> None:
    """Questions to the merchant, `rate` a day; each is answered within hours, or flagged overdue after twelve."""
    ident = keys["ident"]
    owner, number, asked = scattered(industry, "question", ident, rate, first, last, tilt=0.8)
    asker, own = ident[owner], of(keys, owner)
    reply = industry.dice.chance(answered[owner], "reply", asker, number)
    waited = np.where(reply, 0.3 + 3 * industry.dice.exponential("reply.wait", asker, number), 12.0)
    known = np.maximum(industry.later("question", asked, asker, number), first[owner])
    industry.outbox.put(layout, own, planned=True, seq=2 * number, occurred=asked, known=known, kind=_QUESTION)
    at = asked + (waited * HOUR).astype(np.int64)
    industry.outbox.put(
        layout,
        own,
        planned=True,
        seq=2 * number + 1,
        occurred=at,
        known=np.maximum(at + HOUR // 60, known),
        kind=np.where(reply, _REPLY, _OVERDUE),
        overdue=~reply,
    )


def browse(
    industry: Industry, layout: Layout, keys: Keys, *, rates: Mapping[int, Floats], first: Ints, last: Ints
) -> None:
    """Views of pages, each at a rate a day by its number among the pages of the layout."""
    for page, rate in rates.items():
        owner, number, at = scattered(industry, f"page.{page}", keys["ident"], rate, first, last, tilt=0.8)
        known = np.maximum(industry.later(f"page.{page}", at, keys["ident"][owner], number), first[owner])
        seq = len(rates) * number + page
        industry.outbox.put(layout, of(keys, owner), planned=True, seq=seq, occurred=at, known=known, page=page)


def search(industry: Industry, layout: Layout, keys: Keys, *, vain: Ints, opened: Ints, known: Ints) -> None:
    """Searches for a slot in the minutes before the order: `vain` of them fail, the last one finds it."""
    row, number = numbered(1 + vain)
    at = opened[row] - (1 + vain[row] - number) * (HOUR // 20)
    seen = np.maximum(at + HOUR // 60, known[row])
    industry.outbox.put(layout, of(keys, row), seq=number, occurred=at, known=seen, found=number == vain[row])
