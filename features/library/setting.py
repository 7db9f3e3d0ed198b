"""What a shipped view may look at: roles, keys and columns of one industry, never rows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from demand.contract import ColumnSpec, Roles, SourceSpec, SourceTable, Text
from features.feature import RESERVED
from features.resolve import players_of
from features.vocabulary import column_text, singular, source_text


@dataclass(frozen=True)
class Setting:
    """The sources of one industry by the parts they play, and business time where it is said."""

    roles: Roles
    specs: Mapping[str, SourceSpec]
    zone: ZoneInfo | None = None

    @classmethod
    def of(cls, roles: Roles, sources: Mapping[str, SourceTable], zone: ZoneInfo | None) -> Setting:
        return cls(roles, {name: source.spec for name, source in sources.items()}, zone)

    @property
    def subjects(self) -> SourceSpec:
        return self.specs[self.roles.subjects]

    @property
    def subject(self) -> Text:
        """One subject as a noun: booking / 预订."""
        noun = source_text(self.subjects)
        return Text(singular(noun.en), noun.zh)

    @property
    def due(self) -> Text | None:
        """What the due date is called: arrival / 入住日期."""
        name = self.due_column
        return column_text(name, self.subjects.columns[name]) if name is not None else None

    @property
    def due_column(self) -> str | None:
        """The column of the subjects' source that says when they are due, as it is declared."""
        due = (self.roles.due or "").lower()
        return next((name for name in self.subjects.columns if name.lower() == due), None)

    @property
    def group_keys(self) -> tuple[str, ...]:
        """Keys that subjects share with others, apart from the user."""
        return tuple(k for k in self.subjects.keys if k not in ("subject", "user"))

    def playing(self, role: str) -> tuple[SourceSpec, ...]:
        """The sources that play a role, in the order of their names."""
        return tuple(self.specs[name] for name in sorted(players_of(self.roles).get(role, ())))

    def lacks(
        self, *, roles: tuple[str, ...] = (), keys: Mapping[str, tuple[str, ...]] | None = None
    ) -> tuple[str, ...]:
        """What is missing of roles, and of keys by the role whose sources should have them, in words."""
        missing = [f"a source with the role {r}" for r in roles if not self.playing(r)]
        for role, wanted in (keys or {}).items():
            for spec in self.playing(role):
                missing += [f"the key {k} of {spec.name}" for k in wanted if k not in spec.keys]
        return tuple(missing)


def usable_columns(spec: SourceSpec, *sides: str) -> dict[str, ColumnSpec]:
    """Columns that may become features as they are: on one of the causal sides, no text."""
    return {name: c for name, c in spec.columns.items() if c.side in sides and c.type != "text"}


def feature_name(text: str) -> str:
    """A column's name as a feature's: without odd characters, apart from the columns of a training table."""
    name = re.sub(r"\W+", "_", text).strip("_").lower()
    return f"own_{name}" if name in RESERVED or not name.isidentifier() else name
