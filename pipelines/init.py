"""A workspace from a template in which every line is explained.

A template is a folder of `pipelines/templates`: `empty` for a marketplace of your own (with a few example rows, so that
everything can be tried at once), `marketplace` for the embedded one, `service_desk` for a public log of tickets.
"""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Literal

from demand.contract import ContractError, StateError
from pipelines.result import Result

Template = Literal["empty", "marketplace", "service_desk"]
TEMPLATES: tuple[Template, ...] = ("empty", "marketplace", "service_desk")
_RENAMED = {"gitignore": ".gitignore"}
"""A template's own .gitignore would act on this repository and on the wheel, so it is kept under another name."""


def init(path: str | Path, *, template: str = "empty", progress: Callable[[str], None] | None = None) -> Result:
    """Make a workspace from a template.

    Parameters
    ----------
    path : the folder to make; it may exist if it is empty
    template : `empty`; `marketplace`: the embedded one, with the rows of `simulate(path, size="small")`;
        `service_desk`: the workspace of docs/bring-your-own.md, in which the path of the log is to be filled in

    Raises
    ------
    ContractError
        If there is no such template.
    StateError
        If the folder has anything in it.
    """
    if template not in TEMPLATES:
        raise ContractError(
            found=f"template {template!r}",
            expected=f"one of {', '.join(TEMPLATES)}",
            remedy="write for example `demand init lisbon-hotels --template empty`",
        )
    if template == "marketplace":
        from pipelines.simulate import simulate  # it copies its template by this module

        return simulate(path, size="small", progress=progress)
    root = Path(path).absolute()
    refuse_unless_free(root)
    with folder_in_the_making(root) as making:
        files = copy_template(template, making)
    if progress:
        progress(f"init: {len(files)} files in {root}")
    return Result("init", {"template": template, "files": len(files), "next": f"demand check {path}"}, path=root)


def copy_template(name: str, target: Path) -> tuple[Path, ...]:
    """Copy a template into an existing folder; returns the files it wrote, relative to it."""
    with resources.as_file(resources.files("pipelines").joinpath("templates", name)) as source:
        written = []
        for file in sorted(p for p in source.rglob("*") if p.is_file() and "__pycache__" not in p.parts):
            relative = file.relative_to(source)
            relative = relative.with_name(_RENAMED.get(relative.name, relative.name))
            (target / relative).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target / relative)
            written.append(relative)
    return tuple(written)


def refuse_unless_free(root: Path) -> None:
    """Raise a StateError unless a folder can be made at `root`.

    Raises
    ------
    StateError
        If it is a file, or a folder with anything in it.
    """
    if root.is_dir():
        example = next((p.name for p in sorted(root.iterdir())), None)
        if example is None:
            return
        found = f"{root} is not empty: it holds {example}"
    elif root.exists() or root.is_symlink():
        found = f"{root} is not a folder"
    else:
        return
    raise StateError(found=found, expected="a new or an empty folder", remedy="choose another path, or remove it first")


@contextmanager
def folder_in_the_making(root: Path) -> Iterator[Path]:
    """A folder beside `root` that takes its place, whole, when the block ends without an error.

    Whatever stands at `root` by then is removed: ask `refuse_unless_free` before.
    """
    root.parent.mkdir(parents=True, exist_ok=True)
    token = uuid.uuid4().hex[:8]
    making, former = (root.with_name(f".{root.name}.{word}-{token}") for word in ("making", "former"))
    making.mkdir()
    try:
        yield making
        if root.exists():
            root.replace(former)
        making.replace(root)
    except BaseException:
        if former.exists() and not root.exists():
            former.replace(root)
        raise
    finally:
        for leftover in (making, former):
            shutil.rmtree(leftover, ignore_errors=True)
