"""Reading CSV files: the first line names the columns, types are found over every row, damage is told by its line."""

from __future__ import annotations

import csv
import gzip
import re
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pyarrow as pa

from demand.contract import ContractError
from pipelines.sources.quoting import refuse_clash

_LOOK = "look there: a missing or additional value, a quote that is not closed, or a file that was cut off"
_SEPARATORS = ",;\t|"
_AWARE = r":.*[0-9]\s*(Z|[+-][0-9]{2}(:?[0-9]{2})?)$"

_MIXED = """
SELECT count(*) FILTER (WHERE NOT aware) AS naive, count(*) FILTER (WHERE aware) AS aware,
       min(text) FILTER (WHERE NOT aware) AS example
FROM (SELECT "{column}" AS text, regexp_matches("{column}", $aware) AS aware FROM rows WHERE "{column}" IS NOT NULL)
"""


def read_csv(files: Sequence[Path]) -> pa.Table:
    """Read CSV files of one table, rows in file order.

    The separator (comma, semicolon, tab, bar) is the commonest of the first line; a byte-order mark and either line
    ending do no harm.

    Raises
    ------
    ContractError
        If a file is empty, is not UTF-8, has a line of another shape, or mixes times with and without an offset.
    """
    head, separator = _head(files[0])
    refuse_clash([name.strip().strip('"') for name in head.split(separator)], files[0].name)
    reader = (
        f"read_csv($files, union_by_name = true, sample_size = -1, header = true, delim = '{separator}', quote = '\"'"
    )
    with duckdb.connect() as db:
        db.execute("SET TimeZone = 'UTC'")
        params = {"files": [str(f) for f in files]}
        try:
            # every row takes part in finding the types: a late odd value must not fail the reading
            rows = db.sql(f"SELECT * FROM {reader})", params=params)
            zoned = [c for c, t in zip(rows.columns, rows.types, strict=True) if str(t) == "TIMESTAMP WITH TIME ZONE"]
            table = rows.to_arrow_table()
            if zoned:
                db.register(
                    "rows", db.sql(f"SELECT * FROM {reader}, all_varchar = true)", params=params).to_arrow_table()
                )
        except duckdb.Error as error:
            raise _damaged(error, files, separator) from None
        for column in zoned:
            _refuse_mixed(db, column, files[0].name)
    if not table.num_rows:
        raise ContractError(f"{files[0].name} holds a head and no row", "at least one row", "export the file again")
    return table


def _head(file: Path) -> tuple[str, str]:
    """The first line, and what separates its names."""
    opener = gzip.open if file.suffix.lower() == ".gz" else open
    try:
        with opener(file, "rb") as stream:
            head = stream.readline()
    except (OSError, EOFError) as error:
        raise ContractError(f"{file.name} cannot be read: {error}", "a CSV file", "export the file again") from None
    if not head.strip():
        raise ContractError(f"{file.name} is empty", "a line of column names, then rows", "export the file again")
    # UTF-16 is ASCII with zeros between, which no text in UTF-8 has
    if b"\x00" in head:
        raise _not_utf8(file.name, 1)
    text = head.decode("utf-8-sig", "replace").strip()
    bare = re.sub(r'"[^"]*"', "", text)
    return text, max(_SEPARATORS, key=bare.count)


def _damaged(error: duckdb.Error, files: Sequence[Path], separator: str) -> ContractError:
    message = str(error)
    line = re.search(r"on Line: (\d+)", message)
    file = re.search(r"^\s*file = (.*)$", message, re.MULTILINE)
    name = Path(file[1]).name if file else files[0].name
    if "not utf-8" in message:
        return _not_utf8(name, int(line[1]) if line else None)
    if line is None and (odd := _odd_line(files, separator)):
        return odd
    said = next((part for part in message.splitlines()[1:] if not part.startswith("Original Line")), message).strip()
    where = f"{name}, line {line[1]}" if line else name
    return ContractError(f"{where} cannot be read: {said}", "the columns of the first line in every line", _LOOK)


def _odd_line(files: Sequence[Path], separator: str) -> ContractError | None:
    """The first line whose number of values is not that of the first line."""
    for file in files:
        opener = gzip.open if file.suffix.lower() == ".gz" else open
        with opener(file, "rt", encoding="utf-8", errors="replace", newline="") as stream:
            rows, began, wanted = csv.reader(stream, delimiter=separator), 1, 0
            for row in rows:
                wanted = wanted or len(row)
                if row and len(row) != wanted:
                    found = f"{file.name}, line {began:,} has {len(row)} values"
                    return ContractError(found, f"{wanted}, as the first line has names", _LOOK)
                began = rows.line_num + 1
    return None


def _not_utf8(name: str, line: int | None) -> ContractError:
    place = name if line is None else f"{name}, line {line}"
    remedy = f"save it as UTF-8, for example `iconv -f latin1 -t utf-8 {name} > fresh.csv`"
    return ContractError(f"{place} is not UTF-8 text", "CSV in UTF-8", remedy)


def _refuse_mixed(db: duckdb.DuckDBPyConnection, column: str, name: str) -> None:
    """A time without an offset is local, but DuckDB would take it for UTC as soon as another one has an offset."""
    sql = _MIXED.format(column=column.replace('"', '""'))
    found = db.sql(sql, params={"aware": _AWARE}).to_arrow_table().to_pylist()[0]
    if found["naive"]:
        raise ContractError(
            f"{name}, column `{column}`: {found['aware']:,} times with an offset, {found['naive']:,} without, "
            f"for example {found['example']}",
            "all with an offset, or all local",
            "write the offset in every row",
        )
