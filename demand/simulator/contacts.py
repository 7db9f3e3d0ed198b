"""Contacts with the service desk: what requests leave behind, and what the platform starts itself."""

from __future__ import annotations

import numpy as np

from demand.simulator.clock import DAY, HOUR, day_of, instant
from demand.simulator.dice import Dice, Floats, Ints
from demand.simulator.industry import Industry
from demand.simulator.rhythm import REQUESTS
from demand.simulator.rows import Layout, Rows
from demand.simulator.sources import INITIATORS
from demand.simulator.texts import CONTACT_CHANNELS, pack, pool_of
from demand.simulator.texts.occasion import UNKNOWN
from demand.simulator.wishes import wish

_USER, _PLATFORM = range(len(INITIATORS))
_MESSAGE = CONTACT_CHANNELS.index("message")
_PER_DAY = 10  # contacts of one subject that started on one day have numbers below this
_OUTREACH_FROM = 1_000_000
MOST_CONTACTS = 3


def ask(industry: Industry, layout: Layout, subjects: Ints, scenario: Ints, at: Ints, day: int, usual: Floats) -> Ints:
    """Write the contacts of requests that arose on `day`; `usual` are the weights of `wishes.usual_wishes`.

    A quarter ask again within three days. A few are coded `other` at first and corrected days later, all contacts of
    the request alike; a few are entered twice and the copy deleted; a few are known late.

    Returns
    -------
    when the first contact of each request was known
    """
    p, dice = industry.population, industry.dice
    english = industry.english(p["user"][subjects])
    texts, wished = pool_of(industry.prefix, industry.scenarios), wish(industry, usual, subjects, scenario)
    contacts = 1 + dice.chance(0.25, "again", subjects, day) + dice.chance(0.08, "again.too", subjects, day)
    miscoded = dice.chance(0.03, "miscoded", subjects, day)
    recoded_at = at + (24 * HOUR * (8 + dice.uniform("recoded", subjects, day))).astype(np.int64)
    coded = np.where(miscoded, industry.scenarios.index("other"), scenario)
    known = first_known = np.maximum(industry.later("contact", at, subjects, day, 0), p["known"][subjects])
    moment = at
    for number in range(MOST_CONTACTS):
        who = np.flatnonzero(contacts > number)
        if number:
            moment = _again(moment, dice, subjects, day, number)
            known = np.maximum(industry.later("contact", moment, subjects, day, number), p["known"][subjects])
        caller = subjects[who]
        u = dice.uniform("variant", caller, day, number)
        rows = industry.outbox.put(
            layout,
            {"ident": caller, "user_id": p["user"][caller], "store_id": p["store"][caller]},
            seq=first_seq(industry, caller, day) + number,
            occurred=moment[who],
            known=known[who],
            scenario=coded[who],
            initiator=_USER,
            channel=dice.pick([0.55, 0.3, 0.15], "channel", caller, day, number),
            text=pack(
                texts.index(scenario[who], wished[who], english[who], u, again=number > 0),
                **_facts(industry, caller, moment[who]),
            ),
            expectation=wished[who],
            reopened_of=first_seq(industry, caller, day) + number - 1 if number else -1,
        )
        wrong = miscoded[who]
        after, right = recoded_at[who][wrong], scenario[who][wrong]
        industry.outbox.repeat(layout, rows[wrong], op="correct", known=after, scenario=right)
        if number == 0:
            _enter_twice(industry, layout, rows[dice.chance(0.015, "twice", caller, day)])
    return first_known


def _again(before: Ints, dice: Dice, subjects: Ints, day: int, number: int) -> Ints:
    """When those ask again who asked at these instants: hours to days later, at the hours at which people ask."""
    on = day_of(before) + (3 * dice.uniform("pause", subjects, day, number)).astype(np.int64)
    hours = REQUESTS.hours(dice.uniform("pause.hour", subjects, day, number))
    return instant(on + (instant(on, hours) < before + 3 * HOUR), hours)


def first_seq(industry: Industry, subjects: Ints, day: int) -> Ints:
    """The number within its subject of the first contact of a request that arose on `day`."""
    return np.asarray((day - industry.population["open_day"][subjects]) * _PER_DAY, np.int64)


def _facts(industry: Industry, subjects: Ints, at: Ints) -> dict[str, Ints]:
    """What the texts of contacts at these instants may speak of; see `texts.occasion`."""
    p, day = industry.population, day_of(at)
    shut, reborn = industry.shutdowns()
    store, now = p["store"][subjects], ((at - instant(0)) / DAY)[:, None]
    facts = {
        "day": day,
        "minute": (at - instant(day)) // (HOUR // 60),
        "number": subjects,
        "yuan": p["price"][subjects] // 100,
        "due": p[industry.moment][subjects],
        "opened": p["open_day"][subjects],
        "shut": ((shut[store] <= now) & (now < reborn[store])).any(axis=1),
    }
    if "cancelled" in p:
        asked = p["cancelled"][subjects]
        facts["asked"] = np.where(asked <= at, day_of(np.minimum(asked, at)), UNKNOWN)
    if industry.agreed is not None:
        agreed = p[industry.agreed][subjects]
        facts["agreed"] = (agreed - instant(day_of(agreed))) // (HOUR // 60)
    return facts


def _enter_twice(industry: Industry, layout: Layout, rows: Rows) -> None:
    """Two minutes later the same again; the copy is deleted the next day."""
    copies = rows.copy()
    copies["seq"] += MOST_CONTACTS
    copies["occurred"] += HOUR // 30
    typed = copies["known"] + HOUR // 30
    industry.outbox.repeat(layout, copies, op="insert", known=typed)
    industry.outbox.repeat(layout, copies, op="delete", known=typed + 20 * HOUR)


def reach_out(industry: Industry, layout: Layout, subjects: Ints, at: Ints) -> None:
    """Write contacts that the platform starts: exposure, not demand."""
    p = industry.population
    p["reached"][subjects] += 1
    english = industry.english(p["user"][subjects])
    u = industry.dice.uniform("outreach", subjects, p["reached"][subjects])
    industry.outbox.put(
        layout,
        {"ident": subjects, "user_id": p["user"][subjects], "store_id": p["store"][subjects]},
        seq=_OUTREACH_FROM + p["reached"][subjects],
        occurred=at,
        known=np.maximum(at + HOUR // 60, p["known"][subjects]),
        scenario=-1,
        initiator=_PLATFORM,
        channel=_MESSAGE,
        text=pack(pool_of(industry.prefix, industry.scenarios).outreach(english, u), **_facts(industry, subjects, at)),
        expectation=-1,
        reopened_of=-1,
    )
