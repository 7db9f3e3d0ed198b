"""Which moment each column of a raw table belongs to: exactly one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from demand.contract import Problem
from pipelines.config import TableConfig, did_you_mean


def assign_moments(
    settings: TableConfig, columns: Sequence[str], *, where: str
) -> tuple[dict[str, int], list[Problem]]:
    """The index in `known` of every column.

    Parameters
    ----------
    settings : the table's declaration
    columns : the columns there are, raw and derived
    where : the place of the table in the file

    Returns
    -------
    column -> index, and the problems: a column without a moment or with two, a name that matches no column
    """
    problems: list[Problem] = []
    owners: dict[str, list[int]] = {column: [] for column in columns}
    for i, moment in enumerate(settings.known):
        for pattern in moment.columns:
            matches = match_columns([pattern], columns)
            if not matches:
                found = f"no column `{pattern}`"
                problems.append(Problem(found, f"{where}.known[{i}].columns", did_you_mean(pattern, columns)))
            for column in matches:
                owners[column].append(i)
    for column, indices in owners.items():
        distinct = sorted(set(indices))
        if not distinct:
            remedy = f"list `{column}` under the moment from which it could be seen, or under {{at: never}}"
            problems.append(
                Problem(f"column `{column}` has no moment", f"{where}.known", remedy, "exactly one for every column")
            )
        elif len(distinct) > 1:
            moments = " and ".join(settings.known[i].at for i in distinct)
            problems.append(Problem(f"column `{column}` has several moments: {moments}", f"{where}.known", "keep one"))
    return {column: indices[0] for column, indices in owners.items() if indices}, problems


def identity_columns(
    settings: TableConfig, columns: Sequence[str], moments: dict[str, int], *, where: str
) -> tuple[list[str], list[Problem]]:
    """The columns of `row_id`, all of them known from the row's start."""
    problems: list[Problem] = []
    chosen: list[str] = []
    for pattern in settings.row_id:
        matches = match_columns([pattern], columns)
        if not matches:
            problems.append(Problem(f"no column `{pattern}`", f"{where}.row_id", did_you_mean(pattern, columns)))
        chosen += [c for c in matches if c not in chosen]
    for late in (c for c in chosen if moments.get(c, 0) != 0):
        found = f"`{late}` is known later than the row ({settings.known[moments[late]].at})"
        remedy = "use columns of the first moment only: a row must keep its id while it fills"
        problems.append(Problem(found, f"{where}.row_id", remedy))
    return chosen, problems


def match_columns(patterns: Iterable[str], columns: Sequence[str]) -> list[str]:
    """The columns that match any of the patterns, without regard to case, in the table's order."""
    lowered = [p.lower() for p in patterns]
    return [c for c in columns if any(c.lower() == p or fnmatchcase(c.lower(), p) for p in lowered)]
