"""Verbs: where the nouns meet files, databases, MLflow and the clock.

    workspace -> check -> train (backtest) -> score -> decide -> dispatch -> report
    nightly runs a night, quickstart the whole

Each verb is a function here, a command of `demand`, an entry point of MLproject and a module of its own. Names are
loaded when they are asked for, so that importing the package costs nothing. Imports `demand` and `features`.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipelines.backtest import backtest
    from pipelines.check import check
    from pipelines.compare import compare
    from pipelines.decide import decide
    from pipelines.dispatch import dispatch
    from pipelines.explain_feature import explain_feature
    from pipelines.init import init
    from pipelines.list_features import list_features
    from pipelines.nightly import nightly
    from pipelines.quickstart import quickstart
    from pipelines.report import report
    from pipelines.result import Result
    from pipelines.score import score
    from pipelines.simulate import simulate
    from pipelines.status import status
    from pipelines.train import train
    from pipelines.workspace import Workspace, open_workspace

_HOMES = {"Result": "result", "Workspace": "workspace", "open_workspace": "workspace"}

__all__ = [
    "Result",
    "Workspace",
    "backtest",
    "check",
    "compare",
    "decide",
    "dispatch",
    "explain_feature",
    "init",
    "list_features",
    "nightly",
    "open_workspace",
    "quickstart",
    "report",
    "score",
    "simulate",
    "status",
    "train",
]


class _Verbs(ModuleType):
    """A verb and its module share a name; on the package the name means the verb."""

    def __getattr__(self, name: str) -> Any:
        if name not in __all__:
            raise AttributeError(f"module 'pipelines' has no attribute {name!r}")
        return getattr(import_module(f"pipelines.{_HOMES.get(name, name)}"), name)

    def __setattr__(self, name: str, value: Any) -> None:
        if isinstance(value, ModuleType) and name in __all__:
            value = getattr(value, name)
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Verbs
