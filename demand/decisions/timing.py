"""When to act: the predicted onset minus the lead time that the action needs, outside quiet hours, in working hours.

Where the onset is predicted, nine of ten requests come after its 10% quantile: starting a lead time before that
reaches them. Where more than half would come before the action could work (the 50% quantile minus the lead time has
passed), the lead time is missed. Where no onset is predicted, the due date takes both parts; where there is neither,
the action starts at once.

A start at an hour that does not allow it waits for the next that does; where that is too late, it takes the opening of
the day before, if that is still to come.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from demand.catalog import QuietHours
from demand.decisions.live import NEVER, Live, Micros

_QUARTER = 15 * 60 * 1_000_000  # no time zone changes its offset inside a quarter of an hour
_DAY = 86_400_000_000
_FAR = np.iinfo(np.int64).max // 2


@dataclass(frozen=True)
class Timing:
    """For each subject: when the action starts, when it has lost its sense, whether it comes too late.

    `waited` marks those that come too late only because of the hours to be kept.
    """

    fire_at: Micros
    expires_at: Micros
    missed: NDArray[np.bool_]
    waited: NDArray[np.bool_]


def timing(
    live: Live,
    *,
    lead_time: timedelta,
    expires_after: timedelta,
    quiet: QuietHours | None,
    zone: ZoneInfo,
    closed: QuietHours | None = None,
) -> Timing:
    """When an action with this lead time starts for every subject.

    Parameters
    ----------
    live : n subjects
    lead_time : what the action needs before the problem
    expires_after : how long after its start it still makes sense; the due date ends it earlier
    quiet : hours in which the customer is left alone; None for what reaches no customer
    zone : whose local hours these are
    closed : hours in which nobody is there to carry it out; None for what a machine does

    Returns
    -------
    Timing
        `cutoff <= fire_at < expires_at` for every subject, missed or not.
    """
    lead = lead_time // timedelta(microseconds=1)
    first = np.where(live.onset_p10 != NEVER, live.onset_p10, live.due)
    half = np.where(live.onset_p50 != NEVER, live.onset_p50, live.due)
    latest = np.where(half == NEVER, _FAR, half - lead)
    wanted = np.maximum(live.cutoff_micros, np.where(first == NEVER, live.cutoff_micros, first - lead))
    kept = [hours for hours in (quiet, closed) if hours is not None]
    fire, allowed = after_all(wanted, kept, zone)
    earlier, open_then = after_all(fire - _DAY, kept, zone)
    better = (fire > latest) & (wanted <= latest) & (earlier >= live.cutoff_micros) & (earlier <= latest) & open_then
    fire = np.where(better, earlier, fire)
    missed = (fire > latest) | ~allowed
    expires = fire + expires_after // timedelta(microseconds=1)
    expires = np.where(live.due > fire, np.minimum(expires, live.due), expires)
    return Timing(fire, expires, missed, missed & (wanted <= latest))


def after_all(moments: Micros, kept: Sequence[QuietHours], zone: ZoneInfo) -> tuple[Micros, NDArray[np.bool_]]:
    """The first moments from these on that lie in none of the hours, and whether there is one at all."""
    for _ in range(2 * len(kept) - 1):  # the end of one may lie inside another, once a day each
        for hours in kept:
            moments = after_quiet_hours(moments, hours, zone)
    open_then = np.ones(len(moments), dtype=bool)
    for hours in kept:
        open_then &= after_quiet_hours(moments, hours, zone) == moments
    return moments, open_then


def after_quiet_hours(moments: Micros, quiet: QuietHours, zone: ZoneInfo) -> Micros:
    """The same moments, those inside quiet hours moved to their end."""
    local = moments + _offset(moments, zone)
    midnight = local - local % _DAY
    hour, start, end = local - midnight, _micros(quiet.start), _micros(quiet.end)
    inside = (start <= hour) & (hour < end) if start <= end else (hour >= start) | (hour < end)
    moved = midnight + end + np.where((start > end) & (hour >= start), _DAY, 0)
    return np.where(inside, moved - _offset(moved - _offset(moments, zone), zone), moments)


def local_day(moments: Micros, zone: ZoneInfo) -> NDArray[np.int64]:
    """The number of the local day (days since 1970-01-01) of every moment."""
    return (moments + _offset(moments, zone)) // _DAY


def _offset(moments: Micros, zone: ZoneInfo) -> Micros:
    quarters, place = np.unique(moments // _QUARTER, return_inverse=True)
    offsets = [_offset_at(q, zone) for q in quarters.tolist()]
    return np.array(offsets, dtype=np.int64)[place] if offsets else np.zeros_like(moments)


@lru_cache(maxsize=1 << 16)  # every action of a night asks about the same weeks
def _offset_at(quarter: int, zone: ZoneInfo) -> int:
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=quarter * _QUARTER)
    offset = moment.astimezone(zone).utcoffset()
    assert offset is not None  # an aware datetime has one
    return offset // timedelta(microseconds=1)


def _micros(hour: time) -> int:
    return ((hour.hour * 60 + hour.minute) * 60 + hour.second) * 1_000_000
