"""What folds read of a source, and no more: conditions become truth values, all else keeps its name and type."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache

import pyarrow as pa
import pyarrow.compute as pc

from demand.contract import INSTANT, SourceFiles, SourceTable
from features.engine.encode import categories, passing
from features.plan import Base, Fold, Test

DELETED = "?deleted"
CLOCKS = ("id", "occurred_at", "known_at")
Tests = tuple[Test, ...]


@dataclass(frozen=True)
class Narrow:
    """The columns of one source that `folds` of its bases read; `conditions` are those that became columns."""

    columns: tuple[str, ...]
    conditions: Mapping[Tests, str]

    @classmethod
    def of(cls, source: str, folds: Iterable[Fold]) -> Narrow:
        columns: dict[str, None] = {}
        conditions: dict[Tests, str] = {}

        def ask(base: Base, column: str | None, *tests: Tests) -> None:
            if base.source == source:
                columns.update(dict.fromkeys(name for name in (*base.keys, base.owner, column) if name is not None))
                for some in filter(None, tests):
                    conditions.setdefault(some, f"?{len(conditions)}")

        for fold in folds:
            ask(fold.base, fold.column, fold.tests, fold.share)
            if fold.since is not None and fold.since.event is not None:
                ask(fold.since.event, None, fold.since.tests)
        return cls(tuple(c for c in columns if c not in CLOCKS), conditions)

    def rows(self, batch: pa.Table) -> pa.Table:
        """A batch of the source with these columns, and whether each row is a deletion."""
        encoded = cache(lambda name: categories(batch[name]))
        found = {name: _plain(batch[name]) for name in (*CLOCKS, *self.columns)}
        found |= {name: found[name].cast(INSTANT) for name in CLOCKS[1:]}
        found[DELETED] = pc.equal(_plain(batch["op"]), "delete")
        found |= {name: pa.array(passing(batch, tests, encoded)) for tests, name in self.conditions.items()}
        return pa.table(found).combine_chunks()

    def schema(self, batch: pa.Schema) -> pa.Schema:
        """Of `rows` over such batches."""
        return self.rows(batch.empty_table()).schema

    def fold(self, fold: Fold, since: Narrow | None) -> Fold:
        """The same fold over these rows; `since` are those of the event that its window begins with."""
        begins = fold.since
        if begins is not None and since is not None:
            begins = replace(begins, tests=since.tests(begins.tests))
        return replace(fold, tests=self.tests(fold.tests), share=self.tests(fold.share), since=begins)

    def tests(self, tests: Tests) -> Tests:
        return (Test(self.conditions[tests], "bool", "in", (True,), False),) if tests else ()


def batches(source: SourceTable | SourceFiles, columns: list[str], rows: int) -> Iterator[pa.Table]:
    """Some columns of a source, in the order of its rows, so many at a time."""
    if isinstance(source, SourceTable):
        found = source.table.select(columns).to_batches(max_chunksize=rows)
    else:
        found = source.batches(columns, rows)
    for batch in found:
        if batch.num_rows:
            yield pa.Table.from_batches([batch])


def schema_of(source: SourceTable | SourceFiles, columns: list[str]) -> pa.Schema:
    schema = source.table.schema if isinstance(source, SourceTable) else source.dataset.schema
    return pa.schema([schema.field(name) for name in columns])


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Without a dictionary, which would be written once for each bucket and batch."""
    if not pa.types.is_dictionary(column.type):
        return column
    return pa.chunked_array([c.dictionary_decode() for c in column.chunks], column.type.value_type)
