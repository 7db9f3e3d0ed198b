"""Reading a table: what `read` may name, and which Python frames may stand in for it.

A `read` that names a scheme (`postgresql://...`) is dispatched through `READERS`; everything else is a path.
"""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from demand.contract import ContractError
from pipelines.delta import delta_dataset
from pipelines.sources.csv_files import read_csv
from pipelines.sources.quoting import refuse_clash

READERS: dict[str, Callable[[str], pa.Table]] = {}
"""Scheme to reader of the whole address; a database gets its entry here."""

_PARQUET, _CSV = (".parquet", ".pq"), (".csv", ".csv.gz", ".tsv", ".tsv.gz")
_ENV = re.compile(r"\$\{(\w+)\}")
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*)://")


def read_table(read: str, root: Path) -> pa.Table:
    """Read what `read` names, rows in file order.

    Parameters
    ----------
    read : a path, absolute or relative to `root`, with `${ENV}`: a Parquet or CSV file, a folder of them (hive
        partitions become columns), a pattern with `*`, or a Delta table
    root : the workspace's folder

    Raises
    ------
    ContractError
        If a variable is not set, nothing is there, or it cannot be read.
    """
    text = expand_env(read)
    if scheme := _SCHEME.match(text):
        if scheme[1] not in READERS:
            known = ", ".join(f"{s}://" for s in sorted(READERS))
            expected = "a path to Parquet, CSV or Delta" + (f", or {known}" if known else "")
            raise ContractError(f"nothing reads {scheme[1]}://", expected, "export the table to Parquet")
        return READERS[scheme[1]](text)
    path = root / text
    if (path / "_delta_log").is_dir():
        return _read_delta(path)
    files = input_files(read, root)
    if files[0].name.lower().endswith(_CSV):
        return read_csv(files)
    try:
        with duckdb.connect() as db:
            db.execute("SET TimeZone = 'UTC'")
            params = {"files": [str(f) for f in files]}
            table = db.sql("SELECT * FROM read_parquet($files, union_by_name = true)", params=params).to_arrow_table()
        # DuckDB renames columns that differ in case only, so they are looked for in a file's own schema
        refuse_clash(pq.read_schema(files[0]).names, read)
        return table
    except (duckdb.Error, OSError) as error:
        said = str(error).splitlines()[0]
        raise ContractError(
            f"{read} cannot be read: {said}", "a whole Parquet file", "export or copy the file again"
        ) from error


def input_files(read: str, root: Path) -> list[Path]:
    """The files that `read` names, sorted: what a digest of the inputs is taken over.

    Raises
    ------
    ContractError
        If a variable is not set, there is no such file, or files of several formats are mixed.
    """
    text = expand_env(read)
    path = root / text
    if (path / "_delta_log").is_dir():
        return _delta_files(path)
    if path.is_dir():
        files = sorted(p for p in path.rglob("*") if p.name.lower().endswith((*_PARQUET, *_CSV)))
    elif any(sign in text for sign in "*?["):
        fixed = Path(*itertools.takewhile(lambda part: not any(sign in part for sign in "*?["), path.parts))
        files = sorted(fixed.glob(str(path.relative_to(fixed))))
    else:
        files = [path] if path.is_file() else []
    if not files:
        raise ContractError(f"{read}: nothing there ({path})", "a file, a folder or a pattern", "mend the path")
    kinds = {next((k for k in (_PARQUET, _CSV) if f.name.lower().endswith(k)), None) for f in files}
    if None in kinds or len(kinds) > 1:
        names = ", ".join(f.name for f in files[:3])
        raise ContractError(f"{read}: {names}", "files that end in .parquet or .csv, of one format", "convert them")
    return files


def expand_env(text: str) -> str:
    """Put in the value of each `${NAME}`.

    Raises
    ------
    ContractError
        If one is not set.
    """
    unset = sorted({name for name in _ENV.findall(text) if not os.environ.get(name)})
    if unset:
        names = ", ".join(unset)
        raise ContractError(
            f"{text}: the environment variable {names} is not set",
            "the folder of the data",
            f"export {unset[0]}=/path/to/data",
        )
    return _ENV.sub(lambda match: os.environ[match[1]], text)


def arrow_table(frame: Any) -> pa.Table:
    """A Python frame as Arrow: pandas, Polars, Arrow, anything that streams Arrow.

    Raises
    ------
    ContractError
        If it does not.
    """
    if isinstance(frame, pa.Table):
        return frame
    if hasattr(frame, "__arrow_c_stream__"):
        return pa.RecordBatchReader.from_stream(frame).read_all()
    raise ContractError(
        f"a {type(frame).__name__} is not a frame",
        "pandas, Polars, Arrow, or `__arrow_c_stream__`",
        "convert it to Arrow",
    )


def _delta(path: Path) -> Any:
    from deltalake import DeltaTable

    return DeltaTable(str(path))


def _read_delta(path: Path) -> pa.Table:
    try:
        return delta_dataset(_delta(path), path).to_table()
    except Exception as error:  # deltalake raises its own and Arrow's errors
        raise ContractError(f"{path} cannot be read: {error}", "a Delta table", "mend or export it again") from error


def _delta_files(path: Path) -> list[Path]:
    return sorted(Path(uri.removeprefix("file://")) for uri in _delta(path).file_uris())
