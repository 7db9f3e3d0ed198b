"""Features that belong together under one name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from demand.contract import ConfigError, ContractError, Problem
from features.feature import Feature, Features, checked_name


@dataclass(frozen=True, slots=True, init=False)
class FeatureSet:
    """Features that belong together under one name, with the parts of their ratios.

    Raises
    ------
    ConfigError
        If two different features have one name; lists all of them.
    """

    name: str
    features: tuple[Feature, ...]

    def __init__(self, name: str, *features: Features | Feature) -> None:
        object.__setattr__(self, "name", checked_name(name))
        object.__setattr__(self, "features", _unique(name, [f for group in features for f in _each(group)]))

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(f.name for f in self.features)

    def __repr__(self) -> str:
        return "\n".join([f"FeatureSet {self.name}:", *(f"  {f!r}" for f in self.features)])


def _each(group: Any) -> tuple[Feature, ...]:
    if isinstance(group, Feature):
        return (group,)
    if isinstance(group, Features):
        return group.items
    hint = "say what to aggregate, for example .count('30d')" if hasattr(group, "count") else "declare a feature"
    raise ContractError(found=f"{group!r} is no feature", expected="features", remedy=hint)


def _unique(name: str, declared: Sequence[Feature]) -> tuple[Feature, ...]:
    kept: dict[str, Feature] = {}
    problems = []
    own = {f.name: f for f in reversed(declared)}
    for feature in [member for f in declared for member in (*f.parts, f)]:
        if feature.name not in kept:
            # Of equal measures the one declared outright is kept: it may carry words of its own.
            first = own.get(feature.name, feature)
            kept[feature.name] = first if first.measure == feature.measure else feature
        if kept[feature.name].measure != feature.measure:
            problems.append(
                Problem(
                    found=f"two features are called {feature.name}: {kept[feature.name].measure!r} "
                    f"and {feature.measure!r}",
                    where=f"FeatureSet {name}",
                    remedy="give one of them a name: .named(...)",
                )
            )
    if problems:
        raise ConfigError(problems=problems)
    return tuple(kept.values())
