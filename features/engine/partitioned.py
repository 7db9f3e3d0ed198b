"""The same engine for sources that do not fit in memory: rows go apart by key, and every part is computed alone.

    batches of a source -> files by id    -> the interval in which each version is seen (visible.py)
                        -> files by owner -> those of states, where folds ask for states
                        -> files by key   -> folds of the spine's rows with these keys (compiled_engine.py)
                        -> files of results -> columns of the matrix, in files that are looked into

A version's interval ends with the next version of its id, whatever the keys of that one, so ids come together before
keys do; likewise the rows of an owner before its states go apart. Every key is folded by itself, over its rows in one
total order, so that no number depends on how many parts there are, nor on batches. A part that is larger than the room
goes apart again, by other bits of the hash; only the rows of one key cannot.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from demand.contract import BudgetError, SourceFiles, SourceTable
from features.engine.asked import Asked
from features.engine.budget import Room, to_fold, to_settle, width
from features.engine.compiled_engine import folds_at
from features.engine.encode import Array
from features.engine.folded_files import FoldedFiles, mapped_column
from features.engine.matrix import as_column
from features.engine.narrow import CLOCKS, Narrow, batches, schema_of
from features.engine.scratch import scratch_folder
from features.engine.settled import SEEN_FROM, SEEN_TO, settled_rows, settled_schema, source_rows, state_rows
from features.engine.source_rows import SourceRows
from features.engine.spill import Bucket, Buckets, bucket_numbers, gathered, only_key
from features.engine.splits import Feed, Split, splits_of
from features.plan import Base, Fold, Plan, PlannedColumn

_MOST_FILES, _MOST_PARTS = 256, 64
Parts = Mapping[Feed, Bucket]


class PartitionedEngine:
    """Computes a plan within `memory_budget` bytes; see `features.engine.protocol.Engine`.

    The spine is not counted, nor is the table that comes back, whose columns lie in files without a name. Results are
    those of `CompiledEngine`, to the bit; `partitions`, by default as many as the budget asks for, change nothing.
    """

    def __init__(self, memory_budget: int, *, partitions: int | None = None, threads: int | None = None) -> None:
        self.memory_budget, self.partitions = memory_budget, partitions
        self.threads = threads or os.cpu_count() or 1

    def run(
        self, spine: pa.Table, sources: Mapping[str, SourceTable | SourceFiles], plan: Plan, zone: ZoneInfo
    ) -> pa.Table:
        """Compute every column of the plan at every row of the spine, in the order of both."""
        if not plan.columns:
            return spine.select([])
        room = Room.within(self.memory_budget, spine.num_rows)
        with scratch_folder() as folder:
            work = _Work(self, spine, sources, plan, zone, room, folder)
            work.settle()
            for split in work.splits:
                work.fold(split)
            return work.matrix()


@dataclass
class _Work:
    engine: PartitionedEngine
    spine: pa.Table
    sources: Mapping[str, SourceTable | SourceFiles]
    plan: Plan
    zone: ZoneInfo
    room: Room
    folder: Path

    def __post_init__(self) -> None:
        folds = self.plan.folds()
        every = [fold for some in folds.values() for fold in some]
        self.splits = splits_of(folds)
        self.read = self.plan.columns_read()
        self.narrow = {source: Narrow.of(source, every) for source in self.read}
        self.parts: dict[tuple[int, Feed], Buckets] = {}
        self.folded = FoldedFiles(self.folder, self.spine.num_rows)
        self._names = 0

    # from sources to files by key

    def settle(self) -> None:
        """Find out when each row of each source is seen, and write it where its keys belong."""
        by_id = {source: self._by_id(source) for source in self.read}
        writers = max((sum(feed[0] == source for feed in self._feeds()) for source in by_id), default=1)
        most = max(1, _MOST_FILES // (2 * writers))
        counts = [min(most, self._parts_of(split, by_id)) for split in self.splits]
        for source, buckets in by_id.items():
            self._by_key(source, buckets, counts, most)

    def _feeds(self) -> list[Feed]:
        return [feed for split in self.splits for feed in split.feeds()]

    def _by_id(self, source: str) -> list[Bucket]:
        rows, columns = self.sources[source], self.read[source]
        narrow = self.narrow[source]
        schema = narrow.schema(schema_of(rows, columns))
        n = rows.table.num_rows if isinstance(rows, SourceTable) else rows.dataset.count_rows()
        count = self._count(self.room.parts(to_settle(n, n * width(schema)) * 2 / 3))
        buckets = Buckets(self.folder, self._name(), schema, ("id",), count)
        read = (narrow.rows(batch) for batch in batches(rows, columns, self.room.batch(schema)))
        for piece in gathered(read, self.room.piece(schema)):
            buckets.write(piece)
        return buckets.close()

    def _by_key(self, source: str, by_id: list[Bucket], counts: list[int], most: int) -> None:
        schema = settled_schema(by_id[0].schema)
        mine = [(n, feed) for n, split in enumerate(self.splits) for feed in split.feeds() if feed[0] == source]
        owners = list(dict.fromkeys(owner for _, (_, owner) in mine if owner is not None))
        for n, feed in mine:
            keys, kept = self.splits[n].keys, _only(schema, self._kept(self.splits[n], feed))
            self.parts[n, feed] = Buckets(self.folder, self._name(), kept, keys, counts[n])
        total = sum(bucket.rows for bucket in by_id), sum(bucket.bytes for bucket in by_id)
        few = min(most, self._count(self.room.parts(to_settle(*total) * 2 / 3)))
        states = {owner: Buckets(self.folder, self._name(), schema, (owner,), few) for owner in owners}
        for bucket in by_id:
            for part in self._fitting({(source, None): bucket}, ("id",), _settling):
                self._send(settled_rows(part[source, None]), source, None, states)
        for owner, waiting in states.items():
            for bucket in waiting.close():
                for part in self._fitting({(source, owner): bucket}, (owner,), _settling):
                    self._send(state_rows(part[source, owner], owner), source, owner, {})
        for n, feed in mine:
            self.parts[n, feed].close()

    def _send(self, rows: pa.Table, source: str, owner: str | None, states: Mapping[str, Buckets]) -> None:
        """Rows with their intervals to all that wait for them, a piece at a time."""
        waiting = [to for (_, feed), to in self.parts.items() if feed == (source, owner)] + list(states.values())
        step = self.room.piece(rows.schema)
        for start in range(0, rows.num_rows, step):
            for to in waiting:
                to.write(rows.slice(start, step))
        pa.default_memory_pool().release_unused()

    # from files by key to results

    def fold(self, split: Split) -> None:
        """Every fold of a split at every row of the spine."""
        number = self.splits.index(split)
        feeds = {feed: self.parts[number, feed].buckets for feed in split.feeds()}
        count = len(next(iter(feeds.values())))
        of = bucket_numbers(self.spine, split.keys, count)
        self.folded.declare([fold for some in split.folds.values() for fold in some])

        def cost(parts: Parts) -> int:
            return sum(self._folding(split, feed, bucket.rows, bucket.bytes) for feed, bucket in parts.items())

        for number in range(count):
            places = np.flatnonzero(of == number)
            for part, here in self._fitting_places(split, {f: b[number] for f, b in feeds.items()}, places, cost):
                self._fold_part(split, part, here)

    def _fitting_places(
        self, split: Split, parts: Parts, places: Array, cost: Callable[[Parts], int], level: int = 1
    ) -> Iterator[tuple[Parts, Array]]:
        """Parts that fit, with the rows of the spine that ask for them; parts that nobody asks for are left out."""
        if not places.size:
            _delete(parts)
            return
        if cost(parts) <= self.room.for_rows:
            yield parts, places
            return
        further = self._apart(parts, split.keys, cost(parts), level)
        of = bucket_numbers(self.spine.select(list(split.keys)).take(pa.array(places)), split.keys, len(further), level)
        for number, part in enumerate(further):
            yield from self._fitting_places(split, part, places[of == number], cost, level + 1)

    def _fold_part(self, split: Split, parts: Parts, places: Array) -> None:
        read: dict[Base, SourceRows] = {}
        for feed, bases in split.feeds().items():
            rows = source_rows(parts[feed], feed[1])
            read |= dict.fromkeys(bases, rows)
        _delete(parts)
        folds = {fold: self._narrowed(fold) for some in split.folds.values() for fold in some}
        plan = Plan(tuple(PlannedColumn("", "number", fold) for fold in folds.values()))
        columns = list(dict.fromkeys(("cutoff", *(key for base in split.folds for key in base.keys))))
        step = self.room.asked(split)
        for start in range(0, places.size, step):
            here = places[start : start + step]
            asked = Asked(self.spine.select(columns).take(pa.array(here)), plan, self.zone)
            found = folds_at(asked, read, plan.folds(), self.engine.threads)
            self.folded.write(list(folds), here, [found[fold] for fold in folds.values()], asked)
        pa.default_memory_pool().release_unused()

    def matrix(self) -> pa.Table:
        """The columns of the plan, each in a file that is looked into."""
        asked = Asked(self.spine, Plan(()), self.zone)
        return pa.table(
            {
                column.name: mapped_column(self.folder / self._name(), as_column(column, self.folded, asked))
                for column in self.plan.columns
            }
        )

    # parts that fit

    def _fitting(
        self, parts: Parts, keys: tuple[str, ...], cost: Callable[[Parts], int], level: int = 1
    ) -> Iterator[Parts]:
        if cost(parts) <= self.room.bytes:
            yield parts
        else:
            for part in self._apart(parts, keys, cost(parts), level):
                yield from self._fitting(part, keys, cost, level + 1)
        _delete(parts)

    def _apart(self, parts: Parts, keys: tuple[str, ...], cost: int, level: int) -> list[Parts]:
        """Parts by other bits of the hash."""
        pieces = min(self.room.piece(bucket.schema) for bucket in parts.values())
        if (one := only_key(parts.values(), keys, pieces)) is not None:
            needed = cost * self.engine.memory_budget / self.room.for_rows
            whose = ", ".join(f"{key} {value!r}" for key, value in one.items()) or "everybody"
            raise BudgetError(
                found=f"the rows of {whose} take about {cost / 1e6:,.0f} MB, and are folded together",
                expected=f"a memory budget of about {needed / 1e6:,.0f} MB",
                remedy="raise memory_budget, or leave out the features over these keys",
            )
        count = min(_MOST_PARTS, max(2, self.room.parts(cost)))
        found: dict[Feed, list[Bucket]] = {}
        for feed, bucket in parts.items():
            further = Buckets(self.folder, self._name(), bucket.schema, keys, count, level)
            for rows in bucket.tables(self.room.piece(bucket.schema)):
                further.write(rows)
            found[feed] = further.close()
            bucket.delete()
        return [{feed: buckets[number] for feed, buckets in found.items()} for number in range(count)]

    def _parts_of(self, split: Split, by_id: Mapping[str, list[Bucket]]) -> int:
        if not split.keys:
            return 1
        cost = 0
        for feed in split.feeds():
            buckets = by_id[feed[0]]
            cost += self._folding(split, feed, sum(b.rows for b in buckets), sum(b.bytes for b in buckets))
        return self._count(self.room.parts(cost))

    def _folding(self, split: Split, feed: Feed, rows: int, size: int) -> int:
        folds = [fold for base in split.feeds()[feed] for fold in split.folds.get(base, [])]
        return to_fold(rows, size, folds, len({key for base in split.folds for key in base.keys}))

    def _count(self, parts: int) -> int:
        return self.engine.partitions or min(parts, _MOST_PARTS)

    def _kept(self, split: Split, feed: Feed) -> set[str]:
        """The columns that a feed's folds read, and those by which it goes apart."""
        source, narrow = feed[0], self.narrow[feed[0]]
        folds = [f for some in split.folds.values() for f in some]
        own = Narrow.of(source, folds)
        return {*CLOCKS, SEEN_FROM, SEEN_TO, *split.keys, *own.columns, *(narrow.conditions[t] for t in own.conditions)}

    def _narrowed(self, fold: Fold) -> Fold:
        event = fold.since.event if fold.since is not None else None
        return self.narrow[fold.base.source].fold(fold, self.narrow[event.source] if event is not None else None)

    def _name(self) -> str:
        self._names += 1
        return f"rows-{self._names}"


def _delete(parts: Parts) -> None:
    for bucket in parts.values():
        bucket.delete()


def _settling(parts: Parts) -> int:
    return sum(to_settle(bucket.rows, bucket.bytes) for bucket in parts.values())


def _only(schema: pa.Schema, names: set[str]) -> pa.Schema:
    return pa.schema([field for field in schema if field.name in names])
