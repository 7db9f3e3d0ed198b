"""Raw tables as they could be seen at a moment.

A table is prepared once: read, derived columns added, every `at` evaluated on the full row. `truncate(m)` then costs
nothing; the views it gives to a mapping's SQL keep rows whose first `at` < m, null every column whose own `at` is null
or >= m, leave out `never` columns and number `row_id` again over what is left. Without a moment the views are the limit
of that: a row without a start, or a value without a moment, never becomes visible.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import duckdb
import pyarrow as pa

from demand.contract import ConfigError, ContractError, Problem
from pipelines.config import FILE, WorkspaceConfig, did_you_mean
from pipelines.sources.clocks import instant_literal
from pipelines.sources.formats import arrow_table, expand_env, read_table
from pipelines.sources.prepare import Prepared, add_derived, prepare_table
from pipelines.sources.quoting import quoted, refuse_clash

T = TypeVar("T")


class RawTables:
    """The raw tables and directly read sources of a workspace, read lazily and kept.

    Parameters
    ----------
    config : names the tables
    root : the folder that relative paths start from
    frames : Python frames by table or source name, in place of what `read` names
    """

    def __init__(self, config: WorkspaceConfig, root: Path, frames: Mapping[str, Any] | None = None) -> None:
        self.config, self.root, self.frames = config, root, dict(frames or {})
        self.moment: datetime | None = None
        self.revealed: dict[str, frozenset[str] | None] = {}
        self._kept: dict[tuple[str, str], Any] = {}
        names = {*config.tables, *config.sources}
        unknown = [name for name in self.frames if name not in names]
        if unknown:
            raise ConfigError(
                problems=[
                    Problem(f"a frame `{n}`, but no table or source of that name", remedy=did_you_mean(n, names))
                    for n in unknown
                ]
            )

    def truncate(self, moment: datetime) -> RawTables:
        """The same tables as they could be seen at `moment` (strictly before it); shares what was read.

        Raises
        ------
        ContractError
            If `moment` has no time zone.
        """
        if moment.tzinfo is None:
            raise ContractError(f"{moment} has no time zone", "an instant", "use `Workspace.parse_as_of`")
        cut = RawTables(self.config, self.root, self.frames)
        cut._kept = self._kept
        cut.moment = moment.astimezone(UTC) if self.moment is None else min(moment.astimezone(UTC), self.moment)
        return cut

    def reveal(self, name: str, columns: Iterable[str] | None = None) -> RawTables:
        """Truncated tables in which some of what one table hides is seen all the same, to find what a mapping uses.

        Parameters
        ----------
        columns : these, before their moment; by default the rows that start later
        """
        cut = RawTables(self.config, self.root, self.frames)
        cut._kept, cut.moment = self._kept, self.moment
        cut.revealed = {**self.revealed, name: None if columns is None else frozenset(columns)}
        return cut

    def table(self, name: str) -> pa.Table:
        """A raw table as it could be seen: the rows and columns that the SQL sees."""
        with duckdb.connect() as db:
            db.execute("SET TimeZone = 'UTC'")
            self.show(db, name)
            prepared = self.prepared(name)
            ordered = f'{self._view(name, prepared)} ORDER BY "{prepared.POSITION}"'
            return db.sql(ordered).to_arrow_table()

    def show(self, db: duckdb.DuckDBPyConnection, name: str) -> None:
        """Make a table visible to a connection, under its own name.

        Raises
        ------
        ConfigError
            With every problem of the table.
        """
        prepared = self.prepared(name)
        db.register(f"{name} as delivered", prepared.table)
        db.execute(f'CREATE OR REPLACE TEMP VIEW "{name}" AS {self._view(name, prepared)}')

    def source(self, name: str) -> pa.Table:
        """The rows of a source that is read directly, as delivered; its clocks are mapped elsewhere.

        Raises
        ------
        ContractError
            If it cannot be read.
        """
        return self._keep("source", name, lambda: self._read(name, self.config.sources[name].read))

    def prepared(self, name: str) -> Prepared:
        """A table with its derived columns and the moments of every row."""
        return self._keep("prepared", name, lambda: prepare_table(self, name))

    def derived(self, name: str) -> pa.Table:
        """A table as delivered, with its derived columns and the position of each row."""
        settings = self.config.tables[name]
        return self._keep("derived", name, lambda: add_derived(self._read(name, settings.read), name, settings))

    def hides_nothing(self, name: str) -> bool:
        """Whether everything in a table that ever becomes visible is so already."""
        last = self.prepared(name).last
        return self.moment is None or last is None or last < self.moment

    def rows(self, source: str, sql: str, make: Callable[[], T]) -> T:
        """What the whole tables give for a source, made once and shared with every truncation that hides nothing."""
        return self._keep("rows", f"{source}\n{sql}", make)

    def warnings(self, name: str) -> list[Problem]:
        """What is worth saying about a table that has been read."""
        prepared = self._kept.get(("prepared", name))
        return prepared.warnings if isinstance(prepared, Prepared) else []

    def reads_directly(self, source: str) -> bool:
        """Whether a source comes from a file or frame of its own instead of SQL over the raw tables."""
        return self.config.sources[source].read is not None or (
            source in self.frames and source not in self.config.tables
        )

    def _read(self, name: str, read: str | None) -> pa.Table:
        if name in self.frames:
            table = arrow_table(self.frames[name])
            refuse_clash(table.column_names, f"frame {name}")
            return table
        if read is None:
            raise ContractError(
                f"{name} has no `read`", "a file or a frame", f"say `read:`, or open with frames={{{name!r}: ...}}"
            )
        try:
            expand_env(read)
        except ContractError as error:
            kind = "tables" if name in self.config.tables else "sources"
            where = f"{FILE}{_line_of(self.root / FILE, read)}: {kind}.{name}.read"
            raise ConfigError(problems=[Problem(error.found, where, error.remedy, error.expected)]) from None
        return read_table(read, self.root)

    def _keep(self, kind: str, name: str, make: Any) -> Any:
        if (kind, name) not in self._kept:
            try:
                self._kept[kind, name] = make()
            except (ConfigError, ContractError) as error:
                self._kept[kind, name] = error
        kept = self._kept[kind, name]
        if isinstance(kept, Exception):
            raise kept
        return kept

    def _view(self, name: str, prepared: Prepared) -> str:
        revealed = self.revealed.get(name, frozenset())

        def seen(i: int, column: str | None = None) -> str:
            at = f'"{prepared.at(i)}"'
            shown = revealed is None if column is None else revealed is not None and column in revealed
            if self.moment is None or shown:
                return f"{at} IS NOT NULL"
            return f"{at} < {instant_literal(self.moment)}"

        columns = [
            quoted(column) if i == 0 else f"CASE WHEN {seen(i, column)} THEN {quoted(column)} END AS {quoted(column)}"
            for column, i in prepared.moments.items()
            if not prepared.never(i)
        ]
        if prepared.has_row_id:
            number = f'"{prepared.NUMBER}"'
            if not prepared.steady:
                number = f'row_number() OVER (PARTITION BY "{prepared.DIGEST}" ORDER BY "{prepared.POSITION}")'
            columns.append(f"\"{prepared.DIGEST}\" || '-' || {number} AS row_id")
        return f'SELECT {", ".join(columns)} FROM "{name} as delivered" WHERE {seen(0)}'


def _line_of(file: Path, text: str) -> str:
    """`, line 12`, where a text stands in a file; nothing where it cannot be found."""
    lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    found = next((n for n, line in enumerate(lines, 1) if text in line), None)
    return "" if found is None else f", line {found}"
