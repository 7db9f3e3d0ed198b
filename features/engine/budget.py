"""What computing takes in memory, told beforehand from numbers of rows and bytes; all on the safe side."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from demand.contract import BudgetError, ContractError
from features.engine.splits import Split
from features.plan import Fold

_UNITS = {"kB": 10**3, "MB": 10**6, "GB": 10**9, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30}
_LEAST = 32 * 10**6
_STRING = 24
_LARGEST_BATCH = 65_536


def parse_memory(budget: float | str) -> int:
    """Bytes of 2e9, "2 GB", "500MB" or "1.5 GiB".

    Raises
    ------
    ContractError
        If it is no size above 0.
    """
    number, factor = budget, 1
    if isinstance(budget, str):
        unit = next((unit for unit in _UNITS if budget.endswith(unit)), "")
        number, factor = budget.removesuffix(unit), _UNITS.get(unit, 0)
    try:
        size = 0 if isinstance(budget, bool) else int(float(number) * factor)
    except (TypeError, ValueError, OverflowError):
        size = 0
    if size <= 0:
        raise ContractError(
            found=f"a memory budget of {budget!r}",
            expected='a number of bytes above 0, or a text like "2 GB"',
            remedy=f'write for example 2e9 or "2 GB"; the units are {", ".join(_UNITS)}',
        )
    return size


@dataclass(frozen=True)
class Room:
    """Bytes for one step of the work."""

    bytes: int

    @classmethod
    def within(cls, budget: int, spine: int) -> Room:
        """What a budget leaves beside a spine of so many rows.

        Raises
        ------
        BudgetError
            If that is too little to work with.
        """
        room, least = budget * 3 // 4 - 64 * spine, _LEAST * 4 // 3 + 86 * spine
        if room < _LEAST:
            raise BudgetError(
                found=f"a memory budget of {budget / 1e6:,.0f} MB",
                expected=f"at least {least / 1e6:,.0f} MB for a spine of {spine:,} rows",
                remedy="raise memory_budget, or compute a part of the spine at a time: the features are the same",
            )
        return cls(room)

    def batch(self, schema: pa.Schema) -> int:
        """How many rows to read at a time."""
        return min(_LARGEST_BATCH, self.piece(schema))

    def piece(self, schema: pa.Schema) -> int:
        """How many rows to deal out to files at a time."""
        return int(max(1_024, self.bytes // (12 * width(schema))))

    def parts(self, cost: float) -> int:
        """Into how many parts work of a cost has to go, with room for parts that are larger than others."""
        return max(1, -int(-1.25 * cost // self.for_rows))

    @property
    def for_rows(self) -> int:
        """Of sources; the rest is for the rows of the spine, which may come a part at a time."""
        return self.bytes * 2 // 3

    def asked(self, split: Split) -> int:
        """How many rows of the spine may be asked at once."""
        folds = sum(len(some) for some in split.folds.values())
        each = 17 * folds + 8 * max(len(some) for some in split.folds.values()) + 60 * len(split.keys) + 100
        return int(max(1_024, (self.bytes - self.for_rows) // each))


def width(schema: pa.Schema) -> int:
    """Bytes of a row, about."""
    return sum(-(-_bits(field.type) // 8) for field in schema)


def to_settle(rows: int, size: int) -> int:
    """Bytes for finding out when each of so many rows is seen."""
    return 4 * size + 120 * rows


def to_fold(rows: int, size: int, folds: list[Fold], keys: int) -> int:
    """Bytes for folding so many rows, were they all of one key."""
    columns = len({fold.column for fold in folds if fold.column is not None and fold.function != "distinct"})
    shares = len({fold.share for fold in folds if fold.share})
    sets = len({fold.column for fold in folds if fold.function == "distinct"})
    words = 8 * (4 + columns + sets)
    return 2 * size + rows * (2 * words + 8 * (10 + 4 * (columns + shares) + 7 * sets) + 8 * keys + 40)


def _bits(type_: pa.DataType) -> int:
    try:
        return int(type_.bit_width)
    except ValueError:
        return 8 * _STRING
