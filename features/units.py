"""Unit, source and family of a column: what a number is, where it comes from, with whom it shares credit."""

from __future__ import annotations

from features.feature import Feature
from features.measures import Aggregate, CalendarPart, OutcomeRate, Ratio, Span, Trend
from features.plan import Expression, Fold, Quotient, Smoothed

_OF_PART = {
    "weekend": "flag",
    "holiday": "flag",
    "makeup_workday": "flag",
    "days_to_holiday": "days",
    "days_since_holiday": "days",
}


def unit_of(expression: Expression) -> str:
    """`count`, `days`, `share`, `cents`, `rate`, `category`, `flag`, `month`, `weekday` or `number`."""
    match expression:
        case Quotient():
            return "rate"
        case Smoothed():
            return "share"
        case Span():
            return "days"
        case CalendarPart(part, _):
            return _OF_PART.get(part, part)
        case Fold(function=function, type=type_):
            if function in ("count", "distinct", "streak"):
                return "count"
            if function in ("since_first", "since_last", "mean_gap") or type_ in ("date", "time"):
                return "days"
            if function == "share" or (type_ == "bool" and function == "mean"):
                return "share"
            if type_ == "bool":
                return {"sum": "count", "std": "number"}.get(function, "flag")
            return {"cents": "cents", "category": "category"}.get(type_ or "", "number")


def source_of(expression: Expression) -> str:
    """`bookings`, `bookings.arrival`, `subjects`, `calendar`; of a quotient, that of its upper half."""
    match expression:
        case Quotient(above, _) | Smoothed(above, _, _, _):
            return source_of(above)
        case Fold(base, column=column):
            return f"{base.source}.{column}" if column else base.source
        case CalendarPart():
            return "calendar"
    return "subjects"


def family_of(feature: Feature, default: str) -> str:
    """The feature's own family, else its keys; `default` where these are the subject alone or none."""
    if feature.family is not None:
        return feature.family
    measure = feature.measure
    while isinstance(measure, Ratio | Trend):
        measure = measure.numerator.measure if isinstance(measure, Ratio) else measure.recent.measure
    if isinstance(measure, CalendarPart):
        return "calendar"
    if isinstance(measure, OutcomeRate):
        measure = measure.share
    keys = measure.keys if isinstance(measure, Aggregate) else ()
    return default if keys in ((), ("subject",)) else "_".join(keys)
