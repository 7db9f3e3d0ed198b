"""The contract: errors, moments, types, table schemas, two clocks, and what a feature means.

Everything in the toolkit may import this package; it imports nothing of the toolkit.
"""

from demand.contract.errors import (
    BudgetError,
    BusyError,
    ConfigError,
    ContractError,
    DemandError,
    GateFailed,
    LeakageError,
    Problem,
    StateError,
)
from demand.contract.features import KEYS, FeatureMatrix, FeatureMeta, Language, Text
from demand.contract.moments import (
    MICROSECOND,
    end_of_day,
    format_duration,
    format_moment,
    night_of,
    parse_as_of,
    parse_duration,
)
from demand.contract.sources import ColumnSpec, Roles, SourceFiles, SourceSpec, SourceTable
from demand.contract.tables import TABLES, conform
from demand.contract.types import ARROW, COLUMN_TYPES, DUCKDB, INSTANT, ColumnType, Side, SourceKind
from demand.contract.visibility import visible_rows, visible_states

__all__ = [
    "ARROW",
    "COLUMN_TYPES",
    "DUCKDB",
    "INSTANT",
    "KEYS",
    "MICROSECOND",
    "TABLES",
    "BudgetError",
    "BusyError",
    "ColumnSpec",
    "ColumnType",
    "ConfigError",
    "ContractError",
    "DemandError",
    "FeatureMatrix",
    "FeatureMeta",
    "GateFailed",
    "Language",
    "LeakageError",
    "Problem",
    "Roles",
    "Side",
    "SourceFiles",
    "SourceKind",
    "SourceSpec",
    "SourceTable",
    "StateError",
    "Text",
    "conform",
    "end_of_day",
    "format_duration",
    "format_moment",
    "night_of",
    "parse_as_of",
    "parse_duration",
    "visible_rows",
    "visible_states",
]
