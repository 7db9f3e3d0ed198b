"""One night of one table, replaced whole.

    store = Store(ws.state / "store")
    store.replace("scores", as_of=night, rows=scores, run_id=run_id)     # again and again: the same night
    store.read("scores", as_of=night)

Each table is a Delta table partitioned by the moment asked for. A replacement is one commit of the Delta log: a
process killed before it leaves the former night, killed after it the new one, never something between.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from deltalake import CommitProperties, DeltaTable, write_deltalake
from deltalake.exceptions import CommitFailedError, DeltaError, TableNotFoundError

from demand.contract import INSTANT, TABLES, BusyError, ContractError, StateError, conform
from pipelines.delta import delta_dataset
from pipelines.disk import disk_refusal
from pipelines.store.cleaning import remove_partial_files

_AS_OF, _PART, _ROW = "_as_of", "_part", "_row"
_STAMP = "%Y%m%dT%H%M%S.%fZ"
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_ATTEMPTS = 5
_UPKEEP = 25  # versions between two cleanings
# A Delta table forgets a night of no rows; one row with this number keeps the memory that it was written.
_EMPTY_NIGHT = -1


class Store:
    """The Delta tables under one folder.

    Parameters
    ----------
    path : the folder; made when the first table is written
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)

    def replace(self, table: str, *, as_of: datetime, rows: pa.Table, run_id: str, part: str = "all") -> None:
        """Replace one night of a table in one commit; the same rows again leave the same night.

        Parameters
        ----------
        table : a name of the contract (its schema is enforced, further columns are kept), or any other name
        as_of : the moment asked for, with a time zone
        rows : what the night is from now on; may be empty
        run_id : who wrote it, kept in the Delta log
        part : replace only this part of the night (`runs` has one per verb)

        Raises
        ------
        ContractError
            If the rows break the schema, or `as_of` has no time zone.
        BusyError
            If another process keeps replacing the same night.
        """
        self.replace_nights(table, {as_of: rows}, run_id=run_id, part=part)

    def replace_nights(
        self, table: str, nights: Mapping[datetime, pa.Table], *, run_id: str, part: str = "all"
    ) -> None:
        """Replace several nights of a table in one commit: all of them, or none; see `replace`."""
        if not nights:
            return
        name, part = _checked(_NAME, table, "table"), _checked(_NAME, part, "part")
        rows = {_stamp(as_of): _valid(table, of_night) for as_of, of_night in nights.items()}
        written = pa.concat_tables(
            [_with_place(of_night, stamp, part) for stamp, of_night in rows.items()], promote_options="default"
        )
        commit = CommitProperties(custom_metadata={"run_id": run_id}, max_commit_retries=_ATTEMPTS)
        self._open(name)  # a damaged or foreign table is refused before anything is written
        folders = [self.path / name / f"{_AS_OF}={stamp}" / f"{_PART}={part}" for stamp in rows]
        before = {folder: set(folder.glob("*")) if folder.is_dir() else set() for folder in folders}
        among = ", ".join(f"'{stamp}'" for stamp in rows)
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                write_deltalake(
                    str(self.path / name),
                    written,
                    mode="overwrite",
                    partition_by=[_AS_OF, _PART],
                    predicate=f"{_AS_OF} IN ({among}) AND {_PART} = '{part}'",
                    schema_mode="merge",
                    commit_properties=commit,
                )
                break
            except CommitFailedError as error:
                if attempt == _ATTEMPTS:
                    raise BusyError(
                        found=f"another process is replacing {table} at {min(nights).isoformat()}: {error}",
                        expected="one writer a night",
                        remedy="wait for it, or end it, and run again",
                    ) from error
            except (OSError, DeltaError) as error:
                for folder, files in before.items():
                    _take_back(folder, files)
                raise disk_refusal(error, self.path / name) or _damaged(self.path / name, error) from error
        delta = self._open(name)
        if delta is not None and delta.version() % _UPKEEP == 0:
            self.clean(name)

    def read(
        self,
        table: str,
        *,
        as_of: datetime | None = None,
        columns: Sequence[str] | None = None,
        part: str | None = None,
    ) -> pa.Table:
        """The rows of one night in the order they were written, or of all nights, oldest first.

        The columns are the contract's, then further ones, then `as_of` where the contract has none.
        A table that was never written is empty.

        Raises
        ------
        StateError
            If that night was never written.
        """
        delta = self._open(table)
        if as_of is not None and not _holds(delta, as_of, part):
            newest = self.moments(table)[-3:]
            raise StateError(
                found=f"the store has no {table} at {as_of.isoformat()}",
                expected=f"one of {', '.join(m.isoformat() for m in newest)}" if newest else f"{table} of any night",
                remedy="run the verb that writes it for this moment, or ask for another --as-of",
            )
        if delta is None:
            rows = TABLES[table].empty_table() if table in TABLES else pa.table({})
            rows = pa.table({n: rows[n] for n in rows.column_names})  # nullable, like rows that were read
            stamps = pa.chunked_array([], pa.string())
        else:
            where: list[tuple[str, str, str]] = [(_AS_OF, "=", _stamp(as_of))] if as_of is not None else []
            where += [(_PART, "=", part)] if part is not None else []
            try:
                found = delta_dataset(delta, self.path / table, where=where).to_table()
            except (OSError, pa.ArrowException, DeltaError) as error:
                raise _damaged(self.path / table, error) from error
            found = _in_order(found.filter(pc.not_equal(found[_ROW], _EMPTY_NIGHT)))
            stamps = found[_AS_OF]
            rows = found.drop_columns([_AS_OF, _PART, _ROW])
            rows = conform(_plain(rows), table) if table in TABLES else _plain(rows)
        if "as_of" not in rows.column_names:
            rows = rows.append_column("as_of", _moments(stamps))
        return rows if columns is None else rows.select(list(columns))

    def has(self, table: str, as_of: datetime, *, part: str | None = None) -> bool:
        """Whether this night of the table was written, be it with no rows."""
        return _holds(self._open(table), as_of, part)

    def moments(self, table: str) -> list[datetime]:
        """The nights that the table holds, oldest first."""
        return sorted({_moment(p[_AS_OF]) for p in _places(self._open(table))})

    def tables(self) -> list[str]:
        """The names of the tables that were written."""
        if not self.path.is_dir():
            return []
        return sorted(p.name for p in self.path.iterdir() if (p / "_delta_log").is_dir() and self._open(p.name))

    def clean(self, table: str, *, older_than_hours: float = 24.0) -> int:
        """Delete files of killed writers and of replaced nights; returns how many were deleted.

        Readers that opened the table longer ago than `older_than_hours` may lose their files.
        """
        delta = self._open(table)
        return 0 if delta is None else remove_partial_files(delta, older_than_hours=older_than_hours)

    def _open(self, table: str) -> DeltaTable | None:
        path = self.path / _checked(_NAME, table, "table")
        if not (path / "_delta_log").is_dir():
            return None
        try:
            delta = DeltaTable(str(path))
        except TableNotFoundError:  # a writer was killed before its first commit
            return None
        except (OSError, DeltaError) as error:
            raise disk_refusal(error, path) or _damaged(path, error) from error
        if delta.metadata().partition_columns != [_AS_OF, _PART]:
            raise StateError(
                found=f"{path} is a table that this toolkit did not write",
                expected=f"a table partitioned by {_AS_OF} and {_PART}",
                remedy="move it out of the store, and run the verb that writes it",
            )
        return delta


def _places(delta: DeltaTable | None) -> list[dict[str, str]]:
    return [] if delta is None else delta.partitions()


def _holds(delta: DeltaTable | None, as_of: datetime, part: str | None) -> bool:
    stamp = _stamp(as_of)
    return any(p[_AS_OF] == stamp and part in (None, p[_PART]) for p in _places(delta))


def _take_back(folder: Path, before: set[Path]) -> None:
    """Delete what a refused commit has left in its night; no log names it."""
    with suppress(OSError):
        for file in set(folder.glob("*")) - before:
            file.unlink()
        if not before:
            folder.rmdir()
            folder.parent.rmdir()


def _damaged(path: Path, error: Exception) -> StateError:
    said = " ".join(str(error).splitlines()[0].replace(f"{path}/", "").split())[:120]
    return StateError(
        found=f"the table {path} is damaged: {said}",
        expected="the files that its log names",
        remedy="bring the folder back from a backup; or move it away and run the verb that writes it, night by night",
    )


def _valid(table: str, rows: pa.Table) -> pa.Table:
    rows = _plain(conform(rows, table) if table in TABLES else rows)
    taken = [c for c in rows.column_names if c.startswith("_")]
    if taken:
        raise ContractError(f"table {table} has columns {', '.join(taken)}", "no leading underscore", "rename them")
    return rows


def _with_place(rows: pa.Table, stamp: str, part: str) -> pa.Table:
    number = pa.array(range(rows.num_rows), pa.int64())
    if rows.num_rows == 0:
        rows = pa.table({f.name: pa.nulls(1, f.type) for f in rows.schema})
        number = pa.array([_EMPTY_NIGHT], pa.int64())
    rows = rows.append_column(_ROW, number)
    for column, value in ((_AS_OF, stamp), (_PART, part)):
        rows = rows.append_column(column, pa.repeat(value, rows.num_rows))
    return rows


def _in_order(rows: pa.Table) -> pa.Table:
    return rows.take(pc.sort_indices(rows, sort_keys=[(c, "ascending") for c in (_AS_OF, _PART, _ROW)]))


def _plain(rows: pa.Table) -> pa.Table:
    """Strings as `string`, instants as `timestamp[us, UTC]`, whatever engine the rows came from."""
    columns = {}
    for field, column in zip(rows.schema, rows.columns, strict=True):
        kind = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
        if pa.types.is_large_string(kind) or pa.types.is_string_view(kind) or pa.types.is_null(kind):
            kind = pa.string()
        elif pa.types.is_timestamp(kind):
            kind = INSTANT
        columns[field.name] = column.cast(kind)
    return pa.table(columns)


def _stamp(moment: datetime) -> str:
    if moment.tzinfo is None:
        raise ContractError(f"as_of {moment.isoformat()} has no time zone", "an instant", "write it with its offset")
    return moment.astimezone(UTC).strftime(_STAMP)


def _moments(stamps: pa.ChunkedArray) -> pa.Array:
    """Stamps as instants; a table has many rows of few nights."""
    nights = stamps.cast(pa.string()).combine_chunks().dictionary_encode()
    return pa.array([_moment(s) for s in nights.dictionary.to_pylist()], INSTANT).take(nights.indices)


def _moment(stamp: str) -> datetime:
    return datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC)


def _checked(pattern: re.Pattern[str], name: str, what: str) -> str:
    if not pattern.fullmatch(name):
        raise ContractError(f"{what} {name!r}", "lower-case letters, digits and underscores", "choose such a name")
    return name
