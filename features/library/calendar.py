"""The calendar: season and day of the week, of the day we ask and of the day it is due."""

from __future__ import annotations

from demand.contract import Text
from features.declare import calendar
from features.feature_set import FeatureSet
from features.library.setting import Setting
from features.library.view import ViewStatus


def views(setting: Setting) -> list[ViewStatus]:
    """Month and weekday of cutoff and due date, in business time."""
    features = FeatureSet(
        "calendar",
        calendar("month", "due").describe(
            en="month it is due", zh="到期月份", phrase_en="due in month {value}", phrase_zh="{value} 月到期"
        ),
        calendar("weekday", "due").describe(
            en="weekday it is due (1 is Monday)",
            zh="到期日为星期几（1 为周一）",
            phrase_en="due on weekday {value} (1 is Monday)",
            phrase_zh="到期日为星期 {value}",
        ),
        calendar("weekend", "due").describe(
            en="due on a weekend", zh="周末到期", phrase_en="due on a weekend: {value}", phrase_zh="周末到期：{value}"
        ),
        calendar("month", "cutoff").describe(
            en="month of the year", zh="当前月份", phrase_en="it is month {value}", phrase_zh="当前为 {value} 月"
        ),
        calendar("weekday", "cutoff").describe(
            en="weekday of today (1 is Monday)",
            zh="今天为星期几（1 为周一）",
            phrase_en="today is weekday {value} (1 is Monday)",
            phrase_zh="今天为星期 {value}",
        ),
    )
    return [ViewStatus("calendar", "calendar", Text("season and day of the week", "季节与星期"), features=features)]
