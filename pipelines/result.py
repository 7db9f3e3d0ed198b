"""What every verb gives back: a frame, a summary, and the path of what it wrote."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipelines.frame import card, facts_html, table_html


@dataclass(frozen=True)
class Result:
    """The outcome of a verb.

    Parameters
    ----------
    verb : `train`, `score`, `decide` ...
    summary : what a person wants to know first, in the order of reading; quarantined rows are always among it
    table : the rows it made, as Arrow; `frame` is the same in pandas
    path : what it wrote, if it wrote a file
    """

    verb: str
    summary: Mapping[str, Any]
    table: pa.Table | None = None
    path: Path | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def frame(self) -> Any:
        """The rows as a pandas frame."""
        return None if self.table is None else self.table.to_pandas()

    def __str__(self) -> str:
        lines = [f"{key}: {value}" for key, value in self.summary.items()]
        return "\n".join(lines if self.path is None else [*lines, f"path: {self.path}"])

    def _repr_html_(self) -> str:
        facts = self.summary if self.path is None else {**self.summary, "path": self.path}
        return card(self.verb, facts_html(facts), "" if self.table is None else table_html(self.table))
