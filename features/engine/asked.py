"""The spine as the kernels take it: cutoffs in microseconds, local days, and its rows by key and cutoff."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from demand.contract.database import session
from features.engine.announced import holiday_values
from features.engine.encode import Array, index_type, microseconds, whole
from features.engine.order_kernels import group_order, is_sorted, time_order
from features.measures import CalendarPart, DatePart, Moment
from features.plan import Fold, Plan

COLUMN_OF: dict[Moment, str] = {"opened": "opened_at", "due": "due_at", "cutoff": "cutoff"}
_PARTS: dict[DatePart, str] = {
    "month": "month(local)",
    "weekday": "isodow(local)",
    "weekend": "(isodow(local) >= 6)::INTEGER",
}
_LOCAL_DAY = "(local::DATE - DATE '1970-01-01')::BIGINT"
_LOCAL = """
SELECT {value}
FROM (SELECT instant AT TIME ZONE $zone AS local, place FROM moments)
ORDER BY place
"""


class Asked:
    """What is asked: one spine, its moments, its keys."""

    def __init__(self, spine: pa.Table, plan: Plan, zone: ZoneInfo) -> None:
        self.spine, self.zone, self.size = spine, zone, spine.num_rows
        self.cutoffs = microseconds(spine["cutoff"])
        self.by_time = np.arange(self.size, dtype=index_type(self.size))
        if not is_sorted(self.cutoffs):
            self.by_time = time_order(self.cutoffs, self.by_time)
        dated = any(_reads_day(fold) for folds in plan.folds().values() for fold in folds)
        self.days = self._local(_LOCAL_DAY, "cutoff") if dated else self.cutoffs
        self.days = self.days.astype(np.int64, copy=False).view()
        self.days.flags.writeable = False

    def by_key(self, codes: Array, groups: int) -> tuple[Array, Array]:
        """Spine rows grouped by key code, each key's by cutoff: offsets and rows; without a key, none."""
        offsets, order = group_order(codes, self.by_time, groups, self.by_time[:0])
        return offsets, self.by_time[order]

    def moment(self, moment: Moment) -> Array | None:
        """An instant of every row as float64 microseconds, NaN where missing; None where the spine has no such one."""
        name = COLUMN_OF[moment]
        if name not in self.spine.column_names:
            return None
        micros = self.spine[name].cast(pa.int64()).cast(pa.float64(), safe=False)
        return np.asarray(micros.to_numpy())

    def calendar(self, part: CalendarPart) -> Array:
        """A part of the local date of an instant; NaN where missing."""
        name = COLUMN_OF[part.moment]
        if name not in self.spine.column_names:
            return np.full(self.size, np.nan)
        match part.part:
            case "month" | "weekday" | "weekend" as of_date:
                return self._local(f"({_PARTS[of_date]})::DOUBLE", name)
            case announced:
                days = self._local(f"{_LOCAL_DAY}::DOUBLE", name)
                return holiday_values(announced, days, self.cutoffs, self.zone)

    def _local(self, value: str, column: str) -> Array:
        """A number made of the local time of an instant, worked out once for each different instant."""
        different = pc.dictionary_encode(whole(self.spine[column]))
        instants = different.dictionary
        with session() as db:
            db.register("moments", pa.table({"instant": instants, "place": np.arange(len(instants))}))
            found = db.sql(_LOCAL.format(value=value), params={"zone": self.zone.key}).to_arrow_table()
        return np.asarray(whole(found.column(0)).take(different.indices).to_numpy(zero_copy_only=False))


def _reads_day(fold: Fold) -> bool:
    """Whether a fold needs the local day of its cutoff: for a date, or for the holiday that the day lies in."""
    return fold.type == "date" or (fold.since is not None and fold.since.event is None)
