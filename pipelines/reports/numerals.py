"""How numbers, money and moments are written in both languages."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from demand.contract import Text

_DAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_LONG_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_DAYS_ZH = "一二三四五六日"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LONG_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
MISSING = "–"


def count(value: int | None) -> str:
    """1234 is `1,234`."""
    return MISSING if value is None else f"{value:,}"


def amount(value: float) -> str:
    """An expected number: one decimal below 100, none above; `<0.1` where rounding would say nothing is expected."""
    if 0 < value < 0.05:
        return "<0.1"
    return f"{value:,.0f}" if value >= 99.95 else f"{value:,.1f}"


def percent(share: float | None) -> str:
    """0.1234 is `12.3%`."""
    return MISSING if share is None else f"{100 * share:.1f}%"


def signed_percent(share: float) -> str:
    """0.1234 is `+12.3%`, with a true minus sign."""
    text = f"{100 * share:+.1f}%"
    return text.replace("-", "−")


def money(cents: int) -> str:
    """Cents as `1,234.50`, whole amounts as `1,234`; the currency is the workspace's."""
    sign, cents = ("−" if cents < 0 else ""), abs(cents)
    whole, rest = divmod(cents, 100)
    return f"{sign}{whole:,}.{rest:02d}" if rest else f"{sign}{whole:,}"


def decimals(value: float | None, places: int = 4) -> str:
    """A figure of merit with a fixed number of decimals."""
    return MISSING if value is None else f"{value:.{places}f}"


def long_day(day: date) -> Text:
    """`Monday 3 July 2017`, `2017年7月3日 星期一`."""
    return Text(
        f"{_LONG_EN[day.weekday()]} {day.day} {_LONG_MONTHS[day.month - 1]} {day.year}",
        f"{day.year}年{day.month}月{day.day}日 星期{_DAYS_ZH[day.weekday()]}",
    )


def full_day(day: date) -> Text:
    """`3 Jul 2017`, `2017年7月3日`."""
    return Text(f"{day.day} {_MONTHS[day.month - 1]} {day.year}", f"{day.year}年{day.month}月{day.day}日")


def short_day(day: date) -> Text:
    """`3 Jul`, `7月3日`."""
    return Text(f"{day.day} {_MONTHS[day.month - 1]}", f"{day.month}月{day.day}日")


def week_day(day: date) -> Text:
    """`Mon 3 Jul`, `7月3日 周一`."""
    return Text(
        f"{_DAYS_EN[day.weekday()]} {day.day} {_MONTHS[day.month - 1]}",
        f"{day.month}月{day.day}日 周{_DAYS_ZH[day.weekday()]}",
    )


def moment(at: datetime, zone: ZoneInfo) -> Text:
    """`Mon 3 Jul, 14:30`, `7月3日 周一 14:30`, in local time."""
    local = at.astimezone(zone)
    day = week_day(local.date())
    return Text(f"{day.en}, {local:%H:%M}", f"{day.zh} {local:%H:%M}")


def days(value: float) -> Text:
    """`14 days`, `14 天`; below a day in hours."""
    if value < 1:
        hours = round(value * 24)
        return Text(f"{hours} hour{'' if hours == 1 else 's'}", f"{hours} 小时")
    number = f"{value:g}"
    return Text(f"{number} day{'' if number == '1' else 's'}", f"{number} 天")
