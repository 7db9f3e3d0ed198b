"""Write MLproject from the commands' own parameters: `python -m docs.mlproject`.

An entry point has the name of its command and a parameter for each of the command's, with the same default. MLflow
knows no flags and no parameter that is left out, so `true` and `false` stand for a flag, `all` and `none` for an option
that is not given.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer
from typer.main import get_command

HEAD = """\
# Written by `make docs`. Each entry point calls the command with the same name:
#   mlflow run . -e quickstart --env-manager local
#   mlflow run . -e train --env-manager local -P workspace=examples/real -P industry=city_hotel
name: demand

entry_points:
"""
MAIN = "quickstart"
FOLDERS = {"workspace": "quickstart", ("simulate", "path"): "market"}
"""What a folder is called that the command line takes from where it stands."""


def project() -> str:
    """The file, as YAML."""
    from pipelines.cli import app

    root = get_command(app)
    context = typer.Context(root, info_name="demand")
    points = {name: root.get_command(context, name) for name in root.list_commands(context)}
    points = {name: command for name, command in points.items() if not hasattr(command, "commands")}
    return HEAD + "".join(_entry(n, c, n) for n, c in points.items()) + _entry("main", points[MAIN], MAIN)


def _entry(point: str, command: Any, verb: str) -> str:
    written = [_parameter(verb, p) for p in command.params if p.name != "help"]
    declared = "".join(
        f"      {name}: {{type: string{'' if default is None else f', default: {_quoted(default)}'}}}\n"
        for name, default, _ in written
    )
    call = " ".join(["demand", verb, *(said for _, _, said in written)])
    return f"  {point}:\n    parameters:\n{declared}    command: 'PATH=\"$PWD/.venv/bin:$PATH\" {call}'\n"


def _parameter(verb: str, parameter: Any) -> tuple[str, str | None, str]:
    """Its name, its default (None where it has to be given), and how it is said on the command line."""
    default = parameter.default
    if parameter.param_type_name == "argument":
        name = "workspace" if default == Path() else parameter.name
        told = FOLDERS.get(name, FOLDERS.get((verb, name), None if default is None else str(default)))
        return name, told, f"{{{name}}}"
    option = max(parameter.opts, key=len)
    name = option.removeprefix("--").replace("-", "_")
    if parameter.is_flag:
        other = parameter.secondary_opts[0] if default else option
        return name, str(bool(default)).lower(), f"$(test {{{name}}} = {str(bool(default)).lower()} || echo {other})"
    if default is None:
        absent = "all" if name == "industry" else "none"
        return name, absent, f"$(test {{{name}}} = {absent} || echo {option} {{{name}}})"
    return name, str(default), f"{option} {{{name}}}"


def _quoted(default: str) -> str:
    return f'"{default}"' if default in ("true", "false", "none") or default.isdigit() else default


if __name__ == "__main__":
    (Path(__file__).parents[1] / "MLproject").write_text(project())
