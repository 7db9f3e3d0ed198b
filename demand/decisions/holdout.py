"""Who is left alone so that effects can be measured: a salted hash, drawn before anything else is known.

The draw depends on the salt and the person alone: not on the night, the process, the model or who else is live. So a
person stays on one side, and whether somebody is eligible cannot depend on the side they are on. It tests the person,
not the order, because one person's orders share messages and memories.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

_BITS = 53  # a double holds these exactly


def uniform(salt: str, unit: str) -> float:
    """A number in [0, 1) for a unit, the same for ever: the first 53 bits of sha256(salt, unit)."""
    digest = hashlib.sha256(f"{salt}\x1f{unit}".encode()).digest()
    return (int.from_bytes(digest[:8], "big") >> (64 - _BITS)) / 2**_BITS


def units(subjects: Iterable[str], users: Iterable[str | None], *, by: str = "user") -> list[str]:
    """The unit that is drawn for each subject: its user (`by="user"`), or the subject where there is none."""
    if by != "user":
        return [f"subject:{s}" for s in subjects]
    return [f"user:{u}" if u is not None else f"subject:{s}" for s, u in zip(subjects, users, strict=True)]


def held_out(names: Iterable[str], *, share: float, salt: str) -> NDArray[np.bool_]:
    """Whether each unit belongs to the holdout.

    Parameters
    ----------
    names : n units, as `units` gives them
    share : of the holdout, in [0, 1); a larger share keeps everybody who was held out at a smaller one
    salt : another salt draws another holdout
    """
    drawn: dict[str, bool] = {}
    found = [drawn[n] if n in drawn else drawn.setdefault(n, uniform(salt, n) < share) for n in names]
    return np.array(found, dtype=bool)
