"""A shipped view at one industry: its features, or what it lacks."""

from __future__ import annotations

from dataclasses import dataclass

from demand.contract import Text
from features.feature_set import FeatureSet


@dataclass(frozen=True, slots=True)
class ViewStatus:
    """A view of the library as `demand features list` shows it.

    `lacks` says in words what the workspace would have to declare; empty means active.
    """

    name: str
    topic: str
    text: Text
    lacks: tuple[str, ...] = ()
    features: FeatureSet | None = None

    @property
    def active(self) -> bool:
        return not self.lacks and self.features is not None

    @property
    def names(self) -> tuple[str, ...]:
        return self.features.names if self.features else ()
