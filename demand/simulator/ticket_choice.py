"""What is bought: which show, by registering for its rush or not, which seats, on whose names, from whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from demand.simulator.clock import CUTOFF_HOUR, HOUR, instant
from demand.simulator.dice import Ints
from demand.simulator.performances_rows import TICKET_KINDS, ZONES
from demand.simulator.show_facts import SALE_HOUR

if TYPE_CHECKING:
    from demand.simulator.performances import Performances

_SALE, _REGISTRATION, _RESALE = range(len(TICKET_KINDS))
_REGISTERS_AHEAD = 16  # days before a rush from which people look out for it
_GLANCES = 2  # venues looked at before one settles for a show without a rush, or for what strangers sell
_LEAD, _LONGEST = 14.0, 30  # days ahead that others look for a show
_ZONE_SHARE = np.array([0.2, 0.25, 0.2, 0.2, 0.1, 0.05])
_DEAREST = np.array([1.9, 1.5, 0.9, 0.7, 0.8, 2.4])  # price by zone
Traits = dict[str, NDArray[Any]]


def choose(industry: Performances, ident: Ints, t: Traits) -> None:
    """Which show: some look for one whose rush is ahead, most for one of the coming weeks; when, and how."""
    dice, shows, day = industry.dice, industry.shows, t["open_day"]
    hunts = dice.chance(0.45, "hunts", ident)
    after = day + 29 + (22 * dice.uniform("hunted", ident)).astype(np.int64)
    lead = (1 + _LEAD * dice.exponential("lead", ident)).clip(max=_LONGEST).astype(np.int64)
    show, finds = np.zeros(len(ident), np.int64), np.zeros(len(ident), bool)
    for glance in range(_GLANCES):
        venue = shows.pick_venue(ident, glance)
        hunted, other = shows.next_show(venue, after), shows.next_show(venue, day + lead)
        rush = shows.take(hunted)
        ahead = rush.sale_on - day
        found = hunts & rush.rushed & (ahead > 0) & (ahead <= _REGISTERS_AHEAD)
        show = np.where(finds, show, np.where(found, hunted, other))
        finds |= found | (~hunts & ~shows.take(other).rushed)
    for _ in range(3):  # what is called off or suspended cannot be bought: then the next one of the venue
        show = np.where(shows.take(show).sold_until <= instant(day + 1, CUTOFF_HOUR), show + 1, show)
    of = shows.take(show)
    t["show"], t["store"], t["planned"], t["hour"] = show, shows.venue(show), of.day, of.hour
    t["organiser"], t["crowd"], t["category"] = of.organiser, of.crowd, of.category
    t["sale_on"], t["sale"] = of.sale_on, instant(of.sale_on, SALE_HOUR)
    t["registers"] = of.rushed & (of.sale_on > day)
    t["kind"] = np.where(t["registers"], _REGISTRATION, np.where(of.rushed, _RESALE, _SALE))
    opened = instant(day, industry.order_hours(ident))
    t["opened"] = np.where(of.sale_on == day, np.maximum(opened, t["sale"] + 2 * HOUR), opened)
    t["known"] = np.minimum(industry.later("opened", t["opened"], ident), instant(day + 1, 2))
    t["turn_day"] = np.where(t["registers"], of.sale_on, day)


def buy(industry: Performances, ident: Ints, t: Traits) -> None:
    """Seats, names and the price; who buys for others, with a passport or from a stranger errs more often."""
    dice, everyone, shows, user = industry.dice, industry.everyone, industry.shows, t["user"]
    zone = dice.pick(_ZONE_SHARE, "zone", ident)
    t["block"] = t["store"] * len(ZONES) + zone
    t["blocked"] = shows.blocked(t["block"]) + 0.3 * dice.normal("seat.luck", ident)
    t["tickets"] = 1 + dice.poisson(0.9, "tickets", ident).clip(max=5)
    t["for_others"] = dice.chance(0.25 + 0.08 * (t["tickets"] > 2), "for_others", ident)
    t["passport"] = dice.chance(0.06 + 0.3 * industry.english(user), "passport", ident)
    lacking = dice.poisson(0.25 + 0.5 * t["for_others"], "lacking", ident)
    t["names"] = (t["tickets"] - lacking).clip(min=1)
    t["channel"] = dice.pick([0.6, 0.3, 0.1], "channel", ident)
    slips = 1.8 * t["for_others"] + 1.6 * t["passport"] + 1.0 * (t["kind"] == _RESALE)
    slips += 1.0 * (t["names"] < t["tickets"]) + 0.5 * everyone.normal("careless", user)
    t["mismatch"] = dice.chance(1 / (1 + np.exp(4.6 - slips)), "mismatch", ident)
    old_phone = 0.5 * everyone.normal("phone", user)
    t["shaky"] = shows.gates.at(t["store"], t["planned"]) + old_phone + 0.25 * dice.normal("shaky", ident)
    t["glitch"] = shows.glitches.at(t["organiser"], t["turn_day"]) + 0.3 * dice.normal("glitch", ident)
    t["doubt"] = shows.unreliable.at(t["organiser"], t["planned"])
    far = (t["planned"] - t["open_day"]) / 40
    t["wavering"] = 0.6 * everyone.normal("wavers", user) + 0.8 * dice.normal("wavering", ident) + 0.3 * far
    face = np.exp(10.1 + 0.45 * dice.normal("face", t["show"])) * _DEAREST[zone]
    asked = np.where(t["kind"] == _RESALE, np.exp(0.5 * t["crowd"]), 1.0)
    t["price"] = (face * asked * t["tickets"]).round(-2).astype(np.int64)
    t["scheme"] = shows.fees.scheme(t["organiser"], t["open_day"])
