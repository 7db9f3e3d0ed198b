"""A workspace opened: configuration, sources, subjects, labels and features, each built once when first asked for.

`open_workspace` checks the files and gives a `Workspace`; verbs take it as their first argument. What flows through:
raw tables -> sources -> subjects and contacts -> spine, labels, features. `truncated(m)` is the same workspace over
what could be seen at m. Importing it is cheap; the packages that compute are imported where they are used.
"""

from pipelines.workspace.opening import open_workspace
from pipelines.workspace.workspace import Workspace

__all__ = ["Workspace", "open_workspace"]
