"""A digest of everything that a result depends on: the configuration, the SQL, the views, the raw inputs."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipelines.config import WorkspaceConfig
from pipelines.sources import RawTables, arrow_table, input_files

_BLOCK = 1 << 20


def workspace_digest(config: WorkspaceConfig, raw: RawTables, *, file: Path, profile: str) -> str:
    """sha256, in hexadecimal: the same wherever the workspace lies and whenever its files were written.

    Parameters
    ----------
    config, raw : the workspace's
    file : the YAML file
    profile : the overlay in use
    """
    total = hashlib.sha256(f"profile {profile} moment {raw.moment}\n".encode())
    named = [s.path for n, s in config.sources.items() if s.path is not None and not raw.reads_directly(n)]
    named += [v for i in config.industries.values() for v in i.views]
    named += [c for c in config.catalog if c != "shipped"]
    named += config.include
    for path in [file, *(raw.root / n for n in dict.fromkeys(named))]:
        total.update(f"{path.name} {_file(path)}\n".encode())
    inputs = {**{n: t.read for n, t in config.tables.items()}, **{n: s.read for n, s in config.sources.items()}}
    for name, read in sorted(inputs.items()):
        if name in raw.frames:
            total.update(f"{name} {_frame(raw.frames[name])}\n".encode())
        elif read is not None:
            for path in input_files(read, raw.root):
                total.update(f"{name} {path.name} {_file(path)}\n".encode())
    return total.hexdigest()


def _file(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _frame(frame: Any) -> str:
    table = arrow_table(frame).combine_chunks()
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema.remove_metadata()) as writer:
        writer.write_table(table.replace_schema_metadata(None))
    return hashlib.sha256(sink.getvalue()).hexdigest()
