"""The one verb of this package: declared features at every row of a spine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal
from zoneinfo import ZoneInfo

import pyarrow as pa

from demand.contract import INSTANT, KEYS, ContractError, FeatureMatrix, Roles, SourceTable
from features.door import check_tables
from features.engine import CompiledEngine, DuckDBEngine, Engine
from features.feature_set import FeatureSet
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
    sources: Mapping[str, SourceTable],
    features: Sequence[FeatureSet],
    *,
    roles: Roles,
    zone: ZoneInfo,
    engine: Literal["local", "duckdb", "reference"] = "local",
) -> FeatureMatrix:
    """Compute declared features strictly before each cutoff.

    A source's row counts at cutoff t iff `occurred_at < t`, `known_at < t`, it is the newest version of its id that
    was known before t, and it is not deleted.

    Parameters
    ----------
    spine : table of shape (n, ...)
        subject_id, cutoff, industry, `<key>_id` columns; opened_at and due_at if any
    sources : by name, the synthetic `requests` of the industry among them
    features : sets of declarations; a feature declared twice is computed once
    roles : which sources play which part for this industry
    zone : business time, for local dates
    engine : `local` (compiled); or an oracle: `duckdb`, or `reference`, row by row

    Returns
    -------
    FeatureMatrix of n rows in spine order
        Numbers are float64, categories strings, in the order of declaration.

    Raises
    ------
    ConfigError, LeakageError
        If declarations do not fit the sources; every problem at once, with the nearest right name.
    ContractError
        If the spine lacks a column, or a table holds what an engine cannot read; see `features.door`.
    """
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
    wording = Wording(specs, roles)
    family = {feature.name: group.name for group in reversed(features) for feature in group.features}
    meta = tuple(wording.meta(f, c, family[f.name]) for f, c in zip(resolved, plan.columns, strict=True))
    times = {
        name: spine[name].cast(INSTANT) for name in ("cutoff", "opened_at", "due_at") if name in spine.column_names
    }
    asked = {name: times.get(name, spine[name]) for name in spine.column_names if name in times or name.endswith("_id")}
    columns = _ENGINES[engine]().run(pa.table(asked), sources, plan, zone)
    table = pa.table({name: spine[name] for name in KEYS} | {n: columns[n] for n in columns.column_names})
    return FeatureMatrix(table, meta)
