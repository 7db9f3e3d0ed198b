"""The files of a workspace that its configuration names: inside it, and there."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path, PurePosixPath, PureWindowsPath

from demand.contract import Problem
from pipelines.config.nearest import did_you_mean
from pipelines.config.problems import place
from pipelines.config.workspace import WorkspaceConfig

_OUT = "leads out of the workspace"


def check_inside(text: str, where: str) -> Iterator[Problem]:
    """A file of the workspace is named relative to it and does not climb out of it."""
    path = PurePosixPath(text.replace("\\", "/"))
    depth = lowest = 0
    for part in path.parts:
        depth += -1 if part == ".." else 1
        lowest = min(lowest, depth)
    if path.is_absolute() or PureWindowsPath(text).drive or lowest < 0:
        yield Problem(f"{text!r} {_OUT}", where, "keep the file in the workspace's folder")


def check_files(config: WorkspaceConfig, name: str, root: Path | None, frames: Collection[str]) -> Iterator[Problem]:
    """Every SQL file, view and catalogue is there, and no link leads out of the workspace; nothing without a root."""
    if root is None:
        return
    named = {}
    for source, settings in config.sources.items():
        if settings.path is not None and not (source in frames and source not in config.tables):
            named[place(name, ("sources", source))] = settings.path
    for i, entry in enumerate(config.catalog):
        named[place(name, ("catalog", i))] = entry
    for industry, of_industry in config.industries.items():
        for i, view in enumerate(of_industry.features):
            named[place(name, ("industries", industry, "features", i))] = view
    for where, text in named.items():
        if text == "shipped" or any(check_inside(text, where)):
            continue
        yield from check_file(root, text, where)


def check_file(root: Path, text: str, where: str) -> Iterator[Problem]:
    """A file that is named is there, and no link leads out of the workspace; the nearest name is proposed."""
    file = root / text
    if not file.resolve().is_relative_to(root.resolve()):
        yield Problem(f"{text!r} {_OUT}", where, "keep the file in the workspace's folder")
    elif not file.is_file():
        there = [str(f.relative_to(root)) for f in file.parent.glob(f"*{file.suffix}")] if file.parent.is_dir() else []
        yield Problem(f"no file {text}", where, did_you_mean(text, there) or "write it, or mend the name")
