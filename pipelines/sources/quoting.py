"""Names in SQL: a column may be called anything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from demand.contract import ContractError


def quoted(name: str) -> str:
    """A name as an identifier of SQL."""
    return '"' + name.replace('"', '""') + '"'


def refuse_clash(columns: Sequence[str], table: str) -> None:
    """Column names match without case, so no two may differ in case only.

    Raises
    ------
    ContractError
        If some do.
    """
    times = Counter(c.lower() for c in columns)
    clashing = [c for c in columns if times[c.lower()] > 1]
    if clashing:
        found = f"{table} has columns that differ only in case: {', '.join(clashing)}"
        raise ContractError(found, "column names match without case", "rename or drop one of them")
