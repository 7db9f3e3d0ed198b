"""From the file's text to a checked `WorkspaceConfig`, or to the list of everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from demand.catalog.strict_yaml import parse_yaml
from demand.contract import ConfigError, Problem
from pipelines.config.checks_industries import ALL, check_industries
from pipelines.config.checks_sources import check_sources, check_tables
from pipelines.config.files import check_files, check_inside
from pipelines.config.includes import at_home, with_included
from pipelines.config.nearest import did_you_mean
from pipelines.config.problems import config_problems, place
from pipelines.config.salvage import plain_copy, set_aside
from pipelines.config.workspace import WorkspaceConfig

FILE = "demand.yaml"


def load_config(
    path: Path | str, *, profile: str = "default", files: bool = False, frames: Collection[str] = ()
) -> WorkspaceConfig:
    """Read and check a workspace's configuration.

    Parameters
    ----------
    path : the workspace's folder, or the YAML file
    profile : a name under the file's `profiles`, merged over the rest key by key; `default` may be absent there
    files : whether the SQL files, views and catalogues that it names must be there
    frames : sources for which a Python frame stands in, so that they need no SQL file

    Raises
    ------
    ConfigError
        With every problem of the file; of one that is not readable as YAML, with the first.
    """
    file = Path(path)
    file = file / FILE if file.is_dir() or file.suffix not in (".yaml", ".yml") else file
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigError(f"no {file.name} in {file.parent}", "a workspace", "`demand init` makes one") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{file} is not UTF-8 text", "YAML in UTF-8", "save it as UTF-8") from None
    whole, origins = with_included(parse_yaml(text, name=file.name), name=file.name, root=file.parent)
    data = _with_profile(whole, profile, file.name)
    config, problems = check_config(data, name=file.name, root=file.parent if files else None, frames=frames)
    if problems or config is None:
        raise ConfigError(problems=[at_home(p, origins, name=file.name) for p in problems])
    return config


def check_config(
    data: Mapping[str, Any], *, name: str = FILE, root: Path | None = None, frames: Collection[str] = ()
) -> tuple[WorkspaceConfig | None, list[Problem]]:
    """Validate plain values; whatever can still be checked beside a broken part is checked.

    With a `root`, the files that are named must be there; `frames` as in `load_config`.

    Returns
    -------
    the configuration (None where a part is broken), and all problems
    """
    salvaged: dict[str, Any] = plain_copy(data)
    problems: list[Problem] = []
    broken: set[str] = set()
    config: WorkspaceConfig | None = None
    # a broken part is set aside, so that the others can still be checked against each other
    while config is None:
        try:
            config = WorkspaceConfig.model_validate(salvaged)
        except ValidationError as error:
            problems += config_problems(error, name=name, model=WorkspaceConfig)
            for found in error.errors(include_url=False):
                loc = tuple(found["loc"])
                set_aside(salvaged, loc, model=WorkspaceConfig)
                if loc[0] == "sources":
                    broken.add(str(loc[1]) if len(loc) > 1 else ALL)
    # what is said about a part follows from what is missing inside it
    said = [p.where for p in problems]
    crossed = [*_cross_checks(config, name, frozenset(broken)), *check_files(config, name, root, frames)]
    problems += [p for p in crossed if not any(where.startswith(p.where + ".") for where in said)]
    whole = not any(p.severity == "error" for p in problems)
    return (config if whole else None), problems


def _cross_checks(config: WorkspaceConfig, name: str, broken: frozenset[str]) -> Iterator[Problem]:
    if not config.industries:
        yield Problem("no industry", place(name, ("industries",)), "describe at least one")
    yield from check_tables(config, name)
    yield from check_sources(config, name)
    yield from check_industries(config, name, broken=broken)
    for i, entry in enumerate(config.catalog):
        if entry != "shipped":
            yield from check_inside(entry, place(name, ("catalog", i)))
    keys = {k for s in config.sources.values() for k in s.key_names}
    if config.holdout.share and keys and not broken and config.holdout.by not in keys | {"user"}:
        remedy = did_you_mean(config.holdout.by, keys)
        yield Problem(f"no source has a key `{config.holdout.by}`", place(name, ("holdout", "by")), remedy)


def _with_profile(data: dict[str, Any], profile: str, name: str) -> dict[str, Any]:
    profiles = data.pop("profiles", None) or {}
    if not isinstance(profiles, dict):
        raise ConfigError(problems=[Problem("not a mapping", place(name, ("profiles",)), expected="NAME: {changes}")])
    if profile not in profiles:
        if profile == "default":
            return data
        remedy = did_you_mean(profile, {"default", *map(str, profiles)})
        raise ConfigError(problems=[Problem(f"no profile `{profile}`", place(name, ("profiles",)), remedy)])
    overlay = profiles[profile]
    if not isinstance(overlay, dict):
        raise ConfigError(problems=[Problem("not a mapping", place(name, ("profiles", profile)), expected="changes")])
    return _merged(data, overlay)


def _merged(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """Mappings are merged key by key, anything else is replaced."""
    merged = dict(base)
    for key, value in over.items():
        old = merged.get(key)
        merged[key] = _merged(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return merged
