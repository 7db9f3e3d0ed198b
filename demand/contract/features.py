"""Features with their meaning: a number never travels without its name, unit, source and words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import pyarrow as pa

from demand.contract.errors import ContractError

Language = Literal["en", "zh"]


@dataclass(frozen=True, slots=True)
class Text:
    """The same words in both languages of the reports."""

    en: str
    zh: str

    def __getitem__(self, language: str) -> str:
        return self.zh if language == "zh" else self.en

    def __str__(self) -> str:
        return self.en


@dataclass(frozen=True, slots=True)
class FeatureMeta:
    """What a feature means.

    Parameters
    ----------
    name : column name in the feature matrix
    family : the group that shares its credit in an explanation: `agent`, `booking`, `calendar` ...
    unit : `count`, `days`, `share`, `cents`, `rate`, `category`, `flag`, `month`, `weekday`, `number`
    source : where it comes from: `bookings.arrival`, `booking_status`
    text : what it is, as a noun phrase: "bookings of this agent in the last 365 days"
    phrase : how a reason says it, with `{value}` and the names of other features as fields:
        "{agent_cancelled_365d} of this agent's last {agent_bookings_365d} bookings were cancelled"
    actionable : whether operations can do something about it
    kind : `number` (float64 in the matrix) or `category` (string in the matrix)
    missing : what a reason says where there is no value: "no page view by this user so far"
    values : the words of a category's values, where it has any
    """

    name: str
    family: str
    unit: str
    source: str
    text: Text
    phrase: Text | None = None
    actionable: bool = False
    kind: Literal["number", "category"] = "number"
    missing: Text | None = None
    values: Mapping[str, Text] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> FeatureMeta:
        texts = {name: Text(**values[name]) for name in ("text", "phrase", "missing") if values.get(name)}
        return cls(**{**values, **texts, "values": {v: Text(**t) for v, t in values.get("values", {}).items()}})


KEYS = ("subject_id", "cutoff", "industry")


@dataclass(frozen=True)
class FeatureMatrix:
    """Rows in spine order: `subject_id, cutoff, industry`, then one column per `meta`.

    Numbers are float64, categories are strings; null is missing.
    """

    table: pa.Table
    meta: tuple[FeatureMeta, ...]

    def __post_init__(self) -> None:
        expected = [*KEYS, *(m.name for m in self.meta)]
        if self.table.column_names != expected:
            raise ContractError(
                found=f"the matrix has columns {self.table.column_names[:8]} ...",
                expected=f"{expected[:8]} ... in this order",
                remedy="build the table from the spine and the declared features",
            )

    @property
    def names(self) -> list[str]:
        return [m.name for m in self.meta]

    def __len__(self) -> int:
        return self.table.num_rows

    def to_pandas(self) -> Any:
        """The frame that models and MLflow take: keys, then features."""
        return self.table.to_pandas()
