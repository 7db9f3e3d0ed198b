"""Families share their credit: which feature of a family gets it is chance, which family is not.

Trained again on other data, the strongest feature of a subject stays the same for six in ten, the strongest family
for nineteen in twenty. So families rank, and their strongest feature is the detail.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from demand.contract import ContractError, FeatureMeta
from demand.models import Contributions

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class FamilyPoints:
    """Contributions summed by family.

    Parameters
    ----------
    names : (families,) in the order of their first feature
    points : (rows, families) probability points
    strongest : (rows, families) position of the feature that adds most within the family
    """

    names: tuple[str, ...]
    points: Floats
    strongest: npt.NDArray[np.int64]


def by_family(contributions: Contributions, meta: Sequence[FeatureMeta]) -> FamilyPoints:
    """Sum the points of each family.

    Raises
    ------
    ContractError
        If `meta` does not describe the contributions' features, in their order.
    """
    described = tuple(m.name for m in meta)
    if described != contributions.names:
        strange = sorted(set(described) ^ set(contributions.names))
        raise ContractError(
            found=f"contributions of {len(contributions.names)} features, meta of {len(described)}: they differ"
            + (f" in {', '.join(strange[:5])}" if strange else " in their order"),
            expected="the features the model was trained on",
            remedy="pass the model's own `meta_`",
        )
    names = tuple(dict.fromkeys(m.family for m in meta))
    points = np.empty((len(contributions), len(names)))
    strongest = np.empty((len(contributions), len(names)), dtype=np.int64)
    for i, name in enumerate(names):
        members = np.array([j for j, m in enumerate(meta) if m.family == name])
        own = contributions.points[:, members]
        points[:, i] = own.sum(axis=1)
        strongest[:, i] = members[own.argmax(axis=1)]
    return FamilyPoints(names, points, strongest)
