"""Bad rows are set aside with a reason, counted, and shown by example; too many of them are an error."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa

from demand.contract import Problem

_TYPES = "mend these values, or declare the type that they have"
REMEDIES = {
    "null occurred_at": "say when it happened, or leave the row out in the source's SQL or by `where`",
    "null known_at": "say when it was known, or state `known_at: {delay: ...}`",
    "not a moment": "write ISO 8601 (2024-07-01 or 2024-07-01 14:30:00), in the years 1 to 9998",
    "id too large for a number with a fraction": "deliver ids as text or as whole numbers: digits were lost",
    "not of type cents": "cents are whole numbers: write for example `round(amount * 100)` in the mapping",
    "not of type int": _TYPES,
    "not of type number": _TYPES,
    "not of type bool": _TYPES,
    "not of type date": _TYPES,
    "not of type time": _TYPES,
    "null id": "give every row an id; for tables without one declare `row_id`",
    "no subject": "a row of this source must say whose it is",
    "unknown op": "use insert, correct or delete",
    "repeated id and known_at": "corrections share the id and are known later",
}


def quarantine_problems(reasons: pa.Table, source: str) -> list[Problem]:
    """One problem a reason.

    Parameters
    ----------
    reasons : reason, column, rows, example
    source : the source's name
    """
    return [
        Problem(
            f"quarantined: {row['reason']}",
            table=source,
            column=row["column"],
            rows=row["rows"],
            example=row["example"],
            remedy=REMEDIES.get(row["reason"], ""),
            severity="warning",
        )
        for row in reasons.to_pylist()
    ]


def over_limit(problems: Iterable[Problem], source: str, rows: int, limit: float) -> Problem | None:
    """The error, if more than `limit` of a source's rows were set aside."""
    reasons = list(problems)
    lost = sum(p.rows or 0 for p in reasons)
    if rows == 0 or lost <= limit * rows:
        return None
    listed = "; ".join(f"{p.column}: {p.found.removeprefix('quarantined: ')} ({p.rows:,} rows)" for p in reasons)
    worst = max(reasons, key=lambda p: p.rows or 0)
    return Problem(
        f"{lost:,} of {rows:,} rows cannot be used: {listed}",
        table=source,
        column=worst.column,
        rows=lost,
        example=worst.example,
        expected=f"at most {limit:.1%} (quarantine.limit)",
        remedy=worst.remedy or "mend the mapping or the data",
    )
