"""What becomes of an order of tickets: gained or lost in the rush, then entered, returned, sold on or called off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from demand.simulator.aftermath import refund_wait
from demand.simulator.clock import DAY, HOUR, day_of, instant
from demand.simulator.dice import Floats, Ints
from demand.simulator.rows import NEVER

if TYPE_CHECKING:
    from demand.simulator.performances import Performances

WAITING = 10  # days that the waiting list is kept after a rush
AFTERWARDS = 5  # days after a show on which people still ask
Traits = dict[str, NDArray[Any]]


def follow(industry: Performances, ident: Ints, t: Traits) -> None:
    """Adds when each thing happens (instants, or NEVER) and the days that follow from it.

    `due_day` is the day as it is known, at first the planned one; `moved_to` is that on which the show is played,
    known from the night of `learned` on.

    `paid`, `waitlisted`, `issued`, `no_ticket`; `told`, `postponed`, `called_off`; `returned` for a fee or after a
    postponement, `offered`, `transferred`; `cancelled`, `refunded`, `entered`; `until`, the end of the order unless it
    is the show.
    """
    shows = industry.shows.take(t["show"])
    begins = instant(t["planned"], t["hour"])
    told = np.maximum(shows.told, t["opened"] + HOUR)
    told[told >= begins] = NEVER
    _rush(industry, ident, t, told)
    has = t["issued"] < NEVER
    told[~has] = NEVER
    _leave(industry, ident, t, begins)
    t["own_end"] = np.minimum(np.minimum(t["returned"], t["transferred"]), t["no_ticket"])
    first = np.minimum(np.minimum(t["returned"], t["transferred"]), told)
    t["offered"] = np.where(t["offered"] < told, t["offered"], NEVER)
    for course, at in (("returned", t["returned"]), ("transferred", t["transferred"]), ("told", told)):
        t[course] = np.where(at == first, first, NEVER)
    t["paid_fee_day"] = _day(t["returned"])
    t["postponed"] = np.where(shows.moved, t["told"], NEVER)
    t["called_off"] = np.where(shows.moved, NEVER, t["told"])
    t["due_day"] = t["planned"].copy()  # changes once a new day is known
    t["moved_to"] = np.where(t["postponed"] < NEVER, shows.played_on, t["planned"])
    t["told_day"] = _day(t["told"])
    gives_back = (t["postponed"] < NEVER) & industry.dice.chance(0.35, "gives_back", ident)
    t["returned"] = np.where(
        gives_back, _after(t["postponed"], 0.2 + 5 * industry.dice.uniform("gives_back.at", ident)), t["returned"]
    )
    _settle(industry, ident, t)


def _rush(industry: Performances, ident: Ints, t: Traits, told: Ints) -> None:
    """Who has a ticket in the end: most who buy, those who were quick, a few from the waiting list."""
    dice = industry.dice
    odds = 1 / (1 + np.exp(2.6 - 3.2 * t["crowd"] - 0.6 * t["glitch"]))
    fails = t["registers"] & dice.chance(odds, "fails", ident)
    bought = np.where(t["registers"], t["sale"], t["opened"])
    bought += (HOUR * (0.1 + 0.5 * dice.uniform("minutes", ident))).astype(np.int64)
    t["paid"], t["waitlisted"] = np.where(fails, NEVER, bought), np.where(fails, bought, NEVER)
    returns = _after(t["waitlisted"], 0.5 + (WAITING - 1) * dice.uniform("saved.at", ident))
    saved = fails & dice.chance(0.22, "saved", ident) & (returns < told)
    t["issued"] = np.where(fails, np.where(saved, returns, NEVER), bought + HOUR // 4)
    t["issued_day"] = _day(t["issued"])
    t["no_ticket"] = np.where(fails & ~saved, t["sale"] + WAITING * DAY, NEVER)
    odds = 1 / (1 + np.exp(4.5 - 0.9 * t["glitch"] - 1.2 * t["registers"]))
    t["twice"] = ~fails & dice.chance(odds, "twice", ident)


def _leave(industry: Performances, ident: Ints, t: Traits, begins: Ints) -> None:
    """Who wavers returns the tickets for a fee or offers them to others, unless the show is called off before."""
    dice, has = industry.dice, t["issued"] < NEVER
    issued = np.where(has, t["issued"], begins)
    left = np.maximum(begins - 6 * HOUR - issued, 0)

    def sometime(purpose: str, level: float, slope: float) -> Ints:
        does = has & dice.chance(1 / (1 + np.exp(level - slope * t["wavering"])), purpose, ident)
        return np.where(does, issued + (dice.uniform(f"{purpose}.at", ident) * left).astype(np.int64), NEVER)

    t["returned"], t["offered"] = sometime("returns", 3.3, 1.1), sometime("offers", 3.0, 1.1)
    t["offered"] = np.where(t["offered"] < t["returned"], t["offered"], NEVER)
    finds = dice.chance(1 / (1 + np.exp(-0.2 - t["crowd"])), "finds", ident) & (t["offered"] < NEVER)
    gap = 0.6 * dice.uniform("finds.at", ident) * (begins - np.minimum(t["offered"], begins)) / DAY
    t["transferred"] = np.where(finds, _after(t["offered"], gap), NEVER)


def _settle(industry: Performances, ident: Ints, t: Traits) -> None:
    """When the order is over, when the money is back, until when people may ask."""
    t["cancelled"] = np.minimum(t["returned"], t["called_off"])
    wait = refund_wait(industry, ident, t["store"])
    t["refunded"] = _after(t["cancelled"], wait + 1 / 24)
    t["until"] = np.minimum(np.minimum(t["cancelled"], t["transferred"]), t["no_ticket"])
    stays = t["until"] == NEVER
    t["entered"] = np.where(stays & (t["issued"] < NEVER), instant(t["moved_to"], t["hour"]), NEVER)
    t["gone_day"] = _day(t["until"])
    gone = np.where(stays, 0, t["gone_day"])
    asks = np.where(t["transferred"] < NEVER, 0, AFTERWARDS)
    asks = np.where(t["cancelled"] < NEVER, np.maximum(np.ceil(wait).astype(np.int64) + 1, AFTERWARDS), asks)
    t["end_day"] = np.where(stays, t["moved_to"] + AFTERWARDS, gone + asks)


def _after(at: Ints, days: Floats) -> Ints:
    """So many days later, or NEVER still."""
    happens = at < NEVER
    return np.where(happens, np.where(happens, at, 0) + (days * DAY).astype(np.int64), NEVER)


def _day(at: Ints) -> Ints:
    """The local day, or NEVER still."""
    happens = at < NEVER
    return np.where(happens, day_of(np.where(happens, at, 0)), NEVER)
