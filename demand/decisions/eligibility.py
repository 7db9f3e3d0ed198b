"""Candidates: every live subject with every intervention of its industry, and what rules it out.

A candidate is eligible when nothing speaks against it by itself; whether it is chosen among the others, under money
and capacity, is decided afterwards (`allocation`). One code per candidate: the first of `INELIGIBLE` that holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from demand.catalog import Catalog, Intervention
from demand.contract import INSTANT
from demand.decisions import reasons
from demand.decisions.limits import History, Limits
from demand.decisions.live import Live, Micros
from demand.decisions.timing import Timing, local_day, timing
from demand.decisions.value import cost_cents, covered, probabilities, reachable, value_cents

_MICROSECOND = timedelta(microseconds=1)
_WEEK = timedelta(days=7) // _MICROSECOND

CONSIDERED = pa.schema(
    {
        "subject_id": pa.string(),
        "user_id": pa.string(),
        "industry": pa.string(),
        "intervention": pa.string(),
        "scenario": pa.string(),
        "eligible": pa.bool_(),
        "reason_code": pa.string(),
        "probability": pa.float64(),
        "value_cents": pa.int64(),
        "cost_cents": pa.int64(),
        "sent_cents": pa.int64(),
        "liability_cents": pa.int64(),
        "fire_at": INSTANT,
        "expires_at": INSTANT,
        "channel": pa.string(),
        "fund": pa.string(),
        "pool": pa.string(),
        "message": pa.bool_(),
        "message_room": pa.int64(),
        "contractual": pa.bool_(),
        "needs_approval": pa.bool_(),
    }
)
"""A candidate before the allocation.

`cost_cents` is what it costs on average, `sent_cents` what is paid when it is sent, `liability_cents` what may follow;
`message_room` is how many more messages its user may get, -1 for no limit.
"""


def consider(live: Live, catalog: Catalog, limits: Limits, history: History, zone: ZoneInfo) -> pa.Table:
    """Every candidate of one industry, by subject and intervention, in the schema `CONSIDERED`.

    Parameters
    ----------
    live : n subjects; m interventions of their industry give n * m candidates
    limits : message caps are applied here, money and capacity are not
    history : cooldowns, messages and decisions that stand
    zone : of local days, quiet hours and working hours
    """
    actions = catalog.interventions_of(live.industry, live.catalog_industry)
    former = _Former.of(live, history, zone)
    parts = [_candidates(live, action, catalog, limits, history, former, zone) for action in actions]
    if not parts or not len(live):
        return CONSIDERED.empty_table()
    return pa.concat_tables(parts).sort_by([("subject_id", "ascending"), ("intervention", "ascending")])


@dataclass(frozen=True)
class _Former:
    """What was done before about n live subjects, by their row.

    Parameters
    ----------
    fired : intervention -> rows, and when it fired or fires about them
    message_rows, message_at, message_days : every message to their users: instants, and local days
    """

    fired: Mapping[str, tuple[Micros, Micros]]
    message_rows: Micros
    message_at: Micros
    message_days: Micros

    @classmethod
    def of(cls, live: Live, history: History, zone: ZoneInfo) -> _Former:
        row_of = {subject: row for row, subject in enumerate(live.subjects["subject_id"].to_pylist())}
        fired: dict[str, tuple[list[int], list[int]]] = {}
        for (subject, action), moments in history.fired.items():
            if subject in row_of:
                rows, at = fired.setdefault(action, ([], []))
                rows += [row_of[subject]] * len(moments)
                at += moments
        told = history.messages
        pairs = [(row, at) for row, user in enumerate(live.users) if user is not None for at in told.get(user, ())]
        message_rows, message_at = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
        return cls(
            {action: (np.array(rows), np.array(at)) for action, (rows, at) in fired.items()},
            message_rows,
            message_at,
            local_day(message_at, zone),
        )


def _candidates(
    live: Live,
    action: Intervention,
    catalog: Catalog,
    limits: Limits,
    history: History,
    former: _Former,
    zone: ZoneInfo,
) -> pa.Table:
    n, mask = len(live), covered(live, action)
    each = np.where(mask, probabilities(live), 0.0)
    probability = np.minimum(each.sum(axis=1), 1.0)
    main = np.where(mask, each, -1.0).argmax(axis=1) if mask.any() else np.zeros(n, dtype=np.int64)
    urgent, when = _when(live, action, catalog, main, zone)
    reach = reachable(live, when.fire_at, action.lead_time)
    value = value_cents(live, action, reach, catalog)
    cost = cost_cents(action, probability)
    message = ~urgent if action.is_message else np.zeros(n, dtype=bool)
    anonymous = np.array([user is None for user in live.users], dtype=bool)
    room = _message_room(message & ~anonymous, when.fire_at, limits, former, zone)
    failing = {
        reasons.BELOW_MIN_PROBABILITY: probability < action.min_probability,
        reasons.LEAD_TIME_MISSED: when.missed & ~when.waited,
        reasons.OUTSIDE_HOURS: when.waited,
        reasons.ALREADY_DECIDED: _within(live.subjects["subject_id"], history.decided),
        reasons.COOLDOWN: _cooling(action, when.fire_at, former),
        reasons.MESSAGE_CAP: message & (room == 0),
        reasons.NOT_WORTH_IT: (value <= cost) & (not action.contractual),
        **_unmet_needs(live, action, anonymous),
    }
    code = np.select([failing[c] for c in reasons.INELIGIBLE], reasons.INELIGIBLE, reasons.OK)
    names = np.array(live.scenarios, dtype=object)
    scenario = names[main] if mask.any() else np.full(n, action.scenarios[0], dtype=object)
    above = action.approval_above_cents
    columns = {
        "subject_id": live.subjects["subject_id"],
        "user_id": pa.array(live.users, pa.string()),
        "industry": pa.repeat(live.industry, n),
        "intervention": pa.repeat(action.id, n),
        "scenario": pa.array(scenario, pa.string()),
        "eligible": code == reasons.OK,
        "reason_code": pa.array(code, pa.string()),
        "probability": probability,
        "value_cents": value,
        "cost_cents": cost,
        "sent_cents": np.full(n, action.cost_cents),
        "liability_cents": np.full(n, action.liability_cents),
        "fire_at": pa.array(when.fire_at, INSTANT),
        "expires_at": pa.array(when.expires_at, INSTANT),
        "channel": pa.repeat(action.channel, n),
        "fund": pa.repeat(pa.scalar(action.fund, pa.string()), n),
        "pool": pa.repeat(pa.scalar(action.capacity_pool, pa.string()), n),
        "message": message,
        "message_room": room,
        "contractual": np.full(n, action.contractual),
        "needs_approval": np.full(n, above is not None and action.cost_cents + action.liability_cents > above),
    }
    return pa.table(columns).cast(CONSIDERED)


def _when(
    live: Live, action: Intervention, catalog: Catalog, main: NDArray[np.int64], zone: ZoneInfo
) -> tuple[NDArray[np.bool_], Timing]:
    """Whether each candidate is about something urgent, and when it starts: quiet and working hours count."""
    n = len(live)
    fire, expires = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    missed, waited, urgent = (np.zeros(n, dtype=bool) for _ in range(3))
    for number in np.unique(main):
        rows = main == number
        name = live.scenarios[number] if live.scenarios else action.scenarios[0]
        standard = catalog.standard(live.industry, name, catalog_industry=live.catalog_industry)
        quiet = standard.quiet_hours if standard is not None and action.is_message else None
        when = timing(
            live,
            lead_time=action.lead_time,
            expires_after=action.expires_after,
            quiet=quiet,
            zone=zone,
            closed=action.closed_hours,
        )
        fire[rows], expires[rows] = when.fire_at[rows], when.expires_at[rows]
        missed[rows], waited[rows] = when.missed[rows], when.waited[rows]
        urgent[rows] = any(s.id == name and s.severity == "urgent" for s in catalog.scenarios)
    return urgent, Timing(fire, expires, missed, waited)


def _message_room(
    counted: NDArray[np.bool_], fire_at: Micros, limits: Limits, former: _Former, zone: ZoneInfo
) -> NDArray[np.int64]:
    """How many messages the caps leave to each candidate's user; -1 where no cap counts it.

    The weekly cap counts seven days on either side, so that no week through the new message can hold too many.
    """
    day_cap, week_cap = limits.messages_per_day, limits.messages_per_week
    room = np.full(len(counted), -1, dtype=np.int64)
    caps = [c for c in (day_cap, week_cap) if c is not None]
    if not caps:
        return room
    rows, left = former.message_rows, np.full(len(counted), min(caps), dtype=np.int64)
    if day_cap is not None:
        same_day = former.message_days == local_day(fire_at, zone)[rows]
        left = np.minimum(left, day_cap - np.bincount(rows[same_day], minlength=len(left)))
    if week_cap is not None:
        same_week = np.abs(former.message_at - fire_at[rows]) < _WEEK
        left = np.minimum(left, week_cap - np.bincount(rows[same_week], minlength=len(left)))
    room[counted] = np.maximum(left, 0)[counted]
    return room


def _cooling(action: Intervention, fire_at: Micros, former: _Former) -> NDArray[np.bool_]:
    found = np.zeros(len(fire_at), dtype=bool)
    if action.id in former.fired:
        rows, at = former.fired[action.id]
        found[rows[np.abs(fire_at[rows] - at) < action.cooldown // _MICROSECOND]] = True
    return found


def _unmet_needs(live: Live, action: Intervention, anonymous: NDArray[np.bool_]) -> dict[str, NDArray[np.bool_]]:
    needs, n = action.needs, len(live)
    no_phone, no_consent = np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
    if needs.phone:
        known = _column(live, "has_phone")
        no_phone = np.array([v is not True for v in known], dtype=bool)
    wanted = set(needs.consent) | ({action.channel} & live.by_consent if action.is_message else set())
    if wanted:
        given = _column(live, "consent")
        no_consent = np.array([not wanted <= set(v or ()) for v in given], dtype=bool)
    return {
        reasons.NO_USER: anonymous & needs.user,
        reasons.NO_PHONE: no_phone,
        reasons.NO_CONSENT: no_consent,
    }


def _column(live: Live, name: str) -> list[Any]:
    return live.subjects[name].to_pylist() if name in live.subjects.column_names else [None] * len(live)


def _within(subjects: pa.ChunkedArray, wanted: frozenset[str]) -> NDArray[np.bool_]:
    return pc.is_in(subjects, pa.array(sorted(wanted), pa.string())).to_numpy()
