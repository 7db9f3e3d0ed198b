"""Write docs/commands.md from the commands' own help: `python -m docs.commands`."""

from __future__ import annotations

from pathlib import Path

import typer
from typer.main import get_command


def page() -> str:
    """The page, as Markdown: one section a command, with its arguments, options and example."""
    from pipelines.cli import app

    root = get_command(app)
    context = typer.Context(root, info_name="demand")
    lines = ["# Commands", "", "Written by `make docs` from the commands' own help.", ""]
    for name in root.list_commands(context):
        command = root.get_command(context, name)
        assert command is not None
        members = {f"{name} {sub}": c for sub, c in getattr(command, "commands", {}).items()} or {name: command}
        for full, one in members.items():
            lines += [f"## demand {full}", "", (one.help or "").strip(), "", "| | |", "|---|---|"]
            for parameter in one.params:
                said = getattr(parameter, "help", None) or ""
                label = parameter.name.upper() if parameter.param_type_name == "argument" else ", ".join(parameter.opts)
                default = parameter.default
                shown = (
                    f" (default `{default}`)"
                    if isinstance(default, str | int | Path) and str(default) not in ("", "False")
                    else ""
                )
                if said:
                    lines.append(f"| `{label}` | {said}{shown} |")
            lines.append("")
    return "\n".join(lines).rstrip() + "\n"


if __name__ == "__main__":
    Path(__file__).with_suffix(".md").write_text(page())
