"""From candidates to outcomes: promises first, then whoever is not held out, under what is left.

candidates ── contractual ──> allocate ──┐
    └──────── the others ── holdout ──> allocate ──> one outcome per subject, one code per candidate
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from demand.decisions import reasons
from demand.decisions.allocation import Allocation, allocate
from demand.decisions.holdout import held_out, units
from demand.decisions.limits import History, Holdout, Limits
from demand.decisions.offers import UNLIMITED, Offers, Room

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Selection:
    """What becomes of n candidates.

    Parameters
    ----------
    codes : (n) one reason code per candidate
    arms : (n) treat, holdout or blocked for the candidate that its subject's decision is about, empty for the others
    reserved : (n) cents taken from the fund
    bound, gain : of the discretionary part, in cents
    fund_price, pool_prices : gain of one more cent, of one more action of a pool
    """

    codes: NDArray[np.object_]
    arms: NDArray[np.object_]
    reserved: NDArray[np.int64]
    gain: int
    bound: float
    fund_price: float
    pool_prices: dict[str, float]


def select(considered: pa.Table, limits: Limits, holdout: Holdout, history: History) -> Selection:
    """Choose among candidates in the schema `CONSIDERED`, sorted by subject and intervention."""
    market = _Market(considered)
    eligible = considered["eligible"].to_numpy()
    contractual = considered["contractual"].to_numpy()
    held = _held(considered, holdout)
    room = market.room(limits, history)
    promised = eligible & contractual
    first = market.allocate(promised, room, promised=True)
    served = np.isin(market.subject, market.subject[first.chosen])
    room = market.less(room, first)
    second = market.allocate(eligible & ~contractual & ~served & ~held, room, promised=False)
    codes = np.array(considered["reason_code"].to_pylist(), dtype=object)
    arms = np.full(len(codes), "", dtype=object)
    refused = np.where(first.refused != "", first.refused, second.refused)
    chosen = first.chosen | second.chosen
    waits = considered["needs_approval"].to_numpy()
    for rows in _groups(market.subject, eligible):
        _settle(rows, codes, arms, chosen, refused, held, contractual, market.gain, waits)
    return Selection(
        codes=codes,
        arms=arms,
        reserved=first.reserved + second.reserved,
        gain=second.gain,
        bound=second.bound,
        fund_price=second.fund_price,
        pool_prices={market.pools[k]: v for k, v in second.pool_prices.items()},
    )


def _settle(
    rows: Rows,
    codes: NDArray[np.object_],
    arms: NDArray[np.object_],
    chosen: NDArray[np.bool_],
    refused: NDArray[np.object_],
    held: NDArray[np.bool_],
    contractual: NDArray[np.bool_],
    gain: NDArray[np.int64],
    waits: NDArray[np.bool_],
) -> None:
    """Give the eligible candidates of one subject their codes, and one of them the subject's arm."""
    taken = rows[chosen[rows]]
    free = rows[~contractual[rows]]
    if len(taken):
        about, arm, code = int(taken[0]), "treat", reasons.APPROVAL_REQUIRED if waits[taken[0]] else reasons.OK
        codes[rows] = reasons.LOWER_VALUE
    elif held[rows[0]] and len(free):
        about, arm, code = int(free[np.argmax(gain[free])]), "holdout", reasons.HOLDOUT
        codes[rows] = np.where(contractual[rows], refused[rows], reasons.LOWER_VALUE)
    else:
        about, arm = int(rows[np.argmax(gain[rows])]), "blocked"
        codes[rows] = refused[rows]
        code = str(refused[about])
    arms[about], codes[about] = arm, code


class _Market:
    """Candidates as numbers: subjects, pools, users, gains and what they draw on the fund."""

    def __init__(self, considered: pa.Table) -> None:
        self.n = considered.num_rows
        self.subject = _numbers(considered["subject_id"])[0]
        self.value = considered["value_cents"].to_numpy()
        self.gain = self.value - considered["cost_cents"].to_numpy()
        draws = considered["fund"].is_valid().to_numpy()
        sent, liability = considered["sent_cents"].to_numpy(), considered["liability_cents"].to_numpy()
        p = considered["probability"].to_numpy()
        self.mean = np.where(draws, considered["cost_cents"].to_numpy(), 0)
        self.worst = np.where(draws, sent + liability, 0)
        self.variance = np.where(draws, liability.astype(np.float64) ** 2 * p * (1 - p), 0.0)
        self.pool, self.pools = _numbers(considered["pool"])
        self.user, self.users = _numbers(considered["user_id"])
        self.user = np.where(considered["message"].to_numpy(), self.user, -1)
        self.message_room = considered["message_room"].to_numpy()

    def room(self, limits: Limits, history: History) -> Room:
        """What is left of the limits after what other decisions of this night took."""
        fund = None if limits.fund_cents is None else max(0, limits.fund_cents - history.reserved_cents)
        pools = [
            max(0, limits.capacities[p] - history.used.get(p, 0)) if p in limits.capacities else UNLIMITED
            for p in self.pools
        ]
        users = np.full(len(self.users), UNLIMITED, dtype=np.int64)
        counted = (self.user >= 0) & (self.message_room >= 0)
        np.minimum.at(users, self.user[counted], self.message_room[counted])
        return Room(fund, np.array(pools, dtype=np.int64), users)

    def less(self, room: Room, taken: Allocation) -> Room:
        """What is left of the room after an allocation."""
        fund = None if room.fund is None else room.fund - int(taken.reserved.sum())
        pools, users = room.pools.copy(), room.users.copy()
        np.subtract.at(pools, self.pool[taken.chosen & (self.pool >= 0)], 1)
        np.subtract.at(users, self.user[taken.chosen & (self.user >= 0)], 1)
        return Room(fund, pools, users)

    def allocate(self, rows: NDArray[np.bool_], room: Room, *, promised: bool) -> Allocation:
        """Allocate among some candidates; the answer is about all n. Promises are kept in the order of their value."""
        numbers = np.unique(self.subject[rows], return_inverse=True)[1]
        gain = np.maximum(self.value, 0) + 1 if promised else self.gain
        offers = Offers(
            subject=numbers.astype(np.int64),
            gain=gain[rows],
            mean=self.mean[rows],
            worst=self.worst[rows],
            variance=self.variance[rows],
            pool=self.pool[rows],
            user=self.user[rows],
        )
        found = allocate(offers, room)
        return Allocation(
            chosen=_spread(rows, found.chosen, False),
            reserved=_spread(rows, found.reserved, 0),
            refused=_spread(rows, found.refused, ""),
            gain=found.gain,
            bound=found.bound,
            fund_price=found.fund_price,
            pool_prices=found.pool_prices,
        )


def _held(considered: pa.Table, holdout: Holdout) -> NDArray[np.bool_]:
    names = units(considered["subject_id"].to_pylist(), considered["user_id"].to_pylist(), by=holdout.by)
    return held_out(names, share=holdout.share, salt=holdout.salt)


def _groups(subject: Rows, eligible: NDArray[np.bool_]) -> Sequence[Rows]:
    """The eligible rows of each subject that has any."""
    rows = np.flatnonzero(eligible)
    return np.split(rows, np.flatnonzero(np.diff(subject[rows])) + 1) if len(rows) else []


def _numbers(column: pa.ChunkedArray) -> tuple[Rows, list[str]]:
    """Each value as the number of its first place, -1 for null; and the values."""
    encoded = column.combine_chunks().dictionary_encode()
    encoded = encoded.combine_chunks() if isinstance(encoded, pa.ChunkedArray) else encoded
    return encoded.indices.fill_null(-1).to_numpy().astype(np.int64), encoded.dictionary.to_pylist()


def _spread(rows: NDArray[np.bool_], values: NDArray, empty: object) -> NDArray:
    full = np.full(len(rows), empty, dtype=values.dtype)
    full[rows] = values
    return full
