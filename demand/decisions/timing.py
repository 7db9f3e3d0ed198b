"""When to act: the predicted onset minus the lead time that the action needs, outside quiet hours.

Where the onset is predicted, nine of ten requests come after its 10% quantile: starting a lead time before that
reaches them. Where more than half would come before the action could work (the 50% quantile minus the lead time has
passed), the lead time is missed. Where no onset is predicted, the due date takes both parts; where there is neither,
the action starts at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
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
    """For each subject: when the action starts, when it has lost its sense, whether it comes too late."""

    fire_at: Micros
    expires_at: Micros
    missed: NDArray[np.bool_]


def timing(
    live: Live, *, lead_time: timedelta, expires_after: timedelta, quiet: QuietHours | None, zone: ZoneInfo
) -> Timing:
    """When an action with this lead time starts for every subject.

    Parameters
    ----------
    live : n subjects
    lead_time : what the action needs before the problem
    expires_after : how long after its start it still makes sense; the due date ends it earlier
    quiet : hours in which it may not start; None for what reaches no customer
    zone : whose local hours these are

    Returns
    -------
    Timing
        `cutoff <= fire_at < expires_at` for every subject, missed or not.
    """
    lead = lead_time // timedelta(microseconds=1)
    first = np.where(live.onset_p10 != NEVER, live.onset_p10, live.due)
    half = np.where(live.onset_p50 != NEVER, live.onset_p50, live.due)
    fire = np.maximum(live.cutoff_micros, np.where(first == NEVER, live.cutoff_micros, first - lead))
    if quiet is not None:
        fire = after_quiet_hours(fire, quiet, zone)
    latest = np.where(half == NEVER, _FAR, half - lead)
    expires = fire + expires_after // timedelta(microseconds=1)
    expires = np.where(live.due > fire, np.minimum(expires, live.due), expires)
    return Timing(fire, expires, fire > latest)


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
    offsets = [_offset_at(int(q) * _QUARTER, zone) for q in quarters]
    return np.array(offsets, dtype=np.int64)[place] if offsets else np.zeros_like(moments)


def _offset_at(micros: int, zone: ZoneInfo) -> int:
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)
    offset = moment.astimezone(zone).utcoffset()
    assert offset is not None  # an aware datetime has one
    return offset // timedelta(microseconds=1)


def _micros(hour: time) -> int:
    return ((hour.hour * 60 + hour.minute) * 60 + hour.second) * 1_000_000
