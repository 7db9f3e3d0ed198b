"""The spine: which subjects are live at which cutoffs. Training, backtests and scoring ask here, and nowhere else.

A subject is live at t if the version visible at t opened before t and not longer ago than `age`, is due at t or
later and before t + `ahead`, and is not known to be closed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import duckdb
import pyarrow as pa

from demand.contract import INSTANT, ContractError, conform
from demand.contract.database import session
from demand.subjects.days import nights_before
from demand.subjects.schedule import Schedule

# a due at the end of time stands for never: there is no night before it, and perhaps no local day
_LOCAL_DAYS = """
SELECT DISTINCT (due_at AT TIME ZONE '{zone}')::DATE AS day
FROM subjects
WHERE due_at < TIMESTAMPTZ '9999-12-30 00:00:00+00'
"""

_ON_THE_GRID = "SELECT s.*, g.cutoff FROM subjects s JOIN grid g ON {visible}"

_NIGHTS_BEFORE_DUE = """
SELECT s.*, n.moment AS cutoff
FROM subjects s JOIN {nights} n ON (s.due_at AT TIME ZONE '{zone}')::DATE = n.day
"""

_EXACTLY_BEFORE_DUE = """
SELECT s.*, s.due_at - to_microseconds({before}) AS cutoff FROM subjects s WHERE s.due_at IS NOT NULL
"""

_VISIBLE = "s.visible_from < {t} AND (s.visible_to IS NULL OR {t} <= s.visible_to)"

_SPINE = """
WITH asked AS ({asked})
SELECT s.subject_id, s.cutoff, s.industry, $horizon AS horizon_us, s.opened_at, s.due_at{keys}
FROM asked s
WHERE {visible}
  AND (s.due_at >= s.cutoff OR (s.due_at IS NULL AND $age IS NOT NULL))
  AND ($start IS NULL OR s.cutoff >= $start) AND ($end IS NULL OR s.cutoff <= $end)
  AND ($ahead IS NULL OR s.due_at IS NULL OR s.due_at < s.cutoff + $ahead)
  AND ($age IS NULL OR s.opened_at >= s.cutoff - $age)
  AND NOT EXISTS (
      SELECT 1 FROM closings c
      WHERE c.subject_id = s.subject_id
        AND c.visible_from < s.cutoff AND (c.visible_to IS NULL OR s.cutoff <= c.visible_to))
ORDER BY s.cutoff, s.subject_id
"""

_OF_SUBJECTS = ("kind", "industry", "opened_at", "due_at", "known_at", "visible_from", "visible_to", "subject_id")


def build_spine(
    subjects: pa.Table,
    closings: pa.Table | None,
    schedule: Schedule | Sequence[datetime],
    *,
    start: datetime | None = None,
    end: datetime | None = None,
    horizon: timedelta,
    ahead: timedelta | None = None,
    age: timedelta | None = None,
) -> pa.Table:
    """The live subjects at every cutoff.

    Parameters
    ----------
    subjects : from `build_subjects`
    closings : from `build_closings`; None: nothing closes but by its due or age
    schedule : when to ask; or the very moments
    start, end : keep cutoffs in [start, end]; a schedule with a grid needs an end, here or in its `to`
    horizon : H, carried along as `horizon_us`
    ahead : only subjects due before cutoff + ahead
    age : only subjects opened at cutoff - age or later; with it, a subject without due is live

    Returns
    -------
    table SPINE with opened_at, due_at and the subjects' `<key>_id` columns; unique on (cutoff, subject_id) and
    sorted by it

    Raises
    ------
    ContractError
        If a schedule with a grid has no end.
    """
    keys = [c for c in subjects.column_names if c not in _OF_SUBJECTS]
    with session() as db:
        db.register("subjects", subjects)
        db.register("closings", closings if closings is not None else _NO_CLOSINGS)
        if isinstance(schedule, Schedule):
            start, end = schedule.bounds(start, end)
            asked = _asked_by(db, schedule, subjects, start, end)
        else:
            asked = [_grid(db, list(schedule))]
        sql = _SPINE.format(
            asked="\nUNION\n".join(asked),
            keys="".join(f', s."{k}"' for k in keys),
            visible=_VISIBLE.format(t="s.cutoff"),
        )
        params = {
            "horizon": horizon // timedelta(microseconds=1),
            "start": start,
            "end": end,
            "ahead": ahead,
            "age": age,
        }
        return conform(db.sql(sql, params=params).to_arrow_table(), "spine")


def _asked_by(
    db: duckdb.DuckDBPyConnection, schedule: Schedule, subjects: pa.Table, start: datetime | None, end: datetime | None
) -> list[str]:
    """One query for each way in which the schedule asks: versions with their cutoffs."""
    asked = []
    if schedule.every is not None:
        if end is None:
            raise ContractError(
                found=f"a grid every {schedule.every} without an end",
                expected="the last morning we ask",
                remedy="give `end`, or write `to: DATE` under cutoffs",
            )
        first = start or _earliest(subjects) or end
        asked.append(_grid(db, schedule.grid(first, end)))
    zone = schedule.zone.key
    for before in schedule.calendar_days_before_due:
        days = db.sql(_LOCAL_DAYS.format(zone=zone)).to_arrow_table()["day"].to_pylist()
        db.register(f"nights_{before}", nights_before(days, before, schedule.night, schedule.zone))
        asked.append(_NIGHTS_BEFORE_DUE.format(nights=f"nights_{before}", zone=zone))
    for exact in schedule.exact_before_due:
        asked.append(_EXACTLY_BEFORE_DUE.format(before=exact // timedelta(microseconds=1)))
    return asked or [_grid(db, [])]


def _grid(db: duckdb.DuckDBPyConnection, cutoffs: list[datetime]) -> str:
    db.register("grid", pa.table({"cutoff": pa.array(sorted(set(cutoffs)), INSTANT)}))
    return _ON_THE_GRID.format(visible=_VISIBLE.format(t="g.cutoff"))


def _earliest(subjects: pa.Table) -> datetime | None:
    return min(subjects["visible_from"].to_pylist(), default=None)


_NO_CLOSINGS = pa.schema(
    [("subject_id", pa.string()), ("visible_from", INSTANT), ("visible_to", INSTANT)]
).empty_table()
