"""The status log of stores: open, closed, moved; told late by some, wrongly by a few.

    StoreStatus(industries) -> rows by layout and day

Nothing here changes how orders go: where an industry shuts stores (`Industry.shutdowns`), the log tells of it, hours or
days after the door was locked; that a studio has vanished is only known once somebody reports it. The rest are short
absences that customers come through unharmed, salons after their visits were laid around them (see `absences`): an
hour's repair at noon, days off at the new year, a move.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from demand.simulator.absences import ABSENCES, HOLIDAY, MOVE, NONE, RENOVATION, REPAIR, YEAR, YEARS, Absences, away
from demand.simulator.clock import HOUR, day_of, instant
from demand.simulator.dice import Dice, Floats, Ints
from demand.simulator.geography import city_of, in_storm
from demand.simulator.industry import Industry
from demand.simulator.places import onboarded
from demand.simulator.rows import Column, Layout, Outbox, Rows
from demand.simulator.trends import STORM_ENDS, STORM_LANDS

STATUS = ("open", "closed", "moved")
_OPEN, _CLOSED, _MOVED = range(len(STATUS))
REASONS = (
    *("opened", "renovation", "vanished", "new_owner", "holiday", "repair", "typhoon"),
    *("move", "reported", "report_was_wrong"),
)
_OPENED, _RENOVATION, _VANISHED, _NEW_OWNER, _HOLIDAY, _REPAIR, _TYPHOON, _MOVE, _REPORTED, _WRONG = range(len(REASONS))
_REASON_OF = {HOLIDAY: _HOLIDAY, RENOVATION: _RENOVATION, REPAIR: _REPAIR, MOVE: _MOVE}
REPORTERS = ("merchant", "customer", "operations")
_MERCHANT, _CUSTOMER, _OPERATIONS = range(len(REPORTERS))

_LATE, _FALSE, _DISGUISED = 0.12, 0.10, 0.35  # share told days late; false reports a year; vanished "for renovation"
_LONGEST = 60.0  # days until the last vanished studio is reported


def layout(prefix: str) -> Layout:
    """The status log of stores with this prefix; a row is what is so from then on."""
    columns = (
        Column("status", "category", STATUS),
        Column("reason", "category", REASONS),
        Column("reported_by", "category", REPORTERS),
    )
    return Layout("store_status", "store_id", prefix, "t", columns)


class StoreStatus:
    """The log of all stores, drawn once.

    Parameters
    ----------
    seed : of the world
    start : first day
    industries : whose stores
    """

    def __init__(self, seed: int, *, start: int, industries: Sequence[Industry]) -> None:
        self._layouts = {each.name: layout(each.store_column.words[0]) for each in industries}
        self.outbox, self._start = Outbox(self._layouts.values()), start
        for number, industry in enumerate(industries):
            self._open(industry, onboarded(Dice(seed, "market."), start, number, np.arange(industry.stores)))
            absences = ABSENCES.get(industry.name, Absences())
            self._shut(industry)
            for year in range(YEARS):
                self._be_away(industry, absences, year)
            if absences.typhoon:
                self._hide_from_the_typhoon(industry)

    def release(self, day: int) -> Mapping[Layout, Rows]:
        """The rows that become known on `day`."""
        return self.outbox.release(day, np.zeros(0, np.int64))

    def _open(self, industry: Industry, at: Ints) -> None:
        store = np.arange(industry.stores)
        loaded = np.full(len(store), int(instant(self._start)))  # the log was loaded when records began
        self._write(industry, store, at, loaded, _OPEN, _OPENED, _MERCHANT)

    def _shut(self, industry: Industry) -> None:
        """Where the industry shuts stores: who is renovating mostly says so, who vanishes does not."""
        shut, again = industry.shutdowns()
        store, life = np.nonzero(shut < self._start + YEARS * YEAR)
        first, back = np.ceil(shut[store, life]).astype(np.int64), np.ceil(again[store, life]).astype(np.int64)
        dice = industry.dice
        vanishes = np.full(len(store), industry.runs_away)
        silent = vanishes | dice.chance(0.5, "status.silent", store, life)
        at = instant(first, 8 + 2 * dice.uniform("status.shut", store, life))
        days = np.where(vanishes, 2 + 9 * dice.exponential("status.found", store, life), 0.0)
        days = np.where(silent & ~vanishes, 0.4 + 3 * dice.exponential("status.noticed", store, life), days)
        told = self._told(industry, "shut", at, store, first)
        known = np.where(silent, at + (days.clip(max=_LONGEST) * 24 * HOUR).astype(np.int64), told)
        found_by = np.where(dice.chance(0.3, "status.visit", store, life), _OPERATIONS, _CUSTOMER)
        disguised = vanishes & dice.chance(_DISGUISED, "status.note", store, life)
        why = np.where(vanishes & ~disguised, _VANISHED, np.where(silent & ~vanishes, _REPORTED, _RENOVATION))
        by = np.where(silent, found_by, _MERCHANT)
        rows = self._write(industry, store, at, known, _CLOSED, why, by)
        hidden = rows[disguised]  # a note on the door is believed for a while
        proven = (24 * HOUR * (4 + 8 * dice.exponential("status.proven", store, life).clip(max=4))).astype(np.int64)
        self._correct(industry, hidden, hidden["known"] + proven[disguised], reason=_VANISHED, reported_by=_OPERATIONS)
        soon = back < self._start + YEARS * YEAR
        store, life, back, vanishes = store[soon], life[soon], back[soon], vanishes[soon]
        reopens = instant(back, 9 + dice.uniform("status.again", store, life))
        reason = np.where(vanishes, _NEW_OWNER, _RENOVATION)
        told = self._told(industry, "again", reopens, store, back)
        self._write(industry, store, reopens, told, _OPEN, reason, _MERCHANT)

    def _be_away(self, industry: Industry, absences: Absences, year: int) -> None:
        """The ordinary absences of one year, of each store one at most, so that no two overlap."""
        store = np.arange(industry.stores)
        kind, first, days = away(industry.dice, absences, self._start, year, store)
        for number, reason in _REASON_OF.items():
            who = kind == number
            self._absent(industry, store[who], first[who], days[who], reason=reason)
        if absences.mistaken:
            self._mistake(industry, store[kind == NONE], self._start + year * YEAR, year, absences.typhoon)

    def _absent(self, industry: Industry, store: Ints, day: Ints, days: Ints, *, reason: int) -> None:
        """Away from the morning of `day` for so many days; for none: until the afternoon, before guests arrive."""
        status = _MOVED if reason == _MOVE else _CLOSED
        at, until = instant(day, 9.0), np.where(days > 0, instant(day + days, 9.5), instant(day, 14.0))
        self._write(industry, store, at, self._told(industry, REASONS[reason], at, store, day), status, reason)
        told = self._told(industry, f"{REASONS[reason]}.over", until, store, day)
        self._write(industry, store, until, told, _OPEN, reason)

    def _mistake(self, industry: Industry, store: Ints, begins: int, year: int, typhoon: bool) -> None:
        """Customers who report a locked door that was none, at a store that is open; put right days later."""
        dice = industry.dice
        store = store[dice.chance(_FALSE, "status.false", store, year)]
        day = begins + 5 + (350 * dice.uniform("status.false.at", store, year)).astype(np.int64)
        right = self._is_open(industry, store, day)
        if typhoon:
            right &= (day < STORM_LANDS) | (day > STORM_ENDS + 2)
        store, day = store[right], day[right]
        at = instant(day, 11 + 9 * dice.uniform("status.false.hour", store, year))
        rows = self._write(industry, store, at, at + HOUR // 2, _CLOSED, _REPORTED, _CUSTOMER)
        days = 0.3 + 2.5 * dice.uniform("status.false.checked", store, year)
        after = rows["known"] + (24 * HOUR * days).astype(np.int64)
        self._correct(industry, rows, after, status=_OPEN, reason=_WRONG, reported_by=_OPERATIONS)

    def _hide_from_the_typhoon(self, industry: Industry) -> None:
        store = np.arange(industry.stores)
        struck = in_storm(city_of(industry.dice, store), STORM_LANDS) > 0
        last = np.full(len(store), STORM_ENDS)
        store = store[struck & self._is_open(industry, store, last)]
        first, last = np.full(len(store), STORM_LANDS), last[: len(store)]
        self._absent(industry, store, first, last + 1 - first, reason=_TYPHOON)

    def _is_open(self, industry: Industry, store: Ints, day: Ints) -> NDArray[np.bool_]:
        """Whether these stores are not shut within a week of these days, as far as the industry shuts any."""
        shut, again = (each[store] for each in industry.shutdowns())
        return np.asarray(~((shut <= day[:, None] + 7) & (again >= day[:, None] - 7)).any(axis=1), np.bool_)

    def _told(self, industry: Industry, name: str, at: Ints, store: Ints, day: Ints) -> Ints:
        """When merchants say so themselves: within a day, some days later; never before it is so."""
        u = industry.dice.uniform(f"status.told.{name}", store, day)
        size = industry.dice.exponential(f"status.later.{name}", store, day).clip(max=4)
        hours: Floats = np.where(u < _LATE, 30 + 48 * size, 0.1 + 4 * size)
        return at + (hours * HOUR).astype(np.int64)

    def _write(
        self,
        industry: Industry,
        store: Ints,
        at: Ints,
        known: Ints,
        status: int,
        reason: ArrayLike,
        by: ArrayLike = _MERCHANT,
    ) -> Rows:
        return self.outbox.put(
            self._layouts[industry.name],
            {"ident": store},
            seq=(day_of(at) * len(REASONS) + np.asarray(reason)) * len(STATUS) + status,
            occurred=at,
            known=known,
            status=status,
            reason=reason,
            reported_by=by,
        )

    def _correct(self, industry: Industry, rows: Rows, known: Ints, **right: object) -> None:
        self.outbox.repeat(self._layouts[industry.name], rows, op="correct", known=known, **right)
