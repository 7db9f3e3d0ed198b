"""Parts of a configuration in files of their own: one per industry, when there are many."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from demand.catalog.strict_yaml import parse_yaml
from demand.contract import ConfigError, Problem
from pipelines.config.files import check_file
from pipelines.config.nearest import did_you_mean
from pipelines.config.problems import place

SECTIONS = ("tables", "sources", "industries")
"""What an included file may hold; everything else stands in demand.yaml."""

Origins = Mapping[tuple[str, str], str]
"""(section, name) -> the included file that describes it."""


def with_included(data: dict[str, Any], *, name: str, root: Path) -> tuple[dict[str, Any], Origins]:
    """The file's plain values with those of the files that its `include` names; nothing is described twice.

    Parameters
    ----------
    data : the plain values of the file `name`
    root : the workspace's folder

    Raises
    ------
    ConfigError
        All at once: files that are not there, are no YAML or hold another section, and names described twice.
    """
    files = data.get("include") or []
    files = [files] if isinstance(files, str) else files
    if not isinstance(files, list) or not all(isinstance(file, str) for file in files):
        raise ConfigError(problems=[Problem("not a list of files", place(name, ("include",)), "[industries/x.yaml]")])
    merged, problems = dict(data), list[Problem]()
    origins: dict[tuple[str, str], str] = {}
    for number, file in enumerate(files):
        where = place(name, ("include", number))
        try:
            part = parse_yaml(_text(root, file, where), name=file, start="sources:")
        except ConfigError as error:
            problems += error.problems
            continue
        for section, entries in part.items():
            if section not in SECTIONS or not isinstance(entries, dict):
                remedy = did_you_mean(str(section), SECTIONS) or f"keep it in {name}"
                problems.append(Problem("no section of an included file", place(file, (section,)), remedy))
                continue
            known = merged[section] = dict(merged.get(section) or {})
            for key, value in entries.items():
                if key in known:
                    first = origins.get((section, key), name)
                    problems.append(Problem(f"{key} stands in {first} too", place(file, (section, key)), "keep one"))
                    continue
                known[key] = value
                origins[section, key] = file
    if problems:
        raise ConfigError(problems=problems)
    return merged, origins


def at_home(problem: Problem, origins: Origins, *, name: str) -> Problem:
    """The same problem, at the file that describes its part."""
    for (section, key), file in origins.items():
        there = place(name, (section, key))
        if problem.where == there or problem.where.startswith((f"{there}.", f"{there}[")):
            return replace(problem, where=file + problem.where.removeprefix(name))
    return problem


def _text(root: Path, file: str, where: str) -> str:
    problems = list(check_file(root, file, where))
    if problems:
        raise ConfigError(problems=problems)
    try:
        return (root / file).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise ConfigError(problems=[Problem(f"{file} is not UTF-8 text", where, "save it as UTF-8")]) from None
