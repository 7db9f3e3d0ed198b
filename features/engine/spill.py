"""Rows that do not fit in memory, in files by the hash of a key: written batch by batch, read back bucket by bucket."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from features.engine.encode import Array, string_bytes, whole
from features.engine.word_kernels import hash_words

_ODD = np.uint64(0x9E3779B97F4A7C15)
_MIX = np.uint64(0xBF58476D1CE4E5B9)


class Bucket:
    """A file of rows; `rows` of them, which take `bytes` in memory."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self.path, self.schema, self.rows, self.bytes = path, schema, 0, 0
        self._writer: pa.RecordBatchWriter | None = None

    def write(self, rows: pa.Table) -> None:
        if rows.num_rows == 0:
            return
        if self._writer is None:
            self._writer = pa.ipc.new_stream(str(self.path), self.schema)
        self._writer.write_table(rows)
        self.rows += rows.num_rows
        self.bytes += rows.nbytes

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def tables(self, rows: int) -> Iterator[pa.Table]:
        """The rows in the order of writing, about so many at a time."""
        if self.rows:
            with pa.OSFile(str(self.path)) as file, pa.ipc.open_stream(file) as stream:
                yield from gathered((pa.Table.from_batches([batch]) for batch in stream), rows)

    def table(self) -> pa.Table:
        """All rows, each column in one piece."""
        return pa.concat_tables([self.schema.empty_table(), *self.tables(self.rows)]).combine_chunks()

    def delete(self) -> None:
        self.path.unlink(missing_ok=True)


class Buckets:
    """Rows on their way into `count` files, as the hash of some columns says.

    With another `level` the same rows go apart in another way, so that a bucket can be split again.
    """

    def __init__(
        self, folder: Path, name: str, schema: pa.Schema, keys: Sequence[str], count: int, level: int = 0
    ) -> None:
        self.keys, self.count, self.level = keys, count, level
        self.buckets = [Bucket(folder / f"{name}-{number}.arrows", schema) for number in range(count)]
        self._names = schema.names

    def write(self, rows: pa.Table) -> None:
        """Rows without a key are left out: they belong to nobody."""
        rows = rows.select(self._names)
        of = bucket_numbers(rows, self.keys, self.count, self.level)
        order = np.argsort(of, kind="stable")[np.count_nonzero(of < 0) :]
        rows = rows.take(pa.array(order))
        ends = np.cumsum(np.bincount(of[order], minlength=self.count))
        for bucket, start, end in zip(self.buckets, [0, *ends[:-1].tolist()], ends.tolist(), strict=True):
            bucket.write(rows.slice(start, end - start))

    def close(self) -> list[Bucket]:
        for bucket in self.buckets:
            bucket.close()
        return self.buckets


def gathered(tables: Iterable[pa.Table], rows: int) -> Iterator[pa.Table]:
    """The same rows, about so many at a time: what is dealt out to many files should not come in small pieces."""
    held: list[pa.Table] = []
    for table in tables:
        held.append(table)
        if sum(some.num_rows for some in held) >= rows:
            yield pa.concat_tables(held).combine_chunks()
            held = []
    if held:
        yield pa.concat_tables(held).combine_chunks()


def bucket_numbers(rows: pa.Table, keys: Sequence[str], count: int, level: int = 0) -> Array:
    """In which of `count` buckets each row belongs by its keys, int16; -1 where a key is null."""
    mixed, missing = key_hashes(rows, keys)
    mixed = (mixed + np.array([level + 1], np.uint64) * _ODD) * _MIX
    mixed ^= mixed >> np.uint64(31)
    mixed *= _MIX
    found = ((mixed >> np.uint64(33)) % np.uint64(count)).astype(np.int16)
    found[missing] = -1
    return found


def key_hashes(rows: pa.Table, keys: Sequence[str]) -> tuple[Array, Array]:
    """64 bits of the keys of each row, and which rows lack one."""
    mixed, missing = np.zeros(rows.num_rows, np.uint64), np.zeros(rows.num_rows, np.bool_)
    for key in keys:
        start = 0
        for chunk in rows[key].chunks:
            part = slice(start, start + len(chunk))
            start += len(chunk)
            mixed[part] = mixed[part] * _ODD + _hashes(chunk)
            if chunk.null_count:
                missing[part] |= np.asarray(chunk.is_null())
    return mixed, missing


def only_key(buckets: Iterable[Bucket], keys: Sequence[str], rows: int) -> dict[str, str] | None:
    """The only key in some buckets; None if there are more."""
    first, found = None, {}
    for bucket in buckets:
        for piece in bucket.tables(rows):
            hashes, _ = key_hashes(piece, keys)
            if first is None:
                first, found = hashes[0], {key: piece[key][0].as_py() for key in keys}
            if np.any(hashes != first):
                return None
    return found


def _hashes(chunk: pa.Array) -> Array:
    if not pa.types.is_dictionary(chunk.type):
        return np.asarray(hash_words(*string_bytes(chunk)))
    of_values = np.append(_hashes(whole(chunk.dictionary)), np.uint64(0))
    places = chunk.indices.cast(pa.int64()).fill_null(len(chunk.dictionary)).to_numpy(zero_copy_only=False)
    return np.asarray(of_values[places])
