"""What becomes of a cleaning job: offers that workers decline, who is to come, how late they will be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from demand.simulator.cleaning_facts import CREW
from demand.simulator.cleaning_rows import ANSWERS, ARRIVALS, JOB_STATUS, JOBS, OFFERS
from demand.simulator.clock import HOUR, instant
from demand.simulator.dice import Ints
from demand.simulator.rows import NEVER
from demand.simulator.signs import Keys, numbered, of

if TYPE_CHECKING:
    from demand.simulator.home_cleaning import HomeCleaning

_PLACED, _ASSIGNED, _REASSIGNED, _DONE, _CANCELLED, _DROPPED, _REFUNDED = range(len(JOB_STATUS))
_DECLINED, _EXPIRED, _ACCEPTED = range(len(ANSWERS))


def tell_of_jobs(
    industry: HomeCleaning, keys: Keys, t: dict[str, NDArray[Any]], expected: dict[str, NDArray[Any]]
) -> None:
    """Write change log, offers and arrival estimates; adds the trait `settled_at`: when it was known to be over.

    Parameters
    ----------
    industry : whose outbox takes the rows
    keys, t : the orders and their traits
    expected : the traits without what nobody could foresee
    """
    _log(industry, keys, t)
    _offer(industry, keys, expected, over=t["cancelled"])
    _estimate(industry, keys, t)


def _log(industry: HomeCleaning, keys: Keys, t: dict[str, NDArray[Any]]) -> None:
    """The change log of every job: who is to come, how loaded and how good they are."""
    dice, ident, known = industry.dice, keys["ident"], t["known"]
    placed: dict[str, Any] = {"occurred": t["opened"], "known": known, "worker_id": -1, "worker_score": np.nan}
    industry.outbox.put(JOBS, keys, planned=True, seq=_PLACED, status=_PLACED, **placed)
    t["settled_at"] = np.full(len(ident), NEVER)
    nobody = np.full(len(ident), -1)
    for status, course, worker in (
        (_ASSIGNED, "assigned", t["first"]),
        (_REASSIGNED, "swapped", t["worker"]),
        (_DONE, "done", t["worker"]),
        (_CANCELLED, "left", nobody),
        (_DROPPED, "dropped", nobody),
        (_REFUNDED, "refunded", nobody),
    ):
        happens = np.flatnonzero(t[course] < NEVER)
        who, at = worker[happens], t[course][happens]
        seen = np.maximum(industry.later(course, at, ident[happens]), known[happens])
        if status in (_DONE, _REFUNDED):
            t["settled_at"][happens] = seen
        busy = np.exp(0.3 + 0.6 * t["load"][happens]).clip(max=8)
        rating = 4.6 + 0.15 * industry.crews.reliable[who] + 0.05 * dice.normal("rated", who, ident[happens])
        industry.outbox.put(
            JOBS,
            of(keys, happens),
            planned=True,
            seq=status,
            occurred=at,
            known=seen,
            worker_id=who,
            status=status,
            worker_jobs=np.where(who < 0, 0, 1 + dice.poisson(busy, "jobs", ident[happens], status)),
            worker_score=np.where(who < 0, np.nan, rating.clip(3, 5).round(2)),
            worker_new=(who >= 0) & industry.crews.is_new(who, t["due_day"][happens]),
            worker_damages=np.where(who < 0, 0, industry.crews.damages[who]),
        )


def _offer(industry: HomeCleaning, keys: Keys, t: dict[str, NDArray[Any]], over: Ints) -> None:
    """Before somebody takes a job others decline it, or let the offer lapse: more of them where hands are short."""
    dice, ident = industry.dice, keys["ident"]
    refused = dice.poisson((0.4 * np.exp(0.6 * t["load"] + 0.7 * t["short"])).clip(max=6), "refused", ident)
    taken = t["assigned"] < NEVER
    row, number = numbered(refused + taken)
    accepts = taken[row] & (number == refused[row])
    first = t["opened"] + HOUR // 12
    last = np.where(taken, t["assigned"], np.minimum(t["slot"] - HOUR, t["cancelled"]))
    share = (number + dice.uniform("offered", ident[row], number)) / (refused[row] + 1)
    between = first[row] + (share * (last - first)[row].clip(min=0)).astype(np.int64)
    at = np.where(accepts, last[row], between)
    asked = at < over[row]
    row, number, accepts, at = row[asked], number[asked], accepts[asked], at[asked]
    lapses = dice.chance(0.35, "lapses", ident[row], number)
    seen = industry.later("offer", at, ident[row], number)
    industry.outbox.put(
        OFFERS,
        of(keys, row),
        planned=True,
        seq=number,
        occurred=at,
        known=np.maximum(seen, t["known"][row]),
        worker_id=np.where(accepts, t["first"][row], _asked(industry, keys, row, number)),
        answer=np.where(accepts, _ACCEPTED, np.where(lapses, _EXPIRED, _DECLINED)),
    )


def _asked(industry: HomeCleaning, keys: Keys, row: Ints, number: Ints) -> Ints:
    """Which worker of the agency declined."""
    pick = (CREW * industry.dice.uniform("asked", keys["ident"][row], number)).astype(np.int64)
    return np.asarray(CREW * keys["store_id"][row] + pick, np.int64)


def _estimate(industry: HomeCleaning, keys: Keys, t: dict[str, NDArray[Any]]) -> None:
    """When the route is planned on the evening before, and two hours ahead: by how much the worker will be late."""
    dice = industry.dice
    for look, at in enumerate((instant(t["due_day"] - 1, 20.5), t["slot"] - 2 * HOUR)):
        comes = (t["assigned"] < at) & (at > t["known"]) & (at < t["cancelled"])
        rows = np.flatnonzero(comes)
        ident, moment = keys["ident"][rows], at[rows]
        minutes = 7 * np.exp(0.75 * t["slip"][rows] + (0.3 - 0.1 * look) * dice.normal("eta", ident, look)) - 4
        industry.outbox.put(
            ARRIVALS,
            of(keys, rows),
            planned=True,
            seq=look,
            occurred=moment,
            known=industry.later("eta.seen", moment, ident, look),
            late_minutes=minutes.clip(0, 180).astype(np.int64),
        )
