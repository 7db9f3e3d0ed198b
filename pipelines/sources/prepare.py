"""Preparing a raw table once: derived columns, the moments of every row, the digest behind `row_id`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

import duckdb
import numpy as np
import pyarrow as pa

from demand.contract import INSTANT, ConfigError, ContractError, Problem
from demand.contract.database import session
from pipelines.config import FILE, NEVER, TableConfig, did_you_mean, read_expression
from pipelines.sources.clocks import instant_sql
from pipelines.sources.known import assign_moments, identity_columns
from pipelines.sources.quoting import quoted, refuse_clash

if TYPE_CHECKING:
    from pipelines.sources.raw import RawTables


_NUMBERS = """
SELECT row_number() OVER (PARTITION BY {digest} ORDER BY "{position}") AS number
FROM delivered ORDER BY "{position}"
"""

_START_APART = """
SELECT EXISTS (SELECT 1 FROM delivered GROUP BY {digest}
               HAVING min({start}) <> max({start}) OR count({start}) NOT IN (0, count(*))) AS apart
"""


@dataclass(frozen=True)
class Prepared:
    """A raw table with what is needed to see it at any moment.

    `table` has the raw and derived columns, `POSITION` (the row's place in the file), one instant per entry of `known`
    (none for `never`) and, where the table has a `row_id`, `DIGEST` and `NUMBER`, the occurrence among equal rows.
    `moments` maps columns to entries of `known`. `steady` says that equal rows start together, as they should: then
    their numbers are the same at every moment. `last` is the latest of all moments.
    """

    POSITION: ClassVar[str] = "position in file"
    DIGEST: ClassVar[str] = "digest of row"
    NUMBER: ClassVar[str] = "number of row"

    table: pa.Table
    settings: TableConfig
    moments: dict[str, int]
    steady: bool = True
    last: datetime | None = None
    warnings: list[Problem] = field(default_factory=list)

    @staticmethod
    def at(i: int) -> str:
        """The column that holds the i-th moment."""
        return f"moment {i}"

    def never(self, i: int) -> bool:
        return self.settings.known[i].at == NEVER

    @property
    def has_row_id(self) -> bool:
        return bool(self.settings.row_id)


def add_derived(raw: pa.Table, name: str, settings: TableConfig) -> pa.Table:
    """The delivered table with its position column and derived columns, each seeing those before it.

    Raises
    ------
    ConfigError
        If a derivation has the name of a column or cannot be computed.
    ContractError
        If two columns have the same name without case.
    """
    refuse_clash(raw.column_names, f"table {name}")
    where = f"{FILE}: tables.{name}.derive"
    taken = {c.lower() for c in (*raw.column_names, *(["row_id"] if settings.row_id else []))}
    problems = [
        Problem(f"`{c}` is a column already", f"{where}.{c}", "give the derived column another name")
        for c in settings.derive
        if c.lower() in taken
    ]
    if settings.row_id and "row_id" in (c.lower() for c in raw.column_names):
        problems.append(
            Problem(
                "the table has a column `row_id`",
                f"{FILE}: tables.{name}.row_id",
                "drop `row_id:`, or rename the column",
            )
        )
    if problems:
        raise ConfigError(problems=problems)
    positions = pa.array(np.arange(raw.num_rows, dtype=np.int64))
    table = raw.append_column(Prepared.POSITION, positions)
    if not settings.derive:
        return table
    texts = [f'({text}\n) AS "{column}"' for column, text in settings.derive.items()]
    with duckdb.connect() as db:
        closed(db, "UTC")
        db.register(name, table)
        for n in (len(texts), *range(1, len(texts) + 1)):
            try:
                result = db.sql(f'SELECT *, {", ".join(texts[:n])} FROM "{name}"').to_arrow_table()
            except duckdb.Error as error:
                if n < len(texts) or len(texts) == 1:
                    column = list(settings.derive)[n - 1]
                    raise _cannot(error, f"{where}.{column}", raw.column_names) from None
                failed = error  # all together fail: find the first that does
                continue
            if n == len(texts):
                return result
    raise _cannot(failed, f"{where}.{list(settings.derive)[-1]}", raw.column_names)


def prepare_table(raw: RawTables, name: str) -> Prepared:
    """Evaluate every moment on the full rows.

    Raises
    ------
    ConfigError
        With every problem of the declaration against the columns there are.
    """
    settings = raw.config.tables[name]
    where = f"{FILE}: tables.{name}"
    table = raw.derived(name)
    columns = [c for c in table.column_names if c != Prepared.POSITION]
    moments, problems = assign_moments(settings, columns, where=where)
    identity, more = identity_columns(settings, columns, moments, where=where)
    problems += more
    zone = raw.config.table_zone(name)
    with duckdb.connect() as db:
        closed(db, zone)
        db.register(name, table)
        selected = ["*"]
        for i, moment in enumerate(settings.known):
            if moment.at == NEVER:
                continue
            try:
                _register_others(db, raw, name, moment.at)
                type_name = db.sql(f'SELECT ({moment.at}\n) AS at FROM "{name}"').types[0]
                instant = instant_sql(f"({moment.at}\n)", str(type_name), zone)
                if instant is None:
                    found = f"{moment.at!r} is of type {type_name}"
                    problems.append(Problem(found, f"{where}.known[{i}].at", expected="a date or a timestamp"))
                else:
                    selected.append(f'{instant} AS "{Prepared.at(i)}"')
            except duckdb.Error as error:
                problems += _cannot(error, f"{where}.known[{i}].at", columns).problems
            except (ConfigError, ContractError) as error:
                problems += error.problems or [
                    Problem(error.found, f"{where}.known[{i}].at", error.remedy, error.expected)
                ]
        if identity:
            # a separator and a mark for null that no text contains keep ('a', null) and (null, 'a') apart
            parts = ", ".join(f"coalesce({quoted(c)}::VARCHAR, chr(30))" for c in identity)
            selected.append(f'left(md5(concat_ws(chr(31), {parts})), 20) AS "{Prepared.DIGEST}"')
        if problems:
            raise ConfigError(problems=problems)
        try:
            full = db.sql(f'SELECT {", ".join(selected)} FROM "{name}"').to_arrow_table()
        except duckdb.Error as error:
            raise _cannot(error, f"{where}.known", columns) from None
    full, steady = _numbered(full) if identity else (full, True)
    return Prepared(full, settings, moments, steady, _last(full, settings), _unstarted(full, name, settings))


def _numbered(table: pa.Table) -> tuple[pa.Table, bool]:
    """Number equal rows in file order; and whether equal rows start together."""
    with session() as db:
        db.register("delivered", table.select([Prepared.POSITION, Prepared.DIGEST, Prepared.at(0)]))
        start, digest = f'"{Prepared.at(0)}"', f'"{Prepared.DIGEST}"'
        apart = db.sql(_START_APART.format(start=start, digest=digest)).to_arrow_table()["apart"][0].as_py()
        numbers = db.sql(_NUMBERS.format(digest=digest, position=Prepared.POSITION)).to_arrow_table()["number"]
    return table.append_column(Prepared.NUMBER, numbers), not apart


def closed(db: duckdb.DuckDBPyConnection, zone: str) -> None:
    """Shut a connection off from files, the network and Python's variables before it runs the user's SQL."""
    db.execute(f"SET TimeZone = '{zone}'")
    db.execute(
        "SET python_enable_replacements = false; SET enable_external_access = false; SET lock_configuration = true"
    )


def _register_others(db: duckdb.DuckDBPyConnection, raw: RawTables, name: str, text: str) -> None:
    """Moments may look into other raw tables, on their full rows."""
    by_lower = {t.lower(): t for t in raw.config.tables}
    for table in read_expression(text).tables:
        other = by_lower.get(table.lower())
        if other is None:
            raise ContractError(f"no table `{table}`", "", did_you_mean(table, raw.config.tables))
        if other != name:
            db.register(other, raw.derived(other))


def _last(table: pa.Table, settings: TableConfig) -> datetime | None:
    import pyarrow.compute as pc  # not needed to open a workspace

    columns = [Prepared.at(i) for i, moment in enumerate(settings.known) if moment.at != NEVER]
    newest = [pc.max(table[c].cast(INSTANT)).as_py() for c in columns]
    return max((moment for moment in newest if moment is not None), default=None)


def _unstarted(full: pa.Table, name: str, settings: TableConfig) -> list[Problem]:
    missing = full[Prepared.at(0)].null_count
    if not missing:
        return []
    first = full.filter(full[Prepared.at(0)].is_null())[Prepared.POSITION][0].as_py()
    found = "rows whose first moment is missing, or is none, never become visible"
    example = f"row {first + 1:,} of the table"
    remedy = "mend these rows, or name another moment first under `known`"
    return [Problem(found, "", remedy, "", name, settings.known[0].at, missing, example, "warning")]


def _cannot(error: duckdb.Error, where: str, columns: list[str]) -> ConfigError:
    message = str(error).split("\n")[0]
    shown = ", ".join(columns[:40])
    remedy = f"there are the columns {shown}" if "column" in message.lower() else "mend the expression"
    return ConfigError(problems=[Problem(message, where, remedy)])
