"""What a sorted store was built for, and what may come in: other features, kernels, columns or moments are refused."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from demand.contract import INSTANT, KEYS, ContractError, Problem, Roles, SourceSpec, SourceTable, StateError
from features import engine
from features.door import check_tables
from features.engine.compiled import digest
from features.engine.encode import is_text, value_type
from features.engine.shelf import Shelf, shelves
from features.feature_set import FeatureSet
from features.plan import ROW_COLUMNS, Plan, folds_of
from features.resolve import resolve
from features.wording import Wording

BUILD = "build it again: SortedStore.build"
WRITERS = (
    "encode.py", "generations.py", "mapped.py", "merge_day.py",
    "program.py", "shelf.py", "source_rows.py", "visible.py",
)  # fmt: skip
"""Beside the kernels, the modules of the engine that say what the files of a store mean."""


class Terms:
    """Declared features, those that a store holds the rows of and those that it does not.

    `held` are the columns whose rows are stored, `walked` the others.
    """

    def __init__(
        self, specs: Mapping[str, SourceSpec], features: Sequence[FeatureSet], roles: Roles, keys: Iterable[str]
    ) -> None:
        self.specs, self.keys = specs, tuple(dict.fromkeys((*KEYS, *keys)))
        resolved, self.plan = resolve(features, specs, roles, self.keys)
        walked = [c for c in self.plan.columns if any(fold.is_walked for fold in folds_of(c.expression))]
        self.walked = Plan(tuple(walked))
        self.held = Plan(tuple(c for c in self.plan.columns if c not in walked))
        self.shelves = shelves(self.held)
        self.meta = Wording(specs, roles).metas(features, resolved, self.plan.columns)

    def identity(self) -> dict[str, str]:
        """What two stores must share for their rows to mean the same."""
        folds = repr([(shelf.source, shelf.folds) for shelf in self.shelves])
        return {
            "features": hashlib.sha256(folds.encode()).hexdigest(),
            "engine": digest(Path(engine.__file__).parent, *WRITERS),
        }

    def rows_of(self, shelf: Shelf, tables: Mapping[str, SourceTable]) -> pa.Table:
        """The columns of a source that are read, numbers without a dictionary."""
        table = tables[shelf.source].table.select(_columns(shelf))
        plain = pa.schema(
            [(f.name, f.type if is_text(value_type(f.type)) else value_type(f.type)) for f in table.schema]
        )
        return table if plain == table.schema else table.cast(plain)

    def schemas(self, tables: Mapping[str, SourceTable]) -> dict[str, str]:
        """The columns of each source that are read, with their types, as text."""
        return {s.source: _written(_schema(s, tables[s.source].table)) for s in self.shelves}

    def empty(self, schemas: Mapping[str, str]) -> dict[str, SourceTable]:
        """Sources without a row."""
        return {n: SourceTable(self.specs[n], _read(schema).empty_table()) for n, schema in schemas.items()}

    def refuse_another(self, folder: Path, facts: Mapping[str, Any]) -> None:
        """Raise StateError if a store was built for anything else."""
        found = {"features": "other features or sources", "engine": "another version of the engine"}
        for what, mine in self.identity().items():
            if facts.get(what) != mine:
                raise StateError(
                    found=f"the store in {folder} was built for {found[what]}",
                    expected="one that was built for these",
                    remedy=BUILD,
                )

    def check(self, tables: Mapping[str, SourceTable], facts: Mapping[str, Any] | None, through: int) -> None:
        """Raise ContractError if tables cannot join a store (or begin one), with every problem."""
        names = [shelf.source for shelf in self.shelves]
        if missing := [name for name in names if name not in tables]:
            raise ContractError(
                found=f"{', '.join(missing)} missing",
                expected="every source that the features read",
                remedy="pass a table without rows where nothing is new",
            )
        check_tables(self._nobody(), tables, self.held)
        problems: list[Problem] = []
        for shelf in self.shelves:
            table = tables[shelf.source].table
            if facts is not None:
                problems += _other_types(shelf, table, _read(facts["schemas"][shelf.source]))
            problems += _other_times(shelf.source, table, facts["through"] if facts else None, through)
        if problems:
            raise ContractError(problems=problems)

    def _nobody(self) -> pa.Table:
        return pa.table(
            {n: pa.array([], INSTANT if n in ("cutoff", "opened_at", "due_at") else pa.string()) for n in self.keys}
        )


def micros(moment: datetime) -> int:
    """Microseconds since 1970.

    Raises
    ------
    ContractError
        If the moment has no time zone.
    """
    if moment.tzinfo is None:
        raise ContractError(found=f"{moment} without a time zone", expected="an instant", remedy="add tzinfo=UTC")
    return int(pa.scalar(moment.astimezone(UTC), INSTANT).cast(pa.int64()).as_py())


def _columns(shelf: Shelf) -> list[str]:
    names = [*ROW_COLUMNS, *shelf.coded]
    for fold in shelf.folds:
        names += [t.column for t in (*fold.tests, *fold.share)] + ([fold.column] if fold.column is not None else [])
    return list(dict.fromkeys(names))


def _schema(shelf: Shelf, table: pa.Table) -> pa.Schema:
    return pa.schema([(name, _plain(table.schema.field(name).type)) for name in _columns(shelf)])


def _other_types(shelf: Shelf, table: pa.Table, built: pa.Schema) -> Iterator[Problem]:
    mine = _schema(shelf, table)
    for name in mine.names:
        if mine.field(name).type != built.field(name).type:
            yield Problem(
                f"{mine.field(name).type} in these rows",
                f"{shelf.source}.{name}",
                "cast it, or build the store again",
                f"{built.field(name).type} as in the store",
            )


def _other_times(source: str, table: pa.Table, since: int | None, through: int) -> Iterator[Problem]:
    known = table["known_at"].cast(INSTANT).cast(pa.int64())
    early = None if since is None else pc.less(known, since)
    wrong = [("before", since, early, "build the store again: the past has changed")] if early is not None else []
    wrong.append(("at or after", through, pc.greater_equal(known, through), "leave these rows for the next merge"))
    for when, moment, rows, remedy in wrong:
        count = pc.sum(rows).as_py() or 0
        if count:
            at = pa.scalar(moment, INSTANT).as_py()
            yield Problem(
                f"{count:,} row{'s' if count > 1 else ''} known {when} {at:%Y-%m-%d %H:%M}",
                source,
                remedy,
                "rows that became known in between" if since is not None else "rows known before",
                example=str(table["id"].filter(rows)[0].as_py()),
            )


def _plain(type_: pa.DataType) -> pa.DataType:
    return pa.string() if is_text(value_type(type_)) else value_type(type_)


def _written(schema: pa.Schema) -> str:
    return base64.b64encode(schema.serialize()).decode()


def _read(schema: str) -> pa.Schema:
    return pa.ipc.read_schema(pa.py_buffer(base64.b64decode(schema)))
