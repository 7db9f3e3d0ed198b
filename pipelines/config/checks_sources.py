"""Checks of tables and sources that need more than one value of the file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from demand.contract import ContractError, Problem
from pipelines.config.files import check_inside
from pipelines.config.problems import place
from pipelines.config.sources import SIDES, SourceConfig
from pipelines.config.sql_text import SqlUse, read_expression
from pipelines.config.tables import NEVER, TableConfig
from pipelines.config.workspace import WorkspaceConfig

RESERVED = {
    "requests": "the name under which an industry's own requests appear among the sources",
    "outcomes": "the name under which what became of an industry's past subjects appears among the sources",
}
CLOCKS = ("id", "occurred_at", "known_at", "op")


def check_tables(config: WorkspaceConfig, name: str) -> Iterator[Problem]:
    """Derivations and moments: readable, row-wise, and the row's identity known from its start."""
    for table, settings in config.tables.items():
        yield from _check_table(settings, f"tables.{table}", name)


def _check_table(settings: TableConfig, path: str, name: str) -> Iterator[Problem]:
    for column, text in settings.derive.items():
        yield from check_expression(text, place(name, (f"{path}.derive.{column}",)))
        if column.lower() == "row_id":
            yield Problem("`row_id` is derived", place(name, (f"{path}.derive",)), "list its columns under `row_id`")
    for i, moment in enumerate(settings.known):
        if moment.at != NEVER:
            yield from check_expression(moment.at, place(name, (f"{path}.known", i, "at")), subqueries=True)


def check_sources(config: WorkspaceConfig, name: str) -> Iterator[Problem]:
    """Names, sides, keys, paths and expressions of every source."""
    for source, settings in config.sources.items():
        yield from _check_source(settings, f"sources.{source}", name)


def _check_source(settings: SourceConfig, path: str, name: str) -> Iterator[Problem]:
    where = place(name, (path,))
    if settings.name in RESERVED:
        yield Problem(f"`{settings.name}` is reserved: {RESERVED[settings.name]}", where, "rename the source")
    if settings.sql is not None and settings.read is not None:
        yield Problem(
            "both `sql` and `read`", where, "keep `read` for a file that carries both clocks, `sql` otherwise"
        )
    if settings.sql is not None:
        yield from check_inside(settings.sql, place(name, (path, "sql")))
    if settings.kind == "changes" and "subject" not in settings.key_names:
        remedy = "name the column under `keys: {subject: ...}`"
        yield Problem("a change log without an owner", where, remedy, "the key `subject`, whose state it is")
    sides = [(column, side) for side in SIDES for column in getattr(settings, side)]
    for column, times in Counter(c.lower() for c, _ in sides).items():
        if times > 1:
            named = " and ".join(f"`{s}`" for c, s in sides if c.lower() == column)
            remedy = "keep one side: before, contact or after the request"
            yield Problem(f"column `{column}` is declared under {named}", where, remedy)
    taken = {*CLOCKS, *(f"{k}_id".lower() for k in settings.key_names)}
    for column, side in sides:
        if column.lower() in taken:
            found = f"column `{column}` has the name of a clock or key"
            yield Problem(found, place(name, (path, side, column)), "rename it and say `from:` which column it is")
    texts = {"id": settings.id, "occurred_at": settings.occurred_at, "known_at": settings.known_at.column}
    texts |= {"op": settings.op, "where": settings.where}
    texts |= {f"keys.{key}": text for key, text in settings.keys.items()}
    texts |= {f"{side}.{column}.from": c.source for column, (side, c) in settings.columns.items()}
    for part, text in texts.items():
        # a column may have any name; only what is not one has to be SQL, and that is known when rows are read
        if text is not None and _looks_like_sql(text):
            yield from check_expression(text, place(name, (path, part)))


def _looks_like_sql(text: str) -> bool:
    return any(sign in text for sign in "()'=<>|:+*/") or " " in text.strip()


def check_expression(
    text: str, where: str, *, subqueries: bool = False, found: list[SqlUse] | None = None
) -> Iterator[Problem]:
    """SQL over one row: no aggregate, no window, nothing that changes from run to run; readable at all.

    `found` receives what the text uses, if it can be read.
    """
    try:
        use = read_expression(text)
    except ContractError as error:
        yield Problem(error.found, where, error.remedy, error.expected)
        return
    if found is not None:
        found.append(use)
    if use.unsteady:
        yield unsteady(use, where)
    over_rows = [*use.aggregates, *(["a window"] if use.windows else [])]
    if use.subqueries and not subqueries:
        over_rows.append("a subquery")
    if over_rows:
        found_text = f"{' and '.join(over_rows)} in {text!r}"
        yield Problem(found_text, where, "compute it in the source's SQL", "an expression over the columns of one row")


def unsteady(use: SqlUse, where: str) -> Problem:
    """The refusal of SQL that gives another answer tomorrow, or reads what is no table of the workspace."""
    if readers := [
        u for u in use.unsteady if u.startswith(("read_", "parquet_", "glob", "sniff_csv", "sqlite_", "postgres_"))
    ]:
        remedy = "describe the file under `tables` and select from its name"
        return Problem(f"{', '.join(readers)} reads files by itself", where, remedy, "SQL over the tables alone")
    found = f"{', '.join(use.unsteady)} gives another result in another run"
    return Problem(found, where, "use the row's own moments, or a fixed value", "SQL that depends on the tables alone")
