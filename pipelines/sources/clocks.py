"""Any column of moments as instants, in SQL: a DATE is the end of its local day, a naive TIMESTAMP is local."""

from __future__ import annotations

from datetime import UTC, datetime

_OFFSET = r"[0-9]\s*(Z|[+-][0-9]{2}(:?[0-9]{2})?)$"
_DAY = r"\s*[0-9]{4}-[0-9]{2}-[0-9]{2}\s*"


def instant_sql(expression: str, type_name: str, zone: str) -> str | None:
    """SQL of type TIMESTAMPTZ for an expression of a DuckDB type; None if the type holds no moments.

    A DATE is the last microsecond of that day in `zone`, as in `demand.contract.end_of_day`. A TIMESTAMP is local to
    `zone`; in the hour that the clock repeats it is the later one, so that nothing counts as known too early. Text is
    read as one or the other. Moments outside the years 1 to 9998 and unreadable text become null.
    """
    base = type_name.split("(")[0]
    if base == '"NULL"':
        return f"({expression})::TIMESTAMPTZ"
    if base == "DATE":
        return _bounded(expression, "DATE", _end_of_day(expression, zone))
    if base in ("TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"):
        return _bounded(expression, "TIMESTAMP", f"(({expression})::TIMESTAMP AT TIME ZONE '{zone}')")
    if base.startswith(("TIMESTAMPTZ", "TIMESTAMP WITH TIME ZONE")):
        instant = f"({expression})::TIMESTAMPTZ"
        return _bounded(instant, "TIMESTAMP", instant)
    if base == "VARCHAR":
        day = instant_sql(f"TRY_CAST({expression} AS DATE)", "DATE", zone)
        naive = instant_sql(f"TRY_CAST({expression} AS TIMESTAMP)", "TIMESTAMP", zone)
        return (
            f"CASE WHEN regexp_full_match({expression}, '{_DAY}') THEN {day} "
            f"WHEN regexp_matches({expression}, ':.*{_OFFSET}') THEN TRY_CAST({expression} AS TIMESTAMPTZ) "
            f"ELSE {naive} END"
        )
    return None


def instant_literal(moment: datetime) -> str:
    """An instant as SQL."""
    return f"TIMESTAMPTZ '{moment.astimezone(UTC).isoformat(sep=' ')}'"


def _end_of_day(expression: str, zone: str) -> str:
    midnight = f"(({expression}) + 1)::TIMESTAMP"
    instant = f"({midnight} AT TIME ZONE '{zone}')"
    if zone == "UTC":
        return f"{instant} - INTERVAL 1 MICROSECOND"
    # where the clock goes back over midnight, the day ends with the first one
    earlier = f"({instant} - INTERVAL 1 HOUR)"
    first = f"CASE WHEN ({earlier} AT TIME ZONE '{zone}') = {midnight} THEN {earlier} ELSE {instant} END"
    return f"({first}) - INTERVAL 1 MICROSECOND"


def _bounded(expression: str, type_name: str, instant: str) -> str:
    # a moment of the year 9999 says "never"
    low, high = f"{type_name} '0001-01-02'", f"{type_name} '9998-12-31'"
    return f"CASE WHEN ({expression})::{type_name} BETWEEN {low} AND {high} THEN {instant} END"
