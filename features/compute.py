"""The one verb of this package: declared features at every row of a spine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal
from zoneinfo import ZoneInfo

import pyarrow as pa

from demand.contract import KEYS, ContractError, FeatureMatrix, Roles, SourceFiles, SourceTable
from features.door import asked_of, check_tables
from features.engine import CompiledEngine, DuckDBEngine, Engine, PartitionedEngine
from features.engine.budget import parse_memory
from features.feature_set import FeatureSet
from features.plan import Plan
from features.reference import ReferenceEngine
from features.resolve import resolve
from features.wording import Wording

_ENGINES: dict[str, type[Engine]] = {
    "local": CompiledEngine,
    "duckdb": DuckDBEngine,
    "reference": ReferenceEngine,
}


def compute(
    spine: pa.Table,
    sources: Mapping[str, SourceTable | SourceFiles],
    features: Sequence[FeatureSet],
    *,
    roles: Roles,
    zone: ZoneInfo,
    engine: Literal["local", "duckdb", "reference"] = "local",
    memory_budget: float | str | None = None,
) -> FeatureMatrix:
    """Compute declared features strictly before each cutoff.

    A source's row counts at cutoff t iff `occurred_at < t`, `known_at < t`, it is the newest version of its id that
    was known before t, and it is not deleted.

    Parameters
    ----------
    spine : table of shape (n, ...)
        subject_id, cutoff, industry, `<key>_id` columns; opened_at and due_at if any
    sources : by name, the synthetic `requests` of the industry among them; as tables, or as files to be read
    features : sets of declarations; a feature declared twice is computed once
    roles : which sources play which part for this industry
    zone : business time, for local dates
    engine : `local` (compiled); or an oracle: `duckdb`, or `reference`, row by row
    memory_budget : bytes, or a text like "2 GB", that the local engine may hold at once, beside the spine; what does
        not fit goes through files in the directory for temporary ones. The numbers are the same, to the bit.

    Returns
    -------
    FeatureMatrix of n rows in spine order
        Numbers are float64, categories strings, in the order of declaration.

    Raises
    ------
    ConfigError, LeakageError
        If declarations do not fit the sources; every problem at once, with the nearest right name.
    ContractError
        If the spine lacks a column, a table holds what an engine cannot read (see `features.door`), or the budget is no
        size.
    BudgetError
        If the budget is too small for the spine, or for all rows of one key.
    """
    if not isinstance(spine, pa.Table):
        raise ContractError(
            found=f"the spine is a {type(spine).__name__}",
            expected="an Arrow table",
            remedy="convert it, as with pyarrow.Table.from_pandas(spine)",
        )
    missing = [column for column in KEYS if column not in spine.column_names]
    if missing:
        raise ContractError(
            found=f"the spine lacks {', '.join(missing)}",
            expected=f"columns {', '.join(KEYS)}",
            remedy="build the spine with demand.subjects.build_spine",
        )
    specs = {name: source.spec for name, source in sources.items()}
    resolved, plan = resolve(features, specs, roles, spine.column_names)
    check_tables(spine, sources, plan)
    meta = Wording(specs, roles).metas(features, resolved, plan.columns)
    asked = asked_of(spine)
    if memory_budget is not None and engine == "local":
        columns = PartitionedEngine(parse_memory(memory_budget)).run(asked, sources, plan, zone)
    else:
        columns = _ENGINES[engine]().run(asked, _tables(sources, plan), plan, zone)
    table = pa.table({name: spine[name] for name in KEYS} | {n: columns[n] for n in columns.column_names})
    return FeatureMatrix(table, meta)


def _tables(sources: Mapping[str, SourceTable | SourceFiles], plan: Plan) -> dict[str, SourceTable]:
    """Every source as a table; of files the columns that are read."""
    found = {name: source for name, source in sources.items() if isinstance(source, SourceTable)}
    for name, columns in plan.columns_read().items():
        source = sources[name]
        if isinstance(source, SourceFiles):
            found[name] = SourceTable(source.spec, source.dataset.to_table(columns=columns))
    return found
