"""The rows that tell of shows, seats and gates: announced, sold, resold, called off; seen badly, entered slowly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from demand.simulator.clock import HOUR, instant
from demand.simulator.dice import Ints
from demand.simulator.performances_rows import (
    GATE_REPORTS,
    SEAT_REPORTS,
    SHOW_DEMAND,
    SHOW_FORECASTS,
    SHOW_SALES,
    SHOWS,
    ZONES,
)
from demand.simulator.rows import NEVER, Layout
from demand.simulator.show_facts import ANNOUNCED, FAREWELL, PER_VENUE, SALE_HOUR, SLOT

if TYPE_CHECKING:
    from demand.simulator.performances import Performances

_LOOKS = (40, 30, 21, 14, 10, 7, 5, 3, 2, 1)  # days ahead of a show at which its sales are reported
_REGISTERING = 14  # days ahead of a rush from which registrations are counted, every other day
_FALSE_ALARM, _FORESEEN = 0.03, 0.85


class ShowRecords:
    """Writes what is told of the shows of `industry`, whoever has tickets for them."""

    def __init__(self, industry: Performances) -> None:
        self._industry, self._dice, self._shows = industry, industry.dice, industry.shows
        self._blocks = np.arange(len(ZONES) * industry.stores)

    def record(self, days: Ints) -> None:
        """Every row whose moment falls on these days."""
        near = self._near(days)
        self._programme(near, days)
        self._registrations(near, days)
        self._sales(near, days)
        self._forecasts(near, days)
        self._gates(near, days)
        self._seats(days)
        self._shows.fees.record(self._industry.outbox, days)

    def _near(self, days: Ints) -> Ints:
        """The shows of which there may be a row on these days."""
        since = days[[0, -1]] - self._industry.start
        first, last = (since + np.array([-FAREWELL - SLOT, ANNOUNCED])) // SLOT
        slots = np.arange(max(first, 0), last + 1)
        return (np.arange(self._industry.stores)[:, None] * PER_VENUE + slots).ravel()

    def _put(self, layout: Layout, show: Ints, at: Ints, days: Ints, seq: Any, **columns: Any) -> None:
        """Of these shows at these instants what falls on `days`; columns are as long as `show`, or one for all."""
        now = np.flatnonzero((at >= instant(days[0])) & (at < instant(days[-1] + 1)))
        seq, *values = (np.broadcast_to(value, len(show))[now] for value in (seq, *columns.values()))
        kept: dict[str, Any] = dict(zip(columns, values, strict=True))
        self._industry.outbox.put(
            layout,
            {"ident": show[now]},
            seq=seq,
            occurred=at[now],
            known=self._industry.later(layout.source, at[now], show[now], seq),
            **kept,
        )

    def _programme(self, show: Ints, days: Ints) -> None:
        """What is announced; shows that were on sale when the world began are announced then."""
        shows, start = self._shows, instant(self._industry.start, 1)
        of = shows.take(show)
        at = {
            "announced": np.maximum(instant(of.day - ANNOUNCED, 10), start),
            "on_sale": np.maximum(instant(of.sale_on, SALE_HOUR), start + HOUR),
            "sale_suspended": of.suspended,
            "sale_resumed": of.resumed,
            "postponed": np.where(of.moved, of.told, NEVER),
            "cancelled": np.where(of.moved, NEVER, of.told),
        }
        described = {
            "store_id": shows.venue(show),
            "organiser_id": of.organiser,
            "category": of.category,
            "open_air": shows.open_air[shows.venue(show)],
        }
        for code, (status, moment) in enumerate(at.items()):
            on = of.played_on if status == "postponed" else of.day
            self._put(SHOWS, show, moment, days, code, status=code, show_on=on, **described)

    def _registrations(self, show: Ints, days: Ints) -> None:
        """Before a rush: how many have registered so far, and how many there will be for every ticket."""
        shows, dice = self._shows, self._dice
        show = show[shows.take(show).rushed]
        show, ahead = (a.ravel() for a in np.meshgrid(show, np.arange(1, _REGISTERING + 1, 2), indexing="ij"))
        of = shows.take(show)
        wanted = np.exp(of.crowd + 0.1 * dice.normal("show.pace", show, ahead))
        self._put(
            *(SHOW_DEMAND, show, instant(of.sale_on - ahead, 22), days, ahead),
            registered=(of.tickets * wanted * np.exp(-ahead / 9.0)).astype(np.int64),
            tickets=of.tickets,
            wanted_per_ticket=wanted.round(2),
        )

    def _sales(self, show: Ints, days: Ints) -> None:
        """While tickets are sold: how many are left, what holders ask; of doubtful organisers fewer are bought."""
        shows, dice = self._shows, self._dice
        show, ahead = (a.ravel() for a in np.meshgrid(show, np.array(_LOOKS), indexing="ij"))
        of = shows.take(show)
        at = instant(of.day - ahead, 21)
        at = np.where((at < of.told) & (of.day - ahead > of.sale_on), at, NEVER)
        crowd, doubt = of.crowd, shows.unreliable.at(of.organiser, of.day)
        noise = 0.1 * dice.normal("show.left", show, ahead)
        gone = (1 - ahead / ANNOUNCED) * np.exp(0.6 * crowd - 0.25 * doubt + noise)
        offers = (9 * np.exp(0.5 * crowd + 0.3 * doubt)).clip(max=45)
        self._put(
            *(SHOW_SALES, show, at, days, ahead),
            left_share=np.where(of.rushed, 0.0, 1 - gone).clip(0, 1).round(3),
            resale_offers=dice.poisson(offers, "show.offers", show, ahead),
            resale_to_face=np.exp(0.7 * crowd - 0.15 + noise).clip(0.3, 6).round(2),
        )

    def _forecasts(self, show: Ints, days: Ints) -> None:
        """Two days ahead of shows under the open sky, and under a typhoon of all: some of it does not come."""
        shows, dice = self._shows, self._dice
        of = shows.take(show)
        foreseen = of.wet & dice.chance(_FORESEEN, "show.foreseen", show)
        warned = foreseen | dice.chance(_FALSE_ALARM, "show.sky", show)
        at = np.where(of.storm | (warned & shows.open_air[shows.venue(show)]), instant(of.day - 2, 8), NEVER)
        self._put(SHOW_FORECASTS, show, at, days, 0, weather=of.storm.astype(np.int64), on_day=of.day)

    def _gates(self, show: Ints, days: Ints) -> None:
        """The night after a show: tickets that were not read, names that did not fit, how long people waited."""
        shows, dice = self._shows, self._dice
        of, venue = shows.take(show), shows.venue(show)
        day = of.played_on
        played = np.flatnonzero((of.told == NEVER) | of.moved)
        played = played[(day[played] >= days[0]) & (day[played] <= days[-1])]
        show, venue, day = show[played], venue[played], day[played]
        trouble = shows.gates.at(venue, day) + 0.35 * dice.normal("gate.noise", show)
        at = instant(day, 23.5)
        self._industry.outbox.put(
            GATE_REPORTS,
            {"ident": venue},
            seq=show % PER_VENUE,
            occurred=at,
            known=self._industry.later("gate", at, show),
            scans_failed_share=(0.02 * np.exp(0.8 * trouble)).clip(max=0.6).round(4),
            names_rejected=dice.poisson(4 * np.exp(0.6 * trouble).clip(max=10), "gate.names", show),
            wait_minutes=(12 * np.exp(0.4 * trouble)).round(1),
        )

    def _seats(self, days: Ints) -> None:
        """What visitors report of the view from their block; a few take it back."""
        dice = self._dice
        block, day = (a.ravel() for a in np.meshgrid(self._blocks, days, indexing="ij"))
        told = dice.chance(0.12, "seat", block, day)
        block, day = block[told], day[told]
        blocked = self._shows.blocked(block)
        at = instant(day, 9 + 14 * dice.uniform("seat.hour", block, day))
        known = self._industry.later("seat", at, block, day)
        rows = self._industry.outbox.put(
            SEAT_REPORTS,
            {"ident": block, "store_id": block // len(ZONES)},
            seq=day,
            occurred=at,
            known=known,
            obstructed=dice.chance(1 / (1 + np.exp(2.0 - 1.4 * blocked)), "seat.seen", block, day),
            stars=(3.9 - 0.6 * blocked + 0.8 * dice.normal("seat.stars", block, day)).round().clip(1, 5),
        )
        back = rows[dice.chance(0.02, "seat.back", block, day)]
        self._industry.outbox.repeat(SEAT_REPORTS, back, op="delete", known=back["known"] + 30 * HOUR)
