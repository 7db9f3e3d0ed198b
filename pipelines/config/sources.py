"""Sources: the only place that names keys and causal sides."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, PrivateAttr, model_validator

from demand.contract import ColumnSpec, ColumnType, Side, SourceKind, SourceSpec, Text
from pipelines.config.fields import Duration, Name, Part, Sql, ZoneName, wrong

SIDES: tuple[Side, ...] = ("before", "contact", "after")


class ColumnConfig(Part):
    """A column: its type, the words for it, and the raw column or SQL it comes from if that has another name.

    `values` are the words of a category's values, `share` says that a number is written as percent.
    """

    type: ColumnType
    text: Text | None = None
    values: dict[str, Text] = Field(default_factory=dict)
    share: bool = False
    source: Sql | None = Field(default=None, alias="from")

    @model_validator(mode="after")
    def _words_fit_the_type(self) -> ColumnConfig:
        if self.values and self.type != "category":
            raise wrong(f"words for the values of a {self.type}", "a category", "take out `values`")
        if self.share and self.type != "number":
            raise wrong(f"a {self.type} as a share", "a number between 0 and 1", "take out `share`")
        return self


class KnownAt(Part):
    """The second clock: a column or SQL, or a stated `delay` after `occurred_at`."""

    column: Sql | None = None
    delay: Duration | None = None


def _column(value: Any) -> Any:
    return {"type": value} if isinstance(value, str) else value


def _known_at(value: Any) -> Any:
    if isinstance(value, str):
        return {"column": value}
    if isinstance(value, dict) and len(value) != 1:
        raise wrong(f"{len(value)} entries", "a column, or {delay: DURATION}", "write for example {delay: 6h}")
    return value


Columns = dict[Name, Annotated[ColumnConfig, BeforeValidator(_column)]]


class SourceConfig(Part):
    """Events, or a change log of full versions owned by the `subject` key.

    Rows come from `sql` (default `sources/NAME.sql`, over the raw tables) or from `read` (a file whose rows carry both
    clocks). `id`, `occurred_at`, `known_at`, `op`, the keys and the columns' `from` name a column of these rows or are
    row-wise SQL over them; `where` keeps rows.
    """

    kind: SourceKind
    sql: str | None = None
    read: str | None = None
    id: Sql = "id"
    occurred_at: Sql = "occurred_at"
    known_at: Annotated[KnownAt, BeforeValidator(_known_at)] = KnownAt(column="known_at")
    op: Sql | None = None
    where: Sql | None = None
    keys: dict[Name, Sql | None] = Field(default_factory=dict)
    before: Columns = Field(default_factory=dict)
    contact: Columns = Field(default_factory=dict)
    after: Columns = Field(default_factory=dict)
    role: Name | None = None
    text: Text | None = None
    timezone: ZoneName | None = None
    _name: str = PrivateAttr(default="")

    @property
    def name(self) -> str:
        """The key under `sources`."""
        return self._name

    @property
    def path(self) -> str | None:
        """The SQL file, or None for a source that is read directly."""
        return None if self.read is not None else self.sql or f"sources/{self.name}.sql"

    @property
    def delay(self) -> timedelta | None:
        return self.known_at.delay

    @property
    def columns(self) -> dict[str, tuple[Side, ColumnConfig]]:
        """Every declared column with its side, in the order of the file."""
        return {name: (side, column) for side in SIDES for name, column in getattr(self, side).items()}

    @property
    def key_names(self) -> tuple[str, ...]:
        """Keys that the source has; one declared as null is absent."""
        return tuple(key for key, column in self.keys.items() if column is not None)

    @property
    def contract_names(self) -> tuple[str, ...]:
        """The columns after the mapping."""
        return ("id", "occurred_at", "known_at", "op", *(f"{k}_id" for k in self.key_names), *self.columns)

    def to_spec(self) -> SourceSpec:
        """The source as the contract describes it."""
        columns = {
            name: ColumnSpec(c.type, side, c.text, c.values, c.share) for name, (side, c) in self.columns.items()
        }
        return SourceSpec(self.name, self.kind, self.key_names, columns, self.role, self.text)
