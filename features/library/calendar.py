"""The calendar: season and day of the week, of the day we ask and of the day it is due."""

from __future__ import annotations

from demand.contract import Text
from features.declare import calendar
from features.feature_set import FeatureSet
from features.library.setting import Setting
from features.library.view import ViewStatus


def views(setting: Setting) -> list[ViewStatus]:
    """Month and weekday of cutoff and due date, in business time."""
    due = setting.due or Text("due", "到期日")
    features = FeatureSet(
        "calendar",
        calendar("month", "due").describe(
            en=f"month of {due.en}" if setting.due else "month it is due",
            zh=f"{due.zh}的月份",
            phrase_en=f"{due.en} in {{value}}",
            phrase_zh=f"{due.zh}在 {{value}}",
        ),
        calendar("weekday", "due").describe(
            en=f"weekday of {due.en}" if setting.due else "weekday it is due",
            zh=f"{due.zh}是星期几",
            phrase_en=f"{due.en} on a {{value}}",
            phrase_zh=f"{due.zh}是{{value}}",
        ),
        calendar("weekend", "due").describe(
            en=f"{due.en} on a weekend",
            zh=f"{due.zh}在周末",
            phrase_en=f"{due.en} on a weekend: {{value}}",
            phrase_zh=f"{due.zh}在周末：{{value}}",
        ),
        calendar("month", "cutoff").describe(
            en="month of the year", zh="当前月份", phrase_en="it is {value}", phrase_zh="现在是 {value}"
        ),
        calendar("weekday", "cutoff").describe(
            en="weekday of today", zh="今天是星期几", phrase_en="today is a {value}", phrase_zh="今天是{value}"
        ),
    )
    return [ViewStatus("calendar", "calendar", Text("season and day of the week", "季节与星期"), features=features)]
