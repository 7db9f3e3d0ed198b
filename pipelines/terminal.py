"""How commands listen and speak: the arguments they share, results, progress and refusals."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.markup import escape

from demand.contract import DemandError

out, err = Console(highlight=False, soft_wrap=True), Console(stderr=True, highlight=False, soft_wrap=True)

Where = Annotated[Path, typer.Argument(help="the workspace's folder", show_default="the current folder")]
AsOf = Annotated[
    str,
    typer.Option(
        help="the moment we ask: a date is the night's cutoff of that morning, an instant is taken as it is, "
        "`latest` is the night after the newest row",
    ),
]
Industry = Annotated[list[str] | None, typer.Option("--industry", help="only this industry; may be repeated")]
Profile = Annotated[str, typer.Option(help="the profile of demand.yaml to lay over it")]
HERE = Path()


def opened(path: Path, profile: str) -> Any:
    """The workspace in a folder; heavy packages are imported here, so that `--help` answers at once."""
    from pipelines.workspace import open_workspace

    return open_workspace(path, profile=profile)


def asked(as_of: str) -> str | None:
    """What the verbs take: None where the command line says `latest`."""
    return None if as_of == "latest" else as_of


def show(result: Any) -> None:
    """A result as its lines, not as the object that it is."""
    out.print(str(result), markup=False)


def progress(line: str) -> None:
    """One line of progress, on standard error so that results can be piped."""
    err.print(f"[dim]·[/dim] {escape(line)}", markup=True)


def refuse(error: DemandError) -> NoReturn:
    """An error in words; the command ends with 2."""
    err.print(f"[bold red]{type(error).__name__}[/bold red]", markup=True)
    err.print(str(error), markup=False)
    sys.exit(2)
