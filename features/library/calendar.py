"""The calendar: season, day of the week and public holidays, of the day we ask and of the day it is due."""

from __future__ import annotations

from demand.contract import Text
from features.declare import calendar
from features.feature import Features
from features.feature_set import FeatureSet
from features.library.setting import Setting
from features.library.view import ViewStatus

_IN_CHINA = frozenset(("Asia/Shanghai", "Asia/Chongqing", "Asia/Harbin", "Asia/Urumqi", "Asia/Kashgar", "PRC"))


def views(setting: Setting) -> list[ViewStatus]:
    """Month and weekday of cutoff and due date, in business time; and what was announced of holidays there."""
    return [_season(setting), _holidays(setting)]


def _season(setting: Setting) -> ViewStatus:
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
    return ViewStatus("calendar", "calendar", Text("season and day of the week", "季节与星期"), features=features)


def _holidays(setting: Setting) -> ViewStatus:
    text = Text(
        "public holidays and make-up workdays, as announced by then", "法定节假日与调休上班日（以当时已公布为准）"
    )
    if setting.zone is None or setting.zone.key not in _IN_CHINA:
        lacks = "business time in mainland China, whose holidays are known (`timezone: Asia/Shanghai`)"
        return ViewStatus("holidays", "calendar", text, (lacks,))
    features = FeatureSet("calendar", *_of_due(setting), *_of_today())
    return ViewStatus("holidays", "calendar", text, features=features)


def _of_due(setting: Setting) -> list[Features]:
    due = setting.due or Text("the due date", "到期日")
    on = f"{due.en} on" if setting.due else "due on"
    return [
        calendar("holiday", "due").describe(
            en=f"{on} a public holiday",
            zh=f"{due.zh}是否法定节假日",
            phrase_en=f"{on} a public holiday: {{value}}",
            phrase_zh=f"{due.zh}是法定节假日：{{value}}",
        ),
        calendar("makeup_workday", "due").describe(
            en=f"{on} a weekend that is worked to make up for a holiday",
            zh=f"{due.zh}是否调休上班日",
            phrase_en=f"{on} a make-up workday: {{value}}",
            phrase_zh=f"{due.zh}是调休上班日：{{value}}",
        ),
        calendar("days_to_holiday", "due").describe(
            en=f"days from {due.en} to the next public holiday",
            zh=f"{due.zh}距下一个法定节假日的天数",
            phrase_en=f"next public holiday {{value}} days after {due.en}",
            phrase_zh=f"{due.zh}后 {{value}} 天是法定节假日",
        ),
        calendar("days_since_holiday", "due").describe(
            en=f"days from the last public holiday to {due.en}",
            zh=f"{due.zh}距上一个法定节假日的天数",
            phrase_en=f"last public holiday {{value}} days before {due.en}",
            phrase_zh=f"{due.zh}前 {{value}} 天是法定节假日",
        ),
    ]


def _of_today() -> list[Features]:
    return [
        calendar("holiday").describe(
            en="today a public holiday",
            zh="今天是否法定节假日",
            phrase_en="today is a public holiday: {value}",
            phrase_zh="今天是法定节假日：{value}",
        ),
        calendar("makeup_workday").describe(
            en="today a weekend that is worked to make up for a holiday",
            zh="今天是否调休上班日",
            phrase_en="today is a make-up workday: {value}",
            phrase_zh="今天是调休上班日：{value}",
        ),
        calendar("days_to_holiday").describe(
            en="days to the next public holiday",
            zh="距下一个法定节假日的天数",
            phrase_en="next public holiday in {value} days",
            phrase_zh="距下一个法定节假日还有 {value} 天",
        ),
        calendar("days_since_holiday").describe(
            en="days since the last public holiday",
            zh="距上一个法定节假日的天数",
            phrase_en="last public holiday {value} days ago",
            phrase_zh="{value} 天前是法定节假日",
        ),
    ]
