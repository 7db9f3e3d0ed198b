"""The subjects of one industry, hidden traits included: arrays that grow as orders arrive, indexed by ident.

Subjects that are over leave the arrays again, the oldest first, so that a year takes no more memory than what is open;
an ident stays the same number for good.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from demand.simulator.rows import NEVER

_RESTS = 30  # days a subject stays after its end, for whoever still looks at it


class Trait:
    """One value (or one row of values) per subject, found by ident.

    `values` are those of all subjects that have not left, the first of them of ident `first`.
    """

    def __init__(self, values: NDArray[Any], first: int) -> None:
        self.values, self.first = values, first

    def __getitem__(self, ident: NDArray[np.int64]) -> NDArray[Any]:
        """The values of these subjects, as a copy."""
        return self.values[self.rows(ident)]

    def __setitem__(self, ident: NDArray[np.int64], values: Any) -> None:
        self.values[self.rows(ident)] = values

    def rows(self, ident: NDArray[np.int64]) -> NDArray[np.int64]:
        """Where these subjects are among `values`.

        Raises
        ------
        IndexError
            If one has left.
        """
        if not self.first:
            return ident
        rows = np.asarray(ident - self.first)
        if rows.min(initial=0) < 0:  # numpy would count from the end
            raise IndexError(f"a subject before {self.first} has left the simulation")
        return rows


class Population:
    """Columns of equal length, one row per subject.

    Always there: user, store, open_day, due_day, end_day (the last day on which a request may arise), known (when we
    knew of the order, microseconds), served (whether it comes to a service), base and effect (rates per scenario),
    response (how much actions help, low values: how much they hurt), closed_at, quiet_until, held_until (the last day
    on which an action waits for it), requests and reached (how often by a customer, how often by us); the industry adds
    its own traits.
    """

    def __init__(self) -> None:
        self._columns: dict[str, NDArray[Any]] = {}
        self.size = self.first = 0

    def __len__(self) -> int:
        """How many there ever were: the ident of the next one."""
        return self.size

    def __contains__(self, name: str) -> bool:
        return name in self._columns

    def __getitem__(self, name: str) -> Trait:
        return Trait(self._columns[name], self.first)

    def add(self, traits: dict[str, NDArray[Any]]) -> None:
        """Append subjects; open, untouched and without a request so far."""
        size = len(traits["open_day"])
        traits = traits | {
            "effect": np.ones_like(traits["base"]),
            "closed_at": np.full(size, NEVER),
            "quiet_until": np.zeros(size, np.int32),
            "held_until": np.zeros(size, np.int32),
            "requests": np.zeros(size, np.int32),
            "reached": np.zeros(size, np.int32),
        }
        for name, values in traits.items():
            have = self._columns.get(name)
            self._columns[name] = values if have is None else np.concatenate([have, values])
        self.size += size

    def retire(self, day: int, still: int) -> None:
        """Let the oldest subjects leave, as long as all of them have been over for weeks.

        Parameters
        ----------
        day : today
        still : the first subject of whom rows wait to become known; it and all later ones stay
        """
        if not self._columns:
            return
        last = np.maximum(self._columns["end_day"], self._columns["due_day"])
        stays = np.maximum(last, self._columns["held_until"]) >= day - _RESTS
        over = int(stays.argmax()) if stays.any() else len(stays)
        over = min(over, still - self.first)
        if over > 0:
            for name, values in self._columns.items():  # one by one: never all of them twice
                self._columns[name] = values[over:].copy()
            self.first += over

    def hold(self, ident: NDArray[np.int64], day: int) -> None:
        """Keep subjects until `day` at least: something will be done about them then."""
        self["held_until"][ident] = np.maximum(self["held_until"][ident], day)

    def opened(self, day: int) -> NDArray[np.int64]:
        """Who opened on `day`."""
        return np.arange(self.opened_before(day), self.opened_before(day + 1))

    def opened_before(self, day: int) -> int:
        """How many opened before `day`: the ident of the first who did not."""
        return self.first + int(self._columns["open_day"].searchsorted(day))

    def exposed(self, day: int) -> NDArray[np.int64]:
        """Who may raise a request on `day`: opened before it, not beyond the end, not closed by an earlier request."""
        before = self.opened_before(day) - self.first
        return self.first + np.flatnonzero(self._columns["end_day"][:before] >= day)

    def live(self, day: int, cutoff: int) -> NDArray[np.int64]:
        """Who is known and not yet due or settled at `cutoff`, an instant of `day`."""
        of = self._columns
        open_ = (of["due_day"] >= day) & (of["known"] < cutoff) & (of["settled_at"] >= cutoff)
        return self.first + np.flatnonzero(open_)
