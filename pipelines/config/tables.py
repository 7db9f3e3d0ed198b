"""Raw tables: where they are read, what is derived, and when each column of a row became known."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from pipelines.config.fields import Name, Names, Part, Sql, ZoneName, wrong

NEVER = "never"


class Moment(Part):
    """Columns that became known together.

    `at` is SQL over the whole row (a DATE counts from the end of that day), or `never`: invisible to every mapping.
    `columns` are names or patterns such as `stays_*`.
    """

    at: Sql
    columns: Annotated[Names, Field(min_length=1)]


def _moments(value: Any) -> Any:
    """`known: InvoiceDate` says that whole rows became known at once."""
    if isinstance(value, str):
        return ({"at": value, "columns": ("*",)},)
    return (value,) if isinstance(value, dict) else value


def _starts(moments: tuple[Moment, ...]) -> tuple[Moment, ...]:
    if moments[0].at == NEVER:
        raise wrong("the first moment is `never`", "the moment from which the row exists", "list that one first")
    return moments


class TableConfig(Part):
    """A raw table whose rows hold several moments.

    `read` is a path (absolute, in the workspace, or with `${ENV}`), a folder, a pattern; a Python frame of the same
    name replaces it. `derive` names row-wise SQL, each seeing those before it. `row_id` lists the columns whose digest,
    with an occurrence number, identifies a row of a table without an id. The first of `known` is the row's start.
    """

    read: str | None = None
    derive: dict[Name, Sql] = Field(default_factory=dict)
    row_id: Names = ()
    known: Annotated[tuple[Moment, ...], BeforeValidator(_moments), Field(min_length=1), AfterValidator(_starts)]
    timezone: ZoneName | None = None
