"""What a backtest of one industry works on: features over the whole grid, computed once, and what each reads."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from features import FeatureSet, columns_read
from pipelines.training.examples import Examples, build_examples
from pipelines.workspace import Workspace

Read = tuple[str, str]


@dataclass(frozen=True)
class Material:
    """One industry, ready to be cut into folds.

    Parameters
    ----------
    label_as_of : until when requests are known
    examples : every matured row up to then
    reads : feature -> the (source, column) pairs it is made of; the column is empty where only the rows count
    """

    ws: Workspace
    industry: str
    label_as_of: datetime
    examples: Examples
    reads: Mapping[str, frozenset[Read]]

    def columns(self) -> dict[str, list[str]]:
        """`source.column` -> the features that read it, in the order of the features."""
        found: dict[str, list[str]] = {}
        for feature in (m.name for m in self.examples.meta):
            for source, column in sorted(self.reads[feature]):
                if column:
                    found.setdefault(f"{source}.{self._declared(column)}", []).append(feature)
        return found

    def columns_of(self, features: Collection[str]) -> list[str]:
        """The columns that some features read; a feature that reads none (days to due) stands for itself."""
        named = [column for column, readers in self.columns().items() if set(readers) & set(features)]
        alone = [f for f in features if not any(column for _, column in self.reads[f])]
        return [*named, *alone]

    @staticmethod
    def _declared(column: str) -> str:
        """Keys by the name that the workspace gives them."""
        return column.removesuffix("_id")


def gather(ws: Workspace, industry: str, *, moment: datetime | None, extra: Sequence[FeatureSet] = ()) -> Material:
    """Everything known about an industry at `moment`, or at all."""
    known = ws.label_as_of(industry)
    label_as_of = known if moment is None else min(known, moment)
    examples = build_examples(ws, industry, label_as_of=label_as_of, extra=extra)
    specs = {name: source.spec for name, source in ws.feature_sources(industry).items()}
    sets = [*ws.feature_sets(industry), *extra]
    reads = columns_read(sets, specs, ws.roles(industry), examples.spine.column_names)
    return Material(ws, industry, label_as_of, examples, reads)
