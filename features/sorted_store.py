"""Features every night without reading the past again: rows sorted once, each day merged in, tonight's keys folded.

store = SortedStore.build(folder, sources, sets, roles=roles, keys=spine.column_names, through=midnight)
store.merge(day, since=store.through, through=next_midnight)    # the rows that became known in between
store.evaluate(spine, zone=zone)    # to the bit what `compute` says of all of these rows
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

from demand.contract import INSTANT, KEYS, ContractError, FeatureMatrix, Roles, SourceSpec, SourceTable, StateError
from features.door import asked_of, check_tables
from features.engine import CompiledEngine
from features.engine.asked import Asked
from features.engine.fold_shelf import fold_shelf
from features.engine.generations import Draft, Generations, writing
from features.engine.matrix import Folded, as_column
from features.engine.merge_day import merge_day
from features.engine.shelf import reader
from features.feature_set import FeatureSet
from features.plan import Fold
from features.store_terms import Terms, micros


class SortedStore:
    """Rows of all sources that were known before a moment, sorted, in a folder.

    One process writes at a time; whoever opened the store before goes on reading what it held then.

    Parameters
    ----------
    folder : of a store that was built
    specs : of the sources by name
    features, roles, keys : as they were when it was built; `keys` are the columns of the spine

    Raises
    ------
    StateError
        If there is no store, or one of other features, sources, or another version of the engine.
    """

    def __init__(
        self,
        folder: Path,
        specs: Mapping[str, SourceSpec],
        features: Sequence[FeatureSet],
        *,
        roles: Roles,
        keys: Iterable[str],
    ) -> None:
        self.folder, self._terms, self._last = folder, Terms(specs, features, roles, keys), Generations(folder)
        self._terms.refuse_another(folder, self._last.facts)

    @classmethod
    def build(
        cls,
        folder: Path,
        sources: Mapping[str, SourceTable],
        features: Sequence[FeatureSet],
        *,
        roles: Roles,
        keys: Iterable[str],
        through: datetime,
    ) -> SortedStore:
        """Sort all rows known before `through`; replaces the store that the folder holds, and no other file.

        A build that dies leaves that store as it was.

        Raises
        ------
        ConfigError, LeakageError, ContractError
            As `compute` does; and if a row was known later.
        StateError
            If the folder has a `manifest.json` that is no store's; BusyError if another process writes.
        """
        specs, keys = {name: source.spec for name, source in sources.items()}, tuple(keys)
        terms = Terms(specs, features, roles, keys)
        terms.check(sources, None, micros(through))
        folder.mkdir(parents=True, exist_ok=True)
        with writing(folder):
            _write(folder, None, terms, sources, micros(through))
        return cls(folder, specs, features, roles=roles, keys=keys)

    @property
    def through(self) -> datetime:
        """Every row known before this moment is merged."""
        moment: datetime = pa.scalar(self._last.facts["through"], INSTANT).as_py()
        return moment

    def merge(self, day: Mapping[str, SourceTable], *, since: datetime, through: datetime) -> None:
        """Merge the rows that became known since: from the store's `through` (included) to `through` (excluded).

        A merge that dies leaves the store as it was, for its readers too; then merge the day again. If another process
        has merged meanwhile, its rows count as merged.

        Parameters
        ----------
        day : every source by name, with these rows only; late ones, corrections and deletions among them
        since : the moment from which these rows were taken: the `through` of the store

        Raises
        ------
        StateError
            If the day is merged already, or rows between the store's `through` and `since` would be missing; BusyError
            if another process writes.
        ContractError
            If a row was known earlier or later, or a table is not what the store was built from.
        """
        begin, end = micros(since), micros(through)
        with writing(self.folder):
            self._last = Generations(self.folder)
            self._terms.refuse_another(self.folder, self._last.facts)
            self._refuse_gap(begin, end)
            self._terms.check(day, self._last.facts, end)
            try:
                self._last = _write(self.folder, self._last, self._terms, day, end)
            except Exception:
                self._last = Generations(self.folder)  # it may have failed after the change
                raise

    def _refuse_gap(self, since: int, through: int) -> None:
        merged = f"all that was known before {self.through:%Y-%m-%d %H:%M} is merged"
        if through <= self._last.facts["through"]:
            raise StateError(
                found=f"{merged} already",
                expected="a later moment",
                remedy="go on with evaluate, or merge the day after",
            )
        if since != self._last.facts["through"]:
            begin = pa.scalar(since, INSTANT).as_py()
            raise StateError(
                found=f"{merged}, and these rows begin with {begin:%Y-%m-%d %H:%M}",
                expected="rows from that very moment on, so that none is missing and none comes twice",
                remedy="take them by known_between(sources, store.through, through), and pass since=store.through",
            )

    def evaluate(
        self,
        spine: pa.Table,
        *,
        zone: ZoneInfo,
        sources: Mapping[str, SourceTable] | None = None,
        threads: int | None = None,
    ) -> FeatureMatrix:
        """The features at every row of a spine, as `compute` says them of all rows that the store holds.

        Parameters
        ----------
        spine : as for `compute`; no cutoff after `through`
        zone : business time
        sources : all rows, for streaks and for windows since an event or a holiday, which no store holds
        threads : by default one a core

        Raises
        ------
        ContractError
            If a cutoff lies after `through`, the spine is not as `compute` takes it, or `sources` are needed.
        """
        terms = self._terms
        table = _asked(spine, terms.keys)
        check_tables(table, terms.empty(self._last.facts["schemas"]), terms.held)
        self._refuse_later(table)
        asked, bases = Asked(table, terms.held, zone), terms.held.folds()
        folded: dict[Fold, Folded] = {}
        for shelf in terms.shelves:
            mine = {base: folds for base, folds in bases.items() if base.source == shelf.source}
            folded |= fold_shelf(shelf, self._last.array, asked, mine, threads or os.cpu_count() or 1)
        columns = {column.name: as_column(column, folded, asked) for column in terms.held.columns}
        if terms.walked.columns:
            walked = self._walked(table, sources, zone)
            columns |= {name: walked[name] for name in walked.column_names}
        named = {name: spine[name] for name in KEYS} | {c.name: columns[c.name] for c in terms.plan.columns}
        return FeatureMatrix(pa.table(named), terms.meta)

    def _walked(self, spine: pa.Table, sources: Mapping[str, SourceTable] | None, zone: ZoneInfo) -> pa.Table:
        walked = self._terms.walked
        if sources is None:
            raise ContractError(
                found=f"{walked.columns[0].name} is walked, row by row, and a store holds no rows for it",
                expected="the rows of all sources",
                remedy="pass sources=..., or build a store without such features",
            )
        if missing := [name for name in walked.columns_read() if name not in sources]:
            raise ContractError(
                found=f"{', '.join(missing)} missing from sources",
                expected=f"every source that {', '.join(c.name for c in walked.columns)} reads",
                remedy=f"pass all rows: sources={{{missing[0]!r}: ...}}",
            )
        check_tables(spine, sources, walked)
        return CompiledEngine().run(spine, sources, walked, zone)

    def _refuse_later(self, spine: pa.Table) -> None:
        latest = pc.max(spine["cutoff"]).as_py()
        if latest is not None and latest > self.through:
            raise ContractError(
                found=f"a cutoff at {latest:%Y-%m-%d %H:%M}, and rows known before {self.through:%Y-%m-%d %H:%M} only",
                expected="no cutoff after what is merged",
                remedy="merge the rows that became known since",
            )


def known_between(
    sources: Mapping[str, SourceTable], since: datetime | None, through: datetime
) -> dict[str, SourceTable]:
    """Of every source, the rows that became known from `since` (included; None: ever) to `through` (excluded)."""
    found = {}
    for name, source in sources.items():
        known = source.table["known_at"].cast(INSTANT).cast(pa.int64())
        rows = pc.less(known, micros(through))
        if since is not None:
            rows = pc.and_(rows, pc.greater_equal(known, micros(since)))
        found[name] = SourceTable(source.spec, source.table.filter(rows))
    return found


def _asked(spine: pa.Table, keys: Iterable[str]) -> pa.Table:
    """What a spine says about moments and keys."""
    if missing := [name for name in (*KEYS, *keys) if name not in spine.column_names]:
        raise ContractError(
            found=f"the spine lacks {', '.join(dict.fromkeys(missing))}",
            expected="the columns that the store was built for",
            remedy="build the spine with demand.subjects.build_spine",
        )
    return asked_of(spine)


def _write(
    folder: Path, last: Generations | None, terms: Terms, tables: Mapping[str, SourceTable], through: int
) -> Generations:
    draft = Draft(folder, last)
    for shelf in terms.shelves:
        merge_day(shelf, reader(shelf, last), draft, terms.rows_of(shelf, tables))
    schemas = terms.schemas(tables) if last is None else last.facts["schemas"]
    return draft.commit({"through": through, "schemas": schemas, **terms.identity()})
