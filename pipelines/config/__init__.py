"""`demand.yaml` as typed, frozen values: what a user declares, checked as a whole before anything runs.

`load_config` reads strict YAML, lays a profile over it, validates (pydantic) and cross-checks; it raises one
`ConfigError` with every problem. Here also: what a piece of the user's SQL refers to (`read_query`,
`read_expression`), without executing it. Imports `demand.contract` only; `pipelines.sources` and
`pipelines.workspace` build on it.
"""

from pipelines.config.industries import (
    CutoffsConfig,
    EvaluateConfig,
    IndustryConfig,
    RequestsConfig,
    SubjectsConfig,
)
from pipelines.config.load import FILE, check_config, load_config
from pipelines.config.nearest import did_you_mean, nearest
from pipelines.config.sources import ColumnConfig, KnownAt, SourceConfig
from pipelines.config.sql_text import SqlUse, read_expression, read_query
from pipelines.config.tables import NEVER, Moment, TableConfig
from pipelines.config.workspace import (
    HoldoutConfig,
    LimitsConfig,
    MessageCaps,
    NightConfig,
    QuarantineConfig,
    WorkspaceConfig,
)

__all__ = [
    "FILE",
    "NEVER",
    "ColumnConfig",
    "CutoffsConfig",
    "EvaluateConfig",
    "HoldoutConfig",
    "IndustryConfig",
    "KnownAt",
    "LimitsConfig",
    "MessageCaps",
    "Moment",
    "NightConfig",
    "QuarantineConfig",
    "RequestsConfig",
    "SourceConfig",
    "SqlUse",
    "SubjectsConfig",
    "TableConfig",
    "WorkspaceConfig",
    "check_config",
    "did_you_mean",
    "load_config",
    "nearest",
    "read_expression",
    "read_query",
]
