"""The user's own feature views: Python files of the workspace with `FeatureSet`s at their top level."""

from __future__ import annotations

import traceback
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from demand.contract import ConfigError, DemandError, Problem

if TYPE_CHECKING:
    from features import FeatureSet


def load_view(root: Path, path: str) -> list[FeatureSet]:
    """Run a view file and collect its sets, in the order in which they are defined.

    Parameters
    ----------
    root : the workspace's folder
    path : relative to it: `views/agents.py`

    Raises
    ------
    ConfigError
        If the file cannot be run (with the line), or defines no set.
    """
    from features import FeatureSet

    file = root / path
    module = ModuleType(f"demand_view_{file.stem}")
    module.__file__ = str(file)
    try:
        exec(compile(file.read_text(encoding="utf-8"), str(file), "exec"), module.__dict__)
    except DemandError as error:
        problems = error.problems or [Problem(error.found, _place(error, file, path), error.remedy, error.expected)]
        raise ConfigError(problems=problems) from error
    except SyntaxError as error:
        found, place = f"not Python: {error.msg}", f"{path}, line {error.lineno}"
        raise ConfigError(problems=[Problem(found, place, "mend the line")]) from error
    except (Exception, SystemExit) as error:  # a view that exits must not end the night as if all were well
        found = f"{type(error).__name__}: {error}"
        raise ConfigError(problems=[Problem(found, _place(error, file, path), "mend the view")]) from error
    sets = [value for value in vars(module).values() if isinstance(value, FeatureSet)]
    if not sets:
        remedy = "assign one: agents = FeatureSet('agents', ...)"
        raise ConfigError(problems=[Problem("no FeatureSet at the top level", path, remedy)])
    return list({id(s): s for s in sets}.values())


def _place(error: BaseException, file: Path, path: str) -> str:
    lines = [f.lineno for f in traceback.extract_tb(error.__traceback__) if f.filename == str(file)]
    return f"{path}, line {lines[-1]}" if lines else path
