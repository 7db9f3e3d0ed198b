"""What a source declares, and a source with its rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyarrow as pa

from demand.contract.features import Text
from demand.contract.types import ColumnType, Side, SourceKind

if TYPE_CHECKING:
    from pyarrow.dataset import Dataset


@dataclass(frozen=True, slots=True)
class ColumnSpec:
    """A declared column: its type, its causal side (`before`, `contact` or `after` the request), its words.

    `values` are the words of a category's values; `is_share` says that a number is written as percent.
    """

    type: ColumnType
    side: Side
    text: Text | None = None
    values: Mapping[str, Text] = field(default_factory=dict)
    is_share: bool = False


@dataclass(frozen=True, slots=True)
class SourceSpec:
    """A source as the workspace declares it.

    `keys` are key names (`subject`, `user`, `store` ...); key k is column `k_id` of the table.
    `role` is what the shipped views look for: `messages`, `redemptions`, `stock` ...
    `text` is the noun for one or more of its rows: bookings / 预订.
    """

    name: str
    kind: SourceKind
    keys: tuple[str, ...]
    columns: Mapping[str, ColumnSpec] = field(default_factory=dict)
    role: str | None = None
    text: Text | None = None


@dataclass(frozen=True, slots=True)
class SourceTable:
    """A source with its rows: id, occurred_at, known_at, op, `<key>_id` columns, declared columns."""

    spec: SourceSpec
    table: pa.Table


@dataclass(frozen=True, slots=True)
class SourceFiles:
    """A source whose rows, with the columns of a `SourceTable`, stay in files until they are read, batch by batch."""

    spec: SourceSpec
    dataset: Dataset

    def batches(self, columns: Sequence[str], rows: int = 65_536) -> Iterator[pa.RecordBatch]:
        """Some of the columns in the order of the rows, at most so many at a time.

        Row groups of Parquet files are read one by one: a scan of the whole would be dozens of batches ahead. A
        filtered dataset cannot be taken apart, and is scanned.
        """
        from pyarrow.dataset import ParquetFileFragment, ParquetFragmentScanOptions

        try:
            fragments = self.dataset.get_fragments()
        except ValueError:
            yield from self.dataset.to_batches(
                columns=list(columns), batch_size=rows, batch_readahead=1, fragment_readahead=1, use_threads=False
            )
            return
        for fragment in fragments:
            parquet = isinstance(fragment, ParquetFileFragment)
            options = ParquetFragmentScanOptions(pre_buffer=False, use_buffered_stream=True) if parquet else None
            for piece in fragment.split_by_row_group() if parquet else [fragment]:
                yield from piece.to_batches(
                    schema=self.dataset.schema,
                    columns=list(columns),
                    batch_size=rows,
                    batch_readahead=1,
                    fragment_scan_options=options,
                )
                pa.default_memory_pool().release_unused()


@dataclass(frozen=True, slots=True)
class Roles:
    """Which sources play which part for one industry.

    `subjects` is the source its subjects come from, `changes` the change logs owned by its subjects,
    `requests` the name under which its user-started requests appear among the sources,
    `outcomes` the name under which what became of past subjects appears among them,
    `others` maps further roles (`messages`, `redemptions`, `stock` ...) to source names, `due` is the column of the
    subjects' source that says when they are due.
    """

    industry: str
    subjects: str
    changes: tuple[str, ...] = ()
    requests: str | None = None
    others: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    due: str | None = None
    outcomes: str | None = None
