"""From raw tables to sources: the user's SQL sees visible columns and nothing else, and must say the same tomorrow."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import duckdb

from demand.contract import ConfigError, ContractError, DemandError, Problem, SourceTable
from demand.contract.database import session
from pipelines.config import FILE, SourceConfig, SqlUse, WorkspaceConfig, did_you_mean, read_query
from pipelines.config.checks_sources import unsteady
from pipelines.config.files import check_inside
from pipelines.sources.clocks import instant_literal
from pipelines.sources.prepare import closed
from pipelines.sources.quarantine import over_limit, quarantine_problems
from pipelines.sources.raw import RawTables
from pipelines.sources.rows import RELATION, SourceRows, contract_rows


@dataclass(frozen=True)
class Mapped:
    """Every source with its usable rows; what was set aside, and what is only worth saying."""

    sources: dict[str, SourceTable]
    quarantined: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)


def map_sources(config: WorkspaceConfig, raw: RawTables, *, names: Iterable[str] | None = None) -> Mapped:
    """Map every source.

    Parameters
    ----------
    config : declares them
    raw : the raw tables, whole or truncated (then an empty source or a large quarantine is no error)
    names : some sources only

    Raises
    ------
    ConfigError
        With every problem of every source, if one of them lies in a file that the user writes.
    ContractError
        The same, if all lie in the data.
    """
    mapped, problems = try_map(config, raw, names=names)
    if problems:
        family = ConfigError if any(p.where for p in problems) else ContractError
        raise family(problems=problems)
    return mapped


def try_map(
    config: WorkspaceConfig, raw: RawTables, *, names: Iterable[str] | None = None
) -> tuple[Mapped, list[Problem]]:
    """As `map_sources`, but the problems are given back beside the sources that have none."""
    mapped = Mapped({})
    problems: dict[Problem, None] = {}  # a bad raw table is met by every source over it, and said once
    owners = {industry.subjects.source for industry in config.industries.values()}
    for name in names if names is not None else config.sources:
        source = config.sources[name]
        try:
            rows = _map_one(config, raw, source, owners)
        except DemandError as error:
            place = f"{FILE}: sources.{name}"
            single = Problem(error.found, place, error.remedy, error.expected)
            problems |= dict.fromkeys(error.problems or [single])
            continue
        mapped.sources[name] = SourceTable(source.to_spec(), rows.table)
        aside = quarantine_problems(rows.reasons, name)
        mapped.quarantined.extend(aside)
        mapped.warnings.extend(rows.warnings)
        if raw.moment is None:
            if rows.total == 0:
                remedy = "mend `read` or the SQL, or remove the source"
                problems[Problem("a source without any row", table=name, remedy=remedy)] = None
            elif excess := over_limit(aside, name, rows.total, config.quarantine.limit):
                problems[excess] = None
    for table in config.tables:
        mapped.warnings.extend(raw.warnings(table))
    return mapped, list(problems)


def _map_one(config: WorkspaceConfig, raw: RawTables, source: SourceConfig, owners: set[str]) -> SourceRows:
    if raw.reads_directly(source.name):
        rows = _shared(config, raw, source, owners, "")
        return rows if raw.moment is None else _known_before(rows, raw)
    # where truncation hides nothing, the answer is that of the whole tables
    text = sql_text(raw, source, str(source.path))
    if hides_nothing(config, raw, text):
        return _shared(config, raw, source, owners, text)
    return _rows(config, raw, source, owners)


def _shared(config: WorkspaceConfig, raw: RawTables, source: SourceConfig, owners: set[str], text: str) -> SourceRows:
    if config is not raw.config:
        return _rows(config, raw, source, owners)
    return raw.rows(source.name, text, lambda: _rows(config, raw, source, owners))


def _rows(config: WorkspaceConfig, raw: RawTables, source: SourceConfig, owners: set[str]) -> SourceRows:
    with duckdb.connect() as db:
        if raw.reads_directly(source.name):
            zone = source.timezone or config.timezone
            delivered = raw.source(source.name)
            closed(db, zone)
            db.register(RELATION, delivered)
        else:
            zone = run_sql(db, config, raw, source)
        owns = source.name in owners or source.kind == "changes"
        rows, problems = contract_rows(db, source, zone=zone, owns_subjects=owns)
    if rows is None:
        raise ConfigError(problems=problems)
    return rows


def hides_nothing(config: WorkspaceConfig, raw: RawTables, text: str) -> bool:
    try:
        tables, problems = named_tables(config, read_query(text), "")
        return not problems and all(raw.hides_nothing(table) for table in tables)
    except DemandError:  # told when it is mapped
        return False


def run_sql(db: duckdb.DuckDBPyConnection, config: WorkspaceConfig, raw: RawTables, source: SourceConfig) -> str:
    """Run a source's SQL into `rows of source`; gives the zone in which its dates are meant."""
    path = str(source.path)
    text = sql_text(raw, source, path)
    try:
        use = read_query(text)
    except ContractError as error:
        raise ConfigError(problems=[Problem(error.found, path, error.remedy, error.expected)]) from None
    tables, problems = named_tables(config, use, path)
    if use.unsteady:
        problems.append(unsteady(use, path))
    for table in tables:
        try:
            raw.show(db, table)
        except ConfigError as error:
            problems += error.problems
        except ContractError as error:
            problems.append(Problem(error.found, f"{FILE}: tables.{table}", error.remedy, error.expected))
    zones = {config.table_zone(table) for table in tables}
    zone = source.timezone or (zones.pop() if len(zones) == 1 else config.timezone)
    if zones and not source.timezone:
        found = "tables of several time zones in one source"
        problems.append(Problem(found, f"{FILE}: sources.{source.name}", "say its `timezone:`"))
    if problems:
        raise ConfigError(problems=problems)
    closed(db, zone)
    try:
        db.execute(f'CREATE TEMP VIEW "{RELATION}" AS {text.strip().rstrip(";")}\n')
    except duckdb.Error as error:
        message = " ".join(" ".join(str(error).split("\n")[:2]).split("You might need")[0].split())
        raise ConfigError(problems=[Problem(message, path, "mend the SQL", _visible(db, tables))]) from None
    return zone


def sql_text(raw: RawTables, source: SourceConfig, path: str) -> str:
    for problem in check_inside(path, f"{FILE}: sources.{source.name}.sql"):
        raise ConfigError(problems=[problem])
    file = raw.root / path
    if not file.resolve().is_relative_to(raw.root.resolve()):
        found = f"{path!r} leads out of the workspace"
        raise ConfigError(problems=[Problem(found, f"{FILE}: sources.{source.name}.sql", "keep the file inside")])
    if not file.is_file():
        remedy = f"write {path}, or say `sql:` or `read:`"
        raise ConfigError(problems=[Problem(f"no file {path}", f"{FILE}: sources.{source.name}", remedy)])
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise ConfigError(problems=[Problem("not UTF-8 text", path, "save the file as UTF-8")]) from None


def tables_of(config: WorkspaceConfig, raw: RawTables, source: str) -> list[str]:
    """The raw tables that a source's SQL names; none where it is read directly or is not readable."""
    if raw.reads_directly(source):
        return []
    settings = config.sources[source]
    try:
        return named_tables(config, read_query(sql_text(raw, settings, str(settings.path))), "")[0]
    except DemandError:  # told when it is mapped
        return []


def named_tables(config: WorkspaceConfig, use: SqlUse, path: str) -> tuple[list[str], list[Problem]]:
    by_lower = {table.lower(): table for table in config.tables}
    tables = dict.fromkeys(by_lower[t.lower()] for t in use.tables if t.lower() in by_lower)
    problems = [
        Problem(f"no table `{t}`", path, did_you_mean(t, config.tables) or "describe it under `tables`")
        for t in use.tables
        if t.lower() not in by_lower
    ]
    return list(tables), problems


def _visible(db: duckdb.DuckDBPyConnection, tables: Iterable[str]) -> str:
    columns = {table: ", ".join(db.table(table).columns) for table in tables}
    shown = "; ".join(f"{table} ({names})" for table, names in columns.items())
    return f"columns of {shown}" if shown else ""


def _known_before(rows: SourceRows, raw: RawTables) -> SourceRows:
    """Rows with two clocks of their own are cut at the second."""
    table = rows.table
    with session() as db:
        db.register("mapped", table)
        assert raw.moment is not None
        kept = db.sql(f"SELECT * FROM mapped WHERE known_at < {instant_literal(raw.moment)}").to_arrow_table()
    return SourceRows(kept.cast(table.schema), rows.reasons, rows.total, rows.warnings)
