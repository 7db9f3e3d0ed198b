"""Opening: every problem of the workspace's own files, at once, before anything is read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipelines.config import FILE, load_config
from pipelines.sources import RawTables
from pipelines.workspace.workspace import Workspace


def open_workspace(path: str | Path, *, profile: str = "default", frames: Mapping[str, Any] | None = None) -> Workspace:
    """Open a workspace.

    Parameters
    ----------
    path : its folder, or its `demand.yaml`
    profile : a name under `profiles` of the file
    frames : pandas, Polars or Arrow frames by table or source name, in place of what `read` names

    Raises
    ------
    ConfigError
        With every problem of `demand.yaml` and of the files that it names. Data are read when they are first needed.
    """
    root = Path(path).resolve()
    file = root / FILE if root.is_dir() or root.suffix not in (".yaml", ".yml") else root
    config = load_config(file, profile=profile, files=True, frames=tuple(frames or ()))
    return Workspace(file.parent, config, RawTables(config, file.parent, frames), profile=profile, file=file)
