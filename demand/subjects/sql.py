"""SQL that a user wrote, run over one table: an error names the place in the workspace, not our query."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from demand.contract import ContractError


@contextmanager
def user_sql(expression: str, *, place: str, columns: list[str]) -> Iterator[None]:
    """Turn DuckDB's refusal of a user's expression into an error of the contract.

    Raises
    ------
    ContractError
        Naming the place, the expression and the columns that it may use.
    """
    try:
        yield
    except duckdb.Error as error:
        reason = str(error).split("\n\n")[0].strip()
        raise ContractError(
            found=f"{place}: `{expression}` cannot be evaluated: {reason}",
            expected=f"a SQL expression over {', '.join(columns)}",
            remedy=f"correct {place} in demand.yaml",
        ) from error
