"""The subjects of one industry, hidden traits included: arrays that grow as orders arrive, indexed by ident."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from demand.simulator.rows import NEVER


class Population:
    """Columns of equal length, one row per subject.

    Always there: user, store, open_day, due_day, end_day (the last day on which a request may arise), known (when we
    knew of the order, microseconds), base and effect (rates per scenario), response (how much actions help, low
    values: how much they hurt), closed_at, quiet_until, requests and reached
    (how often by a customer, how often by us); the industry adds its own traits.
    """

    def __init__(self) -> None:
        self._columns: dict[str, NDArray[Any]] = {}
        self.size = 0

    def __len__(self) -> int:
        return self.size

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self._columns[name]

    def add(self, traits: dict[str, NDArray[Any]]) -> None:
        """Append subjects; open, untouched and without a request so far."""
        size = len(traits["open_day"])
        traits = traits | {
            "effect": np.ones_like(traits["base"]),
            "closed_at": np.full(size, NEVER),
            "quiet_until": np.zeros(size, np.int64),
            "requests": np.zeros(size, np.int64),
            "reached": np.zeros(size, np.int64),
        }
        for name, values in traits.items():
            have = self._columns.get(name)
            self._columns[name] = values if have is None else np.concatenate([have, values])
        self.size += size

    def exposed(self, day: int) -> NDArray[np.int64]:
        """Who may raise a request on `day`: opened before it, not beyond the end, not closed by an earlier request."""
        return np.flatnonzero((self["open_day"] < day) & (day <= self["end_day"]))
