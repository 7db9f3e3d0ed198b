"""By which keys the rows of a plan may go apart, so that every key's rows stay together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from features.engine.compiled_engine import read_by
from features.plan import Base, Fold

Feed = tuple[str, str | None]
"""Rows of a source, or the states of an owner in it that have to be made before its rows go apart."""


@dataclass(frozen=True)
class Split:
    """Folds whose rows, and whose rows of the spine, go apart by `keys`; without keys they do not."""

    keys: tuple[str, ...]
    folds: Mapping[Base, list[Fold]]

    def feed(self, base: Base) -> Feed:
        """States of the very key by which rows go apart can be made where the rows arrive."""
        return base.source, None if (base.owner,) == self.keys else base.owner

    def feeds(self) -> dict[Feed, list[Base]]:
        found: dict[Feed, list[Base]] = {}
        for base in read_by(self.folds):
            found.setdefault(self.feed(base), []).append(base)
        return found


def splits_of(folds: Mapping[Base, list[Fold]]) -> list[Split]:
    """As few as may be: folds of several keys go along with one of these keys, where it is asked for alone as well."""
    alone = {base.keys for base in folds if len(base.keys) == 1}
    found: dict[tuple[str, ...], dict[Base, list[Fold]]] = {}
    for base, some in folds.items():
        shared = next(((key,) for key in base.keys if (key,) in alone), base.keys)
        found.setdefault(shared, {})[base] = some
    return [Split(keys, some) for keys, some in found.items()]
