"""Values as the contract's types, in SQL that gives null where a value does not fit."""

from __future__ import annotations

from demand.contract import ColumnType
from pipelines.sources.clocks import instant_sql

_FRACTIONAL = ("FLOAT", "DOUBLE", "DECIMAL")
_WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER")


def identifier_sql(expression: str, type_name: str) -> str:
    """An id or key as text: 9.0 is "9", an empty text is null."""
    base = type_name.split("(")[0]
    if base in _FRACTIONAL:
        whole = f"TRY_CAST({expression} AS HUGEINT)"
        text = f"CASE WHEN {whole} = ({expression}) THEN {whole}::VARCHAR ELSE ({expression})::VARCHAR END"
        return text if base == "DECIMAL" else f"CASE WHEN NOT isnan({expression}) THEN {text} END"
    if base != "VARCHAR":
        return f"({expression})::VARCHAR"
    # trimming is slow, and looking at both ends is not
    loose = f"starts_with({expression}, ' ') OR ends_with({expression}, ' ') OR {expression} = ''"
    return f"CASE WHEN {loose} THEN nullif(trim({expression}), '') ELSE {expression} END"


def value_sql(expression: str, type_name: str, wanted: ColumnType, zone: str) -> str:
    """A value as the DuckDB type of a column type; null where it does not fit.

    Whole numbers take no fraction, numbers no infinity (not-a-number is null), dates of instants are local to `zone`.
    """
    base = type_name.split("(")[0]
    if wanted in ("int", "cents"):
        cast = f"TRY_CAST({expression} AS BIGINT)"
        if base in _FRACTIONAL or base == "VARCHAR":
            return f"CASE WHEN {cast} = TRY_CAST({expression} AS DOUBLE) THEN {cast} END"
        return cast
    if wanted == "number":
        cast = f"TRY_CAST({expression} AS DOUBLE)"
        return f"CASE WHEN isfinite({cast}) THEN {cast} END"
    if wanted == "bool":
        return f"TRY_CAST({expression} AS BOOLEAN)"
    if wanted == "category":
        return identifier_sql(expression, type_name)
    if wanted == "date":
        if base.startswith("TIMESTAMPTZ") or base == "TIMESTAMP WITH TIME ZONE":
            return f"(({expression}) AT TIME ZONE '{zone}')::DATE"
        return f"TRY_CAST({expression} AS DATE)"
    if wanted == "time":
        return instant_sql(expression, type_name, zone) or "NULL::TIMESTAMPTZ"
    return f"({expression})::VARCHAR"


def always_fits(type_name: str, wanted: ColumnType) -> bool:
    """Whether every value of a DuckDB type is one of a column type, so that no row needs to be judged."""
    base = type_name.split("(")[0]
    if wanted in ("int", "cents"):
        return base in _WHOLE
    return wanted in ("category", "text") or (wanted, base) in (("bool", "BOOLEAN"), ("date", "DATE"))


def missing_sql(expression: str, type_name: str) -> str:
    """Whether a value is missing, as pandas and CSV files say it: null, not a number, empty text."""
    base = type_name.split("(")[0]
    if base in ("FLOAT", "DOUBLE"):
        return f"(({expression}) IS NULL OR isnan({expression}))"
    if base == "VARCHAR":
        return f"(({expression}) IS NULL OR trim({expression}) = '')"
    return f"(({expression}) IS NULL)"
